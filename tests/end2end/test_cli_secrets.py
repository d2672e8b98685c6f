"""`parley config secret` as users run it: real processes, a keyring that lasts, a proxy that demands a password."""

import json
import os
import pty
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.command_line import run_parley
from tests.end2end.test_cli import Outcome, Run, environment, run, sentence  # noqa: F401  # the fixtures
from tests.model_server import ModelServer, catalogue_of, served
from tests.proxy_server import ProxyServer, proxied

PASSWORD = "hünter2/@:%41"
COMMAND = [sys.executable, "-m", "desktop", "config", "secret", "set", "proxy"]


@pytest.fixture(autouse=True)
def kept(environment: dict[str, str], tmp_path: Path) -> Path:  # noqa: F811
    """The file of the keyring that every process of the test uses."""
    file = tmp_path / "keyring.json"
    environment |= {"PYTHON_KEYRING_BACKEND": "tests.kept_keyring.KeptKeyring", "KEPT_KEYRING": str(file)}
    return file


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with served() as running:
        yield running


@pytest.fixture
def proxy(server: ModelServer) -> Iterator[ProxyServer]:
    with proxied(server.address.removeprefix("http://"), "ann", PASSWORD) as running:
        yield running


def piped(environment: dict[str, str], content: bytes) -> Outcome:  # noqa: F811
    done = run_parley(COMMAND[3:], environment, stdin=content)
    return Outcome(done.returncode, done.stdout, done.stderr)


def test_a_secret_is_kept_listed_and_deleted(run: Run, environment: dict[str, str], kept: Path) -> None:  # noqa: F811
    assert run("config", "secret", "list").out.split()[:3] == ["proxy", "not", "kept"]
    done = piped(environment, f"{PASSWORD}\n".encode())
    assert (done.code, done.out, sentence(done)) == (0, "", "the secret proxy is kept in the keyring of the system.")
    assert json.loads(kept.read_text()) == {"parley/proxy": PASSWORD}
    listed = json.loads(run("config", "secret", "list", "--json").out)
    assert {one["name"] for one in listed if one["is_kept"]} == {"proxy"}
    assert {"server", "database", "cloud-deepl"} <= {one["name"] for one in listed}
    plain = run("config", "secret", "list").out
    assert plain.split()[:2] == ["proxy", "kept"]
    assert "nter2" not in f"{plain}{listed}"
    for _ in range(2):
        assert run("config", "secret", "delete", "proxy").code == 0
    assert json.loads(kept.read_text()) == {}


def test_at_a_terminal_it_is_asked_for_unseen(environment: dict[str, str], kept: Path) -> None:  # noqa: F811
    child, terminal = pty.fork()
    if child == 0:  # becomes the command, with the new terminal as its own
        os.execve(COMMAND[0], COMMAND, environment)
    shown = b""
    while b"(not shown): " not in shown:
        shown += os.read(terminal, 1000)
    os.write(terminal, f"{PASSWORD}\n".encode())
    try:
        while piece := os.read(terminal, 1000):
            shown += piece
    except OSError:
        pass  # the terminal ends with its process
    _, status = os.waitpid(child, 0)
    os.close(terminal)
    assert os.waitstatus_to_exitcode(status) == 0, shown
    assert b"nter2" not in shown
    assert json.loads(kept.read_text()) == {"parley/proxy": PASSWORD}


@pytest.mark.parametrize("content", [b"", b"\n", b"one\ntwo\n", b"\xe4\n"])
def test_what_is_no_secret_is_refused(environment: dict[str, str], kept: Path, content: bytes) -> None:  # noqa: F811
    done = piped(environment, content)
    assert done.code == 1
    assert sentence(done).endswith("nothing was changed.")
    assert not kept.exists()


def test_unknown_names_values_as_arguments_and_no_keyring_are_refused(run: Run, kept: Path) -> None:  # noqa: F811
    for verb in ("set", "delete"):
        done = run("config", "secret", verb, "prox")
        assert done.code == 1
        assert sentence(done).startswith("there is no secret 'prox'; there is proxy, server, database, ")
    assert run("config", "secret", "set", "proxy", "x").code == 2
    assert not kept.exists()
    nowhere = {"PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}
    for words in (("list",), ("delete", "proxy")):
        done = run("config", "secret", *words, extra=nowhere)
        assert done.code == 1
        assert "There is no keyring" in sentence(done)


def test_a_download_uses_it_and_nothing_repeats_it(
    run: Run,  # noqa: F811
    environment: dict[str, str],  # noqa: F811
    tmp_path: Path,
    kept: Path,
    server: ModelServer,
    proxy: ProxyServer,
) -> None:
    place = tmp_path / "home" / "data" / "parley" / "models"
    catalogue_of([server.add_whisper(pinned=True)], place / "catalogue.json")
    environment |= {"HF_HOME": str(tmp_path / "huggingface"), "HOME": str(tmp_path)}
    assert run("config", "set", "models.hub", "http://hub.invalid").code == 0
    assert run("config", "set", "models.proxy", f"http://ann@{proxy.place}").code == 0
    done = run("models", "pull", "small")
    assert done.code == 1
    assert "`parley config secret set proxy`" in done.err
    piped(environment, PASSWORD.encode())
    done = run("--verbose", "models", "pull", "small")
    assert done.code == 0, done.err
    assert set(proxy.hosts) == {"hub.invalid"}
    report = run("doctor", "--quick", "--diagnostics")
    shown = done.out + done.err + report.out + report.err
    files = [one for one in (tmp_path / "home").rglob("*") if one.is_file() and one.stat().st_size < 1_000_000]
    assert {"settings.toml"} <= {one.name for one in files}
    assert [one for one in files if one.suffix == ".log"]
    for text in (shown, *(one.read_text(encoding="utf-8", errors="replace") for one in files)):
        assert "nter2" not in text


def test_the_file_of_a_service_account_is_kept_as_one_line(environment: dict[str, str], kept: Path) -> None:  # noqa: F811
    content = b'{\n  "type": "service_account",\n  "private_key": "-----BEGIN\\nabc"\n}\n'
    command = ["config", "secret", "set", "cloud-google"]
    done = run_parley(command, environment, stdin=content)
    assert done.returncode == 0
    assert json.loads(json.loads(kept.read_text())["parley/cloud-google"])["private_key"] == "-----BEGIN\nabc"
    assert "abc" not in done.stdout + done.stderr

"""`parley models` as users run it: real processes against a server on this machine."""

import json
import os
import pty
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from desktop.system.paths import RESOURCES
from tests.end2end.test_cli import Run, environment, run, sentence  # noqa: F401  # the fixtures
from tests.model_server import REVISION, Fault, ModelServer, catalogue_of, served
from tests.waiting import wait_until

ROOT = RESOURCES.parent
STORE = f"/store/Systran/faster-whisper-small/resolve/{REVISION}/model.bin"


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with served() as running:
        yield running


@pytest.fixture
def home(tmp_path: Path, server: ModelServer, environment: dict[str, str]) -> Path:  # noqa: F811
    """The models' directory of a user whose catalogue and settings know the server only."""
    place = tmp_path / "home" / "data" / "parley" / "models"
    entries = [server.add_whisper(pinned=True), server.add_package("en", "es"), server.add_voice("es_ES-ana-low")]
    catalogue_of(entries, place / "catalogue.json")
    environment["PARLEY_MODELS__HUB"] = server.address
    environment["PARLEY_MODELS__ARGOS"] = f"{server.address}/argos/"
    environment |= {"HF_HOME": str(tmp_path / "huggingface"), "HOME": str(tmp_path)}
    return place


def records(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_what_a_pair_lacks_is_fetched_used_and_removed(run: Run, home: Path) -> None:  # noqa: F811
    done = run("models", "pull", "--from", "en", "--to", "es", "--speak")
    assert (done.code, done.err) == (0, "")
    assert len(done.out.splitlines()) == 3
    assert run("models", "pull", "--from", "en", "--to", "es", "--speak").err == "parley: nothing is missing.\n"
    listed = json.loads(run("models", "--json").out)["models"]
    assert {one["name"] for one in listed if not one["is_starter"]} == {
        "small",
        "translate-en_es-1_0",
        "es_ES-ana-low",
    }
    audio = RESOURCES / "starter" / "test" / "en-00.flac"
    heard = run("transcribe", audio, "--model", "small", "--language", "en", "--to", "es", "--format", "json")
    assert json.loads(heard.out)["utterances"][0]["translation"]["is_translated"]
    assert run("models", "where", "small").out.strip() == str(home / "whisper" / "small")
    gone = run("models", "remove", "small", "--json")
    assert gone.code == 0
    assert records(gone.out)[0]["freed_bytes"] > 10_000_000
    assert not (home / "whisper" / "small").exists()


def test_lists_show_what_can_be_fetched(run: Run, home: Path) -> None:  # noqa: F811
    run("models", "pull", "small")
    found = json.loads(run("models", "list", "--all", "--json").out)["models"]
    states = {(one["name"], one["is_starter"]): one["is_installed"] for one in found}
    assert states["small", False]
    assert not states["es_ES-ana-low", False]
    assert states["translate-en_es-1_0", True]  # the starter's, which is called like the real one
    assert not states["translate-en_es-1_0", False]
    table = run("models", "list", "--all", "--kind", "whisper").out
    assert "small" in table
    assert "es_ES" not in table
    assert json.loads(run("models", "list", "--language", "es", "--json").out)["models"]


def test_json_reports_progress(run: Run, home: Path) -> None:  # noqa: F811
    found = records(run("models", "pull", "small", "--json").out)
    assert found[-1]["type"] == "result"
    assert found[-1]["name"] == "small"
    progress = [one for one in found if one["type"] == "progress"]
    assert progress[-1]["phase"] == "done"
    assert progress[-1]["done"] == progress[-1]["total"]


@pytest.mark.parametrize("status", [403, 404])
def test_faults_are_one_sentence_and_exit_code_1(
    run: Run,  # noqa: F811
    home: Path,
    server: ModelServer,
    status: int,
) -> None:
    server.faults = [Fault("/resolve/", status=status)]
    done = run("models", "pull", "small")
    assert (done.code, done.out) == (1, "")
    assert str(status) in sentence(done)
    assert not (home / "whisper").exists()


def test_wrong_names_and_usage(run: Run, home: Path) -> None:  # noqa: F811
    assert run("models", "pull").code == 2
    assert run("models", "remove").code == 2
    assert run("models", "pull", "smal").code == 1
    assert "small" in sentence(run("models", "pull", "smal"))
    assert "ships with Parley" in sentence(run("models", "remove", "starter"))
    assert run("models", "repair").err == "parley: no model is broken.\n"
    assert run("models", "where", "nothing").code == 1
    assert run("models", "pull", "--from", "klingon").code == 1


def test_import_and_repair(run: Run, home: Path, tmp_path: Path) -> None:  # noqa: F811
    folder = tmp_path / "stick" / "small"
    shutil.copytree(RESOURCES / "starter" / "whisper", folder)
    assert run("models", "import", folder).out == "Starter (phrasebook) is installed as small.\n"
    weights = home / "whisper" / "small" / "model.bin"
    weights.write_bytes(weights.read_bytes()[:1_000_000])
    assert "truncated" in run("models").err
    done = run("models", "repair")
    assert (done.code, done.out) == (0, "Whisper small is repaired.\n")
    assert run("models").err == ""
    refused = run("models", "import", tmp_path / "nowhere")
    assert refused.code == 1
    sentence(refused)


def test_refresh(run: Run, home: Path, server: ModelServer) -> None:  # noqa: F811
    server.add_voice("de_DE-neu-low")
    done = run("models", "refresh", "--json")
    assert (done.code, json.loads(done.out)["added"]) == (0, 1)
    assert run("models", "pull", "de_DE-neu-low").code == 0


def test_the_speed_of_this_machine(run: Run, home: Path) -> None:  # noqa: F811
    (home / "catalogue.json").unlink()  # the shipped one knows the sizes of Whisper's networks
    done = json.loads(run("models", "measure", "--json").out)["speed"]
    assert done["small"] in ("faster than speech", "about as fast as speech", "too slow for live speech")
    rows = json.loads(run("models", "list", "--all", "--kind", "whisper", "--json").out)["models"]
    assert {one["name"]: one["speed"] for one in rows if not one["is_starter"]} == done


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupted_pull_goes_on(
    run: Run,  # noqa: F811
    home: Path,
    server: ModelServer,
    environment: dict[str, str],  # noqa: F811
    number: signal.Signals,
    code: int,
) -> None:
    gate = threading.Event()
    server.faults = [Fault(STORE, times=1, hold=gate, hold_after=3_000_000)]
    command = [sys.executable, "-m", "desktop", "models", "pull", "small"]
    process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True, cwd=ROOT)
    part = home / ".partial" / "whisper-small" / "parts" / "model.bin.part"
    assert wait_until(lambda: part.exists() and part.stat().st_size == 3_000_000, 30)
    process.send_signal(number)
    _, said = process.communicate(timeout=30)
    gate.set()
    assert process.returncode == code
    assert said == "parley: stopped; what came is kept, and the same command goes on from there.\n"
    server.requests.clear()
    assert run("models", "pull", "small").code == 0
    assert "bytes=3000000-" in [one.range for one in server.requests]


def test_looking_at_models_opens_no_connection(home: Path, environment: dict[str, str]) -> None:  # noqa: F811
    for words in ("models list --all", "models where", "models repair"):
        trace = home.parent / "trace"
        command = ["strace", "-f", "-qq", "--seccomp-bpf", "-e", "trace=connect,sendto", "-o", str(trace)]
        command += [sys.executable, "-m", "desktop", *words.split()]
        subprocess.run(command, env=environment, capture_output=True, timeout=60, check=True, cwd=ROOT)
        assert "AF_INET" not in trace.read_text()


def test_a_bar_is_shown_on_a_terminal(home: Path, environment: dict[str, str]) -> None:  # noqa: F811
    leader, follower = pty.openpty()
    command = [sys.executable, "-m", "desktop", "models", "pull", "small"]
    terminal = {**environment, "TERM": "xterm", "COLUMNS": "100"}
    process = subprocess.Popen(command, env=terminal, stderr=follower, stdout=subprocess.PIPE, cwd=ROOT)
    os.close(follower)
    shown = b""
    while True:
        try:
            piece = os.read(leader, 4096)
        except OSError:  # the other end is closed
            break
        if not piece:
            break
        shown += piece
    out, _ = process.communicate(timeout=30)
    os.close(leader)
    assert (process.returncode, out) == (0, b"Whisper small is installed.\n")
    assert b"Whisper small" in shown
    assert b"MB" in shown

"""Nobody uses a cloud engine by accident, and no key is written anywhere: real programs, traced and searched."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from tests.command_line import run_parley
from tests.conftest import TEST_AUDIO

KEY = "k-5up3r-s3cr3t"
ON = {
    "PARLEY_CLOUD__RECOGNITION": "openai, deepgram, google, realtime",
    "PARLEY_CLOUD__TRANSLATION": "libretranslate, deepl, google",
    "PARLEY_CLOUD__SPEECH": "openai, google",
}
RECORDING = str(TEST_AUDIO / "en-00.flac")
LIBRARIES = ("google", "grpc", "openai", "deepgram", "deepl")
LOADED = f"""
import sys
from desktop.cli import main
code = main(["transcribe", {RECORDING!r}, "--language", "en", "--to", "es"])
for name in sorted(sys.modules):
    if name.split(".")[0] in {LIBRARIES!r} or ".backends.cloud" in name:
        print("loaded", name)
sys.exit(code)
"""


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """A user's, with a keyring that has a key for everything."""
    made = {name: value for name, value in os.environ.items() if not name.startswith(("XDG_", "PULSE_", "PARLEY_"))}
    made.pop("DISPLAY", None)
    if places := os.environ.get("PARLEY_MODEL_PACKAGES"):
        made["PARLEY_MODEL_PACKAGES"] = places
    secrets = {f"parley/cloud-{name}": KEY for name in ("google", "openai", "deepgram", "deepl", "libretranslate")}
    ring = tmp_path / "keyring.json"
    ring.write_text(json.dumps(secrets))
    made |= {"PYTHON_KEYRING_BACKEND": "tests.kept_keyring.KeptKeyring", "KEPT_KEYRING": str(ring)}
    return made | {"HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path), "PARLEY_RECOGNITION__MODEL": "starter"}


class Provider(ThreadingHTTPServer):
    """Refuses every key, and says it aloud."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        super().__init__(("127.0.0.1", 0), _Refusing)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Refusing(BaseHTTPRequestHandler):
    server: Provider

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.asked.append(f"{self.headers}{body.decode('utf-8', 'replace')}")
        answer = json.dumps({"error": {"message": f"wrong key {KEY}", "code": "invalid_api_key"}}).encode()
        self.send_response(401)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def do_GET(self) -> None:
        self.do_POST()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def provider() -> Iterator[Provider]:
    with Provider() as server:
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def traced(command: list[str], environment: dict[str, str], trace: Path) -> subprocess.CompletedProcess[str]:
    tracer = ["strace", "-f", "-qq", "--seccomp-bpf", "-e", "trace=socket,connect,sendto,sendmsg", "-o", str(trace)]
    return subprocess.run(
        [*tracer, sys.executable, *command], env=environment, capture_output=True, text=True, timeout=120, check=False
    )


def to_a_network(trace: Path) -> list[str]:
    return [line for line in trace.read_text().splitlines() if "AF_INET" in line or "AF_NETLINK" in line]


def test_with_everything_off_no_library_is_loaded_and_no_socket_made(
    environment: dict[str, str], tmp_path: Path
) -> None:
    done = traced(["-c", LOADED], environment, tmp_path / "trace")
    assert done.returncode == 0, done.stderr
    assert "school" in done.stdout
    assert "loaded" not in done.stdout
    assert to_a_network(tmp_path / "trace") == []


@pytest.mark.parametrize("where", ["variable", "setting", "flag", "file"])
def test_never_wins_over_all_that_is_switched_on(where: str, environment: dict[str, str], tmp_path: Path) -> None:
    command = ["-c", LOADED]
    environment |= ON
    if where == "variable":
        environment |= {"PARLEY_CLOUD": "never", "PARLEY_CLOUD__POLICY": "allow"}
    elif where == "setting":
        environment |= {"PARLEY_CLOUD__POLICY": "never"}
    elif where == "flag":
        command = ["-c", LOADED.replace('main(["', 'main(["--set", "cloud.policy=never", "')]
    else:
        file = tmp_path / "settings.toml"
        file.write_text('version = 1\n[cloud]\npolicy = "never"\n')
        environment |= {"PARLEY_CLOUD__POLICY": "allow"}
        flags = f'main(["--settings", {str(file)!r}, "--set", "cloud.policy=allow", "'
        command = ["-c", LOADED.replace('main(["', flags)]
    done = traced(command, environment, tmp_path / "trace")
    assert done.returncode == 0, done.stderr
    assert "school" in done.stdout
    assert "loaded" not in done.stdout
    assert to_a_network(tmp_path / "trace") == []


def test_what_is_switched_on_would_be_seen(environment: dict[str, str], provider: Provider, tmp_path: Path) -> None:
    environment |= {
        "PARLEY_CLOUD__TRANSLATION": "libretranslate",
        "PARLEY_CLOUD__LIBRETRANSLATE_ENDPOINT": provider.url,
    }
    done = traced(["-c", LOADED], environment, tmp_path / "trace")
    assert "loaded desktop.engine.translation.backends.cloud.libretranslate" in done.stdout
    assert to_a_network(tmp_path / "trace")


def test_a_key_is_in_no_file_no_log_and_no_error(
    environment: dict[str, str], provider: Provider, tmp_path: Path
) -> None:
    environment |= ON | {
        "PARLEY_CLOUD__RECOGNITION": "openai, realtime, deepgram",
        "PARLEY_CLOUD__TRANSLATION": "libretranslate, deepl",
        "PARLEY_CLOUD__SPEECH": "openai",
        "PARLEY_CLOUD__OPENAI_ENDPOINT": f"{provider.url}/v1",
        "PARLEY_CLOUD__REALTIME_ENDPOINT": f"{provider.url}/v1",
        "PARLEY_CLOUD__DEEPGRAM_ENDPOINT": provider.url,
        "PARLEY_CLOUD__LIBRETRANSLATE_ENDPOINT": provider.url,
        "PARLEY_CLOUD__DEEPL_ENDPOINT": provider.url,
    }
    written = []
    for command in (
        ["--verbose", "transcribe", RECORDING, "--language", "en", "--to", "es", "--format", "json"],
        ["--verbose", "engines", "test", "openai"],
        ["--verbose", "engines", "test", "realtime"],
        ["--verbose", "engines", "test", "deepgram"],
        ["--verbose", "engines", "test", "libretranslate"],
        ["--verbose", "engines", "test", "deepl"],
        ["engines", "list", "--json"],
        ["config", "list", "--json"],
        ["config", "secret", "list", "--json"],
        ["doctor", "--json"],
    ):
        done = run_parley(command, environment)
        written.append(f"{command}: {done.stdout}{done.stderr}")
        assert "Traceback" not in done.stderr, command
    assert any(KEY in asked for asked in provider.asked), "the keys did go to the providers"
    refused = [one for one in written if "does not accept the key" in one]
    assert len(refused) >= 4, written
    assert not [one for one in written if KEY in one]
    files = [path for path in tmp_path.rglob("*") if path.is_file() and path.name != "keyring.json"]
    assert [path for path in files if path.name == "parley.log"]
    assert [path for path in files if KEY.encode() in path.read_bytes()] == []

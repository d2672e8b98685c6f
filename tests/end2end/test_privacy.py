"""Nothing leaves the machine, and nothing that was said is written down where it does not belong."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import TEST_AUDIO

WORDS = ("school", "afternoon", "escuela", "tarde")


@pytest.fixture
def transcribed(tmp_path: Path) -> tuple[str, Path]:
    """One file transcribed and translated by the real program: (its calls to connect, its home)."""
    trace = tmp_path / "trace"
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("XDG_", "PULSE_"))}
    environment |= {"HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path)}
    environment.pop("DISPLAY", None)
    command = ["strace", "-f", "-qq", "--seccomp-bpf", "-e", "trace=connect,sendto,sendmsg", "-o", str(trace)]
    command += [sys.executable, "-m", "desktop", "--verbose", "transcribe", str(TEST_AUDIO / "en-00.flac")]
    command += ["--language", "en", "--to", "es", "--format", "json"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=True)
    assert WORDS[0] in done.stdout
    assert WORDS[2] in done.stdout
    assert not [word for word in WORDS if word in done.stderr]
    return trace.read_text(), tmp_path


def test_a_session_opens_no_connection_and_leaves_no_words_behind(transcribed: tuple[str, Path]) -> None:
    calls, home = transcribed
    assert [line for line in calls.splitlines() if "AF_INET" in line or "AF_NETLINK" in line] == []
    written = [path for path in home.rglob("*") if path.is_file() and path.name != "trace"]
    assert [path for path in written if "Microsoft" in str(path)] == []
    for path in written:
        content = path.read_bytes().lower()
        assert not [word for word in WORDS if word.encode() in content], path

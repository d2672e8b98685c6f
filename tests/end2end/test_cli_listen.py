"""`parley listen` on a real sound server and in a real terminal."""

import itertools
import json
import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from desktop.bench.live.virtual_audio import VirtualAudio
from desktop.system.paths import RESOURCES
from tests.waiting import wait_until

TEST = RESOURCES / "starter" / "test"
PATIENCE = 60.0


@pytest.fixture(scope="module")
def audio() -> Iterator[VirtualAudio]:
    with VirtualAudio() as server:
        yield server


class Listening:
    """A running `parley listen` whose output is read as it comes."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self._out = (folder / "out").open("w+", encoding="utf-8")
        self._err = (folder / "err").open("w+", encoding="utf-8")
        environment = {**os.environ, "PYTHONPATH": str(RESOURCES.parent)}
        command = [sys.executable, "-m", "desktop", "--set", "recognition.language=en", "listen", *arguments]
        self.process = subprocess.Popen(command, stdout=self._out, stderr=self._err, env=environment, cwd=folder)

    def out(self) -> str:
        return Path(self._out.name).read_text(encoding="utf-8")

    def err(self) -> str:
        return Path(self._err.name).read_text(encoding="utf-8")

    def wait_for(self, text: str) -> None:
        def is_there() -> bool:
            has_ended = self.process.poll() is not None
            found = text in self.out() + self.err()
            assert found or not has_ended, self.err()
            return found

        assert wait_until(is_there, PATIENCE), self.out() + self.err()

    def end(self) -> int:
        try:
            return self.process.wait(PATIENCE)
        finally:
            self.process.kill()
            self.process.wait()
            self._out.close()
            self._err.close()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_captions_of_the_microphone_until_a_signal(audio: VirtualAudio, tmp_path: Path, number: int) -> None:
    listening = Listening(tmp_path, "--to", "es")
    try:
        listening.wait_for("Ctrl+C stops")
        audio.play(TEST / "en-00.flac", latency=500).wait(PATIENCE)
        listening.wait_for("Iré a la escuela por la tarde.")
        # The second sentence is stopped right at its end: its last words are still shown.
        audio.play(TEST / "en-08.flac", latency=500).wait(PATIENCE)
        listening.process.send_signal(number)
    finally:
        code = listening.end()
    assert code == 0
    assert "Traceback" not in listening.err()
    lines = listening.out().splitlines()
    assert lines[:2] == ["I will go to the school in the afternoon.", "  → Iré a la escuela por la tarde."]
    assert lines[2].startswith("The price is nine")


def test_json_lines_of_what_the_computer_plays(audio: VirtualAudio, tmp_path: Path) -> None:
    listening = Listening(tmp_path, "--source", "loopback:speakers", "--json")
    try:
        listening.wait_for('"state": "listening"')
        audio.play(TEST / "en-00.flac", "speakers", latency=500).wait(PATIENCE)
        listening.wait_for('"is_final": true')
        listening.process.send_signal(signal.SIGINT)
    finally:
        code = listening.end()
    assert code == 0
    records = [json.loads(line) for line in listening.out().splitlines()]
    transcripts = [record for record in records if record["type"] == "transcript"]
    assert transcripts[-1]["committed"] == "I will go to the school in the afternoon."
    assert len(transcripts) > 1
    for earlier, later in itertools.pairwise(transcripts):
        assert later["committed"].startswith(earlier["committed"])
    assert records[-1] == {"type": "state", "state": "idle", "detail": ""}


def test_a_device_that_is_not_there_is_one_sentence(audio: VirtualAudio, tmp_path: Path) -> None:
    listening = Listening(tmp_path, "--source", "microphone:gone")
    assert listening.end() == 1
    (line,) = listening.err().splitlines()
    assert "gone" in line
    assert listening.out() == ""


def test_devices_lists_what_can_be_listened_to(audio: VirtualAudio) -> None:
    command = [sys.executable, "-m", "desktop", "devices", "--json"]
    done = subprocess.run(command, cwd=RESOURCES.parent, capture_output=True, text=True, timeout=PATIENCE, check=True)
    found = json.loads(done.stdout)
    assert "microphone:virtmic" in [one["id"] for one in found["microphones"]]
    assert {"loopback:speakers.monitor", "loopback:headset.monitor"} <= {one["id"] for one in found["loopbacks"]}
    assert [one["id"] for one in found["outputs"] if one["is_default"]] == ["output:speakers"]


def test_the_terminal_shows_words_as_they_come(tmp_path: Path) -> None:
    shown = in_terminal(["listen", "--source", str(TEST / "en-00.flac"), "--language", "en", "--to", "es"], tmp_path)
    assert "\x1b[2m" in shown, "unconfirmed words are dimmed"
    lines = [line for line in on_screen(shown) if not line.startswith("parley:")]
    assert lines == ["I will go to the school in the afternoon.", "  → Iré a la escuela por la tarde."]
    assert shown.rfind("\x1b[?25h") > shown.rfind("\x1b[?25l"), "the cursor is back"


def on_screen(written: str) -> list[str]:
    """What is left on a terminal, line by line: carriage return, line feed, cursor up and erase line are obeyed."""
    lines, row = [""], 0
    column = 0
    for part in re.findall(r"\x1b\[[0-9;?]*[A-Za-z]|\r|\n|[^\x1b\r\n]+", written):
        if part == "\r":
            column = 0
        elif part == "\n":
            row += 1
            if row == len(lines):
                lines.append("")
        elif part.endswith("A") and part.startswith("\x1b"):
            row -= int(part[2:-1] or 1)
        elif part == "\x1b[2K":
            lines[row] = ""
        elif not part.startswith("\x1b"):
            lines[row] = lines[row][:column].ljust(column) + part + lines[row][column + len(part) :]
            column += len(part)
    return [line.rstrip() for line in lines if line.strip()]


def in_terminal(arguments: Sequence[str], folder: Path) -> str:
    """Everything that a command writes to a wide terminal; it must succeed."""
    leader, follower = pty.openpty()
    environment = {**os.environ, "PYTHONPATH": str(RESOURCES.parent), "TERM": "xterm-256color", "COLUMNS": "200"}
    process = subprocess.Popen(
        [sys.executable, "-m", "desktop", *arguments],
        stdin=follower,
        stdout=follower,
        stderr=follower,
        env=environment,
        cwd=folder,
    )
    os.close(follower)
    shown = b""
    deadline = time.monotonic() + PATIENCE
    try:
        while time.monotonic() < deadline and select.select([leader], [], [], deadline - time.monotonic())[0]:
            try:
                data = os.read(leader, 65536)
            except OSError:  # the other side is closed
                break
            shown += data
        assert process.wait(PATIENCE) == 0
    finally:
        process.kill()
        process.wait()
        os.close(leader)
    return shown.decode()

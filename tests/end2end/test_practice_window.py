"""People are read along in the window of a new user: a recording of the right text, and one into the microphone of a
text with other words in it."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from desktop.bench.live.virtual_audio import VirtualAudio
from desktop.bench.people.prompts import Prompt
from desktop.bench.speech import half
from tests.end2end.human_speech import base, home
from tests.real_models import ROOT, as_wav, environment
from tests.virtual_desktop import VirtualDesktop
from tests.waiting import wait_until

__all__ = ["base", "home"]  # fixtures
pytestmark = pytest.mark.real_models
COUNT = 3
OTHER = "elephants"


@pytest.fixture(scope="module")
def desk() -> Iterator[VirtualDesktop]:
    with VirtualDesktop() as screen:
        yield screen


@pytest.fixture(scope="module")
def audio() -> Iterator[VirtualAudio]:
    with VirtualAudio() as sound:
        yield sound


@pytest.fixture(scope="module")
def spoken() -> tuple[Prompt, ...]:
    return half("en", COUNT)


class Reader:
    """The app in which a text is read along, and what it noted."""

    def __init__(self, desk: VirtualDesktop, home: Path, lines: list[str], source: str, place: Path) -> None:
        text, self._journal = place / "text.txt", place / "journal"
        text.write_text("\n".join(lines), encoding="utf-8")
        self._journal.touch()
        settings = place / "settings.toml"
        settings.write_text('version = 1\n[recognition]\nlanguage = "en"\n')
        script = str(Path(__file__).with_name("practice_app.py"))
        self._process = subprocess.Popen(
            [sys.executable, script, str(self._journal), str(text), source, str(place), "--settings", str(settings)],
            env=environment(home) | desk.environment,
            cwd=ROOT,
            stderr=subprocess.PIPE,
            text=True,
        )

    def notes(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self._journal.read_text(encoding="utf-8").splitlines()]

    def end(self) -> list[dict[str, Any]]:
        """What it noted, when it has ended by itself."""
        try:
            _, told = self._process.communicate(timeout=250)
        finally:
            self._process.kill()
        assert (self._process.returncode, told) == (0, ""), self.notes()[-2:]
        return self.notes()


def marks_of(notes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    result = next(note["result"] for note in notes if "result" in note)
    found: list[dict[str, Any]] = result["feedback"]["words"]
    return found


def test_what_a_person_reads_is_marked_and_nobody_else_hears_it(
    desk: VirtualDesktop, base: Path, home: Path, spoken: tuple[Prompt, ...], tmp_path: Path
) -> None:
    assert len(spoken) == COUNT
    sound = as_wav(spoken, tmp_path / "spoken.wav", 0.6)
    notes = Reader(desk, home, [one.text for one in spoken], f"file:{sound}", tmp_path).end()
    words = marks_of(notes)
    right = [word for word in words if word["status"] == "correct"]
    assert len(right) >= 0.95 * len(words), [word for word in words if word["status"] != "correct"]
    assert [one for one in (note.get("state") for note in notes) if one][-3:] == ["finishing", "checking", "done"]
    assert not [note for note in notes if "heard_by_the_app" in note]
    live = [note["marks"] for note in notes if "marks" in note]
    assert len(live) > 5  # while it was read, not only at the end
    assert (tmp_path / "practice-result.png").stat().st_size > 10_000
    kept = list((home / "data" / "parley" / "practice").glob("*.json"))
    assert len(kept) == 1
    assert not list((home / "data" / "parley" / "practice").glob("*.wav"))


def test_a_word_that_was_not_said_into_the_microphone_is_not_correct(
    desk: VirtualDesktop, audio: VirtualAudio, base: Path, home: Path, spoken: tuple[Prompt, ...], tmp_path: Path
) -> None:
    sound = as_wav(spoken, tmp_path / "spoken.wav", 0.6)
    lines = [one.text.split() for one in spoken]
    for line in lines:
        line[len(line) // 2] = OTHER
    reader = Reader(desk, home, [" ".join(line) for line in lines], "microphone:virtmic", tmp_path)
    assert wait_until(lambda: any(note.get("state") == "listening" for note in reader.notes()), 60)
    audio.play(sound, "micfeed", latency=500).wait()
    words = marks_of(reader.end())  # it leaves the microphone by itself after the last word
    replaced = [word for word in words if word["word"] == OTHER]
    assert len(replaced) == COUNT
    assert all(word["status"] in ("wrong", "missing") for word in replaced), replaced
    others = [word for word in words if word["word"] != OTHER]
    assert sum(word["status"] == "correct" for word in others) >= 0.85 * len(others), others

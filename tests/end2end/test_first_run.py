"""From the very first start to the first subtitle: the real app, a real screen and audio server, a mouse that clicks,
and a server with models. Counted are the clicks; nothing is typed."""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from desktop.bench.live.virtual_audio import VirtualAudio
from desktop.settings.store import SettingsStore
from tests.conftest import TEST_AUDIO
from tests.end2end.test_whole_path import overlay_words, words
from tests.model_server import Fault, ModelServer, catalogue_of, served
from tests.virtual_desktop import VirtualDesktop
from tests.waiting import wait_until

MOST_CLICKS = 12
STILL = 0.35
"""seconds after which something has found its place: the app tells places ten times a second"""


UNPAINTED = "QBackingStore::flush() called for"
"""What Qt says on a busy machine, when a window is closed before it was painted; it does no harm"""


class Mouse:
    """Clicks what a user sees, by its name, and counts."""

    def __init__(self, desk: VirtualDesktop, places: Path) -> None:
        self._desk = desk
        self._places = places
        self.clicks = 0

    def sees(self) -> dict[str, Any]:
        if not self._places.exists():
            return {"buttons": {}, "items": {}, "words": []}
        return json.loads(self._places.read_text(encoding="utf-8"))  # type: ignore[no-any-return]

    def waits_for_words(self, text: str, timeout: float = 30) -> None:
        found = wait_until(lambda: any(text in one for one in self.sees()["words"]), timeout)
        assert found, (text, self.sees()["words"])

    def click(self, name: str, kind: str = "buttons", timeout: float = 30) -> None:
        """Move to the middle of it and press; it may still be moving into its place."""
        seen: list[int] = []
        since = 0.0

        def stands_still() -> bool:
            nonlocal seen, since
            place = next((at for text, at in self.sees()[kind].items() if text.startswith(name)), [])
            if place != seen:
                seen, since = place, time.monotonic()
            return bool(seen) and time.monotonic() - since > STILL

        assert wait_until(stands_still, timeout), (name, self.sees()[kind])
        x, y = seen
        self._desk.run(["xdotool", "mousemove", "--sync", str(x), str(y), "click", "1"])
        self.clicks += 1


class FirstStart:
    """The app on an empty machine whose hub is the test's server."""

    def __init__(self, desk: VirtualDesktop, server: ModelServer, home: Path) -> None:
        self.home = home
        self.settings = home / "config" / "parley" / "settings.toml"
        self.models = home / "data" / "parley" / "models"
        self._journal = home / "journal"
        self._journal.touch()
        self.mouse = Mouse(desk, home / "places.json")
        self.mouse._places.unlink(missing_ok=True)
        script = Path(__file__).with_name("clickable_app.py")
        root = str(script.parents[2])
        own = {f"XDG_{name.upper()}_HOME": str(home / name) for name in ("config", "data", "cache", "state")}
        hub = {"PARLEY_MODELS__HUB": server.address, "PARLEY_MODELS__ARGOS": f"{server.address}/argos/"}
        self._errors = home / "errors"
        with self._errors.open("w") as errors:
            self.process = subprocess.Popen(
                [sys.executable, str(script), str(self._journal), str(self.mouse._places)],
                stderr=errors,
                cwd=root,
                env={**os.environ, **own, **hub, "HOME": str(home), "PYTHONPATH": root, "LANG": "en_GB.UTF-8"},
            )

    def notes(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self._journal.read_text(encoding="utf-8").splitlines()]

    def told(self, kind: str, text: str) -> bool:
        return any(note.get(kind) == text for note in self.notes())

    def finals(self, kind: str) -> list[str]:
        """Texts that do not change any more: `transcript` or `translation`."""
        return [note[kind] for note in self.notes() if note.get("final") and note.get(kind)]

    def quit(self) -> None:
        self.process.terminate()
        assert self.process.wait(30) == 0
        said = self._errors.read_text().splitlines()
        assert [line for line in said if not line.startswith(UNPAINTED)] == []

    def kill(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


@pytest.fixture(scope="module")
def desk() -> Iterator[VirtualDesktop]:
    with VirtualDesktop((1280, 900), tray=True) as screen:
        yield screen


@pytest.fixture(scope="module")
def sound() -> Iterator[VirtualAudio]:
    with VirtualAudio() as audio:
        yield audio


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with served() as server:
        yield server


@pytest.fixture
def first_start(desk: VirtualDesktop, sound: VirtualAudio, server: ModelServer, tmp_path: Path) -> Iterator[FirstStart]:
    entries = [server.add_whisper("small", pinned=True), server.add_package("en", "es")]
    file = tmp_path / "data" / "parley" / "models" / "catalogue.json"
    file.parent.mkdir(parents=True)
    catalogue_of(entries, file)
    app = FirstStart(desk, server, tmp_path)
    yield app
    app.kill()


def test_from_nothing_to_the_first_subtitle_in_twelve_clicks(
    desk: VirtualDesktop,
    sound: VirtualAudio,
    server: ModelServer,
    first_start: FirstStart,
    manifest: dict[str, Any],
    tmp_path: Path,
) -> None:
    mouse, phrase = first_start.mouse, manifest["en-01"]
    desk.wait_for_window("^First steps$")
    mouse.click("Translate into")
    mouse.click("Spanish", "items")
    mouse.waits_for_words("Parley writes down English and translates it into Spanish.")
    mouse.click("Continue")

    mouse.waits_for_words("English → Spanish needs 2 more")
    mouse.click("Fetch")
    mouse.waits_for_words("Everything for English → Spanish is installed")
    mouse.click("Continue")

    # The test of the microphone is made with the model that was fetched.
    mouse.waits_for_words("the bars should move")
    mouse.click("Test for 3 seconds")
    sound.play(TEST_AUDIO / "en-03.flac", "micfeed").wait()
    mouse.waits_for_words("That is what Whisper small understood.")
    heard = next(one for one in mouse.sees()["words"] if one.startswith("“"))
    assert set(words(heard)) & set(words(manifest["en-03"]["text"]))
    assert "Parley hears you." in mouse.sees()["words"]
    mouse.click("Continue")

    mouse.waits_for_words("What should happen with it?")
    mouse.click("Continue")
    mouse.waits_for_words("Ready to start")
    mouse.click("Start")

    assert wait_until(lambda: first_start.told("state", "listening"), 30), first_start.notes()
    sound.play(TEST_AUDIO / "en-01.flac", "micfeed").wait()
    assert wait_until(lambda: bool(first_start.finals("translation")), 30), first_start.notes()[-3:]
    (transcript,), (translation,) = first_start.finals("transcript"), first_start.finals("translation")
    # A busy machine may cost the recording a few milliseconds and so a word.
    assert len(set(words(phrase["text"])) & set(words(transcript))) >= 0.7 * len(set(words(phrase["text"])))
    shown = " ".join(first_start.notes()[-1]["overlay"].split())
    assert " ".join(transcript.split()[-4:]) in shown
    assert " ".join(translation.split()[-4:]) in shown
    seen = overlay_words(desk, tmp_path / "screen.png")
    assert len([word for word in words(shown) if word not in seen]) <= 2, (shown, seen)
    assert mouse.clicks <= MOST_CLICKS

    # What recognises is what was fetched, not the starter model.
    assert (first_start.models / "whisper" / "small" / "model.bin").exists()
    assert any("Whisper small" in one for one in [*mouse.sees()["words"], *mouse.sees()["buttons"]])
    saved = SettingsStore(first_start.settings, environment={}).current
    assert (saved.recognition.language, saved.translation.target) == ("en", "es")
    first_start.quit()


def test_it_can_be_left_at_any_page_and_does_not_come_again(
    desk: VirtualDesktop, server: ModelServer, first_start: FirstStart
) -> None:
    mouse = first_start.mouse
    desk.wait_for_window("^First steps$")
    mouse.waits_for_words("Which languages?")
    mouse.click("Continue")
    mouse.waits_for_words("Models for your languages")
    mouse.click("Set up later")
    assert wait_until(lambda: "Set up later" not in mouse.sees()["buttons"], 10)
    assert wait_until(first_start.settings.exists, 10)
    first_start.quit()
    again = FirstStart(desk, server, first_start.home)
    try:
        desk.wait_for_window("^Parley$")
        assert wait_until(lambda: "Start" in mouse.sees()["buttons"], 20)
        assert "Set up later" not in mouse.sees()["buttons"]
        mouse.waits_for_words("Only a phrasebook")
        mouse.click("Menu")
        mouse.click("First steps", "items")
        desk.wait_for_window("^First steps$")
        again.quit()
    finally:
        again.kill()


def test_a_download_goes_on_when_its_window_is_closed_and_after_a_restart(
    desk: VirtualDesktop, server: ModelServer, first_start: FirstStart
) -> None:
    gate = threading.Event()
    server.faults.append(Fault("model.bin", hold=gate, hold_after=4_000_000))
    mouse = first_start.mouse
    desk.wait_for_window("^First steps$")
    mouse.waits_for_words("Which languages?")
    mouse.click("Continue")
    mouse.waits_for_words("needs one more")
    mouse.click("Fetch")
    mouse.waits_for_words("Fetching")
    mouse.click("Set up later")
    assert wait_until(lambda: any("Fetching 1 model" in one for one in mouse.sees()["buttons"]), 20), mouse.sees()
    part = first_start.models / ".partial"
    assert wait_until(lambda: any(size_of(file) >= 3_900_000 for file in part.rglob("model.bin.part")), 20)
    first_start.quit()
    assert not (first_start.models / "whisper" / "small").exists()
    gate.set()
    again = FirstStart(desk, server, first_start.home)
    try:
        desk.wait_for_window("^Parley$")
        mouse.waits_for_words("Only a phrasebook")  # what is opened before the start is complete may close again
        mouse.click("Menu")
        mouse.click("Models", "items")
        mouse.click("Fetch")
        mouse.waits_for_words("Everything for English is installed")
        assert (first_start.models / "whisper" / "small" / "model.bin").exists()
        resumed = [one for one in server.requests if "model.bin" in one.path and one.range]
        assert resumed, server.requests
        assert resumed[-1].status == 206
        again.quit()
    finally:
        again.kill()


def size_of(file: Path) -> int:
    """Bytes; 0 of a file that has just been renamed."""
    try:
        return file.stat().st_size
    except FileNotFoundError:
        return 0

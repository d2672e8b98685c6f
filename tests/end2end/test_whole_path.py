"""The real app on a real screen and a real audio server: what is said is shown, typed once, and spoken translated."""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Self

import jiwer
import numpy as np
import pytest

from desktop.bench.live.virtual_audio import VirtualAudio
from tests.conftest import TEST_AUDIO, read_audio
from tests.end2end.typing_harness import Editor
from tests.end2end.wayland_session import WaylandDesk
from tests.signals import heard
from tests.virtual_desktop import VirtualDesktop
from tests.waiting import wait_until


class RunningApp:
    """The app as a process, and what it noted; a context manager that ends it."""

    def __init__(
        self,
        desk: VirtualDesktop | WaylandDesk,
        directory: Path,
        environment: Mapping[str, str] = os.environ,
        **settings: str,
    ) -> None:
        self._desk = desk
        self._journal = directory / "journal"
        self._journal.touch()
        self.settings = directory / "settings.toml"
        arguments = ["--start", "--settings", str(self.settings)]
        for key, value in settings.items():
            arguments += ["--set", f"{key.replace('__', '.')}={value}"]
        script = Path(__file__).with_name("observed_app.py")
        root = str(script.parents[2])
        self._errors = directory / "errors"
        with self._errors.open("w") as errors:
            self.process = subprocess.Popen(
                [sys.executable, str(script), str(self._journal), *arguments],
                stderr=errors,
                cwd=root,
                env={**environment, "PYTHONPATH": root},
            )

    def __enter__(self) -> Self:
        try:
            self.window = self._desk.wait_for_window("^Parley")
            assert self.wait_for("state", "listening"), self.complaints()
        except BaseException:
            self.process.kill()
            self.process.wait()
            raise
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if error is None:
            self.quit()
        elif self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def notes(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self._journal.read_text(encoding="utf-8").splitlines()]

    def quiet_for(self) -> float:
        """Seconds since the latest note."""
        return time.time() - self._journal.stat().st_mtime

    def wait_for(self, kind: str, text: str, *, final: bool = False) -> bool:
        """Whether a note of the kind with this text comes."""

        def found() -> bool:
            return any(note.get(kind) == text and note.get("final", False) >= final for note in self.notes())

        return wait_until(found, 30)

    def complaints(self) -> str:
        return self._errors.read_text() + str(self.notes()[-3:])

    def quit(self) -> None:
        """As a session that ends does; the app must leave in time, without a word."""
        self.process.terminate()
        assert self.process.wait(10) == 0
        assert self._errors.read_text() == ""


@pytest.fixture
def desk() -> Iterator[VirtualDesktop]:
    with VirtualDesktop() as screen:
        yield screen


@pytest.fixture
def sound() -> Iterator[VirtualAudio]:
    with VirtualAudio() as audio:
        yield audio


@pytest.fixture
def editors(desk: VirtualDesktop, tmp_path: Path) -> Iterator[dict[str, Editor]]:
    with ExitStack() as stack:
        opened = {}
        for index, kind in enumerate(("qt", "gtk", "xterm")):
            opened[kind] = Editor(desk, kind, tmp_path / f"{kind}.txt", f"Editor {kind}")
            stack.callback(opened[kind].close)
            place = ["wmctrl", "-i", "-r", opened[kind].window, "-e", f"0,{40 + 460 * index},60,440,300"]
            desk.run(place, check=False)
        yield opened


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def overlay_words(desk: VirtualDesktop | WaylandDesk, path: Path) -> list[str]:
    """What a reader sees in the lower part of the screen, by optical character recognition."""
    desk.screenshot(path)
    width, height = desk.size
    cut = path.with_suffix(".cut.png")
    subprocess.run(
        ["/usr/bin/convert", str(path), "-crop", f"{width}x{height // 3}+0+{height * 2 // 3}", "-colorspace", "Gray",
         "-negate", "-resize", "60%", str(cut)], check=True,
    )  # fmt: skip
    read = subprocess.run(["tesseract", str(cut), "-", "--psm", "6"], capture_output=True, text=True, check=True)
    return words(read.stdout)


def piper(text: str, language: str) -> np.ndarray:
    """What Piper says, at 16 kHz."""
    import soxr

    from desktop.engine.speech.backends.piper import PiperSynthesizer

    voice = PiperSynthesizer()
    voice.load(language, "", lambda _: None)
    chunks = list(voice.synthesize(text, language))
    return soxr.resample(np.concatenate([chunk.samples for chunk in chunks]), chunks[0].sample_rate, 16_000)


def test_what_the_microphone_hears_is_shown_typed_once_and_spoken_translated(
    desk: VirtualDesktop, sound: VirtualAudio, editors: dict[str, Editor], manifest: dict[str, Any], tmp_path: Path
) -> None:
    recording = Recording(sound, tmp_path / "spoken.wav", "headset.monitor")
    app = RunningApp(
        desk, tmp_path, audio__source="microphone:virtmic", recognition__language="en", translation__target="es",
        typing__enabled="true", speech__enabled="true", speech__output="output:headset", speech__backend="piper",
    )  # fmt: skip
    with recording, app:
        said = {"qt": "en-02", "gtk": "en-06", "xterm": "en-03"}
        for kind, name in said.items():
            entry = manifest[name]
            editors[kind].focus()
            sound.play(TEST_AUDIO / f"{name}.flac", "micfeed", latency=500).wait()
            assert app.wait_for("transcript", entry["text"], final=True), app.complaints()
            assert app.wait_for("translation", entry["translation"], final=True), app.complaints()
            shown = " ".join(app.notes()[-1]["overlay"].split())
            assert entry["text"] in shown
            assert entry["translation"] in shown
            seen = overlay_words(desk, tmp_path / f"{name}.png")
            missing = [word for word in words(entry["text"]) if word not in seen]
            assert len(missing) <= 1, (seen, missing)
            assert editors[kind].shows(entry["text"]), editors[kind].read()
            assert desk.active_window() == editors[kind].window
            assert recording.waits_for_speech()
        # Once, and nowhere else.
        for kind, name in said.items():
            assert editors[kind].read() == manifest[name]["text"]
        clauses = [note["spoken"] for note in app.notes() if note.get("spoken")]
        assert " ".join(clauses) == " ".join(manifest[name]["translation"] for name in said.values())
    for clause in clauses:
        assert heard(piper(clause, "es"), read_audio(recording.path)) > 0.9, clause


def test_what_the_speakers_play_is_shown_typed_and_spoken_translated(
    desk: VirtualDesktop, sound: VirtualAudio, editors: dict[str, Editor], manifest: dict[str, Any], tmp_path: Path
) -> None:
    recording = Recording(sound, tmp_path / "spoken.wav", "headset.monitor")
    app = RunningApp(
        desk, tmp_path, audio__source="loopback:speakers", recognition__language="es", translation__target="en",
        typing__enabled="true", typing__text="translation", speech__enabled="true", speech__output="output:headset",
        speech__backend="espeak",
    )  # fmt: skip
    with recording, app:
        expected = []
        for kind, name in {"qt": "es-02", "gtk": "es-04", "xterm": "es-07"}.items():
            entry = manifest[name]
            editors[kind].focus()
            sound.play(TEST_AUDIO / f"{name}.flac", "speakers", latency=500).wait()
            assert app.wait_for("transcript", entry["text"], final=True), app.complaints()
            assert editors[kind].shows(entry["translation"]), (editors[kind].read(), app.complaints())
            assert entry["translation"] in " ".join(app.notes()[-1]["overlay"].split())
            expected.append(entry["translation"])
            assert recording.waits_for_speech()
    assert jiwer.wer(" ".join(words(" ".join(expected))), " ".join(words(_listen(recording.path)))) < 0.2


class Recording:
    """What an output plays, while it is being recorded; a context manager that ends the recording."""

    def __init__(self, sound: VirtualAudio, path: Path, device: str) -> None:
        self.path = path
        self._process = sound.record(path, device)
        self._checked = 0

    def _samples(self) -> np.ndarray:
        content = self.path.read_bytes()[44:]
        return np.frombuffer(content[: len(content) // 2 * 2], np.int16)

    def waits_for_speech(self) -> bool:
        """Whether something is spoken, after what was waited for before, and ends."""

        def has_spoken() -> bool:
            new = self._samples()[self._checked :]
            return len(new) > 48_000 and np.abs(new).max() > 500 and np.abs(new[-24_000:]).max() < 50

        done = wait_until(has_spoken, 20)
        self._checked = len(self._samples())
        return done

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait()


def _listen(path: Path) -> str:
    """What the starter recogniser understands of a recording, utterance by utterance."""
    from desktop.engine.audio.sources.file import FileSource
    from desktop.engine.engine import Engine
    from desktop.engine.events import Event, State, StateChanged, TranscriptUpdate
    from desktop.settings.declaration import Settings

    engine = Engine(Settings.model_validate({"recognition": {"language": "en"}}))
    finals: list[str] = []

    def take(event: Event) -> None:
        if isinstance(event, TranscriptUpdate) and event.is_final:
            finals.append(event.committed)
        elif isinstance(event, StateChanged) and event.state in (State.IDLE, State.FAILED):
            engine.close()

    engine.subscribe(take)
    engine.start(FileSource(path))
    engine.run()
    return " ".join(finals)

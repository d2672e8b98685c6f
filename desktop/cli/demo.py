"""`parley demo`: the bundled recording through the whole path, without any sound device.

The recording is played in real time into the engine; captions and translation appear as they come; the
subtitles and the spoken translation are written as files. Runs on the main thread.
"""

import json
import sys
import time
from pathlib import Path
from typing import Any

from desktop import paths
from desktop.bench.delays import Delays, Sentence, Timeline, delays
from desktop.bench.figures import summarized
from desktop.cli.captions import printer_for
from desktop.cli.messages import say
from desktop.cli.options import Options
from desktop.cli.session import Session
from desktop.engine.audio.file import FileSource
from desktop.engine.audio.speech_file import SpeechFile
from desktop.engine.audio.watched import WatchedSource
from desktop.engine.errors import FileUnreadable
from desktop.engine.events import SAMPLE_RATE, AudioFrame, ErrorEvent, State, StateChanged
from desktop.engine.export import Format, Transcript, rendered
from desktop.engine.languages import language_name
from desktop.engine.pipeline import Backends
from desktop.settings import Settings

RECORDING = paths.RESOURCES / "samples" / "meeting-en.flac"


class _Clock:
    """Where the session is. `heard` comes from the source's thread."""

    def __init__(self) -> None:
        self.timeline = Timeline()
        self._began = 0.0

    def heard(self, frame: AudioFrame) -> None:
        now = time.monotonic()
        if not self._began:
            self._began = now - len(frame.samples) / SAMPLE_RATE
        self.timeline.add(len(frame.samples), now)

    def now(self) -> float:
        """Seconds since the recording began to play; goes on after its end."""
        return time.monotonic() - self._began if self._began else 0.0


class _KeptSpeech(SpeechFile):
    """Everything that is spoken, to its end: closing the engine silences a speaker, but must not cut the file."""

    def stop(self) -> None:
        pass


def demo(options: Options, folder: Path, *, is_fast: bool) -> int:
    """Show it; returns the exit code. Raises EngineError if something of it is missing."""
    about = _about()
    language, target = about["language"], about["translation_language"]
    settings = demo_settings(options, language, target)
    stem = f"{RECORDING.stem.removesuffix('-' + language)}-{language}-{target}"
    subtitles, speech = folder / f"{stem}.srt", folder / f"{stem}.wav"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        say(f"the folder {folder} cannot be made ({error.strerror}); name another one with --out.")
        return 1
    clock, transcript = _Clock(), Transcript()
    backends = Backends(output=lambda *_: _KeptSpeech(speech, clock.now))
    source = WatchedSource(FileSource(RECORDING, realtime=not is_fast), clock.heard)
    seconds = about["seconds"]
    pace = "as fast as it goes" if is_fast else f"{seconds:.0f} seconds, in real time"
    say(f"a recorded meeting in {language_name(language)}, translated into {language_name(target)} ({pace}).")
    say("the models are the starter ones, which know a phrasebook of about 900 words.")
    began = time.monotonic()
    loaded = 0.0
    with Session(settings, backends) as session:
        with printer_for(sys.stdout, target, as_json=False) as printer:
            for event in session.listen(source):
                clock.timeline.note(event, time.monotonic())
                transcript.add(event)
                printer.show(event)
                if isinstance(event, ErrorEvent):
                    say(event.message)
                elif isinstance(event, StateChanged) and event.state is State.LISTENING:
                    loaded = time.monotonic() - began
        failed = bool(session.errors)
        interrupted = session.interrupted_by
    took = time.monotonic() - began
    said = transcript.utterances()
    try:
        subtitles.write_text(rendered(said, Format.SRT), encoding="utf-8")
    except OSError as error:
        say(f"{subtitles} cannot be written ({error.strerror}); name another folder with --out.")
        return 1
    say(f"recogniser ready after {loaded:.1f} s; {seconds:.1f} s of recording done in {took:.1f} s.")
    if not is_fast and interrupted is None:
        for line in _sentences_about(delays(_sentences(about), clock.timeline)):
            say(line)
    say(f"subtitles in both languages: {subtitles}")
    if speech.exists():
        say(f"spoken translation: {speech}")
    else:
        say("the translation could not be spoken, so there is no WAV file.")
        failed = True
    return 1 if failed or not said else 0


def demo_settings(options: Options, language: str, target: str) -> Settings:
    """The user's settings with the starter models and everything that the demo shows switched on."""
    return options.settings(
        {
            "recognition.backend": "auto",
            "recognition.model": "starter",
            "recognition.language": language,
            "translation.target": target,
            "translation.live": True,
            "speech.enabled": True,
            "speech.backend": "auto",
            "speech.voice": f"{target}_{target.upper()}-tiny-x_low",
            "speech.output": "output:",
            "speech.mute_capture": "never",
        }
    )


def _about() -> dict[str, Any]:
    description = RECORDING.with_suffix(".json")
    try:
        about: dict[str, Any] = json.loads(description.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise FileUnreadable(
            f"The demo's recording is not complete ({description} cannot be read); install Parley again."
        ) from error
    return about


def _sentences(about: dict[str, Any]) -> tuple[Sentence, ...]:
    return tuple(Sentence.of(one) for one in about["sentences"])


def _sentences_about(found: Delays) -> list[str]:
    lines = []
    for values, what in (
        (found.first_partial, "first words shown after somebody begins to speak"),
        (found.final, "final text after the last word"),
        (found.speech, "spoken translation begins after the final text"),
    ):
        if values:
            figure = summarized(values)
            lines.append(f"{what}: {figure.median:.2f} s (median of {figure.count}, at most {figure.maximum:.2f} s).")
    return lines

"""`parley demo`: recordings of real people through the whole path, without any sound device.

They are played in real time into the engine; captions and translation appear as they come; the subtitles and the
spoken translation are written as files. Runs on the main thread.
"""

import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from desktop.bench.figures.delays import Delays, Timeline, delays
from desktop.bench.figures.errors import summarized
from desktop.bench.live.harness import write_wav
from desktop.cli.captions import printer_for
from desktop.cli.commands.demo_recordings import Part, programme
from desktop.cli.messages import say
from desktop.cli.options import Options
from desktop.cli.ready_models import ready_models
from desktop.cli.session import EngineSession
from desktop.engine.audio.playback.speech_file import SpeechFile
from desktop.engine.audio.sources.file import FileSource
from desktop.engine.audio.sources.tapped import WatchedSource
from desktop.engine.events import SAMPLE_RATE, AudioFrame, ErrorEvent, State, StateChanged
from desktop.engine.live.backends import Backends
from desktop.engine.models.choice import chosen_model
from desktop.engine.transcript.export import Format, Transcript, rendered
from desktop.messages import text_of
from desktop.settings.declaration import Settings
from desktop.system.files import write_atomically


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


@dataclass(frozen=True, slots=True)
class _Played:
    """What came of a part. delays: None where they mean nothing."""

    has_failed: bool
    is_interrupted: bool
    delays: Delays | None = None


def demo(options: Options, folder: Path, *, is_fast: bool) -> int:
    """Show it; returns the exit code. Raises EngineError if something of it is missing."""
    ready_models()
    wanted = options.store.current
    model = chosen_model(wanted.recognition)
    shown = programme(model, wanted.speech.voice)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        say(f"the folder {folder} cannot be made ({error.strerror}); name another one with --out.")
        return 1
    for remark in shown.remarks:
        say(remark)
    everything = []
    for part in shown.parts:
        everything.append(_play(options, part, folder, is_fast=is_fast))
        if everything[-1].is_interrupted:
            break
    measured = [one.delays for one in everything if one.delays is not None]
    for line in _sentences_about(measured, model.label):
        say(line)
    return 1 if any(one.has_failed for one in everything) else 0


def _play(options: Options, part: Part, folder: Path, *, is_fast: bool) -> _Played:
    """Let a session of its own hear a part, and write its files."""
    subtitles, speech = folder / f"{part.name}.srt", folder / f"{part.name}.wav"
    clock, transcript = _Clock(), Transcript()
    voice = _KeptSpeech(speech, clock.now)
    backends = Backends(output=lambda *_: voice)
    pace = "as fast as it goes" if is_fast else f"{part.seconds:.0f} seconds, in real time"
    say(f"{part.about} ({pace}).")
    began = time.monotonic()
    loaded = 0.0
    with tempfile.TemporaryDirectory(prefix="parley-demo-") as place:
        recording = Path(place) / f"{part.name}.wav"
        try:
            write_wav(recording, part.samples)
        except OSError as error:
            say(f"the folder for temporary files takes no recording ({error.strerror}); set TMPDIR to another one.")
            return _Played(True, False)
        source = WatchedSource(FileSource(recording, realtime=not is_fast), clock.heard)
        with EngineSession(demo_settings(options, part), backends) as session:
            with printer_for(sys.stdout, part.target, as_json=False) as printer:
                for event in session.listen(source):
                    clock.timeline.note(event, time.monotonic())
                    transcript.add(event)
                    printer.show(event)
                    if isinstance(event, ErrorEvent):
                        say(text_of(event))
                    elif isinstance(event, StateChanged) and event.state is State.LISTENING:
                        loaded = time.monotonic() - began
            has_failed = bool(session.errors)
            is_interrupted = session.interrupted_by is not None
    took = time.monotonic() - began
    said = transcript.utterances()
    try:
        write_atomically(subtitles, rendered(said, Format.SRT))
    except OSError as error:
        say(f"{subtitles} cannot be written ({error.strerror}); name another folder with --out.")
        return _Played(True, is_interrupted)
    say(f"recogniser ready after {loaded:.1f} s; {part.seconds:.1f} s of recording done in {took:.1f} s.")
    say(f"subtitles{' in both languages' if part.target else ''}: {subtitles}")
    if voice.is_written:
        say(f"spoken translation: {speech}")
    elif part.target:
        say("the translation could not be spoken, so there is no WAV file.")
        has_failed = True
    is_measured = not is_fast and not is_interrupted
    return _Played(
        has_failed or not said, is_interrupted, delays(part.sentences, clock.timeline) if is_measured else None
    )


def demo_settings(options: Options, part: Part) -> Settings:
    """The user's settings with everything that the demo shows switched on."""
    return options.settings(
        {
            "recognition.backend": "auto",
            "recognition.language": part.language,
            "translation.target": part.target,
            "translation.live": True,
            "speech.enabled": bool(part.target),
            "speech.backend": "auto",
            "speech.output": "output:",
            "speech.mute_capture": "never",
            **part.changes,
        }
    )


def _sentences_about(found: list[Delays], model: str) -> list[str]:
    lines = []
    for name, what in (
        ("first_partial", "first words shown after somebody begins to speak"),
        ("final", "final text after the last word"),
        ("speech", "spoken translation begins after the final text"),
    ):
        values = [value for one in found for value in getattr(one, name)]
        if values:
            figure = summarized(values)
            lines.append(
                f"{model}, {what}: {figure.median:.2f} s (median of {figure.count}, at most {figure.maximum:.2f} s)."
            )
    return lines

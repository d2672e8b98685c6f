"""`parley transcribe`: files to text. Runs on the main thread; the engine does the work on its own ones."""

import json
import os
import stat
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from desktop.cli.messages import say, shown
from desktop.cli.options import Options
from desktop.cli.session import EngineSession
from desktop.engine.audio.sources.spool import STDIN
from desktop.engine.errors import EngineError
from desktop.engine.events import (
    SAMPLE_RATE,
    AudioFrame,
    ErrorEvent,
    ModelProgress,
    Severity,
    TranscriptUpdate,
)
from desktop.engine.transcript.export import Format, Transcript, Utterance, form_of, records, rendered
from desktop.messages import text_of
from desktop.system.files import is_same_file, write_atomically

if TYPE_CHECKING:
    from desktop.engine.audio.sources.media import Track

_BLOCK = 512
"""samples; the engine hears whole blocks, so a file's last one is filled up"""


@dataclass(frozen=True, slots=True)
class TranscriptionPlan:
    """What to do with which files.

    output: where to write for each file; None is stdout. track: which of a file's sounds, from 1; 0 for the usual one.
    """

    files: tuple[Path, ...]
    form: Format
    outputs: tuple[Path | None, ...]
    track: int = 0


def plan(names: Sequence[str | Path], form: Format | None, output: Path | None, track: int = 0) -> TranscriptionPlan:
    """Decide format and places; the name `-` is what is piped in. Raises ValueError with a sentence where the options
    contradict each other, or text would be written over a recording."""
    files = [STDIN if name == "-" else Path(name) for name in names]
    if files.count(STDIN) > 1:
        raise ValueError("what is piped in can be read only once; name it once.")
    job = replace(_placed(files, form, output), track=track)
    for place in job.outputs:
        if overwritten := next((file for file in files if _is_over(place, file)), None):
            raise ValueError(f"the text would be written over the recording {overwritten}; name another file.")
    suffix = output.suffix if output is not None and form is None and not _is_folder(output) else ""
    if suffix and form_of(suffix) is None:
        known = ", ".join(f".{one.value}" for one in Format)
        raise ValueError(f"{suffix} is no format of transcripts ({known}); use one, or say --format.")
    return job


def _is_over(output: Path | None, file: Path) -> bool:
    """Whether what is written to `output`, or to standard output, ends up in this file."""
    if output is not None:
        return is_same_file(output, file)
    try:
        here = os.fstat(sys.stdout.fileno())
        return stat.S_ISREG(here.st_mode) and os.path.samestat(here, file.stat())
    except (OSError, ValueError, AttributeError):  # no such file, or no standard output
        return False


def _is_folder(output: Path) -> bool:
    return output.is_dir() or str(output).endswith(os.sep)


def _placed(files: Sequence[Path], form: Format | None, output: Path | None) -> TranscriptionPlan:
    if output is not None and form is None:
        form = form_of(output.suffix)
    form = form or Format.TEXT
    if output is None:
        if len(files) > 1 and form in (Format.SRT, Format.VTT, Format.ASS):
            raise ValueError(f"several files make several .{form.value} files; name a folder with --output.")
        return TranscriptionPlan(tuple(files), form, (None,) * len(files))
    try:
        is_folder = _is_folder(output)
    except OSError as error:
        raise ValueError(f"{output} cannot be written ({error.strerror}); choose another name.") from None
    if not is_folder and len(files) > 1:
        if output.suffix:
            raise ValueError(f"several files do not fit into {output}; name a folder with --output.")
        is_folder = True
    if not is_folder:
        return TranscriptionPlan(tuple(files), form, (output,))
    shared = Counter(file.stem for file in files)
    names = [file.stem if shared[file.stem] == 1 else file.name for file in files]
    if twice := [name for name, count in Counter(names).items() if count > 1]:
        raise ValueError(f"{twice[0]} is there twice and would be written to the same file; rename one.")
    return TranscriptionPlan(tuple(files), form, tuple(output / f"{name}.{form.value}" for name in names))


def transcribe(options: Options, job: TranscriptionPlan, changes: dict[str, Any]) -> int:
    """Do the job; returns the exit code: 0, or 1 if anything went wrong with a file, 130 or 143 if a signal
    ended it."""
    settings = options.settings(changes)
    failures = 0
    heard_before = 0.0
    with EngineSession(settings, live=False) as session, _Bar(len(job.files)) as progress:
        for number, (file, output) in enumerate(zip(job.files, job.outputs, strict=True)):
            listener = _Listener(session, progress, file, job.track)
            try:
                listener.listen()
            except EngineError as error:
                listener.complain(text_of(error))
            said = tuple(_shifted(one, -heard_before) for one in listener.transcript.utterances())
            heard_before += -(-listener.samples // _BLOCK) * _BLOCK / SAMPLE_RATE
            if said:
                try:
                    _deliver(said, job.form, file, output, listener.seconds, number, len(job.files))
                except OSError as error:
                    if output is None:
                        raise
                    listener.complain(f"{output} cannot be written ({error.strerror}); choose another place.")
            elif not listener.has_failed and session.interrupted_by is None:
                listener.complain(f"no speech was heard in {file}.")
            failures += listener.has_failed
            if session.interrupted_by is not None:
                say("stopped; what was recognised so far was written." if said else "stopped.")
                return 128 + session.interrupted_by
    return 1 if failures else 0


class _Listener:
    """One file through the engine."""

    def __init__(self, session: EngineSession, progress: "_Bar", file: Path, track: int) -> None:
        self._session = session
        self._track = track
        self._progress = progress
        self._file = file
        self.transcript = Transcript()
        self.samples = 0
        self.has_failed = False
        self._complaints: set[str] = set()

    @property
    def seconds(self) -> float:
        """Of audio that was heard."""
        return self.samples / SAMPLE_RATE

    def listen(self) -> None:
        from desktop.engine.audio.sources.file import FileSource
        from desktop.engine.audio.sources.tapped import WatchedSource

        file = FileSource(self._file, track=self._track)
        self._progress.begin(self._file.name, file.duration)
        has_told = bool(self._track)
        for event in self._session.listen(WatchedSource(file, self._count)):
            if not has_told and (tracks := file.tracks):  # of a pipe they are known when it is read
                has_told = True
                if len(tracks) > 1:
                    say(several_tracks(self._file.name, tracks, file.track))
            self.transcript.add(event)
            if isinstance(event, TranscriptUpdate):
                self._progress.heard(event.end)
            elif isinstance(event, ModelProgress) and event.fraction < 1:
                self._progress.loading(event.name)
            elif isinstance(event, ErrorEvent):
                # A damaged file or a lost backend is a failure; that another backend took over is not.
                is_failure = event.severity is Severity.ERROR or event.code == "file-unreadable"
                self.complain(text_of(event)) if is_failure else say(text_of(event))

    def complain(self, message: str) -> None:
        """Say once what went wrong: an event may tell of it before the engine gives up for the same reason."""
        self.has_failed = True
        if message not in self._complaints:
            self._complaints.add(message)
            say(message)

    def _count(self, frame: AudioFrame) -> None:
        """On the source's thread."""
        self.samples += len(frame.samples)
        self._progress.read(self.seconds)


class _Bar:
    """How far a file is, on stderr; silent where that is no terminal. read() may come from another thread."""

    def __init__(self, files: int) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        self._progress = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            TextColumn("{task.percentage:>3.0f} %"),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            transient=True,
            disable=not sys.stderr.isatty(),
        )
        self._files = files
        self._number = 0
        self._name = ""
        self._task: Any = None

    def __enter__(self) -> "_Bar":
        self._progress.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._progress.stop()

    def begin(self, name: str, seconds: float | None) -> None:
        if self._task is not None:
            self._progress.remove_task(self._task)
        self._number += 1
        self._name = name if self._files == 1 else f"{name} ({self._number} of {self._files})"
        self._task = self._progress.add_task(self._name, total=seconds)

    def loading(self, model: str) -> None:
        self._progress.update(self._task, description=f"Loading {model}")

    def read(self, seconds: float) -> None:
        self._progress.update(self._task, completed=seconds)

    def heard(self, end: float) -> None:
        self._progress.update(self._task, description=self._name)


def several_tracks(name: str, tracks: "Sequence[Track]", taken: int) -> str:
    """The sentence for a file with more than one sound."""
    known = [", ".join(filter(None, (one.language, one.title))) for one in tracks]
    shown = "; ".join(f"{one.number}: {about or 'without a name'}" for one, about in zip(tracks, known, strict=True))
    return f"{name} has {len(tracks)} sound tracks ({shown}); track {taken} was taken, --track chooses another."


def _deliver(
    said: tuple[Utterance, ...], form: Format, file: Path, output: Path | None, seconds: float, number: int, files: int
) -> None:
    if form is Format.JSON:
        text = json.dumps(file_record(file, seconds, said), ensure_ascii=False) + "\n"
    else:
        text = rendered(said, form)
    if output is not None:
        output.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(output, text)
        say(f"{file.name} → {output}")
        return
    if form is Format.TEXT and files > 1:
        text = ("\n" if number else "") + f"{shown(f'==> {file} <==')}\n{text}"
    sys.stdout.write(text)
    sys.stdout.flush()


def file_record(file: Path, seconds: float, said: tuple[Utterance, ...]) -> dict[str, Any]:
    """A file's transcript as values for JSON; the keys are a promise to scripts (docs/command-line.md)."""
    return {"file": str(file), "seconds": round(seconds, 3), "utterances": records(said)}


def _shifted(said: Utterance, seconds: float) -> Utterance:
    """The engine's clock runs on from file to file; a transcript counts from the file's beginning."""

    def moved(at: float) -> float:
        return max(0.0, at + seconds)

    words = tuple(replace(word, start=moved(word.start), end=moved(word.end)) for word in said.words)
    return replace(said, start=moved(said.start), end=moved(said.end), words=words)

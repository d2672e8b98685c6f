"""`parley practice`: somebody reads a text aloud; each word is marked, then comes a score. Runs on the main thread."""

import json
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console, Group
from rich.live import Live

from desktop.cli.marks import LEGEND, around, marked_lines
from desktop.cli.messages import say
from desktop.cli.options import Options
from desktop.cli.ready_models import ready_models
from desktop.cli.session import EngineSession
from desktop.engine.errors import EngineError
from desktop.engine.events import SAMPLE_RATE, AudioFrame, ErrorEvent, Samples, Severity, StateChanged, TranscriptUpdate
from desktop.engine.message import verbatim
from desktop.engine.text.languages import check_language
from desktop.messages import text_of
from desktop.practice.feedback import PracticeResult
from desktop.practice.options import Following, ReadingOptions
from desktop.practice.record import result_record
from desktop.practice.text import PracticeText
from desktop.settings.declaration import Settings
from desktop.settings.store import changed


@dataclass(frozen=True, slots=True)
class PracticePlan:
    """What is read. audio: a recording of it; None: it is read into the microphone now. chapter: from 1. first, last:
    lines of it, from 1; 0 for its first and last."""

    text: Path
    audio: Path | None
    language: str
    chapter: int = 1
    first: int = 0
    last: int = 0


def practice(options: Options, plan: PracticePlan, changes: dict[str, Any], *, as_json: bool) -> int:
    """Read, and print what came of it; returns the exit code: 1 if nothing was heard. Raises EngineError."""
    settings = options.settings(changes | {"translation.target": "", "speech.enabled": False})
    text = _text(plan, settings)
    settings = changed(settings, {"recognition.language": text.language})
    samples = _decoded(plan.audio) if plan.audio is not None else _read_now(settings, text, as_json=as_json)
    if not len(samples):
        say("nothing was heard.")
        return 1
    result, has_failed = _verified(settings, text, samples)
    if as_json:
        print(json.dumps(result_record(text, result), ensure_ascii=False))
    else:
        _print(text, result)
    return 1 if has_failed else 0


def _text(plan: PracticePlan, settings: Settings) -> PracticeText:
    """The lines to read. Raises EngineError."""
    from desktop.practice.texts.passage import Passage, fitting, practice_text
    from desktop.practice.texts.reading import read_document

    spoken = settings.recognition.language
    wanted = plan.language or settings.practice.language
    document = read_document(plan.text, check_language(wanted) if wanted else "")
    if plan.chapter > len(document.chapters):
        raise EngineError(
            verbatim(f"{plan.text.name} has {len(document.chapters)} chapters; --chapter names one of them.")
        )
    language = wanted or document.language or ("" if spoken == "auto" else spoken)
    if not language:
        raise EngineError(verbatim("Say in which language it is read, with --language."))
    count = len(document.chapters[plan.chapter - 1].lines)
    if plan.first > count:
        raise EngineError(verbatim(f"There are {count} lines to read; --lines names some of them."))
    passage = Passage(plan.chapter - 1, max(0, plan.first - 1), (plan.last or count) - 1)
    return practice_text(document, fitting(document, passage), check_language(language))


def _decoded(path: Path) -> Samples:
    """A recording, shape (n,). Raises FileUnreadable."""
    from desktop.engine.audio.sources.media import Media

    with closing(Media(path)) as media:
        first, rest = media.begun()
        pieces = [] if first is None else [first, *rest]
        samples: Samples = np.concatenate(pieces) if pieces else np.zeros(0, np.float32)
        if (damage := media.damage(len(samples) / SAMPLE_RATE)) is not None:
            say(text_of(damage))
    return samples


def reading_options(settings: Settings) -> ReadingOptions:
    """What the settings say of how a reader is followed."""
    wanted = settings.practice
    return ReadingOptions(Following(wanted.following), wanted.uses_prompt, wanted.hears_sounds)


def _read_now(settings: Settings, text: PracticeText, *, as_json: bool) -> Samples:
    """Follow whoever reads into the microphone, until the text is read or Ctrl+C; what was heard, shape (n,). Raises
    EngineError."""
    from desktop.engine.audio.sources.choose import source_for
    from desktop.engine.audio.sources.file import FileSource
    from desktop.engine.audio.sources.tapped import WatchedSource
    from desktop.engine.settings_options import session_options
    from desktop.engine.speech.phonemes import phonemes_of
    from desktop.practice.reading import Reading

    reading = Reading(text, reading_options(settings), phonemes_of(text.language))
    step = reading.session_options(session_options(settings)).step
    vocabulary = reading.prompt or settings.recognition.vocabulary
    settings = changed(settings, {"recognition.step": step, "recognition.vocabulary": vocabulary})
    pieces: list[Samples] = []

    def keep(frame: AudioFrame) -> None:
        pieces.append(frame.samples)

    kind, _, name = settings.audio.source.partition(":")
    chosen = FileSource(Path(name), realtime=True) if kind == "file" else source_for(settings.audio.source)
    source = WatchedSource(chosen, keep)
    with EngineSession(settings) as session, _shown(text, is_silent=as_json) as show:
        prompt = reading.prompt
        show(reading)
        for event in session.listen(source):
            if isinstance(event, TranscriptUpdate):
                if reading.hear(event) is not None:
                    show(reading)
                if event.is_final and reading.feedback.is_complete:
                    session.engine.stop()
                if reading.prompt != prompt:
                    prompt = reading.prompt
                    session.engine.update_settings(changed(settings, {"recognition.vocabulary": prompt}))
            elif isinstance(event, ErrorEvent):
                say(text_of(event))
            elif isinstance(event, StateChanged) and event.state == "listening":
                say("read now; Ctrl+C ends it.")
    return np.concatenate(pieces) if pieces else np.zeros(0, np.float32)


@contextmanager
def _shown(text: PracticeText, *, is_silent: bool) -> Iterator[Any]:
    """Gives what shows the marks of a reading: in a terminal the lines near the reader, else nothing."""
    if is_silent or not sys.stdout.isatty():
        yield lambda _: None
        return
    console = Console(markup=False, emoji=False)
    with Live(console=console, auto_refresh=False, transient=True, redirect_stderr=sys.stderr.isatty()) as live:
        yield lambda reading: live.update(Group(*around(text, reading.feedback)), refresh=True)


def _verified(settings: Settings, text: PracticeText, samples: Samples) -> tuple[PracticeResult, bool]:
    """The result, and whether something could not be recognised. Raises EngineError."""
    from desktop.engine.pool.models import Models
    from desktop.engine.settings_options import model_options
    from desktop.engine.speech.phonemes import phonemes_of
    from desktop.practice.verification import verify

    failures: list[ErrorEvent] = []

    def note(event: ErrorEvent) -> None:
        say(text_of(event))
        if event.severity is Severity.ERROR:
            failures.append(event)

    ready_models()
    models = Models(model_options(settings, lowers_load=False))
    try:
        sounds = phonemes_of(text.language)
        result = verify(text, samples, models, reading_options(settings), sounds, on_error=note)
    finally:
        models.close()
    assert result is not None  # nobody cancels it
    return result, bool(failures)


def _print(text: PracticeText, result: PracticeResult) -> None:
    console = Console(markup=False, emoji=False, highlight=False)
    for line in marked_lines(text, result.feedback):
        console.print(line, soft_wrap=True)
    if result.to_practise or result.feedback.extra:
        console.print(LEGEND, style="dim", soft_wrap=True)
    score, fluency = result.score, result.fluency
    console.print(
        f"Score {score.total:g} of 100: accuracy {score.accuracy:g}, completeness {score.completeness:g}, "
        f"fluency {score.fluency:g} ({fluency.words_per_minute:.0f} words a minute, {len(fluency.pauses)} long pauses, "
        f"{fluency.repetitions} repetitions).",
        soft_wrap=True,
    )

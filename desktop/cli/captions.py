"""Captions in the terminal, as they come. Runs on the main thread.

`RunningCaptions` decides, purely, what is finished and what may still change; the printers only write.
"""

import json
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import IO, Any, Protocol

from rich.console import Console, Group
from rich.live import Live
from rich.text import Text

from desktop.engine.events import ErrorEvent, Event, StateChanged, TranscriptUpdate, TranslationUpdate
from desktop.engine.text.languages import language_name
from desktop.engine.transcript.reducer import Passage, Segment, TranscriptReducer, passage
from desktop.messages import text_of

_ARROW = "  → "


@dataclass(frozen=True, slots=True)
class CaptionLine:
    """One utterance as the user sees it."""

    original: Passage
    update: TranslationUpdate | None = None
    """the newest translation; None: there is none yet"""

    @property
    def text(self) -> str:
        return self.original.text

    @property
    def translation(self) -> Passage | None:
        """What stands beneath the original; a mark where there is no translation. None: nothing, as beneath what was
        said in the target language."""
        if self.update is None or self.update.target_language in ("", self.original.language):
            return None
        if not self.update.is_translated:
            mark = f"[not translated into {language_name(self.update.target_language)}]"
            return Passage(mark, 0, "en")
        return passage(self.update)

    @property
    def translated_text(self) -> str:
        """`translation` as text."""
        return self.translation.text if self.translation is not None else ""


@dataclass(slots=True)
class RunningCaptions:
    """Which utterances are finished, in order, and which are still running.

    target: language of the translations that are awaited; empty for none. An utterance is finished when its
    text is final and its translation, too, or a later one has been translated.
    """

    target: str
    _reducer: TranscriptReducer = field(default_factory=TranscriptReducer)

    def update(self, event: Event) -> list[CaptionLine]:
        """Take note of an event; returns what is finished by it and leaves the stage."""
        if self._reducer.add(event) is None:
            return []
        segments = self._reducer.segments()
        done = [one.translation is not None and one.translation.is_final for one in segments]
        finished = []
        for number, segment in enumerate(segments):
            heard = segment.original
            is_done = not self.target or any(done[number:])
            if heard is None or not heard.is_final or not (is_done or not heard.committed.strip()):
                break
            finished.append(segment)
        if finished:
            self._reducer.forget_through(finished[-1].key)
        return _lines(finished)

    def running(self) -> list[CaptionLine]:
        """What is not finished yet, in order."""
        return _lines(self._reducer.segments())

    def rest(self) -> list[CaptionLine]:
        """Everything that is left when nothing more comes."""
        segments = self._reducer.segments()
        if segments:
            self._reducer.forget_through(segments[-1].key)
        return _lines(segments)


def _lines(segments: Iterable[Segment]) -> list[CaptionLine]:
    """Those that have words, as lines."""
    lines = [
        CaptionLine(passage(segment.original), segment.translation)
        for segment in segments
        if segment.original is not None
    ]
    return [line for line in lines if line.text]


class Printer(Protocol):
    """Shows the events of a session; a context manager, so that the terminal is left in order."""

    def __enter__(self) -> "Printer": ...
    def __exit__(self, *error: object) -> None: ...
    def show(self, event: Event) -> None: ...


def printer_for(out: IO[str], target: str, *, as_json: bool) -> Printer:
    """The printer that suits the output: JSON lines, a terminal, or plain lines."""
    if as_json:
        return JsonPrinter(out)
    if out.isatty():
        return TerminalPrinter(Console(file=out, markup=False, emoji=False), target)
    return PlainPrinter(out, target)


class PlainPrinter:
    """Each finished utterance as a line, its translation beneath after an arrow."""

    def __init__(self, out: IO[str], target: str) -> None:
        self._out = out
        self._captions = RunningCaptions(target)

    def __enter__(self) -> "PlainPrinter":
        return self

    def __exit__(self, *error: object) -> None:
        self._write(self._captions.rest())

    def show(self, event: Event) -> None:
        self._write(self._captions.update(event))

    def _write(self, lines: list[CaptionLine]) -> None:
        for line in lines:
            self._out.write(line.text + "\n")
            if line.translated_text:
                self._out.write(_ARROW + line.translated_text + "\n")
        if lines:
            self._out.flush()


class TerminalPrinter:
    """Finished utterances scroll up; what may still change is rewritten in place, unconfirmed words dimmed."""

    def __init__(self, console: Console, target: str) -> None:
        self._console = console
        self._captions = RunningCaptions(target)
        self._live = Live(
            console=console,
            auto_refresh=False,
            transient=True,
            vertical_overflow="visible",
            redirect_stderr=sys.stderr.isatty(),
        )

    def __enter__(self) -> "TerminalPrinter":
        self._live.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        rest = self._captions.rest()
        self._live.update(Group(), refresh=True)
        self._print(rest)
        self._live.__exit__(None, None, None)

    def show(self, event: Event) -> None:
        if isinstance(event, TranscriptUpdate | TranslationUpdate):
            finished = self._captions.update(event)
            running = [text for line in self._captions.running() for text in _styled(line)]
            # First what still runs, so that a finished line is not drawn twice for a moment.
            self._live.update(Group(*running), refresh=True)
            self._print(finished)

    def _print(self, lines: list[CaptionLine]) -> None:
        for line in lines:
            for text in _styled(line):
                self._console.print(text)


class JsonPrinter:
    """Each event as one JSON object on a line (docs/command-line.md)."""

    def __init__(self, out: IO[str]) -> None:
        self._out = out

    def __enter__(self) -> "JsonPrinter":
        return self

    def __exit__(self, *error: object) -> None:
        self._out.flush()

    def show(self, event: Event) -> None:
        if (record := event_record(event)) is not None:
            self._out.write(json.dumps(record, ensure_ascii=False) + "\n")
            self._out.flush()


def event_record(event: Event) -> dict[str, Any] | None:
    """An event as values for JSON; None for those that scripts do not get."""
    if isinstance(event, TranscriptUpdate):
        return {
            "type": "transcript",
            "segment": event.segment_id,
            "revision": event.revision,
            "start": round(event.start, 3),
            "end": round(event.end, 3),
            "language": event.language,
            "committed": event.committed,
            "unconfirmed": event.unconfirmed,
            "is_final": event.is_final,
            "final_text": event.final_text,
        }
    if isinstance(event, TranslationUpdate):
        return {
            "type": "translation",
            "segment": event.segment_id,
            "revision": event.revision,
            "language": event.source_language,
            "target": event.target_language,
            "committed": event.committed,
            "unconfirmed": event.unconfirmed,
            "is_final": event.is_final,
            "is_translated": event.is_translated,
            "final_text": event.final_text,
        }
    if isinstance(event, StateChanged):
        return {"type": "state", "state": event.state.value, "detail": text_of(event.detail)}
    if isinstance(event, ErrorEvent):
        return {
            "type": "error",
            "code": event.code,
            "message": text_of(event),
            "severity": event.severity.value,
            **event.message.as_json(),
        }
    return None


def _styled(line: CaptionLine) -> list[Text]:
    texts = [_two(line.original, "")]
    if line.translation is not None and line.translation.text:
        is_translated = line.update is not None and line.update.is_translated
        below = Text().append(_ARROW, style="dim")
        texts.append(below.append_text(_two(line.translation, "cyan" if is_translated else "")))
    return texts


def _two(passage: Passage, style: str) -> Text:
    text = Text(passage.certain, style=style)
    text.append(passage.uncertain, style=f"dim {style}".strip())
    return text

"""Captions in the terminal, as they come. Runs on the main thread.

`RunningCaptions` decides, purely, what is finished and what may still change; the printers only write.
"""

import json
import sys
from dataclasses import dataclass, field
from typing import IO, Any, Protocol

from rich.console import Console, Group
from rich.live import Live
from rich.text import Text

from desktop.engine.events import ErrorEvent, Event, StateChanged, TranscriptUpdate, TranslationUpdate
from desktop.engine.text.languages import join_words, language_name
from desktop.messages import text_of

_ARROW = "  → "


@dataclass(frozen=True, slots=True)
class CaptionLine:
    """One utterance as the user sees it."""

    committed: str
    unconfirmed: str
    language: str
    translation: str = ""
    translation_unconfirmed: str = ""
    target: str = ""
    """empty: nothing to show beneath"""
    is_translated: bool = True

    @property
    def text(self) -> str:
        return join_words(self.committed, self.unconfirmed, self.language).strip()

    @property
    def translated_text(self) -> str:
        """What stands beneath the original; a mark where there is no translation."""
        if not self.target:
            return ""
        if not self.is_translated:
            return f"[not translated into {language_name(self.target)}]"
        return join_words(self.translation, self.translation_unconfirmed, self.target).strip()


@dataclass(slots=True)
class RunningCaptions:
    """Which utterances are finished, in order, and which are still running.

    target: language of the translations that are awaited; empty for none. An utterance is finished when its
    text is final and its translation, too, or a later one has been translated.
    """

    target: str
    _heard: dict[int, TranscriptUpdate] = field(default_factory=dict)
    _translated: dict[int, TranslationUpdate] = field(default_factory=dict)

    def update(self, event: Event) -> list[CaptionLine]:
        """Take note of an event; returns what is finished by it and leaves the stage."""
        if isinstance(event, TranscriptUpdate):
            self._heard[event.segment_id] = event
        elif isinstance(event, TranslationUpdate):
            if event.segment_id in self._heard:
                self._translated[event.segment_id] = event
        else:
            return []
        newest_translated = max((i for i, one in self._translated.items() if one.is_final), default=-1)
        finished = []
        for segment_id in sorted(self._heard):
            heard = self._heard[segment_id]
            translated = self._translated.get(segment_id)
            is_done = not self.target or (translated is not None and translated.is_final)
            if not heard.is_final or not (is_done or segment_id < newest_translated or not heard.committed.strip()):
                break
            finished.append(self._line(segment_id))
            self._forget(segment_id)
        return [line for line in finished if line.text]

    def running(self) -> list[CaptionLine]:
        """What is not finished yet, in order."""
        lines = [self._line(segment_id) for segment_id in sorted(self._heard)]
        return [line for line in lines if line.text]

    def rest(self) -> list[CaptionLine]:
        """Everything that is left when nothing more comes."""
        lines = self.running()
        self._heard.clear()
        self._translated.clear()
        return lines

    def _forget(self, segment_id: int) -> None:
        del self._heard[segment_id]
        self._translated.pop(segment_id, None)

    def _line(self, segment_id: int) -> CaptionLine:
        heard = self._heard[segment_id]
        translated = self._translated.get(segment_id)
        if translated is None:
            return CaptionLine(heard.committed, heard.unconfirmed, heard.language)
        return CaptionLine(
            heard.committed,
            heard.unconfirmed,
            heard.language,
            translated.committed,
            translated.unconfirmed,
            # What is said in the target language needs nothing beneath it.
            "" if heard.language == translated.target_language else translated.target_language,
            translated.is_translated,
        )


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
        return TerminalPrinter(Console(file=out), target)
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
    texts = [_two(line.committed, line.unconfirmed, line.language, "")]
    if line.translated_text:
        below = Text().append(_ARROW, style="dim")
        if line.is_translated:
            below.append_text(_two(line.translation, line.translation_unconfirmed, line.target, "cyan"))
        else:
            below.append(line.translated_text, style="dim")
        texts.append(below)
    return texts


def _two(committed: str, unconfirmed: str, language: str, style: str) -> Text:
    whole = join_words(committed, unconfirmed, language).strip()
    kept = len(committed.strip())
    text = Text(whole[:kept], style=style)
    text.append(whole[kept:], style=f"dim {style}".strip())
    return text

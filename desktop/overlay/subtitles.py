"""Which lines of subtitles to show now, from what the engine says and a clock.

Pure, no Qt, no thread and no clock of its own; the caller passes the time in seconds, which never goes back.
Roll-up as broadcasters do it: a committed word never changes or moves, except that everything scrolls up by
whole lines; new words appear at the end only; a line stays long enough to be read.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from desktop.engine.events import TranscriptUpdate, TranslationUpdate
from desktop.engine.transcript.reducer import Key, TranscriptReducer, key_of
from desktop.overlay.line_breaks import WordEnds, following
from desktop.overlay.roll_up import RollUp, Row, UtteranceInfo

Role = Literal["original", "translation"]


@dataclass(frozen=True, slots=True)
class Layout:
    """How much fits, and what is shown."""

    measure: Callable[[str], float] = len
    """width of a text"""
    width: float = 42
    """of a line, in the unit of `measure`"""
    lines: int = 2
    """per language"""
    show: Literal["both", "original", "translation"] = "both"
    translation_first: bool = False
    show_unconfirmed: bool = True
    clear_after: float = 4.0
    """seconds after the last change"""
    word_ends: WordEnds | None = None
    """where words of scripts end that write no spaces; None: nobody knows"""

    @property
    def roles(self) -> tuple[Role, ...]:
        """What is shown, from top to bottom."""
        if self.show != "both":
            return (self.show,)
        return ("translation", "original") if self.translation_first else ("original", "translation")


@dataclass(frozen=True, slots=True)
class Block:
    """The lines of one language."""

    role: Role
    rows: tuple[Row, ...]
    height: int
    """room in lines, at least len(rows)"""


@dataclass(frozen=True, slots=True)
class SubtitleFrame:
    """What is shown at one time, from top to bottom."""

    blocks: tuple[Block, ...] = ()

    @property
    def height(self) -> int:
        """Room in lines."""
        return sum(block.height for block in self.blocks)

    @property
    def text(self) -> str:
        """The lines from top to bottom."""
        return "\n".join(row.text.strip() for block in self.blocks for row in block.rows)

    @property
    def described(self) -> str:
        """The lines for screen readers: in words where the picture has a mark."""
        return "\n".join(
            ("Not translated: " if row.mark else "") + (row.committed + row.unconfirmed).strip()
            for block in self.blocks
            for row in block.rows
        )

    def __bool__(self) -> bool:
        return any(block.rows for block in self.blocks)


_REMEMBERED = 64
"""segments of which late updates are expected"""


@dataclass(frozen=True, slots=True)
class _Seen:
    committed: str = ""
    unconfirmed: str = ""
    is_final: bool = False


class _Stream:
    """The updates of one language as text that is new."""

    def __init__(self, layout: Layout) -> None:
        self.roll = RollUp(layout.measure, layout.width, layout.lines, layout.word_ends)
        self._seen: dict[Key, _Seen] = {}

    def forget(self) -> None:
        self._seen.clear()

    def update(
        self,
        update: TranscriptUpdate | TranslationUpdate,
        heading: UtteranceInfo,
        now: float,
        *,
        show_unconfirmed: bool,
    ) -> bool:
        """Whether it brought anything new."""
        key = key_of(update)
        seen = self._seen.get(key, _Seen())
        if seen.is_final:
            return False  # a later reading of the same sound is not for subtitles
        committed = " ".join(update.committed.split())
        unconfirmed = " ".join(update.unconfirmed.split())
        language = heading.language
        is_spaced = update.committed[-1:].isspace() or update.unconfirmed[:1].isspace()
        if update.is_final:
            committed, unconfirmed = committed + following(committed, unconfirmed, language, is_spaced=is_spaced), ""
        new = _continuation(seen.committed, committed)
        shown = seen.committed + new
        self._seen[key] = _Seen(shown, unconfirmed, update.is_final)
        while len(self._seen) > _REMEMBERED:
            del self._seen[min(self._seen)]
        if not new and seen.unconfirmed == unconfirmed:
            return False
        self.roll.write(
            heading,
            new,
            following(shown, unconfirmed, language, is_spaced=is_spaced),
            now,
            show_unconfirmed=show_unconfirmed,
            more=not update.is_final,
        )
        return True


def _continuation(known: str, committed: str) -> str:
    """What committed text adds to the known one. If that is no beginning of it, its words are counted instead."""
    if committed.startswith(known):
        return committed[len(known) :]
    more = committed.split()[len(known.split()) :]
    return " " + " ".join(more) if more else ""


class Subtitles:
    """Feed it `update`, ask it for `frame(now)`, and again at `next_change()`."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._streams: dict[Role, _Stream] = {"original": _Stream(layout), "translation": _Stream(layout)}
        self._reducer = TranscriptReducer(_REMEMBERED)
        self._changed = 0.0
        self._session = 0

    def update(self, update: TranscriptUpdate | TranslationUpdate, now: float) -> None:
        """Take an update. Older revisions, and anything after the final one, change nothing."""
        if self._reducer.add(update) is None or self._is_twice(update):
            return
        if isinstance(update, TranscriptUpdate):
            role: Role = "original"
            heading = UtteranceInfo(update.segment_id, update.language, session=self._session)
        else:
            role = "translation"
            language = update.target_language if update.is_translated else update.source_language
            mark = "" if update.is_translated else untranslated_mark(language)
            heading = UtteranceInfo(update.segment_id, language, mark, self._session)
        show_unconfirmed = self._layout.show_unconfirmed
        is_new = self._streams[role].update(update, heading, now, show_unconfirmed=show_unconfirmed)
        if is_new and role in self._layout.roles:
            self._changed = now

    def frame(self, now: float) -> SubtitleFrame:
        """What is to be shown now. Scrolls by at most one line at a call, so that every line is in some frame."""
        if now >= self._clears_at():
            self.clear()
        partners = self._partners()
        for role, stream in self._streams.items():
            stream.roll.advance(now, partners.get(role))
        rolls = {role: self._streams[role].roll for role in self._layout.roles}
        if all(roll.is_empty() for roll in rolls.values()):
            self.clear()
        return SubtitleFrame(tuple(Block(role, roll.visible(), roll.rows) for role, roll in rolls.items() if roll.rows))

    def next_change(self) -> float | None:
        """When the next frame differs though nothing new is said; None if it will not."""
        soonest = min(self._clears_at(), *self._scrolls_at())
        return None if soonest == float("inf") else soonest

    def _partners(self) -> dict[Role, tuple[int, int] | None]:
        """For each language that is shown beside another, the oldest utterance that the other one shows."""
        if len(self._layout.roles) < 2:
            return {}
        original, translation = (self._streams[role].roll.oldest for role in ("original", "translation"))
        return {"original": translation, "translation": original}

    def _scrolls_at(self) -> list[float]:
        partners = self._partners()
        return [self._streams[role].roll.scrolls_at(partners.get(role)) for role in self._layout.roles]

    def _is_twice(self, update: TranscriptUpdate | TranslationUpdate) -> bool:
        """Whether an update says only what the other language shows: the utterance is in the target language."""
        is_both = len(self._layout.roles) > 1
        return is_both and isinstance(update, TranslationUpdate) and update.source_language == update.target_language

    def _clears_at(self) -> float:
        rolls = [self._streams[role].roll for role in self._layout.roles]
        if all(roll.is_empty() for roll in rolls) or min(self._scrolls_at()) < float("inf"):
            return float("inf")
        return max(self._changed + self._layout.clear_after, *(roll.read_at() for roll in rolls))

    def clear(self) -> None:
        """Show nothing until the next update."""
        for stream in self._streams.values():
            stream.roll.clear()

    def new_session(self) -> None:
        """The engine starts to count its utterances anew. What is shown stays."""
        self._session += 1
        self._reducer.clear()
        for stream in self._streams.values():
            stream.forget()

    def configure(self, layout: Layout, now: float) -> None:
        """Go on with another layout; what is shown is laid out anew if its font, width or lines changed."""
        old, self._layout = self._layout, layout
        if (old.measure, old.width, old.lines, old.show_unconfirmed, old.word_ends) != (
            layout.measure,
            layout.width,
            layout.lines,
            layout.show_unconfirmed,
            layout.word_ends,
        ):
            for stream in self._streams.values():
                stream.roll.resize(
                    layout.measure,
                    layout.width,
                    layout.lines,
                    now,
                    word_ends=layout.word_ends,
                    show_unconfirmed=layout.show_unconfirmed,
                )


def untranslated_mark(language: str) -> str:
    """What stands before a line that could not be translated: the code of its language."""
    return f"[{language.upper()}] "

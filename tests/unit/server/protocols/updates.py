"""What a stream tells, made by hand."""

from typing import Any

from desktop.engine.events import TranscriptUpdate, TranslationUpdate, Word


def update(
    segment: int, committed: str, unconfirmed: str = "", *, final: bool = False, start: float = 0.0, **more: Any
) -> TranscriptUpdate:
    """One of English, a second long; its words take a tenth of a second each."""
    words = tuple(
        Word(text, start + number / 10, start + (number + 1) / 10, 0.5)
        for number, text in enumerate(f"{committed} {unconfirmed}".split())
    )
    more.setdefault("revision", len(committed) + len(unconfirmed) + final)
    return TranscriptUpdate(
        segment_id=segment,
        language="en",
        committed=committed,
        unconfirmed=unconfirmed,
        words=words,
        start=start,
        end=start + 1.0,
        is_final=final,
        **more,
    )


def translation(segment: int, committed: str, *, final: bool = False, revision: int = 1) -> TranslationUpdate:
    """Into Spanish."""
    return TranslationUpdate(segment, revision, "en", "es", committed, "", final)

"""The sound of a clause as events. Pure."""

from collections.abc import Iterator

from desktop.engine.events import SpeechAudio
from desktop.engine.speech.backends.base import SpeechChunk
from desktop.engine.speech.work import Speak


def spoken(work: Speak, chunks: Iterator[SpeechChunk], lane: str) -> Iterator[SpeechAudio]:
    """The sound of a clause as events; its text comes with the first piece."""
    text = work.text
    for chunk, is_end in _with_end(chunks):
        yield SpeechAudio(work.segment_id, chunk.samples, chunk.sample_rate, text, work.is_last and is_end, lane)
        text = ""


def _with_end(chunks: Iterator[SpeechChunk]) -> Iterator[tuple[SpeechChunk, bool]]:
    """Each chunk with whether it is the last one."""
    waiting: SpeechChunk | None = None
    for chunk in chunks:
        if waiting is not None:
            yield waiting, False
        waiting = chunk
    if waiting is not None:
        yield waiting, True

import numpy as np

from desktop.engine.speech.backends.base import SpeechChunk
from desktop.engine.speech.spoken import spoken
from desktop.engine.speech.work import Speak


def chunk(value: float) -> SpeechChunk:
    return SpeechChunk(np.full(10, value, np.float32), 16_000)


def test_the_text_comes_with_the_first_piece_and_the_end_with_the_last() -> None:
    events = list(spoken(Speak(3, "hola a todos", "es", is_last=True), iter([chunk(0.1), chunk(0.2), chunk(0.3)]), "b"))
    assert [event.text for event in events] == ["hola a todos", "", ""]
    assert [event.is_last for event in events] == [False, False, True]
    assert [float(event.samples[0]) for event in events] == [np.float32(0.1), np.float32(0.2), np.float32(0.3)]
    assert {(event.segment_id, event.sample_rate, event.lane) for event in events} == {(3, 16_000, "b")}


def test_a_clause_in_the_middle_ends_nothing() -> None:
    (event,) = spoken(Speak(3, "hola", "es", is_last=False), iter([chunk(0.1)]), "")
    assert not event.is_last


def test_no_sound_is_no_event() -> None:
    assert list(spoken(Speak(3, "hola", "es", is_last=True), iter(()), "")) == []

"""What gateways tell each other of a room says the same when it is read."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.engine.events import ErrorEvent, SpeechAudio, TranscriptUpdate, TranslationUpdate
from desktop.server.cluster.room_messages import About, MessageWrong, RoomEvent, read_about, read_event, written
from desktop.server.streams.channel import Numbered

EVENTS = st.one_of(
    st.from_type(TranscriptUpdate).filter(lambda one: one == one),  # without NaN
    st.from_type(TranslationUpdate),
)
NUMBERS = st.integers(0, 2**40)


@given(EVENTS, NUMBERS, NUMBERS, st.floats(0, 1e6))
def test_text_comes_back_as_it_was(
    event: TranscriptUpdate | TranslationUpdate, number: int, before: int, delay: float
) -> None:
    told = RoomEvent(Numbered(number, event, delay), before)
    read = read_event(written(told))
    assert (read.before, read.told.number, read.is_final) == (before, number, event.is_final)
    assert repr(read.told.event) == repr(event)


def test_speech_comes_back_within_what_16_bits_hold() -> None:
    samples = np.linspace(-1, 1, 999, dtype=np.float32)
    read = read_event(written(RoomEvent(Numbered(3, SpeechAudio(1, samples, 22_050, "hi", is_last=True)), 2)))
    event = read.told.event
    assert isinstance(event, SpeechAudio)
    assert (event.segment_id, event.sample_rate, event.text, event.is_last) == (1, 22_050, "hi", True)
    assert np.abs(event.samples - samples).max() < 1e-4
    assert not read.is_final


@given(st.one_of(st.binary(max_size=60), st.sampled_from([b"{}", b"[]", b'{"number": 1, "delay": 0, "before": 0}'])))
def test_what_is_none_is_refused_and_nothing_else_happens(message: bytes) -> None:
    with pytest.raises(MessageWrong):
        read_event(message)
    with pytest.raises(MessageWrong):
        read_about(message)


def test_what_is_kept_of_a_room_comes_back() -> None:
    about = About("gateway", "ab" * 32, "stream", 7)
    assert read_about(about.as_json()) == about


def test_what_is_for_the_speaker_is_not_told() -> None:
    from desktop.engine.events import Severity
    from desktop.engine.message import verbatim

    with pytest.raises(TypeError):
        written(RoomEvent(Numbered(1, ErrorEvent("x", verbatim("x"), Severity.INFO)), 0))

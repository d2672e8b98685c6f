"""Wyoming's events, read within bounds."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.server.protocols.native.messages import BadMessage
from desktop.server.protocols.wyoming import messages as messages
from desktop.server.protocols.wyoming.messages import Event


def read(data: bytes) -> list[Event]:
    """All events in the bytes."""

    async def all_of() -> list[Event]:
        reader = asyncio.StreamReader(limit=messages.LONGEST_LINE)
        reader.feed_data(data)
        reader.feed_eof()
        found = []
        while (event := await messages.read(reader)) is not None:
            found.append(event)
        return found

    return asyncio.run(all_of())


def test_an_event_has_data_and_payload() -> None:
    data = b'{"type": "audio-chunk", "data": {"rate": 1}, "data_length": 12, "payload_length": 3}\n{"width": 2}abc'
    assert read(data + b'{"type": "ping"}\n') == [
        Event("audio-chunk", {"rate": 1, "width": 2}, b"abc"),
        Event("ping"),
    ]


@pytest.mark.parametrize(
    "data",
    [
        b"no json\n",
        b"[]\n",
        b'{"type": 5}\n',
        b'{"type": "x", "payload_length": -1}\n',
        b'{"type": "x", "payload_length": 99999999999}\n',
        b'{"type": "x", "data_length": 2}\n[]',
        b'{"type": "x", "data_length": 2}\n}{',
        b"\xff\xfe\n",
        b"x" * 100_000,
        b"[" * 50_000 + b"\n",
    ],
)
def test_what_cannot_be_read_is_said(data: bytes) -> None:
    with pytest.raises(BadMessage):
        read(data)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        read(data)
    except BadMessage:
        return


def test_a_broken_off_event_is_none() -> None:
    assert read(b'{"type": "x", "payload_length": 5}\nabc') == []
    assert read(b'{"type": "x", "data_length": 5}\n{') == []
    assert read(b"") == []


def test_wrong_data_leaves_the_next_event_readable() -> None:
    with pytest.raises(BadMessage) as error:
        messages.part(messages.AudioData, Event("audio-start", {"rate": "fast"}))
    assert error.value.recoverable
    assert messages.part(messages.AudioData, Event("x", {"rate": 1, "width": 2, "channels": 1})).width == 2

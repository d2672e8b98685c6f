"""What a stream tells reaches each reader: nothing final is lost, whoever was cut off reads on."""

import asyncio

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from desktop.engine.events import SpeechAudio, TranscriptUpdate, TranslationUpdate
from desktop.server.streams.channel import Channel, Mailbox, Numbered


def update(segment: int, revision: int, *, is_final: bool = False, text: str = "") -> TranscriptUpdate:
    return TranscriptUpdate(segment, revision, "en", text, "", (), 0.0, 1.0, is_final)


def translated(segment: int) -> TranslationUpdate:
    return TranslationUpdate(segment, 1, "en", "es", "hola", "", is_final=True)


def spoken(segment: int, seconds: float) -> SpeechAudio:
    return SpeechAudio(segment, np.zeros(int(seconds * 100), np.float32), 100, "", is_last=True)


def waiting(mailbox: Mailbox) -> list[Numbered]:
    """What can be read without waiting."""

    async def read() -> list[Numbered]:
        mailbox.close()
        return [one async for one in mailbox.read()]

    return asyncio.run(read())


def test_a_slow_reader_gets_the_newest_state_of_what_is_running_and_every_final() -> None:
    channel = Channel()
    mailbox = channel.follow()
    for event in (update(0, 1), update(0, 2), update(0, 3, is_final=True), update(1, 1), update(1, 2)):
        channel.tell(event)
    assert [(one.event.segment_id, one.event.revision) for one in waiting(mailbox)] == [(0, 3), (1, 2)]  # type: ignore[union-attr]


def test_who_comes_back_is_told_what_came_since() -> None:
    channel = Channel()
    channel.tell(update(0, 1, is_final=True))
    channel.tell(update(1, 1))
    seen = channel.number
    channel.tell(update(1, 2, is_final=True))
    channel.tell(update(2, 1))
    told = waiting(channel.follow(seen))
    assert [one.event.segment_id for one in told] == [1, 2]  # type: ignore[union-attr]
    assert [one.event.segment_id for one in waiting(channel.follow(0))] == [0, 1, 2]  # type: ignore[union-attr]
    assert waiting(channel.follow(channel.number)) == []
    assert waiting(channel.follow()) == []


def test_old_speech_is_left_out_for_a_slow_reader() -> None:
    channel = Channel()
    mailbox = channel.follow()
    for segment in range(5):
        channel.tell(spoken(segment, 10))
    channel.tell(update(9, 1, is_final=True))
    assert [one.event.segment_id for one in waiting(mailbox)] == [2, 3, 4, 9]  # type: ignore[union-attr]


def test_a_reader_that_reads_nothing_is_let_go() -> None:
    channel = Channel()
    mailbox = channel.follow()
    for segment in range(5000):
        channel.tell(update(segment, 1, is_final=True))
    assert mailbox.is_too_slow
    assert channel.readers == 0
    assert len(mailbox) < 5000


def test_a_closed_channel_can_still_be_read_to_its_end() -> None:
    channel = Channel()
    channel.tell(update(0, 1, is_final=True))
    channel.close()
    assert len(waiting(channel.follow(0))) == 1
    assert channel.readers == 0


def test_a_reader_who_waits_is_woken() -> None:
    async def talk() -> list[int]:
        channel = Channel()
        mailbox = channel.follow()

        async def read() -> list[int]:
            return [one.number async for one in mailbox.read()]

        reading = asyncio.create_task(read())
        for number in range(3):
            await asyncio.sleep(0)
            channel.tell(update(number, 1, is_final=True))
        await asyncio.sleep(0)
        channel.close()
        return await reading

    assert asyncio.run(talk()) == [1, 2, 3]


def test_leaving_ends_a_reader() -> None:
    channel = Channel()
    mailbox = channel.follow()
    channel.leave(mailbox)
    channel.tell(update(0, 1))
    assert waiting(mailbox) == []


@given(st.lists(st.tuples(st.integers(0, 5), st.booleans()), max_size=60), st.data())
def test_wherever_a_reader_is_cut_off_it_ends_with_the_newest_of_everything(
    steps: list[tuple[int, bool]], data: st.DataObject
) -> None:
    channel = Channel()
    cut = data.draw(st.integers(0, len(steps)))
    state: dict[int, int] = {}
    seen = 0
    for number, (segment, is_final) in enumerate(steps):
        if number == cut:
            for one in waiting(channel.follow(0)):
                state[one.event.segment_id], seen = one.event.revision, one.number  # type: ignore[union-attr]
        channel.tell(update(segment, number, is_final=is_final))
    for one in waiting(channel.follow(seen)):
        state[one.event.segment_id] = one.event.revision  # type: ignore[union-attr]
    newest: dict[int, int] = {}
    for number, (segment, _) in enumerate(steps):
        newest[segment] = number
    assert state == newest


def test_a_relay_hears_everything() -> None:
    channel = Channel()
    heard: list[tuple[object, float]] = []
    channel.relay(lambda event, delay: heard.append((event, delay)))
    channel.tell(update(0, 1), 0.5)
    channel.relay(None)
    channel.tell(update(0, 2))
    assert [delay for _, delay in heard] == [0.5]


def test_who_comes_back_is_told_of_original_and_translation_together() -> None:
    channel = Channel()
    channel.tell(update(0, 1, is_final=True))
    seen = channel.number
    channel.tell(translated(0))
    told = [one.event for one in waiting(channel.follow(seen))]
    assert [type(one) for one in told] == [TranscriptUpdate, TranslationUpdate]


def test_whoever_watches_hears_of_each_who_comes_and_goes() -> None:
    channel = Channel()
    counted: list[int] = []

    def count() -> None:
        counted.append(channel.readers)

    channel.watch(count)
    one, other = channel.follow(), channel.follow()
    channel.leave(one)
    channel.leave(one)
    channel.unwatch(count)
    channel.leave(other)
    assert counted == [1, 2, 1]

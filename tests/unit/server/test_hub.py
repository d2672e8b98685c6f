"""Streams without models or time: who may come back, who is refused, what the end costs."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from desktop.engine.errors import BackendFailed, EngineError
from desktop.engine.events import ErrorEvent, Event, TranscriptUpdate
from desktop.engine.options import SessionOptions, VoiceOptions
from desktop.engine.recognition.backends.base import RecognizerCapabilities
from desktop.engine.requests import Request
from desktop.server.brokers.base import Begin, Recogniser
from desktop.server.limits import StreamLimits
from desktop.server.security.limits import ServerLimits
from desktop.server.streams.admission import Admission
from desktop.server.streams.hub import Hub, ServerBusy
from desktop.server.streams.stream import Stream
from tests.fakes import FakeRecognizer, LoudnessDetector, sound

OPTIONS = SessionOptions(language="en", voice=VoiceOptions(early_end=0))


class Desk:
    """A broker that answers at once, or when the test says so."""

    def __init__(self) -> None:
        self.recognizer = FakeRecognizer()
        self.open = asyncio.Event()
        self.open.set()
        self.fails: Exception | None = None
        self.dropped: list[str] = []
        self.lag = 0

    @property
    def workers(self) -> int:
        return 1

    @property
    def recogniser(self) -> Recogniser:
        capabilities: RecognizerCapabilities = self.recognizer.capabilities
        return Recogniser("fake", capabilities, 1)

    @property
    def seconds(self) -> float:
        return 0.0

    @property
    def elsewhere(self) -> int:
        return 0

    def speaking(self, count: int) -> None:
        pass

    async def start(self) -> None:
        pass

    def voice_detector(self, options: VoiceOptions) -> Any:
        return LoudnessDetector()

    async def ask(self, owner: str, request: Request, begin: Begin) -> Any:
        await self.open.wait()
        if (begun := begin()) is None:
            return None
        if self.fails is not None:
            raise self.fails
        return self.recognizer.transcribe(begun.work.samples, begun.work.request)

    def drop(self, owner: str) -> None:
        self.dropped.append(owner)

    async def close(self) -> None:
        pass


class FixedAdmission(Admission):
    """Does not learn: what is decoded here takes no time."""

    def decoded(self, seconds: float, *, is_final: bool) -> None:
        pass


class Hall:
    """A hub on made-up time."""

    def __init__(
        self, limits: StreamLimits | None = None, *, most: int = 8, access: ServerLimits | None = None
    ) -> None:
        self.now = 0.0
        self.desk = Desk()
        self.hub = Hub(self.desk, FixedAdmission(1, 0.85 / (most + 0.5)), limits, lambda: self.now, access)

    async def talk(self, stream: Stream, seconds: float = 1.0) -> None:
        await stream.hear(sound(seconds))
        await stream.hear(sound(1.0, 0.0))

    async def settle(self) -> None:
        for _ in range(50):
            await asyncio.sleep(0)


def run(test: Callable[[], Awaitable[None]]) -> None:
    asyncio.run(asyncio.wait_for(test(), 20))  # type: ignore[arg-type]


async def all_of(stream: Stream) -> list[Event]:
    return [event async for event in stream.events()]


def finals(events: list[Event]) -> list[int]:
    return [one.segment_id for one in events if isinstance(one, TranscriptUpdate) and one.is_final]


def test_what_is_said_is_told_and_the_end_waits_for_it() -> None:
    async def test() -> None:
        hall = Hall()
        stream = hall.hub.open(OPTIONS)
        reading = asyncio.create_task(all_of(stream))
        await asyncio.sleep(0)
        hall.desk.open.clear()
        await hall.talk(stream)
        await hall.talk(stream)
        ending = asyncio.create_task(stream.finish())
        await hall.settle()
        assert not ending.done()
        hall.desk.open.set()
        await ending
        assert finals(await reading) == [0, 1]
        assert hall.hub.streams == 0
        assert stream.id in hall.desk.dropped

    run(test)


def test_only_its_owner_comes_back_to_a_stream() -> None:
    async def test() -> None:
        hub = Hall().hub
        stream = hub.open(OPTIONS, "anna")
        hub.leave(stream)
        assert hub.resume(stream.id, "bert") is None
        assert hub.resume("unknown", "anna") is None
        assert hub.resume(stream.id, "anna") is stream

    run(test)


def test_settled_is_what_need_not_be_sent_again() -> None:
    async def test() -> None:
        hall = Hall()
        stream = hall.hub.open(OPTIONS)
        await stream.hear(sound(5.0, 0.0))
        assert 3.0 < stream.settled < 5.0
        hall.desk.open.clear()
        await stream.hear(sound(2.0))
        assert stream.settled <= 5.0
        await stream.hear(sound(1.0, 0.0))
        assert stream.settled <= 5.0
        hall.desk.open.set()
        await hall.settle()
        assert 6.5 < stream.settled <= 8.0
        stream.close()

    run(test)


def test_more_speakers_than_the_machine_bears_are_refused_at_their_first_word() -> None:
    async def test() -> None:
        hall = Hall(most=2)
        assert hall.hub.admission.most == 2
        streams = [hall.hub.open(OPTIONS) for _ in range(4)]
        for stream in streams:
            await stream.hear(sound(2.0, 0.0))
        await hall.talk(streams[0])
        await hall.talk(streams[1])
        with pytest.raises(ServerBusy):
            await hall.talk(streams[2])
        assert streams[2].is_over
        assert hall.hub.streams == 3
        await hall.talk(streams[0])
        await streams[0].finish()
        await hall.talk(streams[3])

    run(test)


def test_no_more_streams_than_the_limit_and_none_when_it_ends() -> None:
    async def test() -> None:
        hall = Hall(StreamLimits(streams=2))
        first = hall.hub.open(OPTIONS)
        hall.hub.open(OPTIONS)
        with pytest.raises(ServerBusy):
            hall.hub.open(OPTIONS)
        first.close()
        third = hall.hub.open(OPTIONS)
        reading = asyncio.create_task(all_of(third))
        await asyncio.sleep(0)
        await third.hear(sound(1.0))
        await hall.hub.drain(5.0)
        assert finals(await reading) == [0]
        with pytest.raises(ServerBusy):
            hall.hub.open(OPTIONS)
        assert hall.hub.streams == 0

    run(test)


def test_the_end_does_not_wait_for_ever() -> None:
    async def test() -> None:
        hall = Hall()
        stream = hall.hub.open(OPTIONS)
        hall.desk.open.clear()
        await hall.talk(stream)
        await hall.hub.drain(0.05)
        assert stream.channel.is_closed

    run(test)


def test_what_fails_is_told_once_and_the_stream_goes_on() -> None:
    async def test() -> None:
        hall = Hall()
        stream = hall.hub.open(OPTIONS)
        reading = asyncio.create_task(all_of(stream))
        await asyncio.sleep(0)
        hall.desk.fails = BackendFailed("recognition-failed", name="x", recoverable=True)
        await hall.talk(stream)
        await hall.talk(stream)
        await hall.settle()
        hall.desk.fails = None
        await hall.talk(stream)
        await stream.finish()
        events = await reading
        assert len([one for one in events if isinstance(one, ErrorEvent)]) <= 2
        assert 2 in finals(events)

    run(test)


def test_a_sender_waits_while_much_waits() -> None:
    async def test() -> None:
        hall = Hall(access=ServerLimits(audio_burst=1000.0))
        stream = hall.hub.open(OPTIONS)
        hall.desk.open.clear()

        async def send() -> None:
            for _ in range(60):
                await hall.talk(stream, 2.0)

        sending = asyncio.create_task(send())
        for _ in range(3000):
            await asyncio.sleep(0)
        assert not sending.done()
        assert stream.time < 60
        hall.desk.open.set()
        await sending
        assert stream.time == pytest.approx(180, abs=1)
        stream.close()

    run(test)


def test_audio_after_the_end_is_ignored() -> None:
    async def test() -> None:
        hall = Hall()
        stream = hall.hub.open(OPTIONS)
        await stream.finish()
        await stream.hear(sound(1.0))
        stream.flush()
        await stream.finish()
        assert stream.time == 0.0

    run(test)


def test_where_much_waits_nobody_new_is_taken() -> None:
    async def test() -> None:
        hall = Hall()
        first, second = hall.hub.open(OPTIONS), hall.hub.open(OPTIONS)
        await hall.talk(first)
        hall.desk.lag = hall.hub.limits.queued
        await hall.talk(first)
        with pytest.raises(ServerBusy):
            await hall.talk(second)
        first.close()

    run(test)


def test_one_owner_has_so_many_streams() -> None:
    async def test() -> None:
        hall = Hall(access=ServerLimits(sessions=2))
        streams = [hall.hub.open(OPTIONS, "token:a") for _ in range(2)]
        with pytest.raises(EngineError, match="too-many-sessions"):
            hall.hub.open(OPTIONS, "token:a")
        hall.hub.open(OPTIONS, "token:b")
        streams[0].close()
        hall.hub.open(OPTIONS, "token:a")

    run(test)


def test_audio_comes_no_faster_than_it_is_spoken_in_the_long_run() -> None:
    async def test() -> None:
        hall = Hall(access=ServerLimits(audio_rate=1000.0, audio_burst=5.0))
        stream = hall.hub.open(OPTIONS)
        sending = asyncio.create_task(stream.hear(sound(60.0, 0.0)))
        await hall.settle()
        assert stream.time < 10
        await sending
        assert stream.time == pytest.approx(60.0)
        stream.close()

    run(test)

"""One client of a load test: speaks in real time, and notes when which words came. On the event loop."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from desktop.bench.load.talks import Talk
from desktop.engine.events import SAMPLE_RATE
from desktop.server.audio.outgoing import pcm16
from desktop.server.client import Client, NotServed

_CHUNK = SAMPLE_RATE // 10


@dataclass(frozen=True, slots=True)
class Came:
    """A message of the server."""

    at: float
    """seconds since the client began to speak"""
    segment: int
    text: str
    is_final: bool
    final_text: str
    start: float
    end: float
    speech_end: float
    """seconds of the client's audio"""
    final_translation: str = ""
    committed: str = ""
    """of `text`: what stays"""


def joined(finals: Mapping[int, str]) -> str:
    """The final texts of segments, in order."""
    return " ".join(finals[segment] for segment in sorted(finals))


@dataclass
class Spoken:
    """What became of one talk."""

    talk: Talk
    came: list[Came] = field(default_factory=list)
    refused: str = ""
    """why the server did not take it; empty: it did"""
    cuts: int = 0
    is_told: bool = False
    """the server told everything and said so"""
    late: float = 0.0
    """seconds by which this client itself was behind at worst"""
    began: float = 0.0
    """when it did, by the event loop's clock"""
    target: str = ""
    """language that a translation was wanted in; empty: none was"""

    @property
    def text(self) -> str:
        """All final texts, in order."""
        finals = {one.segment: one.final_text for one in self.came if one.is_final and one.final_text}
        return joined(finals)

    @property
    def translated(self) -> int:
        """Final utterances with a final translation."""
        return len({one.segment for one in self.came if one.final_text and one.final_translation})

    @property
    def untranslated(self) -> int:
        """Those without, where one was wanted."""
        finals = {one.segment for one in self.came if one.final_text}
        return len(finals) - self.translated if self.target else 0


async def speak(
    url: str | Sequence[str],
    talk: Talk,
    language: str,
    *,
    token: str = "",
    speed: float = 1.0,
    target: str = "",
    on_room: Callable[[str], None] | None = None,
) -> Spoken:
    """Say a talk and wait for the last words. url: of several gateways, too. speed: times real time; 0 is as fast as
    the server takes it. target: language of a translation. on_room: others may follow, with this code."""
    spoken = Spoken(talk, target=target)
    data = pcm16(talk.samples)
    clock = asyncio.get_running_loop().time
    try:
        async with Client(url, source=language, target=target, token=token) as client:
            began = spoken.began = clock()

            async def send() -> None:
                if on_room is not None:
                    await client.tell({"type": "share"})
                for number, at in enumerate(range(0, len(data), 2 * _CHUNK)):
                    await client.send(data[at : at + 2 * _CHUNK])
                    if speed:
                        due = began + (number + 1) * 0.1 / speed
                        spoken.late = max(spoken.late, clock() - due)
                        await asyncio.sleep(max(0.0, due - clock()))
                await client.stop()

            sending = asyncio.create_task(send())
            try:
                first = 0  # number of the first segment of this stream: one that is lost is followed by another
                async for message in client.messages():
                    if message["type"] == "hello" and not message["resumed"]:
                        first = max((one.segment + 1 for one in spoken.came), default=0)
                    if message["type"] == "shared" and on_room is not None:
                        on_room(message["room"])
                    if message["type"] == "realtime" and "end" in message:
                        spoken.came.append(_came(message, clock() - began, first))
                spoken.is_told = True
            finally:
                sending.cancel()
                spoken.cuts = client.cuts
    except NotServed as error:
        spoken.refused = str(error)
    return spoken


async def stay(url: str, until: asyncio.Event, *, token: str = "") -> bool:
    """Be connected without speaking. False: the server did not take it."""
    try:
        async with Client(url, token=token):
            await until.wait()
    except NotServed:
        return False
    return True


def _came(message: dict[str, Any], at: float, first: int) -> Came:
    return Came(
        at,
        first + int(message["segment_id"]),
        message["text"],
        message["is_final"],
        message.get("final_text", ""),
        message["start"],
        message["end"],
        message["speech_end"],
        message.get("final_translation", ""),
        message.get("committed", ""),
    )

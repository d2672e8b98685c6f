"""Somebody who follows a speaker whose line fails, over a line that does not: what both were told must be the same. On
the event loop."""

import asyncio
import json
from collections.abc import Sequence

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from desktop.bench.load.figures import Words, words
from desktop.bench.load.speaker import Came, joined

_LAST = 5.0
"""seconds in which the last words come to whoever follows"""


class Witness:
    """url: of the server, around whatever fails. `follow` once the room is there; then `end`."""

    def __init__(self, url: str) -> None:
        self._url = f"{url}follow"
        self._finals: dict[int, str] = {}
        self._following: asyncio.Task[None] | None = None
        self.problem = ""
        self.found = Words(0, 0, 0, 0)
        """what the speaker lacks, or has otherwise"""

    def follow(self, room: str) -> None:
        """From now on. room: its code."""
        if self._following is None:
            self._following = asyncio.get_running_loop().create_task(self._follow(room))

    async def end(self, came: Sequence[Came]) -> None:
        """The speaker has been told everything, which is `came`."""
        if self._following is None:
            self.problem = "no room was opened"
            return
        told = {one.segment: one.final_text for one in came if one.is_final and one.final_text}
        clock = asyncio.get_running_loop().time
        until = clock() + _LAST
        while told.keys() - self._finals.keys() and clock() < until:
            await asyncio.sleep(0.05)
        self._following.cancel()
        await asyncio.gather(self._following, return_exceptions=True)
        self.found = words([joined(self._finals)], [joined(told)])

    async def _follow(self, room: str) -> None:
        try:
            async with connect(self._url, proxy=None, max_size=None) as socket:
                await socket.send(json.dumps({"type": "follow", "room": room}))
                async for data in socket:
                    message = json.loads(data) if isinstance(data, str) else {}
                    if message.get("type") == "error":
                        self.problem = str(message.get("message", "nobody may follow"))
                    elif message.get("final_text"):
                        self._finals[int(message["segment_id"])] = message["final_text"]
        except (OSError, ConnectionClosed) as error:
            self.problem = f"whoever follows was cut off ({type(error).__name__})"

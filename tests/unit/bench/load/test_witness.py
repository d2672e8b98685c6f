"""What a speaker lacks is told against who followed without cuts, on a server of the protocol's own messages."""

import asyncio
import json

from websockets.asyncio.server import ServerConnection, serve

from desktop.bench.load.speaker import Came
from desktop.bench.load.witness import Witness


def came(segment: int, text: str) -> Came:
    return Came(1.0, segment, text, True, text, 0.0, 1.0, 1.0)


def followed(told: list[str], heard: list[Came]) -> Witness:
    """What came of it when the server told these finals, one for each segment."""

    async def answer(socket: ServerConnection) -> None:
        assert json.loads(await socket.recv()) == {"type": "follow", "room": "ABCD-EFGH"}
        for segment, text in enumerate(told):
            message = {"type": "realtime", "segment_id": str(segment), "text": text, "final_text": text}
            await socket.send(json.dumps(message))
        await socket.wait_closed()

    async def run() -> Witness:
        async with serve(answer, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            witness = Witness(f"ws://127.0.0.1:{port}/")
            witness.follow("ABCD-EFGH")
            await asyncio.sleep(0.2)
            await witness.end(heard)
            return witness

    return asyncio.run(run())


def test_who_was_told_everything_lacks_nothing() -> None:
    found = followed(["Good day to you.", "It rains."], [came(0, "Good day to you."), came(1, "It rains.")]).found
    assert (found.said, found.lost, found.doubled, found.changed) == (6, 0, 0, 0)


def test_what_was_lost_or_said_twice_is_counted() -> None:
    lost = followed(["Good day to you.", "It rains."], [came(0, "Good day to you.")]).found
    assert (lost.said, lost.lost, lost.doubled) == (6, 2, 0)
    doubled = followed(["It rains."], [came(0, "It rains."), came(1, "It rains.")]).found
    assert (doubled.lost, doubled.doubled) == (0, 2)


def test_without_a_room_there_is_nobody_to_compare_with() -> None:
    async def run() -> Witness:
        witness = Witness("ws://127.0.0.1:9/")
        await witness.end([came(0, "Good day.")])
        return witness

    assert asyncio.run(run()).problem == "no room was opened"

"""A reader's connection without models: what it is told where recognition fails, and where the server ends."""

import asyncio
from collections.abc import Awaitable, Callable

from starlette.websockets import WebSocket

from desktop.engine.errors import BackendFailed
from desktop.server.limits import ReciteLimits
from desktop.server.protocols.recite.figures import ReciteFigures
from desktop.server.protocols.recite.kept import KeptHere
from desktop.server.protocols.recite.live import Recital
from desktop.server.protocols.recite.parameters import parameters, text_of_wanted
from tests.fakes import sound
from tests.unit.server.test_hub import Hall
from tests.unit.server.test_speaker import Line


class Hearing:
    """A hall in which somebody reads."""

    def __init__(self) -> None:
        self.hall = Hall()
        self.figures = ReciteFigures(ReciteLimits())
        self.kept = KeptHere(lambda: 0.0)

    def line(self, **wanted: str) -> Line:
        chosen = parameters({"text": "one two three", "language": "en"} | wanted)
        text = text_of_wanted(chosen, None, frozenset({"en"}))

        async def serve(socket: WebSocket) -> None:
            limits, hub = ReciteLimits(), self.hall.hub
            recital = Recital(hub, socket, chosen, text, self.figures, limits, self.kept, "me", None)
            await recital.run(self.hall.hub.open(recital.session_options))

        return Line(serve)


def run(test: Callable[[Hearing], Awaitable[None]]) -> None:
    asyncio.run(asyncio.wait_for(test(Hearing()), 20))


def pcm(seconds: float, level: float = 0.5) -> bytes:
    return bytes((sound(seconds, level) * 32767).astype("<i2").tobytes())


async def until(line: Line, kind: str, count: int = 1) -> None:
    for _ in range(400):
        if len(line.of(kind)) >= count:
            return
        await asyncio.sleep(0.01)
    raise AssertionError(line.told)


def test_where_recognition_fails_the_end_says_the_way_out() -> None:
    async def test(hearing: Hearing) -> None:
        hearing.hall.desk.fails = BackendFailed("The model broke.")
        async with hearing.line() as line:
            await line.say(pcm(1.0))
            await line.say(pcm(1.0, 0.0))
            await line.say({"type": "stop"})
            await until(line, "final_result_error")
        told = line.of("final_result_error")[0]
        assert "/verify" in told["way_out"]
        assert told["message"].endswith(".")
        assert [one["status"] for one in told["word_feedback"]] == ["pending"] * 3
        assert not line.of("final_result")
        assert hearing.figures.failures >= 1

    run(test)


def test_a_report_comes_once_in_a_window_though_nothing_is_said() -> None:
    async def test(hearing: Hearing) -> None:
        async with hearing.line() as line:
            for _ in range(16):
                await line.say(pcm(0.5, 0.0))
            await until(line, "partial_result", 3)
            await asyncio.sleep(0.1)
            assert len(line.of("partial_result")) <= 4, "eight seconds, one each two"
            assert hearing.figures.record()["active_connections"] == 1
        assert hearing.figures.record()["active_connections"] == 0

    run(test)


def test_models_that_are_behind_make_the_server_say_so() -> None:
    async def test(hearing: Hearing) -> None:
        hearing.hall.desk.open.clear()
        async with hearing.line() as line:
            for _ in range(24):
                await line.say(pcm(0.5))
            await until(line, "partial_result", 5)
            told = line.of("partial_result")
            assert not told[0]["server_busy"]
            assert told[-1]["server_busy"]
            assert told[-1]["queue_depth"] > ReciteLimits().queue
            assert hearing.figures.dropped >= 1
            hearing.hall.desk.open.set()

    run(test)


def test_whoever_is_cut_off_is_kept() -> None:
    async def test(hearing: Hearing) -> None:
        async with hearing.line() as line:
            await until(line, "ready")
            await line.say(pcm(1.0))
            await line.say(pcm(1.5, 0.0))
        connection = line.of("ready")[0]["connection_id"]
        kept = await hearing.kept.get(connection)
        assert kept is not None
        assert (kept.owner, kept.wanted["text"]) == ("me", "one two three")
        assert kept.seconds > 0

    run(test)

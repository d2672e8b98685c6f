"""Tasks that talk to Redis end, also where a cancel is lost on a connection that is about to close."""

import asyncio

from desktop.server.cluster.connection import ended


def test_a_cancel_that_was_lost_is_said_again() -> None:
    async def deaf(times: int, heard: list[int]) -> None:
        while True:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                heard.append(times)
                if len([one for one in heard if one == times]) > times:
                    raise

    async def run() -> list[int]:
        heard: list[int] = []
        tasks = [asyncio.create_task(deaf(times, heard)) for times in (0, 1, 2)]
        await asyncio.sleep(0)
        await ended(*tasks)
        assert all(task.cancelled() for task in tasks)
        return heard

    assert sorted(asyncio.run(asyncio.wait_for(run(), 10))) == [0, 1, 1, 2, 2, 2]


def test_what_has_ended_or_fails_is_of_no_interest() -> None:
    async def fails() -> None:
        raise RuntimeError("gone")

    async def run() -> None:
        done, failing = asyncio.create_task(asyncio.sleep(0)), asyncio.create_task(fails())
        await asyncio.sleep(0.01)
        await ended(done, failing)
        await ended()

    asyncio.run(run())

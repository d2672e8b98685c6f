"""`parley jobs`: the work that workers gave up. Runs on the main thread."""

import asyncio
import json
from datetime import UTC, datetime

from desktop.cli.messages import say
from desktop.server.cluster.connection import check, closed, opened
from desktop.server.cluster.dead import Dead, dead, retry


def show(url: str, *, as_json: bool) -> int:
    """Print them. Raises EngineError where Redis cannot be had."""
    found = asyncio.run(_dead(url))
    if as_json:
        print(json.dumps([_plain(one) for one in found], indent=1))
    elif not found:
        say("no job was given up.")
    else:
        for one in found:
            about = _plain(one)
            print(f"{about['entry']}  {about['at']}  {about['stage']}  {about['kind']}  {about['client']}")
    return 0


def again(url: str, entries: tuple[str, ...]) -> int:
    """Put them into the queues again. Raises EngineError where Redis cannot be had."""
    count = asyncio.run(_retry(url, entries))
    say(f"{count} job{'s' if count != 1 else ''} put into the queue again.")
    return 0 if count or not entries else 1


async def _dead(url: str) -> tuple[Dead, ...]:
    redis = opened(url)
    try:
        await check(redis, url)
        return await dead(redis)
    finally:
        await closed(redis)


async def _retry(url: str, entries: tuple[str, ...]) -> int:
    redis = opened(url)
    try:
        await check(redis, url)
        return await retry(redis, entries)
    finally:
        await closed(redis)


def _plain(one: Dead) -> dict[str, str]:
    milliseconds = int(one.entry.partition("-")[0])
    job = one.job
    return {
        "entry": one.entry,
        "at": datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat(timespec="seconds"),
        "stage": one.stage.value,
        "kind": job.kind.value if job is not None else "not understood",
        "client": job.client if job is not None else "",
        "job": job.id if job is not None else "",
    }

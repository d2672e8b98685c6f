"""Four clients speak while something happens to the cluster, and what became of their words. On the event loop."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from desktop.bench.load.speaker import speak
from desktop.bench.load.talks import Talk
from desktop.bench.outages.cluster import Cluster
from desktop.bench.outages.faults import Fault
from desktop.bench.outages.figures import Outcome, outcome
from desktop.engine.errors import EngineError
from desktop.engine.message import verbatim

SPEAKERS = 4
_AT = 0.35
"""of the talk, after which it happens, in mid-sentence"""
_LONGEST = 240.0
"""seconds in which the last words come"""
_EMPTY = 15.0
"""seconds in which the queues are empty after the last word"""


@dataclass(frozen=True, slots=True)
class Alone:
    """What the cluster understands of a talk when nobody else speaks and nothing happens."""

    text: str
    translations: int
    """utterances that were translated"""


async def heard_alone(cluster: Cluster, talk: Talk, target: str) -> Alone:
    """Four times as fast as it was spoken."""
    spoken = await speak(_urls(cluster, 0), talk, "en", speed=4.0, target=target)
    return Alone(spoken.text, spoken.translated)


async def run(
    cluster: Cluster, fault: Fault, talks: Sequence[Talk], alone: Mapping[int, Alone], target: str
) -> Outcome:
    """One fault, in the middle of a sentence of the first talk. Raises EngineError where a program does not come
    back."""
    began = time.monotonic()
    speaking = [
        asyncio.create_task(
            speak([cluster.relay.url] if fault.is_cut else _urls(cluster, number), talk, "en", target=target)
        )
        for number, talk in enumerate(talks)
    ]
    try:
        await asyncio.sleep(moment(talks[0]))
        at = asyncio.get_running_loop().time()
        await fault.begin(cluster)
        mended = asyncio.get_running_loop().time() - at
        spoken = await asyncio.wait_for(asyncio.gather(*speaking), _LONGEST)
    except TimeoutError:
        raise EngineError(verbatim(f"{fault.name}: the clients did not come to an end.")) from None
    finally:
        for one in speaking:
            one.cancel()
    await cluster.mend()
    left = await cluster.emptied(_EMPTY)
    return outcome(spoken, [alone[id(one.talk)].text for one in spoken], at, mended, left, time.monotonic() - began)


def moment(talk: Talk) -> float:
    """Seconds into a talk: the middle of a sentence. Pure."""
    wanted = _AT * len(talk.samples) / 16_000
    middles = [(begin + end) / 2 for begin, end in talk.sentences]
    return min(middles, key=lambda one: abs(one - wanted)) if middles else wanted


def _urls(cluster: Cluster, number: int) -> list[str]:
    """Half of the clients prefer the one gateway, half the other."""
    urls = [one.url for one in cluster.gateways]
    return urls if number % 2 == 0 else urls[::-1]

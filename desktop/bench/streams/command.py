"""`parley bench streams`: many who speak at a time through gateways and Redis, before a worker whose decoding takes a
set time. Whatever is not the model's is real: sockets, voice detection, queues, words. Main thread."""

import asyncio
import sys
import tempfile
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

from desktop.bench.load.command import DIFFERENT
from desktop.bench.load.figures import Words, latencies, words
from desktop.bench.load.speaker import Spoken, speak
from desktop.bench.load.talks import Talk, talks
from desktop.bench.programs import Gateway, Program, RedisProgram
from desktop.bench.reports.machine import machine
from desktop.bench.reports.output import ReportOutput, deliver
from desktop.bench.reports.report import Check, Report, Table
from desktop.bench.streams.worker import READY

LONGEST = 2.0
"""seconds from the end of speech to its final text, and between two updates, p95"""
_BETWEEN = 4.0
"""seconds over which they begin"""


@dataclass(frozen=True, slots=True)
class StreamsOptions:
    """What is asked for."""

    streams: int = 50
    gateways: int = 2
    look: float = 0.05
    """seconds that a decoding of a running utterance takes"""
    final: float = 0.1
    """that one of a whole utterance takes"""
    slots: int = 8
    """decodings at a time"""
    seconds: float = 60.0
    """that each speaks"""
    language: str = "en"
    seed: int = 1


@dataclass(frozen=True, slots=True)
class _Found:
    spoken: tuple[Spoken, ...]
    cores: dict[str, float]
    """of the processor that each program used, while they spoke"""
    memory: dict[str, float]
    """MB, at the end"""


class _Worker(Program):
    def __init__(self, redis: str, folder: Path, options: StreamsOptions) -> None:
        given = {
            "redis": redis,
            "talks": DIFFERENT,
            "language": options.language,
            "seconds": options.seconds,
            "seed": options.seed,
            "look": options.look,
            "final": options.final,
            "slots": options.slots,
        }
        named = [part for name, value in given.items() for part in (f"--{name}", str(value))]
        self._said = folder / "worker.log"
        super().__init__("worker", (sys.executable, "-m", "desktop.bench.streams.worker", *named), self._said)

    async def is_ready(self) -> bool:
        return READY in self._said.read_text(encoding="utf-8", errors="replace").splitlines()


def main(options: StreamsOptions, output: ReportOutput) -> int:
    """Returns 0 if nobody was refused, no word lost or doubled, and nothing late. Raises EngineError."""
    output.check()
    about = machine()
    said = talks(DIFFERENT, options.seconds, options.language, options.seed)
    with tempfile.TemporaryDirectory(prefix="parley-streams-") as folder:
        found = asyncio.run(_spoken(Path(folder), options, said))
    return deliver(_report(options, about, found), output)


async def _spoken(folder: Path, options: StreamsOptions, said: tuple[Talk, ...]) -> _Found:
    redis = RedisProgram(folder / "redis")
    worker = _Worker(redis.url, folder, options)
    gateways = [Gateway(f"gateway-{number + 1}", redis.url, folder) for number in range(options.gateways)]
    programs: list[Program] = [redis, worker, *gateways]
    async with AsyncExitStack() as ending:
        for program in programs:
            ending.push_async_callback(program.kill)
            await program.start()
        clock = asyncio.get_running_loop().time
        before, began = [one.processor_seconds() for one in programs], clock()

        async def one(number: int) -> Spoken:
            await asyncio.sleep(_BETWEEN * number / options.streams)
            gateway = gateways[number % len(gateways)]
            return await speak(gateway.url, said[number % len(said)], options.language)

        spoken = await asyncio.gather(*(one(number) for number in range(options.streams)))
        took = clock() - began
        cores = {
            program.name: (program.processor_seconds() - earlier) / took
            for program, earlier in zip(programs, before, strict=True)
        }
        return _Found(tuple(spoken), cores, {one.name: one.memory() / 1e6 for one in programs})


def _report(options: StreamsOptions, about: dict[str, object], found: _Found) -> Report:
    taken = [one for one in found.spoken if not one.refused and one.is_told]
    late = latencies(taken)
    wrong = words([one.talk.text for one in taken], [one.text for one in taken]) if taken else Words(0, 0, 0, 0)
    named = {
        "First word after its sound begins": late.first,
        "Between two updates of an utterance": late.gap,
        "End of speech to the final text": late.final,
    }
    rows = tuple(
        (name, str(one.count), f"{one.median:.2f}", f"{one.p95:.2f}", f"{one.maximum:.2f}")
        for name, one in named.items()
        if one is not None
    )
    used = tuple((name, f"{share:.2f}", f"{found.memory[name]:.0f}") for name, share in found.cores.items())
    counts = (
        ("Speakers told to their end", f"{len(taken)} of {options.streams}"),
        ("Words lost, doubled, changed", f"{wrong.lost}, {wrong.doubled}, {wrong.changed} of {wrong.said}"),
        ("This client behind at worst", f"{max((one.late for one in found.spoken), default=0.0):.2f} s"),
    )
    return Report(
        "streams",
        f"{options.streams} speak {options.seconds:g} s of “{options.language}” at a time in real time, through "
        f"{options.gateways} gateways and a Redis on this machine. Decoding is simulated: it takes {options.look:g} s, "
        f"{options.final:g} s of a whole utterance, {options.slots} at a time, and hears what was said; all else "
        "is real.",
        about,
        (
            Table(("Seconds", "count", "p50", "p95", "worst"), rows),
            Table(("What", "Figure"), counts),
            Table(("Program", "cores", "memory, MB"), used),
        ),
        checks=(
            Check("Speakers not told to their end", float(options.streams - len(taken)), 0.0),
            Check("Words lost or doubled", float(wrong.lost + wrong.doubled), 0.0),
            Check("End of speech to the final text, p95", late.final.p95 if late.final else None, LONGEST, "s"),
            Check("Between two updates, p95", late.gap.p95 if late.gap else None, LONGEST, "s"),
        ),
        data={"cores": found.cores, "memory": found.memory, "refused": [one.refused for one in found.spoken]},
    )

"""`parley bench servers`: more and more speakers on each server, in turn, until one is late. Main thread.

At each level all servers are measured one after the other, so that a machine that gets busy is the same for all.
"""

import asyncio
import sys
from dataclasses import dataclass
from pathlib import Path

from desktop.bench.load.talks import Talk, talks
from desktop.bench.peers import environment
from desktop.bench.peers.command import NOT_INSTALLED
from desktop.bench.reports.machine import machine
from desktop.bench.reports.output import ReportOutput, deliver
from desktop.bench.reports.report import Check, Report, Table
from desktop.bench.servers.clients import batch
from desktop.bench.servers.figures import LIMIT, Level, level
from desktop.bench.servers.running import running
from desktop.bench.servers.systems import SYSTEMS, ServerSystem
from desktop.engine.models.choice import chosen_model
from desktop.settings.declaration import Settings

_DIFFERENT = 6
_WATCHED = 0.5
"""seconds between two looks at the memory"""


@dataclass(frozen=True, slots=True)
class ServersOptions:
    """What is asked for."""

    levels: tuple[int, ...] = (1, 2, 3, 4, 6, 8, 10, 12, 14)
    """speakers at a time; beyond the first that is not borne a server is asked no more"""
    seconds: float = 30.0
    language: str = "en"
    seed: int = 1
    is_installing: bool = False


def servers(settings: Settings, options: ServersOptions, output: ReportOutput) -> int:
    """Returns 0 if Parley bears more speakers than any other. Raises EngineError."""
    output.check()
    model = chosen_model(settings.recognition)
    about = machine()
    program = environment.python()
    if program is None and options.is_installing:
        program = environment.make(lambda sentence: print(sentence, file=sys.stderr))
    able = [one for one in SYSTEMS if program is not None or not one.is_peer]
    said = talks(_DIFFERENT, options.seconds, options.language, options.seed)
    found: dict[str, list[Level]] = {one.name: [] for one in able}
    for count in options.levels:
        for system in able:
            if all(one.is_borne for one in found[system.name]):
                python = program if system.is_peer and program is not None else Path(sys.executable)
                speaking = [said[number % len(said)] for number in range(count)]
                print(f"{system.label}: {count}", file=sys.stderr)
                found[system.name].append(asyncio.run(_measured(system, python, model.path, speaking, options)))
    return deliver(_report(model.label, able, found, options, about, is_whole=len(able) == len(SYSTEMS)), output)


async def _measured(
    system: ServerSystem, python: Path, model: Path, said: list[Talk], options: ServersOptions
) -> Level:
    async with running(system, python, model.resolve()) as server:
        await batch(system.speak, server.url, said[:1], options.language)  # the first one waits for what is loaded then
        most = 0

        async def watch() -> None:
            nonlocal most
            while True:
                most = max(most, server.memory)
                await asyncio.sleep(_WATCHED)

        watching = asyncio.create_task(watch())
        heard = await batch(system.speak, server.url, said, options.language)
        watching.cancel()
        return level(said, heard, most)


def borne(levels: list[Level]) -> int:
    """The most speakers that are served within the limit."""
    return max((one.speaking for one in levels if one.is_borne), default=0)


def _report(
    label: str,
    able: list[ServerSystem],
    found: dict[str, list[Level]],
    options: ServersOptions,
    about: dict[str, object],
    *,
    is_whole: bool,
) -> Report:
    rows = [
        (
            system.label,
            str(one.speaking),
            str(one.refused),
            f"{one.shown_p95:.2f}",
            f"{one.settled_p95:.2f}",
            f"{100 * one.errors.rate:.1f}",
            f"{one.memory / 2**20:.0f}",
        )
        for system in able
        for one in found[system.name]
    ]
    columns = ("Server", "Speakers", "refused", "stands, p95 s", "settled, p95 s", "word errors, %", "memory, MB")
    most = {system.name: borne(found[system.name]) for system in able}
    summary = tuple((system.label, str(most[system.name])) for system in able)
    others = max((count for name, count in most.items() if name != "parley"), default=None)
    checks = (
        Check(
            "Speakers that the best of the others bears",
            float(others) if others is not None and is_whole else None,
            float(most["parley"] - 1),
        ),
    )
    notes = [f"{system.label}: {system.how}" for system in able]
    notes.append(
        "Stands: from the last sound of a sentence until its last recognised word, and all before it, is on the screen "
        "for good; settled: until the server says so. A sentence without a recognised word never stands."
    )
    if not is_whole:
        notes.append(f"WhisperLive, WhisperLiveKit: {NOT_INSTALLED.replace('bench peers', 'bench servers')}.")
    return Report(
        "servers",
        f"Speakers at a time with {label} whose sentences stand within {LIMIT:g} s (p95), {options.seconds:g} s each.",
        about,
        (Table(("Server", "speakers borne"), summary), Table(columns, tuple(rows))),
        checks=checks,
        notes=tuple(notes),
        data={"most": most, "levels": {name: [_plain(one) for one in each] for name, each in found.items()}},
    )


def _plain(one: Level) -> dict[str, object]:
    return {
        "speaking": one.speaking,
        "refused": one.refused,
        "shown_p95": one.shown_p95,
        "settled_p95": one.settled_p95,
        "wer": one.errors.rate,
        "memory": one.memory,
    }

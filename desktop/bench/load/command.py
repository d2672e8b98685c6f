"""`parley load`: many clients on one server, in real time; as tables, JSON and a plot. Main thread."""

import asyncio
import contextlib
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

from desktop.bench.figures.errors import Summary, pooled, word_errors
from desktop.bench.load.distribution import done_between, fetched
from desktop.bench.load.figures import Latencies, Words, latencies, success, words
from desktop.bench.load.outages import Relay, outages
from desktop.bench.load.speaker import Spoken, speak, stay
from desktop.bench.load.talks import Talk, talks
from desktop.bench.load.witness import Witness
from desktop.bench.reports.machine import machine
from desktop.bench.reports.output import ReportOutput, deliver
from desktop.bench.reports.report import Chart, Report, Series, Table
from desktop.engine.errors import EngineError
from desktop.engine.message import verbatim

DIFFERENT = 6
"""talks; more clients say them again"""
_BETWEEN = 1.0
"""seconds over which the clients begin"""


@dataclass(frozen=True, slots=True)
class LoadOptions:
    """What is asked for."""

    url: str = "ws://127.0.0.1:5026/"
    clients: int = 10
    """connected at a time"""
    batches: int = 1
    """one behind the other"""
    speaking_share: float = 1.0
    """of the clients that speak; the others are only connected"""
    seconds: float = 30.0
    """of speech for each client and batch"""
    language: str = "en"
    token: str = ""
    seed: int = 1
    find_limit: float = 0.0
    """seconds: look for the most speakers whose finals come within it, p95; 0: do not"""
    cuts: int = 0
    """how often the network fails while a batch speaks"""
    cut_seconds: float = 10.0
    """for how long each time"""

    @property
    def speaking(self) -> int:
        return max(1, round(self.clients * self.speaking_share))


@dataclass(frozen=True)
class Batch:
    """What became of one."""

    spoken: tuple[Spoken, ...]
    refused_idle: int
    seconds: float
    witnesses: tuple[Witness, ...] = ()
    """who followed each of them over a line that did not fail, where the others' did"""

    @property
    def taken(self) -> tuple[Spoken, ...]:
        return tuple(one for one in self.spoken if not one.refused)


def load(options: LoadOptions, output: ReportOutput) -> int:
    """Returns the exit code: 1 where clients were lost. Raises EngineError where nobody answers."""
    output.check()
    _check(options.url)
    about = machine()
    said = talks(min(DIFFERENT, options.speaking), options.seconds, options.language, options.seed)
    alone = asyncio.run(_alone(options, said))
    if options.find_limit:
        return deliver(_limit_report(options, said, about), output)
    before = fetched(_http(options.url), options.token)
    batches = [asyncio.run(_batch(options, said, options.speaking)) for _ in range(options.batches)]
    done = done_between(before, fetched(_http(options.url), options.token))
    return deliver(_report(options, said, alone, batches, done, about), output)


def _check(url: str) -> None:
    address = _http(url)
    try:
        with urlopen(f"{address}health", timeout=10) as answer:
            json.load(answer)
    except (URLError, OSError, ValueError):
        raise EngineError(
            verbatim(f"Nobody serves at {address}; start `parley serve`, or name it with --url.")
        ) from None


def _http(url: str) -> str:
    return url.replace("ws", "http", 1)


async def _alone(options: LoadOptions, said: Sequence[Talk]) -> dict[int, str]:
    """What the server understands of each talk when nobody else speaks."""
    found = {}
    for talk in said:
        spoken = await speak(options.url, talk, options.language, token=options.token, speed=4.0)
        if spoken.refused:
            raise EngineError(verbatim(f"The server takes no speaker at all ({spoken.refused})."))
        found[id(talk)] = spoken.text
    return found


async def _batch(options: LoadOptions, said: Sequence[Talk], speaking: int) -> Batch:
    async with contextlib.AsyncExitStack() as opened:
        url = options.url
        if options.cuts:
            relay = await opened.enter_async_context(Relay(url))
            url = relay.url
            failing = asyncio.create_task(outages(relay, options.cuts, options.cut_seconds, options.seconds))
            opened.callback(failing.cancel)
        return await _spoken(replace(options, url=url), said, speaking, options.url if options.cuts else "")


async def _spoken(options: LoadOptions, said: Sequence[Talk], speaking: int, witnessed: str = "") -> Batch:
    """witnessed: the server's own address, where `options.url` fails."""
    began = time.monotonic()
    over = asyncio.Event()
    idle = [
        asyncio.create_task(stay(options.url, over, token=options.token)) for _ in range(options.clients - speaking)
    ]

    witnesses = tuple(Witness(witnessed) for _ in range(speaking)) if witnessed else ()

    async def one(number: int) -> Spoken:
        await asyncio.sleep(_BETWEEN * number / speaking)
        on_room = witnesses[number].follow if witnesses else None
        talk = said[number % len(said)]
        spoken = await speak(options.url, talk, options.language, token=options.token, on_room=on_room)
        if witnesses:
            await witnesses[number].end(spoken.came)
        return spoken

    spoken = await asyncio.gather(*(one(number) for number in range(speaking)))
    over.set()
    stayed = await asyncio.gather(*idle)
    return Batch(tuple(spoken), stayed.count(False), time.monotonic() - began, witnesses)


def _report(
    options: LoadOptions,
    said: Sequence[Talk],
    alone: dict[int, str],
    batches: Sequence[Batch],
    done: dict[str, int],
    about: dict[str, Any],
) -> Report:
    spoken = [one for batch in batches for one in batch.spoken]
    taken = [one for batch in batches for one in batch.taken]
    late = latencies(taken)
    witnessed = _witnessed(batches)
    compared = words([alone[id(one.talk)] for one in taken], [one.text for one in taken])
    wer_alone = pooled(word_errors(talk.text, alone[id(talk)]) for talk in said)
    wer = pooled(word_errors(one.talk.text, one.text) for one in taken) if taken else None
    seconds = sum(batch.seconds for batch in batches)
    heard = sum(len(one.talk.samples) / 16_000 for one in taken)
    rows = [
        _row("First word after its sound begins", late.first),
        _row("Between two updates of an utterance", late.gap),
        _row("End of speech to the final text", late.final),
    ]
    counts = [
        ("Speakers taken", f"{len(taken)} of {len(spoken)}"),
        ("Talks told to their end", f"{100 * success(spoken):.1f} %"),
        ("Others refused", str(sum(batch.refused_idle for batch in batches))),
        ("Finals a second", f"{sum(len({c.segment for c in one.came}) for one in taken) / max(seconds, 1e-9):.1f}"),
        ("Speech a second", f"{heard / max(seconds, 1e-9):.1f} s"),
        ("Words lost, doubled, changed against one speaker alone", _words(compared)),
        *witnessed,
        ("Word errors alone", f"{100 * wer_alone.rate:.1f} %"),
        ("Word errors under load", f"{100 * wer.rate:.1f} %" if wer is not None else "-"),
        ("Lines that were cut", str(sum(one.cuts for one in spoken))),
        ("This client behind at worst", f"{max((one.late for one in spoken), default=0.0):.2f} s"),
    ]
    tables = [
        Table(("Seconds", "count", "p50", "p95", "p99", "worst"), tuple(rows)),
        Table(("What", "Figure"), tuple(counts)),
    ]
    if done:
        everything = sum(done.values())
        shares = tuple((worker, str(count), f"{100 * count / everything:.0f} %") for worker, count in done.items())
        tables.append(Table(("Worker", "jobs", "share"), shares))
    title = (
        f"{options.clients} clients, {options.speaking} of them speaking {options.seconds:g} s of "
        f"“{options.language}” in real time, {options.batches} times."
    )
    data = {
        "clients": options.clients,
        "speaking": options.speaking,
        "taken": len(taken),
        "refused": [one.refused for one in spoken if one.refused],
        "success": success(spoken),
        "cuts": sum(one.cuts for one in spoken),
        "witnessed": dict(witnessed),
        "workers": done,
        "latency": {name: _plain(getattr(late, name)) for name in ("first", "gap", "final")},
        "words": {
            "said": compared.said,
            "lost": compared.lost,
            "doubled": compared.doubled,
            "changed": compared.changed,
        },
        "wer_alone": wer_alone.rate,
        "wer": wer.rate if wer is not None else None,
        "seconds": seconds,
    }
    return Report(
        "load",
        title,
        about,
        tuple(tables),
        charts=(_chart(late),),
        data=data,
    )


def _limit_report(options: LoadOptions, said: Sequence[Talk], about: dict[str, Any]) -> Report:
    """More and more speakers, until finals come too late or the server refuses some."""
    rows, found, most = [], [], 0
    speaking = 1
    while speaking <= max(1, options.clients):
        batch = asyncio.run(_batch(options, said, speaking))
        final = latencies(batch.taken).final
        p95 = final.p95 if final is not None else float("inf")
        rows.append((str(speaking), str(len(batch.taken)), f"{p95:.2f}"))
        found.append({"speaking": speaking, "taken": len(batch.taken), "final_p95": p95})
        if p95 > options.find_limit or len(batch.taken) < speaking:
            break
        most = speaking
        speaking = max(speaking + 1, round(speaking * 1.3))
    title = f"{most} speakers at a time, if final texts are to come within {options.find_limit:g} s (p95)."
    table = Table(("Speakers", "taken", "final p95, s"), tuple(rows))
    return Report("load", title, about, (table,), data={"most": most, "steps": found})


def _row(name: str, summary: Summary | None) -> tuple[str, ...]:
    if summary is None:
        return (name, "0", "-", "-", "-", "-")
    figures = (summary.median, summary.p95, summary.p99, summary.maximum)
    return (name, str(summary.count), *(f"{one:.2f}" for one in figures))


def _plain(summary: Summary | None) -> dict[str, float] | None:
    if summary is None:
        return None
    return {
        "count": summary.count,
        "p50": summary.median,
        "p95": summary.p95,
        "p99": summary.p99,
        "worst": summary.maximum,
    }


def _witnessed(batches: Sequence[Batch]) -> list[tuple[str, str]]:
    """What speakers whose lines failed were not told, or told twice."""
    witnesses = [one for batch in batches for one in batch.witnesses]
    if not witnesses:
        return []
    found = [one.found for one in witnesses]
    sums = (sum(getattr(one, name) for one in found) for name in ("said", "lost", "doubled", "changed"))
    problems = sorted({one.problem for one in witnesses if one.problem})
    what = "Words lost, doubled, changed against who followed without cuts"
    return [(what, _words(Words(*sums))), *((what, problem) for problem in problems)]


def _words(one: Words) -> str:
    return f"{one.lost}, {one.doubled}, {one.changed} of {one.said}"


def _chart(late: Latencies) -> Chart:
    named = [("first word", late.first), ("update", late.gap), ("final", late.final)]
    kept = [(name, one) for name, one in named if one is not None]
    labels = tuple(name for name, _ in kept)
    return Chart(
        "bars",
        "Latency",
        "",
        "seconds",
        (
            Series("p50", labels, tuple(one.median for _, one in kept)),
            Series("p95", labels, tuple(one.p95 for _, one in kept)),
        ),
    )

"""`parley bench peers`: runs every system on every track, in turn, and sets them side by side. Main thread.

Interleaved: in each repeat every track is heard by all systems one after the other, in an order that moves on by one
from repeat to repeat, so that a machine that warms up or gets busy is the same for all.
"""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from desktop.bench.peers import environment
from desktop.bench.peers.comparison import Collected
from desktop.bench.peers.measures import measured, of_stable_text
from desktop.bench.peers.results import Comparison, report
from desktop.bench.peers.runs import Run, Setting, quietest_core, run
from desktop.bench.peers.systems import PARLEY, PeerSystem, chosen
from desktop.bench.peers.tracks import TAIL, Track, tracks
from desktop.bench.reports.machine import machine
from desktop.bench.reports.output import ReportOutput, deliver
from desktop.bench.reports.progress import progress
from desktop.engine.errors import EngineError, ModelMissing
from desktop.engine.message import verbatim
from desktop.engine.models.choice import chosen_model
from desktop.settings.declaration import Settings

_LOADING = 8.0
"""seconds that starting a system takes, for the progress bar"""
NOT_INSTALLED = "not installed; `parley bench peers --install` makes an environment for it (needs a network, 2 GB)"


@dataclass(frozen=True, slots=True)
class Plan:
    """What the command line asks for."""

    only: tuple[str, ...] = ()
    """names of systems; empty: all"""
    audio: tuple[str, ...] = ()
    """names of tracks; empty: all"""
    seconds: float = 0.0
    """of each track at most; 0: all"""
    repeats: int = 3
    shadow: Path | None = None
    """directory of a model of true dimensions, for the cost"""
    install: bool = False
    is_unaware_too: bool = True
    core: int | None = None
    """the processor core for all systems; None: the last one"""


@dataclass(frozen=True, slots=True)
class _Turn:
    """One run to come."""

    system: PeerSystem
    track: Track
    repeat: int
    is_aware: bool

    @property
    def seconds(self) -> float:
        return _LOADING + (self.track.seconds if self.is_aware and self.system.is_live else 0.15 * self.track.seconds)


def main(settings: Settings, plan: Plan, output: ReportOutput) -> int:
    """Measure, print and write; returns 0 if Parley keeps its promises, else 1. Raises EngineError."""
    output.check()
    model = chosen_model(settings.recognition)
    if plan.shadow is not None and not (plan.shadow / "model.bin").is_file():
        raise ModelMissing(verbatim(f"There is no model in {plan.shadow}; `parley bench make-model` makes one."))
    try:
        systems, heard = chosen(plan.only), tracks(plan.audio, plan.seconds)
    except ValueError as error:
        raise EngineError(verbatim(f"This is not known: {error}.")) from error
    about = machine()
    program = _peers_python(systems, plan)
    able = [one for one in systems if program is not None or not one.needs_environment]
    missing = {one.label: NOT_INSTALLED for one in systems if one not in able}
    setting = Setting(
        model.path.resolve(), plan.shadow and plan.shadow.resolve(), settings.recognition.beam_size, _core(plan)
    )
    results = _measure(turns(able, heard, plan), setting, program)
    aware = compare(able, heard, [one for one in results if one.is_aware], missing)
    unaware = compare(able, heard, [one for one in results if not one.is_aware], {})
    words = sum(len(sentence.words) for track in heard for sentence in track.sentences)
    shadow = "" if plan.shadow is None else f", its cost that of {plan.shadow.name}"
    title = f"Live recognition with {model.label}{shadow}: {words} words, each system {plan.repeats} times."
    return deliver(
        report(
            aware,
            unaware,
            title=title,
            machine=about,
            how=able,
            notes=_notes(setting, plan),
            runs=results,
            data={
                "model": model.label,
                "shadow": plan.shadow.name if plan.shadow else None,
                "beam": setting.beam,
                "core": setting.core,
                "repeats": plan.repeats,
                "tracks": {one.name: round(one.seconds, 2) for one in heard},
                "packages": environment.versions(program) if program else {},
            },
            is_cost_true=plan.shadow is not None,
        ),
        output,
    )


def turns(systems: Sequence[PeerSystem], heard: Sequence[Track], plan: Plan) -> tuple[_Turn, ...]:
    """Every run, in order."""
    order: list[_Turn] = []
    for repeat in range(plan.repeats):
        first = repeat % max(1, len(systems))
        for track in heard:
            order += [_Turn(one, track, repeat, True) for one in (*systems[first:], *systems[:first])]
    if plan.is_unaware_too:
        order += [_Turn(one, track, 0, False) for track in heard for one in systems if not one.unaware]
    return tuple(order)


def compare(
    systems: Sequence[PeerSystem], heard: Sequence[Track], results: Sequence[Run], missing: dict[str, str]
) -> Comparison:
    """Sum up the good runs; a system without any is missing, with the reason of its first bad one."""
    by_name = {one.name: one for one in heard}
    collected: list[Collected] = []
    missing = dict(missing)
    for system in systems:
        mine = [one for one in results if one.system == system.name]
        good = [one for one in mine if not one.failure]
        if mine and not good:
            missing[system.label] = mine[0].failure
        is_peer = system.is_live and system is not PARLEY
        collected.append(_collect(system.name, system.label, good, by_name, is_live=system.is_live, is_peer=is_peer))
        stable = [one for one in map(of_stable_text, good) if one is not None]
        if stable:
            extra = _collect(
                f"{system.name}-stable",
                f"{system.label}, stable text",
                stable,
                by_name,
                is_live=system.is_live,
                is_peer=is_peer,
            )
            # What is taken back was not committed.
            extra.counts = extra.counts and not extra.revised
            collected.append(extra)
    return Comparison(collected, missing)


def _collect(
    name: str, label: str, good: Sequence[Run], heard: dict[str, Track], *, is_live: bool, is_peer: bool
) -> Collected:
    one = Collected(name, label, is_live, is_peer)
    for result in good:
        one.add(result.track, measured(result, heard[result.track]))
    return one


def _measure(order: Sequence[_Turn], setting: Setting, program: Path | None) -> list[Run]:
    results = []
    with progress(sum(turn.seconds for turn in order), "s") as shown:
        for turn in order:
            shown.at(f"{turn.system.label}, {turn.track.name}{'' if turn.is_aware else ', time standing still'}")
            python = program if turn.system.needs_environment and program is not None else Path(sys.executable)
            results.append(run(turn.system, python, turn.track, setting, repeat=turn.repeat, is_aware=turn.is_aware))
            shown.advance(turn.seconds)
    return results


def _peers_python(systems: Sequence[PeerSystem], plan: Plan) -> Path | None:
    if getattr(sys, "frozen", False):
        raise environment.PeersMissing(
            "The packaged app has no Python to run the peers with; install Parley with pip to use this."
        )
    if not any(one.needs_environment for one in systems):
        return None
    tell: Callable[[str], None] = lambda sentence: print(sentence, file=sys.stderr, flush=True)  # noqa: E731
    return environment.python() or (environment.make(tell) if plan.install else None)


def _core(plan: Plan) -> int | None:
    return plan.core if plan.core is not None else quietest_core()


def _notes(setting: Setting, plan: Plan) -> list[str]:
    where = (
        "each system bound to one core" if setting.core is not None else "systems could not be bound to one core here"
    )
    notes = [
        f"Real time: 32 ms blocks by the clock, {where}, one thread for each library, {TAIL:g} s of quiet behind the "
        "speech. Commit: a word's end until it is committed for good; Shown: until it is on the screen to stay. "
        "In brackets: 95 % intervals, sentences drawn anew. CPU: processor seconds of the whole system, with its "
        "children, for each second of audio.",
        f"The language is given; beam {setting.beam} wherever it can be chosen.",
    ]
    if plan.shadow is not None:
        notes.append(
            f"Cost and latency include {plan.shadow.name}: each call on the model is done again on it, same lengths, "
            "result thrown away; what is recognised stays the starter model's."
        )
    if plan.is_unaware_too:
        notes.append("With time standing still only Parley and LocalAgreement-2 can be run: the others' threads follow "
                     "the real clock.")  # fmt: skip
    return notes

"""`parley bench speech`: how well and how fast real models recognise people, by language.

Whole: `parley transcribe` and faster-whisper alone read the same prompts. Live: the prompts joined to a stream, pushed
in real time into an engine in a process of its own. Each language is done, and saved, by itself. Main thread.
"""

import json
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from desktop.bench.live.live_run import run_in_new_process, run_spec
from desktop.bench.people.prompts import VOICES, Prompt, missing, prompts
from desktop.bench.people.speech_report import LanguageFigures, PromptResult, StreamResult, report
from desktop.bench.people.speech_stream import SECONDS, stream
from desktop.bench.people.whole_files import PlainWhisper, Read, read_both, spoken_errors
from desktop.bench.reports.machine import machine
from desktop.bench.reports.output import ReportOutput, as_record, deliver
from desktop.bench.reports.progress import Progress, progress
from desktop.engine.errors import EngineError, FileUnreadable
from desktop.engine.message import verbatim
from desktop.engine.models.choice import chosen_model
from desktop.engine.models.installed import InstalledModel
from desktop.engine.models.speed.tuning import has_card, resolved
from desktop.engine.models.speed.tuning_cache import TuningCache
from desktop.settings.declaration import Settings
from desktop.settings.presets import preset, values_of
from desktop.settings.store import changed
from desktop.system.files import write_atomically

PROMPTS = 20
"""of each language"""
_QUICK = (5, 25.0)
"""prompts, seconds of a stream"""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be measured. prompts: how many of each language. seconds: of the stream, 0 for none.
    is_odd: of the other half of the prompts, with which nobody developed."""

    languages: tuple[str, ...] = tuple(VOICES)
    prompts: int = PROMPTS
    seconds: float = SECONDS
    is_odd: bool = False
    has_fast: bool = False
    """the stream once more, with the preset "fast\""""


def plan(
    languages: Sequence[str], prompts: int, *, is_quick: bool, is_live: bool, is_odd: bool, has_fast: bool = False
) -> Plan:
    """From the options of the command. Pure. Raises EngineError for a language without recordings."""
    for one in languages:
        if one not in VOICES:
            raise EngineError(verbatim(missing(one)))
    count, seconds = _QUICK if is_quick else (prompts, SECONDS)
    return Plan(
        tuple(languages) or tuple(VOICES),
        min(prompts, count),
        seconds if is_live else 0.0,
        is_odd,
        has_fast and is_live,
    )


def half(language: str, count: int, *, is_odd: bool = False) -> tuple[Prompt, ...]:
    """The first prompts of one half, in the order of their keys; none where the packages are absent."""
    return tuple(one for one in prompts(language) if one.is_even != is_odd)[:count]


def main(settings: Settings, wanted: Plan, *, is_resumed: bool, output: ReportOutput) -> int:
    """Measure and print; returns 0 if every limit holds, else 1. is_resumed: keep the languages that the JSON file has
    of the same model. Raises EngineError."""
    output.check()
    model = chosen_model(settings.recognition)
    settings = changed(settings, {"recognition.model": str(model.path)})
    about = machine()
    about_run = _about_run(settings, model, wanted)
    before = kept(Path(output.json), about_run) if is_resumed and output.json not in ("", "-") else {}
    chosen = {language: half(language, wanted.prompts, is_odd=wanted.is_odd) for language in wanted.languages}
    notes = [missing(language) for language, some in chosen.items() if not some]
    notes += [
        f"{model.label} does not know the language {language}."
        for language, some in chosen.items()
        if some and language not in model.languages
    ]
    todo = {language: some for language, some in chosen.items() if some and language in model.languages}
    if not todo:
        raise EngineError(verbatim(notes[0]))
    found = dict(before)
    total = sum(len(some) for language, some in todo.items() if language not in before)
    with progress(total, "prompts") as shown:
        for language, some in todo.items():
            if language in before:
                continue
            found[language] = measure(settings, some, wanted, shown)
            if output.json not in ("", "-"):
                done = report(about, about_run, _ordered(found), notes)
                write_atomically(Path(output.json), json.dumps(as_record(done), ensure_ascii=False, indent=1) + "\n")
    return deliver(report(about, about_run, _ordered(found), notes), output)


def measure(settings: Settings, some: Sequence[Prompt], wanted: Plan, shown: Progress) -> LanguageFigures:
    """All figures of a language: its prompts read in both ways, then as a stream. settings: with the directory of the
    model. Raises EngineError."""
    language = some[0].language

    def count(done: Read) -> None:
        shown.advance(1)
        shown.at(f"{language}, after {done.prompt.name}")

    shown.at(f"{language}, whole files")
    plain = PlainWhisper(Path(settings.recognition.model))
    reads = read_both(settings, plain, some, count)
    live = fast = None
    if wanted.seconds:
        shown.at(f"{language}, live")
        live = hear_live(settings, plain, some, wanted.seconds)
    if wanted.has_fast:
        shown.at(f"{language}, live, fast")
        values = values_of(preset("fast")) | {"recognition.model": settings.recognition.model}
        fast = hear_live(changed(settings, values), plain, some, wanted.seconds)
    return replace(_figures(reads, live), fast=fast)


def hear_live(settings: Settings, plain: PlainWhisper, some: Sequence[Prompt], seconds: float) -> StreamResult:
    """The prompts as a stream in real time. Raises EngineError."""
    with tempfile.TemporaryDirectory(prefix="parley-bench-") as place:
        folder = Path(place)
        recording = stream(folder, some, plain, seconds)
        (done,) = run_in_new_process([run_spec(settings, [recording], folder=str(folder))])
    (take,) = done.takes
    errors = spoken_errors(take.said, take.heard)
    return StreamResult(
        seconds=take.seconds,
        said=take.said,
        heard=take.heard,
        errors=errors.count,
        words=errors.words,
        first_partial=take.first_partial,
        final=take.final,
        commit=take.commit,
        cpu=take.cpu,
        revisions=done.revisions,
        committed=take.committed,
        committed_errors=spoken_errors(take.said, take.committed).count if take.committed else 0,
        differing=take.differing,
        utterances=take.utterances,
        erasure=take.shown.normalized,
        memory=done.peak_memory,
        problems=(*done.errors, *(f"The machine was too busy to play {one} without gaps." for one in done.disturbed)),
    )


def read(
    settings: Settings,
    language: str,
    count: int = PROMPTS,
    *,
    is_odd: bool = False,
    plain: PlainWhisper | None = None,
) -> LanguageFigures:
    """What `parley transcribe` and faster-whisper alone hear of prompts of a language, with the model of the settings;
    `holds` says whether the first is as good as the second. plain: faster-whisper with that model, if it is loaded
    already. Raises EngineError, also where there are no prompts."""
    some = half(language, count, is_odd=is_odd)
    if not some:
        raise EngineError(verbatim(missing(language)))
    alone = plain or PlainWhisper(chosen_model(settings.recognition).path)
    return _figures(read_both(settings, alone, some), None)


def _figures(reads: Sequence[Read], live: StreamResult | None) -> LanguageFigures:
    language = reads[0].prompt.language
    lines = tuple(PromptResult(one.prompt.name, one.prompt.text, one.parley, one.plain) for one in reads)
    return LanguageFigures(language, VOICES[language].credit, lines, live)


def _ordered(found: dict[str, LanguageFigures]) -> tuple[LanguageFigures, ...]:
    return tuple(found[language] for language in VOICES if language in found)


def _about_run(settings: Settings, model: InstalledModel, wanted: Plan) -> dict[str, Any]:
    """What the figures of two runs must have in common to stand in one table."""
    recognition = settings.recognition
    tuning = TuningCache().get(model.path)
    choice = resolved(recognition, tuning.choice if tuning is not None else None, has_card=has_card())
    return {
        "model": model.label,
        "parley_runs_on": choice.label,
        "prompts": wanted.prompts,
        "stream_seconds": wanted.seconds,
        "half": "odd" if wanted.is_odd else "even",
        "with_fast": wanted.has_fast,
    }


def kept(file: Path, about_run: dict[str, Any]) -> dict[str, LanguageFigures]:
    """The languages that a file of the same kind of run has. Raises FileUnreadable, EngineError."""
    if not file.exists():
        return {}
    try:
        record = json.loads(file.read_text(encoding="utf-8"))
        if {key: record.get(key) for key in about_run} != about_run:
            raise EngineError(
                verbatim(f"{file} was written by another kind of run; name another file, or leave out --resume.")
            )
        return {one["language"]: LanguageFigures.of(one) for one in record["languages"]}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise FileUnreadable(
            verbatim(f"{file} cannot be gone on with; name another file, or leave out --resume.")
        ) from error

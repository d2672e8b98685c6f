"""`parley bench practice`: recordings of people, read against their scripts and against texts that differ. Main thread.

What the models say is kept passage by passage, so that a run that was stopped goes on, and marks can be made anew
without a model.
"""

import json
import random
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from desktop.bench.cost import one_thread
from desktop.bench.figures.errors import percentile
from desktop.bench.people.prompts import VOICES, missing
from desktop.bench.practice.outcomes import Outcome, final_feedback, outcome
from desktop.bench.practice.report import figures, report
from desktop.bench.practice.takes import KeptModel, Passage, Take, load, passages, save
from desktop.bench.practice.variants import Variant
from desktop.bench.reports.machine import machine
from desktop.bench.reports.output import ReportOutput, as_record, deliver
from desktop.bench.reports.progress import progress
from desktop.engine.errors import EngineError, FileUnreadable
from desktop.engine.events import Samples, TranscriptUpdate, Word
from desktop.engine.message import verbatim
from desktop.engine.models.choice import chosen_model
from desktop.engine.pool.models import Models
from desktop.engine.recognition.whisper.aligner import open_aligner
from desktop.engine.settings_options import model_options
from desktop.engine.speech.phonemes import phonemes_of
from desktop.practice.reading import Reading
from desktop.practice.text import Line, PracticeText
from desktop.practice.verification import recognised
from desktop.settings.declaration import Settings
from desktop.settings.store import changed
from desktop.system.files import write_atomically

_PROMPTED: dict[str, tuple[int, tuple[str, ...]]] = {"en": (1000, ("right", "replaced", "similar"))}
_PROMPTED_ELSE = (3, ("right", "replaced"))
"""by language: passages that are heard with a text as prompt, too, and which texts"""
_PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class Plan:
    """languages: those to measure. folder: where what the models say is kept; None: nowhere."""

    languages: tuple[str, ...]
    passages: int
    is_odd: bool
    folder: Path | None
    is_resumed: bool = False
    """languages that the JSON file has already are kept"""


def main(settings: Settings, wanted: Plan, output: ReportOutput) -> int:
    """Measure and print; returns 0 if every limit holds, else 1. Raises EngineError."""
    output.check()
    model = chosen_model(settings.recognition)
    settings = one_thread(changed(settings, {"recognition.model": str(model.path), "translation.target": ""}))
    about = machine()
    about_run = {"model": model.label, "half": "odd" if wanted.is_odd else "even", "update_ms": update_times()}
    file = Path(output.json) if output.json not in ("", "-") else None
    found = kept(file, about_run) if wanted.is_resumed and file is not None else {}
    chosen = {code: some for code, some in _chosen(wanted, model.languages).items() if code not in found}
    with ExitStack() as stack:
        folder = wanted.folder or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="parley-bench-")))
        folder /= f"{model.path.name}-{'odd' if wanted.is_odd else 'even'}"
        models = Models(model_options(settings, lowers_load=False))
        stack.callback(models.close)
        shown = stack.enter_context(progress(sum(map(len, chosen.values())), "passages"))
        for language, some in chosen.items():
            outcomes: list[Outcome] = []
            prompted: list[Outcome] = []
            for passage in some:
                shown.at(passage.name)
                plain, others = heard(folder, models, passage)
                outcomes += plain
                prompted += others
                shown.advance(1)
            found[language] = figures(outcomes, prompted)
            if file is not None:
                record = as_record(report(about, about_run, found))
                write_atomically(file, json.dumps(record, ensure_ascii=False, indent=1) + "\n")
    return deliver(report(about, about_run, found), output)


def kept(file: Path, about_run: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The languages that a file of the same kind of run has, with their figures. Raises FileUnreadable, EngineError."""
    if not file.exists():
        return {}
    try:
        record = json.loads(file.read_text(encoding="utf-8"))
        if any(record[key] != about_run[key] for key in ("model", "half")):
            raise EngineError(
                verbatim(f"{file} was written by another kind of run; name another file, or leave out --resume.")
            )
        return dict(record["languages"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise FileUnreadable(
            verbatim(f"{file} cannot be gone on with; name another file, or leave out --resume.")
        ) from error


def update_times(words: int = 10_000, updates: int = 300) -> tuple[float, float]:
    """Processor milliseconds of an update while a text of so many words is read from its middle on: p50, p95. Each
    brings three words more, and takes back two."""
    chance = random.Random(1)
    known = ["".join(chance.choices("abcdefghijklmnop", k=chance.randint(2, 9))) for _ in range(3000)]
    lines = [" ".join(chance.choices(known, k=10)) for _ in range(words // 10)]
    reading = Reading(PracticeText("", "en", tuple(map(Line, lines))))
    reading.move_to(words // 2)
    said = [word.text for word in reading.text.words[words // 2 :]]
    times: list[float] = []
    first = 0
    for number in range(updates):
        count = 3 * (number % 10 + 1)
        heard = [*said[first : first + count - 2], "um", "uh"]
        spoken = tuple(Word(word, 0.3 * (first + at), 0.3 * (first + at) + 0.2, 0.9) for at, word in enumerate(heard))
        is_final = number % 10 == 9
        update = TranscriptUpdate(number // 10, number, "en", "", "", spoken, 0.0, 0.0, is_final)
        began = time.process_time()
        reading.hear(update)
        times.append(1000 * (time.process_time() - began))
        first += count if is_final else 0
    return round(percentile(times, 50), 2), round(percentile(times, 95), 2)


def heard(folder: Path, models: Models, passage: Passage) -> tuple[list[Outcome], list[Outcome]]:
    """How a passage was marked with each text; and those heard with their text as prompt. What was not kept is heard
    now. Raises EngineError."""
    samples = passage.sound()
    sounds = phonemes_of(passage.language)
    take = load(folder, passage) or Take(passage.name, len(samples) / 16_000)
    _complete(folder, models, passage, take, samples)
    plain = [outcome(passage, one, take, _PLAIN, samples, sounds) for one in passage.variants]
    prompted = [
        outcome(passage, one, take, way, samples, sounds)
        for one in passage.variants
        if (way := _with_prompt(one)) in take.live
    ]
    return plain, prompted


def _with_prompt(variant: Variant) -> str:
    """How a session is named that heard a passage with this text as prompt."""
    return f"{variant.kind} {sha256(' '.join(variant.texts).encode()).hexdigest()[:8]}"


def _complete(folder: Path, models: Models, passage: Passage, take: Take, samples: Samples) -> None:
    """Have everything that the outcomes need in the take, and in its file."""
    count, kinds = _PROMPTED.get(passage.language, _PROMPTED_ELSE)
    ways: dict[str, Variant | None] = {_PLAIN: None}
    if passage.number < count:
        ways |= {_with_prompt(one): one for one in passage.variants if one.kind in kinds}
    for way, variant in ways.items():
        if way not in take.live:
            began = time.process_time()
            take.hear_live(models, passage, way, variant, samples)
            if way == _PLAIN:
                take.cpu = round(time.process_time() - began, 2)
            save(folder, passage, take)
    if not take.words:
        words = recognised(passage.language, samples, models) or ()
        take.words = [[one.text, round(one.start, 3), round(one.end, 3), round(one.probability, 3)] for one in words]
        save(folder, passage, take)
    sounds = phonemes_of(passage.language)
    for variant in passage.variants:
        kept = KeptModel(take, passage.language, None)
        try:
            final_feedback(passage, variant, take, kept, samples, sounds)
        except LookupError:
            models.recognition.prepare()
            aligner = open_aligner(passage.language)
            if aligner is None:
                raise EngineError(verbatim("Only Whisper on this machine can look again at a text.")) from None
            with aligner:
                final_feedback(passage, variant, take, KeptModel(take, passage.language, aligner), samples, sounds)
            save(folder, passage, take)


def _chosen(wanted: Plan, known: Sequence[str]) -> dict[str, tuple[Passage, ...]]:
    """The passages by language. Raises EngineError for a language without any, or if there is none at all."""
    found: dict[str, tuple[Passage, ...]] = {}
    for language in wanted.languages or tuple(VOICES):
        some = passages(language, wanted.passages, is_odd=wanted.is_odd) if language in known else ()
        if some:
            found[language] = some
        elif wanted.languages:
            raise EngineError(verbatim(missing(language)))
    if not found:
        raise EngineError(verbatim(missing(next(iter(VOICES)))))
    return found

"""`parley bench practice`: recordings of people, read against their scripts and against texts that differ. Main thread.

What the models say is kept passage by passage, so that a run that was stopped goes on, and marks can be made anew
without a model.
"""

import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from desktop.bench.cost import one_thread
from desktop.bench.people.prompts import VOICES, missing
from desktop.bench.practice.outcomes import Outcome, final_feedback, outcome
from desktop.bench.practice.report import figures, report
from desktop.bench.practice.takes import KeptModel, Passage, Take, load, passages, save
from desktop.bench.practice.variants import Variant
from desktop.bench.reports.machine import machine
from desktop.bench.reports.output import ReportOutput, deliver
from desktop.bench.reports.progress import progress
from desktop.engine.errors import EngineError
from desktop.engine.events import Samples
from desktop.engine.message import verbatim
from desktop.engine.models.choice import chosen_model
from desktop.engine.pool.models import Models
from desktop.engine.recognition.whisper.aligner import open_aligner
from desktop.engine.settings_options import model_options
from desktop.engine.speech.phonemes import phonemes_of
from desktop.practice.verification import recognised
from desktop.settings.declaration import Settings
from desktop.settings.store import changed

_PROMPTED = {"en": 1000}
"""passages that are heard with the text as prompt, too"""
_PROMPTED_ELSE = 5
_PLAIN = "plain"
_PROMPTED_KINDS = ("right", "replaced")


@dataclass(frozen=True, slots=True)
class Plan:
    """languages: those to measure. folder: where what the models say is kept; None: nowhere."""

    languages: tuple[str, ...]
    passages: int
    is_odd: bool
    folder: Path | None


def main(settings: Settings, wanted: Plan, output: ReportOutput) -> int:
    """Measure and print; returns 0 if every limit holds, else 1. Raises EngineError."""
    output.check()
    model = chosen_model(settings.recognition)
    settings = one_thread(changed(settings, {"recognition.model": str(model.path), "translation.target": ""}))
    about = machine()
    chosen = _chosen(wanted, model.languages)
    found: dict[str, dict[str, Any]] = {}
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
    about_run = {"model": model.label, "half": "odd" if wanted.is_odd else "even"}
    return deliver(report(about, about_run, found), output)


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
    is_prompted = passage.number < _PROMPTED.get(passage.language, _PROMPTED_ELSE)
    ways: dict[str, Variant | None] = {_PLAIN: None}
    if is_prompted:
        ways |= {_with_prompt(one): one for one in passage.variants if one.kind in _PROMPTED_KINDS}
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

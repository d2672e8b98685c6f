"""`parley bench joined`: whole recordings as `parley transcribe` reads them, beside faster-whisper alone.

All prompts of a language are joined to one recording, in orders that seeds draw. Each language in each order is done,
and saved, by itself. Main thread.
"""

import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from desktop.bench.people.joined import JoinedRead, compared, difference, rates, shuffled, sound
from desktop.bench.people.prompts import VOICES, Prompt, missing, prompts
from desktop.bench.people.whole_files import PlainWhisper
from desktop.bench.reports.machine import machine
from desktop.bench.reports.output import ReportOutput, as_record, deliver
from desktop.bench.reports.progress import progress
from desktop.bench.reports.report import Check, Report, Table
from desktop.engine.errors import EngineError, FileUnreadable
from desktop.engine.events import ErrorEvent, Samples, Severity, TranscriptUpdate
from desktop.engine.inline import run_inline
from desktop.engine.message import verbatim
from desktop.engine.models.choice import chosen_model
from desktop.engine.pool.models import Models
from desktop.engine.session import Session
from desktop.engine.settings_options import model_options, session_options
from desktop.engine.text.languages import language_name
from desktop.messages import text_of
from desktop.settings.declaration import Settings
from desktop.settings.store import changed
from desktop.system.files import write_atomically

_POINTS = 2.0
"""points of word errors by which Parley may be worse in a language, at the upper end of the interval"""


def main(
    settings: Settings, languages: Sequence[str], orders: int, *, is_odd: bool, is_resumed: bool, output: ReportOutput
) -> int:
    """Measure and print; returns 0 if every limit holds, else 1. is_odd: the half of the prompts with which nobody
    developed. is_resumed: keep what the JSON file has of the same kind of run. Raises EngineError."""
    output.check()
    model = chosen_model(settings.recognition)
    settings = changed(
        settings, {"recognition.model": str(model.path), "translation.target": "", "speech.enabled": False}
    )
    chosen = _chosen(languages, model.languages, is_odd=is_odd)
    about, about_run = machine(), {"model": model.label, "half": "odd" if is_odd else "even"}
    file = Path(output.json) if output.json not in ("", "-") else None
    found = kept(file, about_run) if is_resumed and file is not None else []
    done = {(one.language, one.seed) for one in found}
    todo = [(one, seed) for seed in range(orders) for one in chosen if (one, seed) not in done]
    plain = PlainWhisper(model.path, threads=1)
    with progress(len(todo), "recordings") as shown:
        for language, seed in todo:
            shown.at(f"{language_name(language)}, order {seed + 1}")
            found.append(read(settings, plain, chosen[language], seed))
            if file is not None:
                record = as_record(report(about, about_run, found))
                write_atomically(file, json.dumps(record, ensure_ascii=False, indent=1) + "\n")
            shown.advance(1)
    return deliver(report(about, about_run, found), output)


def _chosen(languages: Sequence[str], known: Sequence[str], *, is_odd: bool) -> dict[str, tuple[Prompt, ...]]:
    """The prompts by language. Raises EngineError for a language without any, or if there is none at all."""
    found: dict[str, tuple[Prompt, ...]] = {}
    for language in languages or VOICES:
        some = tuple(one for one in prompts(language) if one.is_even != is_odd)
        if some and language in known:
            found[language] = some
        elif languages:
            raise EngineError(verbatim(missing(language)))
    if not found:
        raise EngineError(verbatim(missing(next(iter(VOICES)))))
    return found


def read(settings: Settings, plain: PlainWhisper, some: Sequence[Prompt], seed: int) -> JoinedRead:
    """Both read the prompts in an order. Raises EngineError."""
    some = shuffled(some, seed)
    language = some[0].language
    samples = sound(some, seed)
    began = time.process_time()
    heard = transcribed(changed(settings, {"recognition.language": language}), samples)
    between = time.process_time()
    alone = plain.whole(samples, language)
    ended = time.process_time()
    return JoinedRead(
        language,
        seed,
        len(samples) / 16_000,
        between - began,
        ended - between,
        compared(some, heard, alone),
        heard,
        alone,
    )


def transcribed(settings: Settings, samples: Samples) -> str:
    """What is kept of a recording. Raises EngineError."""
    models = Models(model_options(settings, lowers_load=False))
    texts = []
    try:
        for event in run_inline(Session(session_options(settings, live=False)), models, samples):
            if isinstance(event, ErrorEvent) and event.severity is not Severity.INFO:
                raise EngineError(verbatim(text_of(event)))
            if isinstance(event, TranscriptUpdate) and event.is_final:
                texts.append(event.final_text)
    finally:
        models.close()
    return " ".join(texts)


def kept(file: Path, about_run: dict[str, Any]) -> list[JoinedRead]:
    """What a file of the same kind of run has. Raises FileUnreadable, EngineError."""
    if not file.exists():
        return []
    try:
        record = json.loads(file.read_text(encoding="utf-8"))
        if {key: record.get(key) for key in about_run} != about_run:
            raise EngineError(
                verbatim(f"{file} was written by another kind of run; name another file, or leave out --resume.")
            )
        return [JoinedRead.of(one) for one in record["reads"]]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise FileUnreadable(
            verbatim(f"{file} cannot be gone on with; name another file, or leave out --resume.")
        ) from error


def report(about: dict[str, Any], about_run: dict[str, Any], reads: Sequence[JoinedRead]) -> Report:
    """What the reads say. Pure."""
    by_language = {code: [one for one in reads if one.language == code] for code in VOICES}
    groups = {language_name(code): some for code, some in by_language.items() if some}
    checks = [
        Check(f"Worse than faster-whisper, {name}, upper end", 100 * difference(some).high, _POINTS, "points")
        for name, some in groups.items()
    ]
    if len(groups) > 1:
        groups["all"] = list(reads)
        ours, alone = rates(reads)
        checks.append(Check("Worse than faster-whisper, all languages", 100 * (ours - alone), 0.0, "points"))
    return Report(
        kind="joined",
        title=f"{about_run['model']} on long recordings of people: prompts of the {about_run['half']} half, joined.",
        machine=about,
        tables=(
            Table(
                (
                    "Language",
                    "Recordings",
                    "Words",
                    "transcribe",
                    "faster-whisper",
                    "Difference",
                    "Prompts lost",
                    "by faster-whisper",
                    "Processor",
                    "of faster-whisper",
                ),
                tuple(_row(name, some) for name, some in groups.items()),
            ),
        ),
        notes=(
            "All prompts of a language one behind the other, 0.2 to 2 s of silence between them, in orders that seeds "
            "draw. Difference in points of word errors: 95 % interval, paired bootstrap over prompts. Lost: half of a "
            "prompt's words are missing. Processor: seconds of one core for each second of audio.",
            "faster-whisper: the whole file, beam 5, temperature 0, no condition on previous text, no voice filter.",
        ),
        checks=tuple(checks),
        data={**about_run, "reads": [one.record for one in reads]},
    )


def _row(name: str, reads: Sequence[JoinedRead]) -> tuple[str, ...]:
    ours, alone = rates(reads)
    both = difference(reads)
    everything = [one for read in reads for one in read.prompts]
    seconds = sum(one.seconds for one in reads)
    return (
        name,
        str(len(reads)),
        str(sum(one.words for one in everything)),
        f"{ours:.1%}",
        f"{alone:.1%}",
        f"{100 * (ours - alone):+.1f} ({100 * both.low:+.1f} to {100 * both.high:+.1f})",
        str(sum(one.lost_by_parley for one in everything)),
        str(sum(one.lost_by_plain for one in everything)),
        f"{sum(one.cpu for one in reads) / seconds:.2f}",
        f"{sum(one.plain_cpu for one in reads) / seconds:.2f}",
    )

"""`parley bench silence`: words that are made up where nobody speaks. There should be none. With `--people`, how much
of what people say is lost over real music, too.

A session hears each sound as live speech, every look decoded before the next one, however long that takes. Each sound
is saved when it is done. Main thread.
"""

import json
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from desktop.bench.figures.errors import Errors, normalized
from desktop.bench.people.over_music import LEVEL, POINTS, TIMES, OverMusic, measured
from desktop.bench.people.prompts import VOICES, prompts
from desktop.bench.reports.machine import machine
from desktop.bench.reports.output import ReportOutput, as_record, deliver
from desktop.bench.reports.progress import progress
from desktop.bench.reports.report import Chart, Check, Report, Series, Table
from desktop.bench.sounds import LEVELS, Sound, music_of_package, sounds
from desktop.engine.errors import EngineError, FileUnreadable
from desktop.engine.events import ErrorEvent, Event, Samples, Severity, TranscriptUpdate
from desktop.engine.inline import run_inline
from desktop.engine.message import verbatim
from desktop.engine.models.choice import chosen_model
from desktop.engine.pool.models import Models
from desktop.engine.recognition.work import Decode
from desktop.engine.session import Session
from desktop.engine.settings_options import model_options, session_options
from desktop.engine.text.languages import language_name
from desktop.messages import text_of
from desktop.settings.declaration import Settings
from desktop.settings.store import changed
from desktop.system.files import write_atomically

MOST_SHARE = 0.01
"""of the time that the recogniser may run in silence"""
_PROMPTS = 20
"""of a language, over music"""
_MISSING = (
    "Real music, or recordings of people in a language of the model, are not installed; on Debian or Ubuntu, apt-get "
    "install asterisk-moh-opsound-g722 asterisk-core-sounds-en-g722 asterisk-core-sounds-en brings them."
)


@dataclass(frozen=True, slots=True)
class Result:
    """One kind of sound."""

    seconds: float
    """of audio"""
    took: float
    """seconds"""
    words: int
    """that were shown at any time, partial ones too; those of one utterance are counted once"""
    segments: int
    """utterances that were taken for speech, and pauses in them"""
    recogniser_share: float
    """seconds that the recogniser ran, per second of audio"""


@dataclass(frozen=True, slots=True)
class Found:
    """All that is measured so far."""

    sounds: dict[str, Result]
    over_music: dict[str, OverMusic]


class TimedModels(Models):
    """Counts what the recogniser is asked for."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(model_options(settings, lowers_load=False))
        self.seconds = 0.0
        self.finals = 0

    def run(self, owner: Any, work: Any, waited: float | None) -> Any:
        began = time.monotonic()
        try:
            return super().run(owner, work, waited)
        finally:
            self.seconds += time.monotonic() - began
            self.finals += isinstance(work, Decode) and work.request.is_final


def main(settings: Settings, *, minutes: float, with_people: bool, is_resumed: bool, output: ReportOutput) -> int:
    """Measure and print; returns 0 if no word was shown and the recogniser rested in silence, else 1. with_people: over
    music, too. is_resumed: keep what the JSON file has of the same kind of run. Raises EngineError."""
    output.check()
    model = chosen_model(settings.recognition)
    about, about_run = machine(), {"model": model.label, "minutes": minutes}
    file = Path(output.json) if output.json not in ("", "-") else None
    found = kept(file, about_run) if is_resumed and file is not None else Found({}, {})
    wanted = sounds()
    languages = [one for one in VOICES if one in model.languages and prompts(one)] if with_people else []
    if with_people and not (languages and len(music_of_package())):
        raise EngineError(verbatim(_MISSING))
    todo = [name for name in wanted if name not in found.sounds]
    settings = changed(settings, {"recognition.model": str(model.path), "speech.enabled": False})
    with progress(len(todo) * minutes, "min") as shown:
        for name in todo:
            shown.at(name)
            found.sounds[name] = measure(settings, wanted[name], round(minutes * 60))
            shown.advance(minutes)
            _save(file, report(about, about_run, found))
    for language in languages:
        if language not in found.over_music:
            some = [one for one in prompts(language) if one.is_even][:_PROMPTS]
            found.over_music[language] = measured(lambda heard, of: hear(settings, heard, of), some, music_of_package())
            _save(file, report(about, about_run, found))
    return deliver(report(about, about_run, found), output)


def measure(settings: Settings, sound: Sound, seconds: int) -> Result:
    """Let a new session hear the sound. Raises EngineError."""
    models = TimedModels(settings)
    session = Session(session_options(changed(settings, {"translation.target": ""})))
    words: dict[int, int] = {}
    try:
        models.recognition.prepare()
        began = time.monotonic()
        for event in run_inline(session, models, _pieces(sound, seconds)):
            _check(event)
            if isinstance(event, TranscriptUpdate):
                count = len(normalized(f"{event.committed} {event.unconfirmed}"))
                words[event.segment_id] = max(count, words.get(event.segment_id, 0))
        took = time.monotonic() - began
    finally:
        models.close()
    return Result(seconds, took, sum(words.values()), models.finals, models.seconds / seconds)


def hear(settings: Settings, samples: Samples, language: str) -> str:
    """What is kept of speech that is heard live. Raises EngineError."""
    models = Models(model_options(settings, lowers_load=False))
    told = changed(settings, {"translation.target": "", "recognition.language": language})
    texts = []
    try:
        for event in run_inline(Session(session_options(told)), models, samples):
            _check(event)
            if isinstance(event, TranscriptUpdate) and event.is_final:
                texts.append(event.final_text)
    finally:
        models.close()
    return " ".join(texts)


def _check(event: Event) -> None:
    if isinstance(event, ErrorEvent) and event.severity is not Severity.INFO:
        raise EngineError(verbatim(text_of(event)))


def _pieces(sound: Sound, seconds: int) -> Iterator[Samples]:
    random = np.random.default_rng(2)
    for second in range(seconds):
        # Blocks of 0.1 s, as they come from a microphone: each look is decoded when it is due.
        yield from np.split(sound(second, random), 10)


def _save(file: Path | None, done: Report) -> None:
    if file is not None:
        write_atomically(file, json.dumps(as_record(done), ensure_ascii=False, indent=1) + "\n")


def kept(file: Path, about_run: dict[str, Any]) -> Found:
    """What a file of the same kind of run has. Raises FileUnreadable, EngineError."""
    if not file.exists():
        return Found({}, {})
    try:
        record = json.loads(file.read_text(encoding="utf-8"))
        if {key: record.get(key) for key in about_run} != about_run:
            raise EngineError(
                verbatim(f"{file} was written by another kind of run; name another file, or leave out --resume.")
            )
        over = {
            language: OverMusic(language, Errors(**one["alone"]), Errors(**one["over"]))
            for language, one in record["over_music"].items()
        }
        return Found({name: Result(**one) for name, one in record["results"].items()}, over)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise FileUnreadable(
            verbatim(f"{file} cannot be gone on with; name another file, or leave out --resume.")
        ) from error


def report(about: dict[str, Any], about_run: dict[str, Any], found: Found) -> Report:
    """What the results say. Pure."""
    results, over = found.sounds, tuple(found.over_music.values())
    rows = [
        (
            name,
            str(one.words),
            str(one.segments),
            f"{one.recogniser_share:.2%} of the time",
            f"{one.seconds / one.took:.0f}x",
        )
        for name, one in results.items()
    ]
    checks = [Check(f"Words in {name}", one.words, 0) for name, one in results.items()]
    if "silence" in results:
        resting = 100 * results["silence"].recogniser_share
        checks.append(Check("Recogniser ran in silence", resting, 100 * MOST_SHARE, "% of the time"))
    checks += [
        Check(f"Word errors over music, {language_name(one.language)}", 100 * one.over.rate, 100 * one.most, "%")
        for one in over
    ]
    tables = [Table(("Sound", "Words", "Decoded utterances", "Recogniser ran", "Speed"), tuple(rows))]
    if over:
        tables.append(
            Table(
                ("Language", "Words", "Alone", "Over music", "Limit"),
                tuple(
                    (
                        language_name(one.language),
                        str(one.alone.words),
                        f"{one.alone.rate:.1%}",
                        f"{one.over.rate:.1%}",
                        f"{one.most:.1%}",
                    )
                    for one in over
                ),
                f"Word errors of speech that is {LEVEL:g} dB louder than the music behind it",
            )
        )
    bars = Series("recogniser", tuple(results), tuple(100 * one.recogniser_share for one in results.values()))
    return Report(
        kind="silence",
        title=f"Words that {about_run['model']} makes up, {about_run['minutes']:g} minutes of each sound.",
        machine=about,
        tables=tuple(tables),
        notes=(
            f"Sounds at {', '.join(f'{level:g}' for level in LEVELS)} dBFS in turn. Partial words count, too: every "
            "look is decoded, however long it takes. Real music: Debian's asterisk-moh-opsound-g722, again and again.",
            *(
                (f"Limit over music: {TIMES:g} times the errors of the same recordings alone, or {POINTS:.0%} more.",)
                if over
                else ()
            ),
        ),
        checks=tuple(checks),
        charts=(Chart("bars", "How often the recogniser ran", "% of the time", "", (bars,)),),
        data={
            **about_run,
            "results": {name: asdict(one) for name, one in results.items()},
            "over_music": {one.language: {"alone": asdict(one.alone), "over": asdict(one.over)} for one in over},
        },
    )

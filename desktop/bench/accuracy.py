"""`parley bench accuracy`: word error rates of live recognition beside those of decoding each file whole; and how close
the live translation is to the references.

Whole: faster-whisper's own `WhisperModel.transcribe` on the file, 30 s windows, beam as in the settings. Live:
the same model in Parley's engine, which hears the file once, in real time. Main thread.
"""

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

from desktop.bench.figures import translation_score
from desktop.bench.figures.bootstrap import interval
from desktop.bench.figures.errors import Errors, pooled, word_errors
from desktop.bench.figures.translation_score import Score
from desktop.bench.live.harness import Rig, Via
from desktop.bench.live.script import OUTSIDE_PHRASEBOOK, Recording, chosen, quick, recordings
from desktop.bench.live.virtual_audio import VirtualAudio
from desktop.bench.reports.machine import machine
from desktop.bench.reports.output import ReportOutput, deliver
from desktop.bench.reports.progress import Progress, progress
from desktop.bench.reports.report import Chart, Check, Report, Series, Table
from desktop.engine.errors import EngineError
from desktop.engine.models.choice import chosen_model
from desktop.engine.models.installed import InstalledModel
from desktop.engine.models.speed.tuning import has_card, resolved
from desktop.engine.models.speed.tuning_cache import TuningCache
from desktop.engine.transcript.export import Transcript
from desktop.engine.translation.backends.argos import ArgosTranslator
from desktop.settings.declaration import Settings
from desktop.settings.store import changed

LIMIT = 0.03
"""how much worse live recognition may be than decoding files whole"""


@dataclass(frozen=True, slots=True)
class Result:
    """One recording."""

    recording: Recording
    whole_text: str
    live_text: str
    whole: Errors
    live: Errors
    live_translation: str = ""
    script_translation: str = ""
    """of what was really said, by Argos; empty: no reference, or no translator"""


def main(settings: Settings, *, via: Via, is_quick: bool, only: Sequence[str] = (), output: ReportOutput) -> int:
    """Measure and print; returns 0 if live recognition is within the limit of decoding whole files, else 1.
    Raises EngineError."""
    output.check()
    everything = chosen(only, quick(recordings()) if is_quick else recordings())
    model = chosen_model(settings.recognition)
    about = machine()
    results, disturbed = measure(settings, model, everything, via)
    return deliver(report(about, model.label, via, results, disturbed), output)


def measure(
    settings: Settings, model: InstalledModel, everything: Sequence[Recording], via: Via
) -> tuple[tuple[Result, ...], tuple[str, ...]]:
    """Decode every recording whole, then hear them live, group by group. Returns the results, and the names of
    the recordings that were heard with gaps because the machine was busy."""
    results = []
    disturbed: list[str] = []
    with progress(2 * sum(one.seconds for one in everything), "s") as shown:
        whole = _decode_whole(settings, model, everything, shown)
        translated = _translate_script(everything)
        with VirtualAudio() if via == "microphone" else nullcontext() as audio:
            for group in dict.fromkeys(one.group for one in everything):
                members = [one for one in everything if one.group == group]
                live = changed(
                    settings,
                    {
                        "recognition.backend": "whisper",
                        "recognition.model": str(model.path),
                        "recognition.language": members[0].language,
                        "recognition.may_lower_model": False,
                        "translation.target": _other(members[0].language),
                        "speech.enabled": False,
                    },
                )
                with Rig(live, audio) as rig:
                    for one in members:
                        shown.at(f"{one.path.name}, live")
                        rig.transcript = Transcript()
                        rig.play(one)
                        utterances = rig.transcript.utterances()
                        heard = " ".join(said.text for said in utterances)
                        results.append(
                            Result(
                                one,
                                whole[one.path.name],
                                heard,
                                word_errors(one.text, whole[one.path.name]),
                                word_errors(one.text, heard),
                                " ".join(said.translation for said in utterances if said.is_translated),
                                translated.get(one.path.name, ""),
                            )
                        )
                        shown.advance(one.seconds)
                    disturbed += rig.disturbed
    return tuple(results), tuple(disturbed)


def _decode_whole(
    settings: Settings, model: InstalledModel, everything: Sequence[Recording], shown: Progress
) -> dict[str, str]:
    from faster_whisper import WhisperModel

    recognition = settings.recognition
    tuning = TuningCache().get(model.path)
    choice = resolved(recognition, tuning.choice if tuning is not None else None, has_card=has_card())
    whisper = WhisperModel(
        str(model.path), device=choice.device, compute_type=choice.compute_type, cpu_threads=choice.threads
    )
    texts = {}
    for one in everything:
        shown.at(f"{one.path.name}, whole")
        segments, _ = whisper.transcribe(str(one.path), language=one.language, beam_size=recognition.beam_size)
        texts[one.path.name] = " ".join(segment.text.strip() for segment in segments)
        shown.advance(one.seconds)
    return texts


def _translate_script(everything: Sequence[Recording]) -> dict[str, str]:
    """What was really said, translated sentence by sentence; without the recordings that cannot be."""
    translator = ArgosTranslator()
    texts = {}
    try:
        for one in everything:
            if not one.translation:
                continue
            target = _other(one.language)
            try:
                translator.load(one.language, target, lambda _: None)
                sentences = [translator.translate(said.text, one.language, target) for said in one.sentences]
            except EngineError:
                continue
            if None not in sentences:
                texts[one.path.name] = " ".join(text for text in sentences if text is not None)
    finally:
        translator.close()
    return texts


def _other(language: str) -> str:
    """What the test set is translated into."""
    return "es" if language == "en" else "en"


def _totals(results: Sequence[Result]) -> dict[str, tuple[list[Result], Errors, Errors]]:
    """Group or total -> (its recordings, errors when decoded whole, errors live); without those that are empty."""
    groups = list(dict.fromkeys(one.recording.group for one in results))
    parts = {group: [one for one in results if one.recording.group == group] for group in groups}
    parts["all but jfk"] = [one for one in results if one.recording.group != OUTSIDE_PHRASEBOOK]
    parts["all but jfk and stream"] = [
        one for one in parts["all but jfk"] if not one.recording.group.startswith("stream")
    ]
    parts["all"] = list(results)
    return {
        name: (members, pooled(one.whole for one in members), pooled(one.live for one in members))
        for name, members in parts.items()
        if members
    }


def _scores(results: Sequence[Result]) -> dict[str, tuple[int, Score, Score]]:
    """Pair of languages -> (recordings, score of the live translation, of that of the script)."""
    found = {}
    known = [one for one in results if one.recording.translation and one.script_translation]
    for language in dict.fromkeys(one.recording.language for one in known):
        members = [one for one in known if one.recording.language == language]
        found[f"{language} → {_other(language)}"] = (
            len(members),
            translation_score.score([(one.live_translation, one.recording.translation) for one in members]),
            translation_score.score([(one.script_translation, one.recording.translation) for one in members]),
        )
    return found


_NOTES = (
    "Whole: faster-whisper on the file, 30 s windows. Live: the engine, which heard the file once, in real time. "
    "Intervals: 95 %, bootstrap over recordings.",
    "The language is fixed for each file, in both. Words are compared in lower case, without punctuation.",
    "Both totals must hold, with and without the long stream-* files.",
    "jfk is a human voice whose words the starter model was never taught; totals are given without it, too.",
    "Translation: the final live text against the references of the test set (sacrebleu); of the script: the "
    "Argos models, given what was really said, so the difference is what recognition and its cuts cost.",
)


def report(about: dict[str, Any], label: str, via: Via, results: Sequence[Result], disturbed: Sequence[str]) -> Report:
    """What the results say. Pure."""
    totals = _totals(results)
    rows = []
    for name, (members, whole, live) in totals.items():
        bounds = interval(members, lambda drawn: pooled(one.live for one in drawn).rate)
        rows.append(
            (
                name,
                str(len(members)),
                str(whole.words),
                f"{whole.rate:.1%}",
                f"{live.rate:.1%} ({bounds.low:.1%}–{bounds.high:.1%})",
                f"{100 * (live.rate - whole.rate):+.1f} points",
            )
        )
    tables = [Table(("Recordings", "Files", "Words", "Whole", "Live", "Difference"), tuple(rows), "Word error rate")]
    notes = list(_NOTES)
    scores: dict[str, tuple[int, Score, Score]] = {}
    if translation_score.is_available():
        scores = _scores(results)
        tables.append(_score_table(scores))
    else:
        notes.append(translation_score.MISSING)
    if disturbed:
        notes.append(f"The machine was too busy to play {', '.join(disturbed)} without gaps.")
    groups = [name for name in totals if not name.startswith("all") and name != OUTSIDE_PHRASEBOOK]
    # The long files flatter live recognition where a model is weak on full windows, so both totals must hold.
    judged = [name for name in ("all but jfk", "all but jfk and stream") if name in totals]
    how = "a virtual microphone of a real sound server" if via == "microphone" else "audio pushed in real time"
    return Report(
        kind="accuracy",
        title=f"Accuracy of {label}, through {how}.",
        machine=about,
        tables=tuple(tables),
        notes=tuple(notes),
        checks=tuple(
            Check(
                f"Live worse than whole, {name}",
                100 * (totals[name][2].rate - totals[name][1].rate),
                100 * LIMIT,
                "points",
            )
            for name in judged
        ),
        charts=(
            Chart(
                "bars",
                "Word error rate",
                "per cent",
                "",
                (
                    Series("whole file", tuple(groups), tuple(100 * totals[name][1].rate for name in groups)),
                    Series("live", tuple(groups), tuple(100 * totals[name][2].rate for name in groups)),
                ),
            ),
        ),
        data={
            "model": label,
            "via": via,
            "totals": {
                name: {"words": whole.words, "whole": round(whole.rate, 4), "live": round(live.rate, 4)}
                for name, (_, whole, live) in totals.items()
            },
            "translation": {
                pair: {
                    "recordings": count,
                    "bleu": round(live.bleu, 2),
                    "chrf": round(live.chrf, 2),
                    "bleu_of_script": round(script.bleu, 2),
                    "chrf_of_script": round(script.chrf, 2),
                }
                for pair, (count, live, script) in scores.items()
            },
            "files": [
                {
                    "file": one.recording.path.name,
                    "said": one.recording.text,
                    "whole": one.whole_text,
                    "live": one.live_text,
                    "whole_errors": one.whole.count,
                    "live_errors": one.live.count,
                    "words": one.whole.words,
                    "translation": one.live_translation,
                }
                for one in results
            ],
            "limit": LIMIT,
            "disturbed": list(disturbed),
        },
    )


def _score_table(scores: dict[str, tuple[int, Score, Score]]) -> Table:
    columns = ("Languages", "Files", "BLEU live", "BLEU of the script", "chrF live", "chrF of the script")
    rows = [
        (
            pair,
            str(count),
            f"{live.bleu:.1f} ({live.bleu_interval.low:.1f}–{live.bleu_interval.high:.1f})",
            f"{script.bleu:.1f}",
            f"{live.chrf:.1f} ({live.chrf_interval.low:.1f}–{live.chrf_interval.high:.1f})",
            f"{script.chrf:.1f}",
        )
        for pair, (count, live, script) in scores.items()
    ]
    return Table(columns, tuple(rows), "Translation")

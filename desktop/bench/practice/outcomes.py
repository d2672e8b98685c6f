"""How a passage was marked, live and in the end, beside how it should have been. Pure but for espeak-ng."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from desktop.bench.practice.takes import KeptModel, Passage, Take, text_of
from desktop.bench.practice.variants import Variant
from desktop.engine.events import Samples, TranscriptUpdate
from desktop.engine.recognition.whisper.aligner import MOST_TOKENS
from desktop.engine.text.compare import normalized
from desktop.practice.ending.assessment import Assessment
from desktop.practice.ending.second_look import look_again
from desktop.practice.feedback import PassageFeedback, WordStatus
from desktop.practice.matching.similarity import Sounds
from desktop.practice.options import ReadingOptions
from desktop.practice.reading import Reading

BAD = (WordStatus.WRONG, WordStatus.MISSING)


@dataclass(slots=True)
class Outcome:
    """One text against one recording."""

    language: str
    kind: str
    expected: list[WordStatus] = field(default_factory=list)
    """by word of the text"""
    live: list[WordStatus] = field(default_factory=list)
    final: list[WordStatus] = field(default_factory=list)
    marks: int = 0
    """words of the text"""
    changes: int = 0
    """of marks on the screen"""
    hasty: int = 0
    """marks "wrong" that the window before did not say"""
    correct_after: list[float] = field(default_factory=list)
    """seconds from a word's end until it is marked so"""
    wrong_after: list[float] = field(default_factory=list)
    extra_expected: int = 0
    extra_live: int = 0
    """of the expected ones, those found"""
    extra_final: int = 0
    extra_false: int = 0
    """in the end, not said, or in the text"""


def final_feedback(
    passage: Passage, variant: Variant, take: Take, model: KeptModel, samples: Samples, sounds: Sounds | None
) -> PassageFeedback:
    """What is said of the words when the recording is over."""
    assessment = Assessment(text_of(variant, passage.language), take.heard, sounds)
    look_again(assessment, samples, model, MOST_TOKENS)
    return assessment.feedback()


def outcome(
    passage: Passage, variant: Variant, take: Take, way: str, samples: Samples, sounds: Sounds | None
) -> Outcome:
    """way: which of the take's live sessions. Raises LookupError where the model was not asked all that is needed."""
    language = passage.language
    model = KeptModel(take, language, None)
    right = passage.variants[0]
    ends = [one.end for one in final_feedback(passage, right, take, model, samples, sounds).words]
    found = Outcome(language, variant.kind, [word.status for word in variant.words])
    final = final_feedback(passage, variant, take, model, samples, sounds)
    found.final = [word.status for word in final.words]
    found.marks = len(found.final)
    reading = Reading(text_of(variant, language), ReadingOptions(), sounds)
    shown = list(reading.feedback.words)
    first: dict[int, float] = {}
    windows: list[TranscriptUpdate] = []
    for at, update in take.updates(way):
        windows.append(update)
        feedback = reading.hear(update)
        for index, (before, now) in enumerate(zip(shown, feedback.words if feedback else shown, strict=True)):
            if now.status is before.status:
                continue
            found.changes += 1
            first[index] = at
            if now.status is WordStatus.WRONG and not _agree(variant, language, windows, index, sounds):
                found.hasty += 1
        shown = list(reading.feedback.words)
    found.live = [word.status for word in shown]
    for index, word in enumerate(variant.words):
        end = ends[word.said] if word.said is not None else None
        if end is None or index not in first:
            continue
        delays = {WordStatus.CORRECT: found.correct_after, WordStatus.WRONG: found.wrong_after}
        if word.status is shown[index].status and word.status in delays:
            delays[word.status].append(first[index] - end)
    _count_extra(found, variant, right, reading.feedback, final)
    if variant.kind == "similar" and sounds is not None:
        # Who hears no difference marks none.
        said = [right.words[word.said].text if word.said is not None else "" for word in variant.words]
        pairs = zip(
            sounds([normalized(word.text) for word in variant.words]), sounds(list(map(normalized, said))), strict=True
        )
        same = [one == other for one, other in pairs]
        found.expected = [
            WordStatus.CORRECT if is_same else status for status, is_same in zip(found.expected, same, strict=True)
        ]
    if variant.kind == "order":
        # A line that is there twice was read once: a word that was said is to be right in one of both places.
        found.live, found.final = (_best_by_said(variant, some) for some in (found.live, found.final))
        found.expected = [WordStatus.CORRECT] * len(found.live)
    return found


def _best_by_said(variant: Variant, given: Sequence[WordStatus]) -> list[WordStatus]:
    best: dict[int | None, WordStatus] = {}
    for word, status in zip(variant.words, given, strict=True):
        if status is WordStatus.CORRECT or word.said not in best:
            best[word.said] = status
    return list(best.values())


def _count_extra(
    found: Outcome, variant: Variant, right: Variant, live: PassageFeedback, final: PassageFeedback
) -> None:
    wanted = [normalized(right.words[said].text, accents=False) for said in variant.extra]
    found.extra_expected = len(wanted)
    found.extra_live = _matched(wanted, live)
    found.extra_final = _matched(wanted, final)
    found.extra_false = len(final.extra) - found.extra_final


def _matched(wanted: Sequence[str], feedback: PassageFeedback) -> int:
    left = [normalized(one.heard, accents=False) for one in feedback.extra]
    count = 0
    for one in wanted:
        if one in left:
            left.remove(one)
            count += 1
    return count


def _agree(
    variant: Variant, language: str, windows: Sequence[TranscriptUpdate], index: int, sounds: Sounds | None
) -> bool:
    """Whether the newest window and the one before it both say that a word is wrong, each looked at by itself: a
    reading that hears all of it at once, and then nothing new, shows what it says."""
    return all(_alone(variant, language, some, sounds)[index] is WordStatus.WRONG for some in (windows, windows[:-1]))


def _alone(
    variant: Variant, language: str, windows: Sequence[TranscriptUpdate], sounds: Sounds | None
) -> list[WordStatus]:
    reading = Reading(text_of(variant, language), ReadingOptions(), sounds)
    newest = {one.segment_id: one for one in windows}
    for segment in sorted(newest):
        reading.hear(newest[segment])
    reading.hear(TranscriptUpdate(max(newest, default=0) + 1, 0, language, "", "", (), 0.0, 0.0, is_final=False))
    return [word.status for word in reading.feedback.words]

"""Speech of an utterance for which no word was found, and the words that are found when it is read by itself. Pure.

Asked to read several sentences, Whisper may leave one out, in the middle as at the end. The words' times do not show
it at once, for they have no gaps: the sound of what was left out lies in a word that seems to take several seconds, or
makes a few words slower than anybody speaks. So the time in which the detector heard voice is held against the time
that the words may take.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from statistics import median

from desktop.engine.events import SAMPLE_RATE, SpeechSegment, Word
from desktop.engine.hearing.level import quietest
from desktop.engine.recognition.backends.base import Hypothesis, RecognitionRequest
from desktop.engine.recognition.work import Decode, Decoding, moved
from desktop.engine.text.compare import normalized
from desktop.engine.text.sentences import ends_sentence

log = logging.getLogger(__name__)

LEAST = 0.8
"""seconds of voice more than the words may take: less is a breath, an echo, or a word that is drawn out"""
_WORD, _LETTER = 0.15, 0.08
"""seconds that a word takes, and each of its letters: slower than nineteen of twenty words of people who read aloud"""
_DIGIT, _CAPITAL, _SYLLABLE = 5, 4, 3
"""letters that a digit is worth, a letter that is spelled, and a character of a script that writes syllables"""
_SYLLABLES = "\u2e80"
"""the first of them: Han, kana, Hangul"""
_ADDRESS = 3
"""times as long: marks within a word are read out, as in www.example.org"""
_SLOW = 0.9
"""share of the time that words may take, above which the median word shows that somebody speaks slowly"""
_A_LITTLE = 0.2
"""seconds that a word may take too long without belonging to a stretch that it stands beside"""
_CONTEXT = 2.0
"""seconds of the words beside a stretch that are read along with it"""
_JOINT = 0.15
"""seconds around the place between two words in which the quietest one is looked for"""
_MOST_OF_IT = 0.85
"""share of the voice that makes a stretch nearly the utterance: reading it by itself would be reading it again"""
_MORE = 0.4
"""seconds of words that must be found in addition"""
_SURE = -0.7
"""least average log probability of what is found"""
_SAME = 0.6
"""share of words that agree, from which on two texts count as the same"""

Spans = Sequence[tuple[float, float]]
"""(begin, end) in session seconds, in order"""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Words in place of which more was said; none (first == last) where no word has that time."""

    first: int
    last: int
    start: float
    end: float


def hear_again(
    segment: SpeechSegment, words: Sequence[Word], request: RecognitionRequest, since: float = 0.0
) -> Decoding[tuple[tuple[Word, ...], tuple[Word, ...]]]:
    """The words of an utterance with those that are found where it has speech without words, and these alone; a
    decoding that fails finds none. Words have session times, `since` when they begin. request: of the decoding that
    gave them."""
    kept, added = tuple(words), list[Word]()
    voiced = [(max(begin, since), end) for begin, end in segment.voiced if end > since]
    for stretch in reversed(with_context(stretches(kept, voiced), kept)):
        before = " ".join((request.prompt, *(word.text for word in kept[: stretch.first]))).strip()
        start, end = _cut(segment, stretch.start), _cut(segment, stretch.end)
        first, last = (round((time - segment.start) * SAMPLE_RATE) for time in (start, end))
        alone = replace(request, prompt=before, is_final=True, is_buffered=False, is_thorough=False, may_widen=False)
        try:
            hypothesis = yield Decode(segment.samples[first:last], alone, segment.end)
        except Exception as error:  # the words that are there are not lost for it
            log.warning("speech without words cannot be decoded: %s", type(error).__name__)
            break
        found = moved(hypothesis.words, start)
        if is_more(hypothesis, found, kept, stretch):
            kept = (*kept[: stretch.first], *found, *kept[stretch.last :])
            added = [*found, *added]
    return kept, tuple(added)


def stretches(words: Sequence[Word], voiced: Spans) -> tuple[Stretch, ...]:
    """Where voice was heard for longer than the words there may take, in order. voiced: where it was heard; nowhere, if
    that is not known."""
    found, most = _stretches(words, voiced)
    return tuple(one for one in found if _voice(voiced, one.start, one.end) <= most)


def leaves_most_out(words: Sequence[Word], voiced: Spans) -> bool:
    """Whether nearly all that was said is missing: it is not a stretch then, for who read the utterance by itself would
    find the same again. Who read it along with others may find more."""
    found, most = _stretches(words, voiced)
    return any(_voice(voiced, one.start, one.end) > most for one in found)


def _stretches(words: Sequence[Word], voiced: Spans) -> tuple[list[Stretch], float]:
    """Where voice was heard for longer than the words there may take, and the voice, in seconds, from which on such a
    stretch is nearly the utterance."""
    if not words or not voiced:
        return [], 0.0
    takes = [_voice(voiced, word.start, word.end) for word in words]
    may_take = [expected(word) for word in words]
    usual = median(took / may for took, may in zip(takes, may_take, strict=True))
    slowness = max(1.0, usual / _SLOW)
    begin, end = min(voiced[0][0], words[0].start), max(voiced[-1][1], words[-1].end)
    # Each word, the time before it, and the time behind the last one.
    parts: list[Stretch] = []
    over: list[float] = []
    last = begin
    for at, word in enumerate(words):
        parts += [Stretch(at, at, last, word.start), Stretch(at, at + 1, word.start, word.end)]
        over += [_voice(voiced, last, word.start), takes[at] - slowness * may_take[at]]
        last = word.end
    parts.append(Stretch(len(words), len(words), last, end))
    over.append(_voice(voiced, last, end))
    most = _MOST_OF_IT * _voice(voiced, begin, end)
    found = [
        Stretch(parts[first].first, parts[last].last, parts[first].start, parts[last].end)
        for first, last in _greatest(over, 0, len(over))
    ]
    return found, most


def with_context(found: Sequence[Stretch], words: Sequence[Word]) -> tuple[Stretch, ...]:
    """The stretches with the words of their sentences beside them, a few seconds at most: what is cut out of a phrase
    is read worse. None reaches into another one."""
    wider: list[Stretch] = []
    for at, one in enumerate(found):
        first, last = one.first, one.last
        least = wider[-1].last if wider else 0
        most = found[at + 1].first if at + 1 < len(found) else len(words)
        while (
            first > least
            and not ends_sentence(words[first - 1].text)
            and one.start - words[first - 1].start <= _CONTEXT
        ):
            first -= 1
        is_end = last > one.first and ends_sentence(words[last - 1].text)
        while last < most and not is_end and words[last].end - one.end <= _CONTEXT:
            is_end = ends_sentence(words[last].text)
            last += 1
        start = words[first].start if first < one.first else one.start
        wider.append(Stretch(first, last, start, words[last - 1].end if last > one.last else one.end))
    return tuple(wider)


def expected(word: Word) -> float:
    """The longest time that a word usually takes, seconds."""
    text = word.text.strip(".,;:!?…¿¡\"'")
    is_spelled = len(text) > 1 and text.isupper()
    letters = sum(_letters(one, is_spelled=is_spelled) for one in text)
    is_address = any(mark in text for mark in "./@")
    return _WORD + _LETTER * letters * (_ADDRESS if is_address else 1)


def is_more(hypothesis: Hypothesis, found: Sequence[Word], words: Sequence[Word], stretch: Stretch) -> bool:
    """Whether what was found in a stretch by itself stands in place of the words there."""
    if not hypothesis.is_trusted or hypothesis.has_repeated or hypothesis.log_probability < _SURE:
        return False
    replaced = words[stretch.first : stretch.last]
    if sum(map(expected, found)) < sum(map(expected, replaced)) + _MORE:
        return False
    texts = [word.text for word in found]
    before, after = [word.text for word in words[: stretch.first]], [word.text for word in words[stretch.last :]]
    return not says_again(before[-len(texts) :], texts) and not says_again(after[: len(texts)], texts)


def says_again(said: Sequence[str], more: Sequence[str]) -> bool:
    """Whether the words `more` are, nearly, those that were read already: where those beside them are aligned too early
    or too late, what seems to be without words has some."""
    one, other = [normalized(word) for word in said], [normalized(word) for word in more]
    return bool(one and other) and SequenceMatcher(None, one, other, autojunk=False).ratio() >= _SAME


def _letters(character: str, *, is_spelled: bool) -> int:
    if character.isdigit():
        return _DIGIT
    if not character.isalnum():
        return 0
    return _SYLLABLE if character >= _SYLLABLES else _CAPITAL if is_spelled else 1


def _greatest(over: Sequence[float], first: int, end: int) -> list[tuple[int, int]]:
    """First and last index of the runs, within first..end-1, whose sums are the greatest ones and at least LEAST; in
    order, no two of them overlap. What adds little at their ends is left out."""
    best, place, total, begin = 0.0, (first, first), 0.0, first
    for at in range(first, end):
        if total <= 0:
            total, begin = 0.0, at
        total += over[at]
        if total > best:
            best, place = total, (begin, at)
    if best < LEAST:
        return []
    begin, last = place
    while begin < last and over[begin] < _A_LITTLE:
        begin += 1
    while last > begin and over[last] < _A_LITTLE:
        last -= 1
    return [*_greatest(over, first, begin), (begin, last), *_greatest(over, last + 1, end)]


def _voice(voiced: Spans, start: float, end: float) -> float:
    """Seconds of voice between two times."""
    return sum(max(0.0, min(last, end) - max(begin, start)) for begin, last in voiced)


def _cut(segment: SpeechSegment, time: float) -> float:
    return quietest(segment, time - _JOINT, time + _JOINT)

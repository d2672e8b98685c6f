"""TranscriptUpdate -> TranslationUpdate while somebody speaks. Pure: yields what it needs translated.

Finished sentences of the committed transcript are translated once, with care, and committed. The running one
is translated again and again: with what is committed of its translation as forced beginning, so that nothing
shown is taken back; the rest is unconfirmed. A running sentence's translation is committed by agreement, as
LocalAgreement does for recognition (Liu et al. 2020; Polák et al. 2022), but held back further, because a word
order or a gender that the end of the sentence would change is worse than a second's wait.
"""

from collections import OrderedDict
from collections.abc import Generator, Sequence
from dataclasses import dataclass, field, replace
from itertools import takewhile
from typing import TypeVar

from desktop.engine.events import Samples, TranscriptUpdate, TranslationUpdate
from desktop.engine.text.languages import join_words, writes_spaces
from desktop.engine.text.repeats import without_loops
from desktop.engine.text.sentences import has_words, is_complete, spans
from desktop.engine.translation.backends.base import TranslatorCapabilities
from desktop.engine.translation.work import Translate, TranslateSpeech

# Measured on the starter packages, before they were asked for whole sentences only; all test sentences word by word:
# the final text differs from the translation of the whole sentence in 0 of 59 cases, and a third of it is committed
# before the sentence ends. With 2 agreeing translations 3 differ, without the limit on the length 2, with neither 10.
AGREEING = 3
"""successive translations that must agree, each of a longer committed text"""
MASKED = 2
"""words at the end of each that are not trusted"""
LEAST_SOURCE = 3
"""words of committed source before its translation counts"""
SHARE = 0.7
"""at most so many target words per source word: a model that guesses how a sentence goes on writes more"""

T = TypeVar("T")
Translating = Generator[Translate | TranslateSpeech, str | None, T]
"""Yields work, is sent its text (or thrown the translator's EngineError), returns a T."""

_LOOPS = {1: 2, 2: 3, 3: 3, 4: 3}
"""words of a phrase -> times on end that make a loop"""
_CHARACTERS_PER_WORD = 2  # where no spaces are written
_REMEMBERED = 16  # segments


@dataclass(frozen=True, slots=True)
class _Segment:
    """What is known of one utterance's translation."""

    consumed: int = 0
    """characters of the committed source whose translation is in `done`"""
    done: str = ""
    """translation of finished sentences"""
    running: str = ""
    """committed beginning of the running sentence's translation"""
    history: tuple[tuple[str, str], ...] = ()
    """latest (committed source of the running sentence, its translation), oldest first"""
    guess: str = ""
    """the latest translation of everything, committed or not, nothing held back"""
    is_left: bool = False
    """a finished sentence of it stays as it was said, because the translator does not know it"""
    last: TranslationUpdate | None = None

    @property
    def shown(self) -> str:
        """All that the latest update showed."""
        return join_words(self.last.committed, self.last.unconfirmed, self.last.target_language) if self.last else ""


@dataclass(slots=True)
class _Memory:
    """The latest live translations, so that an unchanged text costs nothing."""

    entries: OrderedDict[tuple[str, str, str], str | None] = field(default_factory=OrderedDict)

    def put(self, key: tuple[str, str, str], text: str | None) -> None:
        self.entries[key] = text
        while len(self.entries) > _REMEMBERED:
            self.entries.popitem(last=False)


class IncrementalTranslator:
    """Translates the utterances of a session into one language.

    The committed text of a segment only grows, whatever updates come, as long as the target stays the same."""

    def __init__(self, able: TranslatorCapabilities | None, target: str, *, masks: bool = True) -> None:
        """able: what the translator can do; None: there is none. target: ISO 639 code; empty translates nothing.
        masks: hold the end of a running sentence back."""
        self._masks = masks
        self._able = able
        self._target = target
        self._segments: OrderedDict[int, _Segment] = OrderedDict()
        self._memory = _Memory()

    def configure(self, able: TranslatorCapabilities | None, target: str) -> None:
        """Another translator or target from the next update on. A segment that is running starts again
        when the target changes; otherwise what it committed stays. Costs nothing if nothing changes."""
        if able == self._able and target == self._target:
            return
        if target != self._target:
            # The revisions go on, or consumers would drop what comes as old.
            self._segments = OrderedDict(
                (key, _Segment(last=segment.last and replace(segment.last, committed="", is_final=False)))
                for key, segment in self._segments.items()
            )
        self._able = able
        self._target = target
        self._memory = _Memory()

    def forget(self) -> None:
        """Another translator may answer from now on: ask again for what was asked before."""
        self._memory = _Memory()

    def awaits_end(self, update: TranscriptUpdate) -> bool:
        """Whether the update says nothing yet, because its utterance is translated from its sound, at its end."""
        return not update.is_final and self._hears(update.language)

    def update(self, update: TranscriptUpdate, samples: Samples | None = None) -> Translating[TranslationUpdate]:
        """The translation that belongs to the update. samples: the sound of a finished utterance, shape (n,), 16 kHz;
        without it a translator that has to hear it leaves the text as it is.

        Raises what the translator raises (EngineError); nothing is changed then, and the same update may be given
        again, for example after `configure(None, target)`, which shows it untranslated."""
        segment = self._segments.get(update.segment_id, _Segment())
        if segment.last is not None and segment.last.is_final:
            return segment.last
        source = update.committed
        tail = update.unconfirmed
        if update.is_final and tail:
            source, tail = join_words(source, tail, update.language), ""
        same = update.language == self._target
        must_hear = not same and self._hears(update.language)
        if must_hear and update.is_final and samples is None and self._reads(update.language):
            must_hear = False
        can = same or (self._can(update.language) and (samples is not None or not (must_hear and update.is_final)))
        if same or not can:
            segment, shown = self._original(segment, source, tail)
        elif must_hear:
            segment, shown = yield from self._heard(
                segment, source, update.language, samples if update.is_final else None
            )
        else:
            segment, shown = yield from self._translated(segment, source, tail, update.language, update.is_final)
        result = TranslationUpdate(
            segment_id=update.segment_id,
            revision=segment.last.revision + 1 if segment.last else update.revision,
            source_language=update.language,
            target_language=self._target,
            committed=join_words(segment.done, segment.running, self._target),
            unconfirmed=shown,
            is_final=update.is_final,
            is_translated=can and not segment.is_left,
            lane=update.lane,
        )
        self._segments[update.segment_id] = replace(segment, last=result)
        self._segments.move_to_end(update.segment_id)
        while len(self._segments) > _REMEMBERED:
            self._segments.popitem(last=False)
        return result

    def whole(self, text: str, language: str) -> Translating[str]:
        """The translation of a complete text, sentence by sentence; one that the translator does not know stays as it
        is."""
        done = ""
        for begin, end in spans(text, language):
            sentence = text[begin:end].strip()
            known = (yield from self._ask(sentence, language, "", is_final=True)) if has_words(sentence) else sentence
            done = join_words(done, known if known is not None else sentence, self._target)
        return done

    def reads(self, language: str) -> bool:
        """Whether it translates the language from text."""
        return self._can(language) and not self._hears(language)

    def _can(self, language: str) -> bool:
        return self._able is not None and (language, self._target) in self._able.pairs

    def _hears(self, language: str) -> bool:
        return self._able is not None and (language, self._target) in self._able.hears

    def _reads(self, language: str) -> bool:
        return self._able is not None and (language, self._target) in self._able.reads

    def _heard(
        self, segment: _Segment, source: str, language: str, samples: Samples | None
    ) -> Translating[tuple[_Segment, str]]:
        """The translation of the sound; what another translator committed before stays its beginning."""
        if samples is None:
            return segment, ""
        heard = yield TranslateSpeech(samples, language, self._target, source)
        if heard is None:
            return self._original(replace(segment, is_left=True), source, "")
        text = continued(join_words(segment.done, segment.running, self._target), " ".join(heard.split()), self._target)
        return replace(segment, consumed=len(source), done=text, running="", history=()), ""

    def _original(self, segment: _Segment, source: str, tail: str) -> tuple[_Segment, str]:
        """The text as it is: nothing to translate, or no way to."""
        rest = source[segment.consumed :]
        done = join_words(segment.done, segment.running, self._target)
        done = done + rest if rest[:1].isspace() or not done else join_words(done, rest, self._target)
        return replace(segment, consumed=len(source), done=done, running="", history=()), tail

    def _translated(
        self, segment: _Segment, source: str, tail: str, language: str, is_final: bool
    ) -> Translating[tuple[_Segment, str]]:
        segment = yield from self._finish_sentences(segment, source, language, is_final)
        if is_final:
            return segment, ""
        running = source[segment.consumed :].strip()
        if has_words(running):
            segment = yield from self._commit_agreed(segment, running, language)
        elif not has_words(tail):
            return segment, ""
        return (yield from self._unconfirmed(segment, join_words(running, tail, language), language))

    def _finish_sentences(self, segment: _Segment, source: str, language: str, is_final: bool) -> Translating[_Segment]:
        rest = source[segment.consumed :]
        found = spans(rest, language)
        if found and not is_final and not is_complete(rest, language):
            found = found[:-1]
        start = segment.consumed
        for begin, end in found:
            sentence = rest[begin:end].strip()
            if has_words(sentence):
                known = yield from self._ask(sentence, language, segment.running, is_final=True)
                text = known if known is not None else join_words(segment.running, sentence, self._target)
                segment = replace(segment, is_left=segment.is_left or known is None)
            else:
                text = segment.running + sentence  # a mark that came late
            done = join_words(segment.done, text, self._target)
            segment = replace(segment, consumed=start + end, done=done, running="", history=())
        return segment

    def _commit_agreed(self, segment: _Segment, running: str, language: str) -> Translating[_Segment]:
        """Translate the committed part of the running sentence if it grew, and commit what is safe."""
        if not self._forces(language) or (segment.history and segment.history[-1][0] == running):
            return segment
        text = yield from self._ask(running, language, segment.running, is_final=False)
        if text is None:
            return segment
        words = count_words(running, language)
        history = segment.history
        if words >= LEAST_SOURCE:
            history = (*history, (running, text))[-AGREEING:]
        agreed = safe_beginning([translation for _, translation in history], words, self._target)
        # Both begin the latest translation, so the longer one continues the other.
        return replace(segment, history=history, running=max(segment.running, agreed, key=len))

    def _unconfirmed(self, segment: _Segment, running: str, language: str) -> Translating[tuple[_Segment, str]]:
        """What follows the committed target, by today's knowledge. While the sentence is open its last words
        and what is longer than the source are held back: they change with almost every update (deleted words
        per final word, starter packages: 1.34 with everything shown, 0.09 so). So is what only one guess says
        (0.02 so)."""
        committed = join_words(segment.done, segment.running, self._target)
        held_back = whole = ""
        prefix = segment.running
        pieces = [running[begin:end].strip() for begin, end in spans(running, language)]
        for index, piece in enumerate(pieces):
            forced = prefix if index == 0 and self._forces(language) else ""
            text = (yield from self._ask(piece, language, forced, is_final=False)) if has_words(piece) else piece
            if text is None:
                break  # what is not known yet, or never will be, is not shown
            before, whole = whole, join_words(whole, text.removeprefix(forced) if forced else text, self._target)
            held_back = whole
            if index == len(pieces) - 1 and not is_complete(piece, language):
                text = _shortened(text, count_words(piece, language) + 1, self._target)
                held_back = join_words(before, text.removeprefix(forced) if forced else text, self._target)
        if not self._masks:
            return segment, whole.strip()
        guess = join_words(committed, whole.strip(), self._target)
        now = join_words(committed, held_back.strip(), self._target)
        text = steady(segment.shown, segment.guess, now, self._target)
        return replace(segment, guess=guess), text.removeprefix(committed).strip() if text.startswith(committed) else ""

    def _forces(self, language: str) -> bool:
        """Whether a sentence may be committed before its end: not where only whole sentences are known."""
        able = self._able
        return able is not None and able.forces_prefix and (language, self._target) not in able.phrasebook

    def _ask(self, text: str, language: str, prefix: str, *, is_final: bool) -> Translating[str | None]:
        """The translation, beginning with `prefix` whatever the translator makes of it; None if it does not know it."""
        key = (text, language, prefix)
        if not is_final and key in self._memory.entries:
            return self._memory.entries[key]
        forced = prefix if self._forces(language) else ""
        made = yield Translate(text, language, self._target, forced, is_final)
        result = continued(prefix, " ".join(made.split()), self._target) if made is not None else None
        if not is_final:
            self._memory.put(key, result)
        return result


def continued(beginning: str, text: str, target: str) -> str:
    """The text, but with that beginning in place of as many words. Pure."""
    if text.startswith(beginning):
        return text
    rest = _units(text, target)[len(_units(beginning, target)) :]
    return join_words(beginning, _text(rest, target), target)


def safe_beginning(translations: Sequence[str], source_words: int, target: str) -> str:
    """The beginning that is safe to commit. Pure.

    translations: of ever longer beginnings of one sentence, oldest first. source_words: of the latest one."""
    if len(translations) < AGREEING:
        return ""
    factor = 1 if writes_spaces(target) else _CHARACTERS_PER_WORD
    split = [_units(text, target) for text in translations[-AGREEING:]]
    count = min(len(units) - MASKED * factor for units in split)
    count = min(count, int(SHARE * (source_words - 1) * factor))
    agreed = 0
    while agreed < count and len({units[agreed] for units in split}) == 1:
        agreed += 1
    return _text(split[-1][:agreed], target)


def steady(shown: str, before: str, now: str, target: str) -> str:
    """What to show of a text that is guessed again and again: what two guesses in a row say. A guess that takes back
    what is shown has to come twice. Pure.

    shown: what stands there; before, now: the last guess and this one."""
    last = _units(before, target)
    pairs = zip(_units(now, target), last, strict=False)
    agreed = [one for one, _ in takewhile(lambda pair: pair[0] == pair[1], pairs)]
    standing = _units(shown, target)
    still_said = last[: len(standing)] == standing
    return _text(standing if still_said and len(agreed) < len(standing) else agreed, target)


def count_words(text: str, language: str) -> int:
    """Words, or what comes close to words where no spaces are written."""
    if writes_spaces(language):
        return len(text.split())
    return -(-sum(character.isalnum() for character in text) // _CHARACTERS_PER_WORD)


def _shortened(text: str, most: int, target: str) -> str:
    """Without its last words and without what a confused model adds: loops, and more than `most` words."""
    factor = 1 if writes_spaces(target) else _CHARACTERS_PER_WORD
    units = without_loops(_units(text, target), _LOOPS)[: most * factor]
    return _text(units[: -MASKED * factor], target)


def _units(text: str, language: str) -> list[str]:
    return text.split() if writes_spaces(language) else list(text)


def _text(units: Sequence[str], language: str) -> str:
    return (" " if writes_spaces(language) else "").join(units)

"""What of a translation to speak next. Pure decisions; used from the translation thread.

Only committed text is spoken, for what was said aloud cannot be taken back. The first piece of an utterance
comes early (a few words), so that the voice starts soon; the others end where a speaker would pause.
"""

import re
from collections import OrderedDict
from dataclasses import dataclass, replace

from desktop.engine.events import TranslationUpdate
from desktop.engine.text.graphemes import breaks
from desktop.engine.text.languages import writes_spaces
from desktop.engine.text.sentences import ends_clause, ends_sentence, has_words, is_complete, spans

_LONGEST = 14  # words without a pause; then it is spoken all the same
_REMEMBERED = 16  # segments
_CHARACTERS_PER_WORD = 2  # where no spaces are written


@dataclass(frozen=True, slots=True)
class Clause:
    """A piece of text to be spoken in one go."""

    segment_id: int
    text: str
    """empty only if `is_last`: everything was spoken before the end was known"""
    language: str
    is_last: bool
    """nothing more comes of this segment"""


@dataclass(frozen=True, slots=True)
class _Spoken:
    """How far a segment was spoken."""

    position: int = 0
    """characters of the committed text"""
    language: str = ""
    is_finished: bool = False


class ClauseReader:
    """Cuts the committed translation of each segment into clauses: nothing twice, nothing lost."""

    def __init__(self, min_words: int = 4) -> None:
        """min_words: words without a pause that are enough to start speaking an utterance."""
        self._min_words = min_words
        self._segments: OrderedDict[int, _Spoken] = OrderedDict()

    def update(self, update: TranslationUpdate) -> list[Clause]:
        """The clauses that can be spoken now. Nothing for untranslated text, nor for text that was said in
        the target language already. When the target changes in mid-segment it is spoken from its start."""
        if not update.is_translated or update.source_language == update.target_language:
            return []
        spoken = self._segments.get(update.segment_id, _Spoken())
        if spoken.language != update.target_language:
            spoken = _Spoken(language=update.target_language)
        if spoken.is_finished:
            return []
        pieces = []
        position = spoken.position
        waiting = update.committed[position:]
        for length in cuts(
            waiting, update.target_language, self._min_words, is_first=position == 0, is_final=update.is_final
        ):
            pieces.append(update.committed[position : position + length].strip())
            position += length
        has_spoken = bool(pieces) or position > 0
        if update.is_final and not pieces and has_spoken:
            pieces.append("")
        self._segments[update.segment_id] = replace(spoken, position=position, is_finished=update.is_final)
        self._segments.move_to_end(update.segment_id)
        while len(self._segments) > _REMEMBERED:
            self._segments.popitem(last=False)
        return [
            Clause(update.segment_id, text, update.target_language, update.is_final and index == len(pieces) - 1)
            for index, text in enumerate(pieces)
        ]


def cuts(text: str, language: str, min_words: int, *, is_first: bool, is_final: bool) -> list[int]:
    """The lengths of the clauses at the beginning of a text, one after the other; what is left waits."""
    lengths: list[int] = []
    start = 0
    sentences = {end for _, end in spans(text, language)}
    for end in _word_ends(text, language):
        piece = text[start:end].rstrip()
        words = _count(piece, language)
        over = start + len(piece)
        # A full stop may belong to an abbreviation or a number; behind a number at the end that is not known yet.
        is_over = over in sentences if over < len(text.rstrip()) else is_complete(piece, language)
        is_inside = piece.endswith(".") and not is_over
        # One word before a comma is not worth a breath of its own, except to start with.
        is_worth = words > 1 or (words and (is_first or ends_sentence(piece)))
        if (is_worth and ends_clause(piece) and not is_inside) or words >= _LONGEST:
            lengths.append(end - start)
            start, is_first = end, False
    rest = text[start:]
    if is_final and rest.strip():
        if lengths and not has_words(rest):
            lengths[-1] += len(rest)  # a mark that stands alone
        else:
            lengths.append(len(rest))
    elif is_first and not is_final and _count(rest, language) >= min_words:
        lengths.append(len(rest))
    return lengths


def _word_ends(text: str, language: str) -> list[int]:
    """Index behind each word and the spaces after it; behind each character, with its marks, where no spaces are
    written."""
    if not writes_spaces(language):
        return breaks(text)
    return [match.end() for match in re.finditer(r"\s*\S+\s*", text)]


def _count(text: str, language: str) -> int:
    if writes_spaces(language):
        return sum(has_words(word) for word in text.split())
    return sum(character.isalnum() for character in text) // _CHARACTERS_PER_WORD

"""Where sentences and clauses end. Pure; any thread; no models.

Rules, not statistics: a terminator ends a sentence unless it belongs to an abbreviation, an initial, a
number, or is followed by a word in lower case. The text of a running utterance grows at its end, so the
end of the text is judged apart (`is_complete`).
"""

import re

from desktop.engine.text.abbreviations import ABBREVIATIONS, BEFORE_NUMBERS, ORDINALS, SENTENCE_STARTS
from desktop.engine.text.languages import base_language, writes_spaces
from desktop.engine.text.punctuation import CLOSERS, FULL_WIDTH_ENDS, PAUSES, SENTENCE_ENDS

_ENDING = re.compile(rf"[{re.escape(SENTENCE_ENDS)}]+[{re.escape(CLOSERS)}]*")
_LAST_WORD = re.compile(r"[\w.'’№§-]+$")

_NUMBER = re.compile(r"(?<![\w.,:])(\d{1,3}|[IVXLC]+)$")
_ONE_LETTER_WORDS = frozenset("IЯ")


def split(text: str, language: str) -> list[str]:
    """The sentences of a text, in order and stripped; joined again they hold every character but the
    spaces between them. The last one may be unfinished."""
    return [text[start:end].strip() for start, end in spans(text, language)]


def spans(text: str, language: str) -> list[tuple[int, int]]:
    """Where each sentence of `split` is: (start, end) as indices, spaces at its ends included."""
    found = []
    start = 0
    for match in _ENDING.finditer(text):
        end = match.end()
        if end < len(text) and _ends(text, match, language) and text[start:end].strip():
            found.append((start, end))
            start = end
    if text[start:].strip():
        found.append((start, len(text)))
    return found


def is_complete(text: str, language: str) -> bool:
    """Whether the last sentence of a text that may grow is over: it ends in a terminator that does not
    belong to an abbreviation, an initial or a number."""
    stripped = text.rstrip()
    for match in _ENDING.finditer(stripped):
        if match.end() == len(stripped):
            return _is_strong(match.group()) or not (
                _is_abbreviation(stripped[: match.start()], language) or stripped[: match.start()][-1:].isdigit()
            )
    return False


def ends_clause(word: str) -> bool:
    """Whether one pauses after this word, punctuation included."""
    return word.rstrip(CLOSERS)[-1:] in tuple(PAUSES)


def ends_sentence(word: str) -> bool:
    """Whether the word carries a terminator, of an abbreviation or of a sentence."""
    return word.rstrip().rstrip(CLOSERS)[-1:] in tuple(SENTENCE_ENDS)


def has_words(text: str) -> bool:
    """Whether there is anything to say: a letter or a digit."""
    return any(character.isalnum() for character in text)


def _ends(text: str, match: re.Match[str], language: str) -> bool:
    mark, after = match.group(), text[match.end() :]
    if any(character in FULL_WIDTH_ENDS for character in mark):
        return True
    if writes_spaces(language) and not after[:1].isspace():
        return False  # 3.5, parley.json, p.m., …and
    following = after.lstrip()
    if following[:1].islower():
        return False
    if _is_strong(mark):
        return True
    before = text[: match.start()]
    if following[:1].isdigit() and (before[-1:].isdigit() or _last_word(before) in BEFORE_NUMBERS):
        return False  # 3. 5; No. 5
    return not (_is_abbreviation(before, language) or _is_ordinal(before, following, language))


def _is_ordinal(before: str, following: str, language: str) -> bool:
    """Whether a number with a full stop counts: "am 1. September", but not "Ich bin 20. Du auch."."""
    if language not in ORDINALS or not _NUMBER.search(before):
        return False
    word = re.match(r"\w*", following)
    return word is not None and word[0].casefold() not in SENTENCE_STARTS


def _last_word(before: str) -> str:
    match = _LAST_WORD.search(before)
    return match.group().strip(".'’").casefold() if match is not None else ""


def _is_strong(mark: str) -> bool:
    return any(character in SENTENCE_ENDS and character not in ".…" for character in mark) or mark.count(".") == 3


def _is_abbreviation(before: str, language: str) -> bool:
    """Whether the text before a full stop ends in something that is written with one."""
    match = _LAST_WORD.search(before)
    if match is None:
        return False
    word = match.group().strip(".'’")
    if len(word) == 1 and word.isalpha() and word.isupper():
        return word not in _ONE_LETTER_WORDS  # an initial: J. Smith
    if word in ("г", "гг") and before[: match.start()].rstrip()[-1:].isdigit():
        return False  # the year ends more sentences than the town begins
    return word.casefold() in ABBREVIATIONS.get(base_language(language), ABBREVIATIONS["en"])

"""Whether what Whisper wrote as the English translation of an utterance is one. Pure.

Asked to translate, it now and then writes what it hears in the language that it hears, or the same sentence again and
again to fill its window. Such a text is no translation: it is decoded in another way, or the line stays as it was said.
"""

import re
from dataclasses import dataclass

from desktop.engine.text.compare import folded
from desktop.engine.text.repeats import first_loop
from desktop.engine.text.sentences import spans

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_ADDRESS = re.compile(r"\S*\w[.@/]\w\S*")
"""of a web page or for mail: the same in every language"""
_ENGLISH = frozenset(
    """
a about after again all also always am an and another any are around as ask at away back be because been before being
but by call can cannot come could day did do does doing done down each end enter even every few find first follow
followed for from get give go going good had has have he hello help her here him his how i if in into is it its just
keep know last let like little long look made make many may me mean more most much must my need never new next no not
now of off on one only or other our out over own people please possible press put right said same say see seen she
should so some someone something sorry still such take tell than thank thanks that the their them then there these they
thing things think this those three through time to today tomorrow too try two under until up us use used using very
want was way we welcome well went were what when where which while who why will with within without work would year
yes yesterday yet you your
""".split()  # noqa: SIM905  # read as words, not as a list
)
_CONTRACTED = ("n't", "'s", "'m", "'re", "'ve", "'ll", "'d")
_CAPITAL_NOUNS = frozenset({"de", "lb"})
"""languages whose capitals say nothing about names"""
_SHORT = 3
"""letters of the words that make grammar: articles, prepositions"""
_MOST_FOREIGN = 0.5
"""share of the words"""
_TITLED = 2
"""words that are names only in the translation: Whisper spells so what it does not know"""
_WITHOUT_ENGLISH = 4
"""words in a row of which one would be a common English word"""
_TIMES_LONGER, _WORDS_MORE = 2.0, 6
_LOOPS = dict.fromkeys(range(2, 9), 3)
"""words of a phrase -> times on end that make a loop"""
_LEAST_PIECE = 2
"""words of a sentence that was cut off, to be taken for the one before it, begun again"""


@dataclass(frozen=True, slots=True)
class Checked:
    """What is to be made of a text."""

    text: str
    """with repeated sentences taken out"""
    is_translation: bool


def checked(text: str, transcript: str, source: str) -> Checked:
    """transcript: what was recognised in the utterance; empty if that is not known. source: its language."""
    once = text if repeats(transcript, source) else without_repeats(text)
    words = _words(once)
    is_empty = not words and (bool(_words(transcript)) or not transcript.strip())
    is_bad = is_empty or is_left(once, transcript, source) or is_loop(once, transcript) or is_too_long(once, transcript)
    is_bad = is_bad or bool(
        transcript and _ADDRESS.search(once) and not _ADDRESS.search(transcript)
    )  # an advertisement
    return Checked(once, not is_bad)


def without_repeats(text: str, language: str = "en") -> str:
    """Each sentence, or row of sentences, that comes again right behind itself once, and a sentence that was cut off
    while it came again not at all. Without marks: a text whose second half is the first."""
    sentences = [text[start:end].strip() for start, end in spans(text, language)]
    found = True
    while found:
        found = False
        said = [_words(one) for one in sentences]
        for start, size in ((a, n) for n in range(1, len(said) // 2 + 1) for a in range(len(said) - 2 * n + 1)):
            block = said[start : start + size]
            if any(block) and said[start + size : start + 2 * size] == block:
                del sentences[start + size : start + 2 * size]
                found = True
                break
    if len(sentences) > 1 and _is_begun_again(_words(sentences[-1]), [_words(one) for one in sentences[:-1]]):
        del sentences[-1]
    if len(sentences) == 1:
        return _without_second_half(sentences[0])
    return " ".join(sentences)


def repeats(text: str, language: str) -> bool:
    """Whether the speaker says a sentence twice in a row."""
    return without_repeats(text, language) != " ".join(text[start:end].strip() for start, end in spans(text, language))


def is_left(text: str, transcript: str, source: str) -> bool:
    """Whether the text, or a part of it, is still in the language of the transcript, or at least not in English.

    Names and words that both languages have do not count: only what stands in the transcript in lower case, with a
    word of the other language's grammar beside it, or with a capital as if it were a name, or so much of it that
    English words are the exception."""
    words = _WORD.findall(_ADDRESS.sub(" ", text))
    said = frozenset(map(_plain, _WORD.findall(transcript)))
    names = frozenset[str]() if source in _CAPITAL_NOUNS else _names(transcript)
    kinds = [_kind(word, said, names) for word in words]
    if len(words) >= _WITHOUT_ENGLISH and "english" not in kinds:
        return True
    foreign = kinds.count("foreign") + kinds.count("grammar")
    if words and foreign > _MOST_FOREIGN * len(words):
        return True
    rows = "".join({"foreign": "f", "grammar": "g"}.get(kind, "-") for kind in kinds).split("-")
    titled = sum(kind == "foreign" and word[0].isupper() for kind, word in zip(kinds[1:], words[1:], strict=True))
    return titled >= _TITLED or any(len(row) > 1 and "g" in row for row in rows)


def is_loop(text: str, transcript: str) -> bool:
    """Whether a phrase comes three times in a row, and the speaker does not say anything so."""
    return first_loop(_words(text), _LOOPS) is not None and first_loop(_words(transcript), _LOOPS) is None


def is_too_long(text: str, transcript: str) -> bool:
    """Whether there is much more text than was said."""
    said = len(_words(transcript))
    return bool(said) and len(_words(text)) > _TIMES_LONGER * said + _WORDS_MORE


def _kind(word: str, said: frozenset[str], names: frozenset[str]) -> str:
    """english, name, grammar (a short word of the other language, or with its letters), foreign or other."""
    plain = _plain(word)
    is_said = plain in said
    if plain in _ENGLISH or plain.endswith(_CONTRACTED):
        return "other" if is_said else "english"
    if plain in names or (word.isupper() and len(word) > 1) or any(letter.isdigit() for letter in word):
        return "name"
    if is_said:
        return "grammar" if len(plain) <= _SHORT or not word.isascii() else "foreign"
    if not word.isascii():
        return "foreign" if word[0].islower() or not word[0].isupper() else "other"
    return "other"


def _names(transcript: str) -> frozenset[str]:
    """Words with a capital where none is needed; the one that begins the sentence if another comes soon behind it, and
    the short words between two of them."""
    found = set[str]()
    for start, end in spans(transcript, ""):
        words = _WORD.findall(transcript[start:end])
        capital = [word[:1].isupper() for word in words]
        is_name = [index > 0 and one for index, one in enumerate(capital)]
        for first in range(len(words)):
            for last in range(first + 1, min(first + 4, len(words))):
                between = words[first + 1 : last]
                if capital[first] and capital[last] and all(len(word) <= _SHORT for word in between):
                    is_name[first : last + 1] = [True] * (last + 1 - first)
        found |= {_plain(word) for word, is_one in zip(words, is_name, strict=True) if is_one}
    return frozenset(found)


def _is_begun_again(piece: list[str], before: list[list[str]]) -> bool:
    return len(piece) >= _LEAST_PIECE and any(one[: len(piece)] == piece for one in before)


def _without_second_half(text: str) -> str:
    found = list(_WORD.finditer(text))
    half, odd = divmod(len(found), 2)
    words = _words(text)
    if odd or half <= _LEAST_PIECE or words[:half] != words[half:]:
        return text
    return text[: found[half].start()].rstrip()


def _words(text: str) -> list[str]:
    return [folded(word) for word in _WORD.findall(text)]


def _plain(word: str) -> str:
    """In lower case without accents, which Whisper leaves out as often as not."""
    return folded(word, accents=False)

"""Texts that differ from what a recording says, and how each word of them should be marked. Pure.

What is drawn depends on the seed alone.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from desktop.engine.text.compare import normalized
from desktop.engine.text.sentences import has_words
from desktop.practice.feedback import WordStatus
from desktop.practice.matching.similarity import likeness

SHARE = 0.1
"""of the words that are changed"""
KINDS = ("right", "replaced", "added", "dropped", "order", "similar")
_UNLIKE = 0.5
"""likeness of letters up to which a word is quite another one"""
_ALIKE = 0.6
"""from which on it is a word much like it"""
_SHORTEST = 4
"""letters of a word that is put in"""


@dataclass(frozen=True, slots=True)
class ExpectedWord:
    """A word of a variant."""

    text: str
    status: WordStatus
    """that a perfect listener gives it"""
    said: int | None
    """the word of the script that was said in its place"""


@dataclass(frozen=True, slots=True)
class Variant:
    """A text to read, made of the lines that were really said."""

    kind: str
    lines: tuple[tuple[ExpectedWord, ...], ...]
    extra: tuple[int, ...] = ()
    """words of the script that are not in it"""

    @property
    def words(self) -> tuple[ExpectedWord, ...]:
        return tuple(word for line in self.lines for word in line)

    @property
    def texts(self) -> tuple[str, ...]:
        return tuple(" ".join(word.text for word in line) for line in self.lines)


def script_lines(texts: Sequence[str]) -> tuple[tuple[ExpectedWord, ...], ...]:
    """The words that were said, all right. What holds no letter is no word."""
    found: list[tuple[ExpectedWord, ...]] = []
    count = 0
    for text in texts:
        words = [word for word in text.split() if has_words(word)]
        found.append(tuple(ExpectedWord(word, WordStatus.CORRECT, count + number) for number, word in enumerate(words)))
        count += len(words)
    return tuple(found)


def variants(texts: Sequence[str], others: Sequence[str], seed: str) -> tuple[Variant, ...]:
    """One of each of KINDS. texts: the lines that are said. others: words of the same language; those that are unlike
    all that is said may be put in."""
    chance = random.Random(seed)
    lines = script_lines(texts)
    count = sum(map(len, lines))
    chosen = frozenset(chance.sample(range(count), max(1, round(SHARE * count))))
    said = [normalized(word.text, accents=False) for line in lines for word in line]
    pool = [
        word for word in sorted(set(others)) if len(word) >= _SHORTEST and word.isalpha() and _is_unlike(word, said)
    ]
    return (
        Variant("right", lines),
        _replaced(lines, chosen, pool, chance),
        _added(lines, chosen, pool, chance),
        _dropped(lines, chosen),
        _reordered(lines, chance),
        _similar(lines, sorted(set(others)), chance),
    )


Lines = tuple[tuple[ExpectedWord, ...], ...]


def _replaced(lines: Lines, chosen: frozenset[int], pool: Sequence[str], chance: random.Random) -> Variant:
    def other(word: ExpectedWord) -> ExpectedWord:
        if word.said not in chosen:
            return word
        return ExpectedWord(chance.choice(pool), WordStatus.WRONG, word.said)

    return Variant("replaced", tuple(tuple(map(other, line)) for line in lines))


def _added(lines: Lines, chosen: frozenset[int], pool: Sequence[str], chance: random.Random) -> Variant:
    """A word more before each of those."""
    made: list[tuple[ExpectedWord, ...]] = []
    for line in lines:
        words: list[ExpectedWord] = []
        for word in line:
            if word.said in chosen:
                words.append(ExpectedWord(chance.choice(pool), WordStatus.MISSING, None))
            words.append(word)
        made.append(tuple(words))
    return Variant("added", tuple(made))


def _dropped(lines: Lines, chosen: frozenset[int]) -> Variant:
    kept = tuple(tuple(word for word in line if word.said not in chosen) for line in lines)
    return Variant("dropped", kept, tuple(sorted(chosen)))


def _reordered(lines: Lines, chance: random.Random) -> Variant:
    """Two lines that follow each other in the other order, or one of them twice."""
    made = list(lines)
    at = chance.randrange(max(1, len(made) - 1))
    if len(made) > 1 and chance.random() < 0.5:
        made[at], made[at + 1] = made[at + 1], made[at]
    else:
        made.insert(at + 1, made[at])
    return Variant("order", tuple(made))


def _similar(lines: Lines, others: Sequence[str], chance: random.Random) -> Variant:
    """Up to a tenth of the words are others much like them: in an ending, a letter, a part."""
    alike = {word.said: some for line in lines for word in line if (some := _alike(word.text, others))}
    count = sum(map(len, lines))
    chosen = set(chance.sample(sorted(one for one in alike if one is not None), min(len(alike), round(SHARE * count))))

    def other(word: ExpectedWord) -> ExpectedWord:
        if word.said not in chosen:
            return word
        return ExpectedWord(chance.choice(alike[word.said]), WordStatus.MINOR_MISTAKE, word.said)

    return Variant("similar", tuple(tuple(map(other, line)) for line in lines))


def _alike(text: str, others: Sequence[str]) -> list[str]:
    plain = normalized(text, accents=False)
    folded = {one: normalized(one, accents=False) for one in others if one.isalpha()}
    return [one for one, letters in folded.items() if letters != plain and likeness(letters, plain) >= _ALIKE]


def _is_unlike(word: str, said: Sequence[str]) -> bool:
    """Whether it is quite another word than each of those."""
    plain = normalized(word, accents=False)
    return all(likeness(plain, one) <= _UNLIKE for one in said)

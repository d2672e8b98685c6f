"""Whether a sentence lies in a phrasebook, the only thing that a starter package can translate. Pure, but for `read`.

A small model that was trained on a phrasebook translates anything into some sentence of the phrasebook. So a sentence
counts as known only if all of it is written there (`Phrasebook.holds`) and the model is as sure of its translation as
it is of the phrasebook's own sentences (`is_sure`). In doubt it is not.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from desktop.engine.message import Message
from desktop.engine.models.files import FileBroken, read_json
from desktop.engine.text.compare import folded
from desktop.engine.text.punctuation import CLOSERS, PAUSES, QUOTES, SENTENCE_ENDS

FILE = "phrasebook.json"
"""beside the model; resources/starter/recipe/make_phrasebook.py writes it"""
_FORMAT = 1
_LONGEST = 6
"""words that stand in one place"""
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_MARKS = re.compile(rf"[\s{re.escape(PAUSES + QUOTES)}¡¿\-]*")
_ENDS = re.compile(rf"[{re.escape(SENTENCE_ENDS)}]+(?=[{re.escape(CLOSERS)}\s]*$)")
_PLACE = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Sentence:
    """One of them, with places in which words may stand for each other."""

    parts: tuple[str, ...]
    """words, and names of classes in braces"""
    is_question: bool


@dataclass(frozen=True, slots=True)
class Phrasebook:
    """The sentences of one language that a package knows."""

    words: int
    """how many different ones there are"""
    least_score: float
    """average log probability per token below which a translation is a guess"""
    sentences: tuple["Sentence", ...]
    classes: Mapping[str, frozenset[str]]
    """texts of one or more words that may stand in the places of that name"""

    def holds(self, text: str) -> bool:
        """Whether the text is one sentence of the phrasebook, whole; its marks may be missing, as a recogniser leaves
        them, but a question is no statement."""
        words, mark = cleaned(text)
        known = (one for one in self.sentences if mark in ("", "?" if one.is_question else "."))
        return bool(words) and any(self._fits(one.parts, words) for one in known)

    def _fits(self, parts: Sequence[str], words: Sequence[str]) -> bool:
        if not parts or not words:
            return not parts and not words
        place = _PLACE.fullmatch(parts[0])
        if place is None:
            return parts[0] == words[0] and self._fits(parts[1:], words[1:])
        allowed = self.classes[place[1]]
        return any(
            " ".join(words[:count]) in allowed and self._fits(parts[1:], words[count:])
            for count in range(1, min(_LONGEST, len(words)) + 1)
        )

    def is_sure(self, score: float, tokens: int, length_penalty: float) -> bool:
        """Whether a model that gave this score to a translation of so many tokens did not guess.

        score: CTranslate2's, the sum of the log probabilities divided by tokens ** length_penalty."""
        return tokens > 0 and score * tokens**length_penalty / tokens >= self.least_score


def read(package: Path) -> Phrasebook:
    """The phrasebook of a package. Raises FileBroken if it has none that can be used."""
    return parsed(read_json(package / FILE))


def words_in(package: Path) -> int:
    """How many different words the package's phrasebook has. Raises FileBroken."""
    words = read_json(package / FILE).get("words")
    if not isinstance(words, int):
        raise FileBroken("broken-damaged", name=FILE)
    return words


def parsed(content: Mapping[str, Any]) -> Phrasebook:
    """What the file holds. Raises FileBroken."""
    try:
        if content["format"] != _FORMAT:
            raise FileBroken("broken-other-version", name=FILE)
        classes = {name: frozenset(map(str, allowed)) for name, allowed in content["classes"].items()}
        sentences = tuple(
            Sentence(tuple(pattern.rstrip("?").split()), pattern.endswith("?")) for pattern in content["patterns"]
        )
        named = {place[1] for one in sentences for part in one.parts if (place := _PLACE.fullmatch(part))}
        if not named <= set(classes):
            raise FileBroken("broken-damaged", name=FILE)
        return Phrasebook(int(content["words"]), float(content["least_score"]), sentences, classes)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise FileBroken("broken-damaged", name=FILE) from error


def notice(source: str, target: str, words: int, packages: Sequence[tuple[str, str]]) -> Message:
    """What the user is told when the first sentence stays untranslated. words: of the phrasebook; packages: the pairs
    whose real packages are missing, at least one."""
    key = "phrasebook-only" if len(packages) == 1 else "phrasebook-only-several"
    pairs = tuple(f"{start}-{end}" for start, end in packages)
    return Message(key, source=source, target=target, words=round(words, -2), packages=pairs)


def cleaned(text: str) -> tuple[tuple[str, ...], str]:
    """The words in lower case, and the mark at the end: `?`, `.` for any other, or none. No words if there is anything
    else than words and usual marks, or a mark that ends a sentence before the end."""
    end = _ENDS.search(text)
    mark = ("?" if "?" in end.group() else ".") if end else ""
    body = text[: end.start()] if end else text
    if not all(_MARKS.fullmatch(rest) for rest in _WORD.split(text)) or any(one in body for one in SENTENCE_ENDS):
        return (), mark
    return tuple(_WORD.findall(folded(text))), mark

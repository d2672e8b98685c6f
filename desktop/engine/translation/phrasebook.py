"""Whether a sentence lies in a phrasebook, the only thing that a starter package can translate. Pure, but for `read`.

A small model that was trained on a phrasebook translates anything into some sentence of the phrasebook. So a sentence
counts as known only if all of it is written there (`Phrasebook.holds`) and the model is as sure of its translation as it
is of the phrasebook's own sentences (`is_sure`). In doubt it is not.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from desktop.engine.languages import language_name
from desktop.engine.model_files import FileBroken, read_json

FILE = "phrasebook.json"
"""beside the model; resources/starter/recipe/make_phrasebook.py writes it"""
_FORMAT = 1
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_MARKS = re.compile(r"[\s.,;:!?¡¿…\"“”«»'’‘\-–—]*")
_ENDS = re.compile(r"[.!?…]+(?=[\"”»’')\s]*$)")
_PLACE = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Phrasebook:
    """The sentences of one language that a package knows."""

    words: int
    """how many different ones there are"""
    least_score: float
    """average log probability per token below which a translation is a guess"""
    sentences: tuple[re.Pattern[str], ...]
    """each matches what `_cleaned` makes of a whole sentence"""

    def holds(self, text: str) -> bool:
        """Whether the text is one sentence of the phrasebook, whole; its marks may be missing, as a recogniser leaves
        them, but a question is no statement."""
        cleaned = _cleaned(text)
        return cleaned is not None and any(sentence.fullmatch(cleaned) for sentence in self.sentences)

    def is_sure(self, score: float, tokens: int, length_penalty: float) -> bool:
        """Whether a model that gave this score to a translation of so many tokens did not guess.

        score: CTranslate2's, the sum of the log probabilities divided by tokens ** length_penalty."""
        return tokens > 0 and score * tokens**length_penalty / tokens >= self.least_score


def read(package: Path) -> Phrasebook:
    """The phrasebook of a package. Raises FileBroken if it has none that can be used."""
    return parsed(read_json(package / FILE))


def parsed(content: Mapping[str, Any]) -> Phrasebook:
    """What the file holds. Raises FileBroken."""
    try:
        if content["format"] != _FORMAT:
            raise FileBroken(f"{FILE} was made for another version of Parley")
        classes = {
            name: "|".join(re.escape(one) for one in sorted(allowed, key=len, reverse=True))
            for name, allowed in content["classes"].items()
        }
        sentences = tuple(_compiled(pattern, classes) for pattern in content["patterns"])
        return Phrasebook(int(content["words"]), float(content["least_score"]), sentences)
    except (KeyError, TypeError, ValueError, AttributeError, re.error) as error:
        raise FileBroken(f"{FILE} is damaged") from error


def notice(source: str, target: str, words: int, packages: Sequence[tuple[str, str]]) -> str:
    """What the user is told when the first sentence stays untranslated. words: of the phrasebook; packages: the pairs
    whose real packages are missing, at least one."""
    arrows = " and ".join(f"{start}→{end}" for start, end in packages)
    names = " ".join(f"{start}-{end}" for start, end in packages)
    what = f"Argos package{'s' if len(packages) > 1 else ''} {arrows}"
    return (
        f"From {language_name(source)} to {language_name(target)} only a phrasebook of about {round(words, -2)} words is "
        f"installed; other sentences stay untranslated. Fetch the {what} in the Models window or with "
        f"`parley models pull {names}`."
    )


def _compiled(pattern: str, classes: Mapping[str, str]) -> re.Pattern[str]:
    """Alternatives for each place; a question may lose its mark, but a statement gets none."""
    words, question, _ = pattern.partition("?")
    parts = _PLACE.split(words.strip())
    text = "".join(f"(?:{classes[part]})" if index % 2 else re.escape(part) for index, part in enumerate(parts))
    return re.compile(f"{text}(?: {re.escape('?' if question else '.')})?")


def _cleaned(text: str) -> str | None:
    """The words in lower case, and the mark at the end, after a space: `?`, or `.` for any other. None if there is
    anything else than words and usual marks, or a mark that ends a sentence before the end."""
    end = _ENDS.search(text)
    mark = ("?" if "?" in end.group() else ".") if end else ""
    body = text[: end.start()] if end else text
    if not all(_MARKS.fullmatch(rest) for rest in _WORD.split(text)) or any(one in body for one in ".!?…"):
        return None
    words = " ".join(_WORD.findall(text.casefold().replace("’", "'")))
    return f"{words} {mark}".strip() if words else None

"""The test recordings and what is said in them. Pure but for reading files."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from desktop.bench.figures.delays import Sentence
from desktop.engine.errors import EngineError, FileUnreadable
from desktop.engine.message import verbatim
from desktop.system import paths

FOLDER = paths.RESOURCES / "starter" / "test"
OUTSIDE_PHRASEBOOK = "jfk"
"""group of the recording that the starter model cannot know"""


@dataclass(frozen=True, slots=True)
class Recording:
    """One file of the test set."""

    path: Path
    seconds: float
    language: str
    text: str
    """all that is said"""
    entries: tuple[dict[str, Any], ...]
    """its sentences with word times, as in the manifest; empty: not known"""

    @property
    def group(self) -> str:
        """`en`, `es`, `stream-en`, `stream-es`, `digits` or `jfk`"""
        return group_of(self.path.name)

    @property
    def translation(self) -> str:
        """Of all that is said, by a human hand; empty: there is none."""
        return " ".join(entry.get("translation", "") for entry in self.entries).strip()

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        """In seconds of the recording; none where the times of the words are not known."""
        return tuple(Sentence.of(entry) for entry in self.entries)


def group_of(file: str) -> str:
    """The group of the recording in this file."""
    stem = Path(file).stem
    first, _, rest = stem.partition("-")
    return stem if first == "stream" else first if rest else stem


def recordings(folder: Path = FOLDER) -> tuple[Recording, ...]:
    """The test set. Raises FileUnreadable."""
    try:
        entries = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise FileUnreadable(
            verbatim(f"The test recordings in {folder} are not complete; install Parley again.")
        ) from error
    return tuple(_recording(folder, entry) for entry in entries)


def quick(everything: tuple[Recording, ...]) -> tuple[Recording, ...]:
    """The first three of each group, without the long ones."""
    counts: dict[str, int] = {}
    chosen = []
    for one in everything:
        counts[one.group] = counts.get(one.group, 0) + 1
        if counts[one.group] <= 3 and not one.group.startswith("stream"):
            chosen.append(one)
    return tuple(chosen)


def chosen(names: Sequence[str], otherwise: tuple[Recording, ...]) -> tuple[Recording, ...]:
    """The recordings of these names or groups (`en-00`, `stream-es`, `digits`); `otherwise` if there are no names.
    Raises EngineError for a name that no recording has."""
    if not names:
        return otherwise
    everything = recordings()
    for name in names:
        if not any(name in (one.path.stem, one.group) for one in everything):
            known = ", ".join(dict.fromkeys(one.group for one in everything))
            raise EngineError(
                verbatim(f'There is no recording "{name}"; there are {known}, and single ones such as en-00.')
            )
    return tuple(one for one in everything if one.path.stem in names or one.group in names)


def _recording(folder: Path, entry: dict[str, Any]) -> Recording:
    sentences = tuple(entry.get("sentences", ()))
    text = entry.get("text") or " ".join(one["text"] for one in sentences)
    timed = sentences or ((entry,) if "words" in entry else ())
    return Recording(folder / entry["file"], entry["seconds"], entry["language"], text, timed)

"""Packs of verses as Tanzil gives them: `sura|aya|text` lines, `#` before a comment. Pure; any thread.

The format is described at tanzil.net/docs (text with aya numbers). The text itself is never changed.
"""

import re

from desktop.practice.text import Line
from desktop.practice.texts.document import (
    MOST_LINES,
    Chapter,
    Document,
    TextUnreadable,
    checked,
    clean,
    split_lines,
)
from desktop.practice.texts.passage import Passage

_VERSE = re.compile(r"([0-9]{1,4})\|([0-9]{1,4})\|(.*)", re.DOTALL)
_LOOK = 20
"""lines of a text that say whether it is a pack"""


def is_pack(text: str) -> bool:
    """Whether the first lines of a text that are no comments are verses."""
    begin = [line for raw in split_lines(text[:100_000])[:500] if (line := raw.strip("\ufeff \t")) and line[0] != "#"]
    return bool(begin) and all(_VERSE.match(line) for line in begin[:_LOOK])


def read_verses(text: str, name: str) -> Document:
    """A pack, a chapter for each surah in the order of the numbers. Raises TextUnreadable, which says the line."""
    surahs: dict[int, dict[int, Line]] = {}
    count = 0
    for number, raw in enumerate(split_lines(text), 1):
        line = raw.strip("\ufeff \t")
        if not line or line.startswith("#"):
            continue
        found = _VERSE.fullmatch(line)
        said = clean(found[3]) if found else ""
        if found is None or not said:
            raise TextUnreadable("text-verse-damaged", name=name, line=number)
        surah, ayah = int(found[1]), int(found[2])
        verses = surahs.setdefault(surah, {})
        if ayah in verses:
            raise TextUnreadable("text-verse-twice", name=name, verse=f"{surah}:{ayah}")
        verses[ayah] = Line(said, f"{surah}:{ayah}")
        count += 1
        if count > MOST_LINES:
            break
    chapters = tuple(
        Chapter(f"Surah {surah}", tuple(verses[ayah] for ayah in sorted(verses)))
        for surah, verses in sorted(surahs.items())
    )
    return checked(name, Document(name, "verses", chapters))


def verses(document: Document, surah: int, first: int, last: int | None = None) -> Passage:
    """The passage from one verse to another of a surah; last: None for the first alone. Raises TextUnreadable if there
    is one of them not, or `last` comes before `first`."""
    last = first if last is None else last
    for index, chapter in enumerate(document.chapters):
        places = {line.reference: place for place, line in enumerate(chapter.lines)}
        begin = places.get(f"{surah}:{first}")
        if begin is not None:
            end = places.get(f"{surah}:{last}")
            if end is None or end < begin:
                break
            return Passage(index, begin, end)
    missing = f"{surah}:{first}" if last == first else f"{surah}:{first}-{last}"
    raise TextUnreadable("text-verse-missing", name=document.title, verse=missing)

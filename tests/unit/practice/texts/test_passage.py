"""Passages stay inside their text; verses are found by their numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.messages import text_of
from desktop.practice.text import Line
from desktop.practice.texts.document import Chapter, Document, TextUnreadable
from desktop.practice.texts.passage import (
    MOST_CHARACTERS,
    Passage,
    fitting,
    lines_of_passage,
    practice_text,
    title_of_passage,
    whole_chapter,
)
from desktop.practice.texts.reading import read_pasted
from desktop.practice.texts.verses import verses

PACK = read_pasted("".join(f"2|{ayah}|verse {ayah}\n" for ayah in range(1, 8)) + "112|1|qul\n112|3|lam\n")
documents = st.lists(st.lists(st.integers(1, 60_000), min_size=1, max_size=5), min_size=1, max_size=3).map(
    lambda sizes: Document(
        "a",
        "text",
        tuple(
            Chapter(f"{number}", tuple(Line("x" * size) for size in chapter)) for number, chapter in enumerate(sizes)
        ),
    )
)


@given(documents, st.integers(-5, 8), st.integers(-5, 8), st.integers(-5, 8))
def test_a_passage_always_has_a_line_and_never_too_much(
    document: Document, chapter: int, first: int, last: int
) -> None:
    found = fitting(document, Passage(chapter, first, last))
    assert fitting(document, found) == found
    lines = lines_of_passage(document, found)
    assert lines
    assert len(lines) == 1 or sum(len(line.text) for line in lines) <= MOST_CHARACTERS
    if 0 <= chapter < len(document.chapters) and 0 <= first <= last < len(document.chapters[chapter].lines):
        assert (found.chapter, found.first) == (chapter, first)
        assert found.last <= last
    assert title_of_passage(document, found).startswith("a")


def test_verses_are_found_by_their_numbers() -> None:
    found = practice_text(PACK, verses(PACK, 2, 3, 5), "en")
    assert [line.text for line in found.lines] == ["verse 3", "verse 4", "verse 5"]
    assert (found.title, found.language, len(found.words)) == ("Pasted text · Surah 2 · 2:3–2:5", "en", 6)
    assert [line.text for line in practice_text(PACK, verses(PACK, 112, 3), "ar").lines] == ["lam"]
    assert title_of_passage(PACK, verses(PACK, 2, 3, 5)) == "Pasted text · Surah 2 · 2:3–2:5"
    assert title_of_passage(PACK, verses(PACK, 112, 3)) == "Pasted text · Surah 112 · 112:3"
    assert title_of_passage(PACK, whole_chapter(PACK, 1)) == "Pasted text · Surah 112"


@pytest.mark.parametrize(
    ("surah", "first", "last", "verse"),
    [(3, 1, None, "3:1"), (2, 9, None, "2:9"), (2, 5, 3, "2:5-3"), (2, 1, 99, "2:1-99"), (112, 2, None, "112:2")],
)
def test_verses_that_are_not_there_are_named(surah: int, first: int, last: int | None, verse: str) -> None:
    with pytest.raises(TextUnreadable) as caught:
        verses(PACK, surah, first, last)
    assert text_of(caught.value) == f"Pasted text has no verse {verse}; check the numbers."

"""What is read of a file is decided by what is in it."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.engine.errors import EngineError
from desktop.messages import text_of
from desktop.practice.texts import reading
from desktop.practice.texts.document import LONGEST_LINE, MOST_LINES, Document, TextUnreadable
from desktop.practice.texts.reading import read_content, read_document, read_pasted
from tests.unit.practice.texts.books import book

SRT = (
    "1\r\n00:00:01,000 --> 00:00:02,500\r\n<i>Where</i> are\r\nyou?\r\n\r\n"
    "2\r\n01:02:03,000 --> 01:02:04,000\r\nHere.\r\n"
)
VTT = "WEBVTT\n\n00:01.000 --> 00:02.000\n<v Ana>Where are you?\n\n00:03.000 --> 00:04.000\nHere.\n"
ASS = (
    "[Script Info]\nScriptType: v4.00+\n\n[V4+ Styles]\nFormat: Name, Fontname\nStyle: Default,Arial\n\n[Events]\n"
    "Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n"
    "Dialogue: 0,0:00:03.00,0:00:04.00,Default,,0,0,0,,Here.\n"
    "Comment: 0,0:00:00.00,0:00:01.00,Default,,0,0,0,,not said\n"
    "Dialogue: 0,0:00:01.00,0:00:02.00,Default,,0,0,0,,{\\i1}Where{\\i0} are\\Nyou?\n"
)
MICRODVD = "{25}{50}Where are|you?\n{75}{100}Here.\n"
PACK = "# a comment\n1|1|بِسْمِ اللَّهِ\n1|2|الْحَمْدُ لِلَّهِ\n2|1|الم\n\n# the end\n"


def lines(document: Document) -> list[str]:
    return [line.text for chapter in document.chapters for line in chapter.lines]


def refusal(content: bytes) -> str:
    with pytest.raises(TextUnreadable) as caught:
        read_content(content, "odd.txt")
    return text_of(caught.value)


def test_lines_and_paragraphs_of_plain_text() -> None:
    found = read_content("One  line\t here \r\n\r\n\nTwo\rThree\u2028Four\n\n".encode(), "poem.txt")
    (chapter,) = found.chapters
    assert (found.title, found.kind, found.encoding) == ("poem.txt", "text", "")
    assert [(line.text, line.begins_paragraph) for line in chapter.lines] == [
        ("One line here", False), ("Two", True), ("Three", False), ("Four", False),
    ]  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_unicode_is_known_without_being_told(encoding: str) -> None:
    found = read_content("Où est la gare ?\nДа, здесь.".encode(encoding), "a.txt")
    assert lines(found) == ["Où est la gare ?", "Да, здесь."]
    assert found.encoding == ""


@pytest.mark.parametrize(
    ("language", "encoding", "text"),
    [
        ("fr", "windows-1252", "Où est la gare, s’il vous plaît ?"),
        ("", "windows-1252", "Où est la gare ?"),
        ("ru", "windows-1251", "Где вокзал?"),
        ("ar", "windows-1256", "أين المحطة؟"),
        ("he", "windows-1255", "איפה התחנה?"),
        ("el", "windows-1253", "Πού είναι ο σταθμός;"),
        ("cs", "windows-1250", "Kde je nádraží, prosím?"),
        ("ja", "shift_jis", "駅はどこですか。"),
        ("zh", "gb18030", "车站在哪里？"),
    ],
)
def test_older_encodings_are_those_of_the_language_and_said(language: str, encoding: str, text: str) -> None:
    found = read_content(text.encode(encoding), "a.txt", language)
    assert lines(found) == [text]
    assert found.encoding == encoding


@pytest.mark.parametrize(
    ("content", "first"), [(SRT, "0:00:01"), (VTT, "0:00:01"), (ASS, "0:00:01"), (MICRODVD, "0:00:01")]
)
def test_subtitles_of_each_format_by_their_content(content: str, first: str) -> None:
    found = read_content(content.encode(), "film.txt")
    assert found.kind == "subtitles"
    assert lines(found) == ["Where are you?", "Here."]
    assert found.chapters[0].lines[0].reference == first


@pytest.mark.parametrize("piece", ["<i>", "{\\i1", "<a", "\n1 ", "{"])
def test_a_subtitle_without_end_is_refused(piece: str) -> None:
    blocks = ("00:00:01,000 --> 00:00:02,000\n", "WEBVTT\n\n00:01.000 --> 00:02.000\n")
    for beginning in blocks if "\n" in piece else (*blocks, ASS[:-1], "{1}{2}"):
        assert "The subtitles in odd.txt are damaged" in refusal((beginning + piece * 300_000).encode())


def test_pictures_of_ass_are_not_read() -> None:
    drawn = ASS + "Dialogue: 0,0:00:05.00,0:00:06.00,Default,,0,0,0,,{\\an7\\p1}m 0 0 l 10 10{\\p0}\n"
    assert lines(read_pasted(drawn + "Dialogue: 0,0:00:07.00,0:00:08.00,Default,,0,0,0,,{\\pos(1,2)}There.\n")) == [
        "Where are you?", "Here.", "There.",
    ]  # fmt: skip


def test_a_pack_of_verses_and_a_book_by_their_content() -> None:
    found = read_content(PACK.encode(), "quran.srt")
    assert found.kind == "verses"
    assert [chapter.title for chapter in found.chapters] == ["Surah 1", "Surah 2"]
    assert [line.reference for line in found.chapters[0].lines] == ["1:1", "1:2"]
    assert lines(found)[1] == "الْحَمْدُ لِلَّهِ"
    assert read_content(book({"one": "<p>Hello</p>"}), "a.txt").kind == "book"


def test_pasted_text_may_be_subtitles_or_verses_too() -> None:
    assert read_pasted(SRT).kind == "subtitles"
    assert read_pasted(PACK).kind == "verses"
    assert lines(read_pasted("a\n\nb")) == ["a", "b"]
    with pytest.raises(TextUnreadable):
        read_pasted(" \n")
    with pytest.raises(TextUnreadable):
        read_pasted("a" * (reading.LARGEST_TEXT + 1))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "holds no text"),
        (b"\xef\xbb\xbf \n\t", "holds no text"),
        (bytes(range(256)) * 20, "is no text that Parley can read"),
        (b"\x89PNG\r\n\x1a\n" + b"\0\1\2\3" * 50, "is no text that Parley can read"),
        (b"\x7fELF\x02\x01\x01" + bytes(200), "is no text that Parley can read"),
        (b"1|1|a\n1|1|b\n", "has the verse 1:1 twice"),
        (
            b"1|1|a\n# c\n" * 1 + b"".join(b"2|%d|x\n" % n for n in range(30)) + b"3|x|b\n",
            "Line 33 of odd.txt is no verse",
        ),
        (b"1|1|a\n" + b"".join(b"2|%d|x\n" % n for n in range(30)) + b"3|1| \n", "Line 32 of odd.txt is no verse"),
        (b"[Script Info]\n[Events]\nDialogue: broken\n", "odd.txt"),
        (b"00:00:01,000 --> 00:00:02,000\n\n", "holds no text"),
        (b"a\n" * (MOST_LINES + 1), f"has more than {MOST_LINES} lines"),
        (b"WEBVTT\n" + b"a" * 2_000_001, "is larger than 2.0 MB"),
        (b"a" * (reading.LARGEST_TEXT + 1), "is larger than 8.0 MB"),
    ],
)
def test_what_is_no_text_gets_one_sentence_that_says_what_to_do(content: bytes, words: str) -> None:
    said = refusal(content)
    assert words in said
    assert "\n" not in said


def test_a_line_without_end_is_cut_at_spaces() -> None:
    words = ("word " * (LONGEST_LINE // 2)).strip()
    found = lines(read_pasted(words))
    assert len(found) > 1
    assert all(len(one) <= LONGEST_LINE for one in found)
    assert " ".join(found) == words
    assert sum(map(len, lines(read_pasted("x" * 50_000)))) == 50_000


def test_a_long_line_is_cut_behind_a_sentence() -> None:
    sentence = "It went on and on, as such stories do. "
    found = lines(read_pasted(sentence * 200))
    assert len(found) > 3
    assert all(one.endswith("do.") for one in found)


def test_files_are_ordinary_ones_or_refused(tmp_path: Path) -> None:
    good = tmp_path / "poem.txt"
    good.write_bytes("Où ?".encode("windows-1252"))
    assert lines(read_document(good, "fr")) == ["Où ?"]
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("/dev/zero")
    large = tmp_path / "large"
    with large.open("wb") as file:
        file.truncate(reading.LARGEST_FILE + 1)
    for name, words in {
        "none": "does not exist", "": "is a folder", "pipe": "no ordinary file", "link": "no ordinary file",
        "large": "is larger than 64 MB", "a\0b": "cannot be read",
    }.items():  # fmt: skip
        with pytest.raises(EngineError) as caught:
            read_document(tmp_path / name)
        assert words in text_of(caught.value), name


@given(st.binary(max_size=400))
def test_any_bytes_are_a_text_or_refused(content: bytes) -> None:
    try:
        found = read_content(content, "odd.txt")
    except TextUnreadable as error:
        assert text_of(error)  # noqa: PT017
        return
    assert lines(found)
    for text in lines(found):
        assert text == text.strip()
        assert text.isprintable() or not any(ord(one) < 32 for one in text)


@given(st.text(max_size=300))
def test_plain_text_keeps_its_words(text: str) -> None:
    try:
        found = read_pasted(text)
    except TextUnreadable:
        return
    if found.kind == "text":
        joined = " ".join(lines(found)).split()
        assert joined == [word for word in " ".join(joined).split() if word]


@given(
    st.sampled_from([SRT, VTT, ASS, MICRODVD, PACK]),
    st.lists(st.tuples(st.integers(0, 600), st.text(alphabet="0:,->{}|[]\n\\a1\u0651", max_size=4)), max_size=6),
)
def test_damaged_subtitles_and_verses_are_read_or_refused(content: str, changes: list[tuple[int, str]]) -> None:
    for place, text in changes:
        place %= len(content)
        content = content[:place] + text + content[place + 1 :]
    try:
        assert lines(read_pasted(content))
    except TextUnreadable as error:
        assert text_of(error)  # noqa: PT017

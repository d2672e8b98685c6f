"""Books: their chapters in order, and what strangers may put into one."""

import io
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.messages import text_of
from desktop.practice.texts.document import TextUnreadable
from desktop.practice.texts.epub import is_zip, read_epub
from desktop.practice.texts.markup import read_loosely, read_xml
from tests.unit.practice.texts.books import CONTAINER, PAGE, book, package, packed

TWO = {
    "one": "<h1>Spring</h1><p>The snow was <i>gone</i>.</p><p>Birds&nbsp;sang &amp; flew.</p>",
    "two": "<h1>Summer</h1><p>It was hot.</p>",
}


def _files(bodies: dict[str, str]) -> dict[str, str | bytes]:
    with zipfile.ZipFile(io.BytesIO(book(bodies))) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def refusal(content: bytes) -> str:
    with pytest.raises(TextUnreadable) as caught:
        read_epub(content, "garden.epub")
    return text_of(caught.value)


def texts(content: bytes) -> list[tuple[str, list[str]]]:
    found = read_epub(content, "garden.epub")
    return [(chapter.title, [line.text for line in chapter.lines]) for chapter in found.chapters]


def test_a_book_has_its_chapters_in_the_order_of_the_spine() -> None:
    found = read_epub(book(TWO, ["two", "one"]), "garden.epub")
    assert (found.title, found.kind, found.language) == ("The Garden", "book", "en")
    assert texts(book(TWO, ["two", "one"])) == [
        ("Summer", ["Summer", "It was hot."]),
        ("Spring", ["Spring", "The snow was gone.", "Birds sang & flew."]),
    ]


def test_a_page_with_several_headings_has_several_chapters_and_one_without_its_first_words() -> None:
    long = "There was a garden behind the house where nobody ever went"
    found = texts(book({"one": f"<p>{long}</p><h2>Two<br/>lines</h2><p>a</p><h3>less</h3><h1>Three</h1><p>b</p>"}))
    assert found == [
        ("There was a garden behind the house…", [long]),
        ("Two", ["Two", "lines", "a", "less"]),
        ("Three", ["Three", "b"]),
    ]


def test_scripts_pictures_and_pronunciations_are_not_read() -> None:
    body = (
        "<script>alert('x')</script><p><ruby>漢<rp>(</rp><rt>kan</rt><rp>)</rp></ruby>字</p>"
        "<svg><title>a picture</title><svg><text>more</text></svg></svg><style>p {}</style><p>after</p>"
    )
    assert texts(book({"one": body})) == [("漢字", ["漢字", "after"])]


def test_pages_that_are_not_well_formed_are_read_all_the_same() -> None:
    body = "<p>one<br>two &copy; 1 < 2<p>three<!-- a > b < c --><![CDATA[ <kept> ]]><img src=x></b>"
    assert texts(book({"one": body})) == [("one", ["one", "two © 1 < 2", "three <kept>"])]


def test_both_ways_of_reading_agree_on_what_is_well_formed() -> None:
    page = PAGE.format(body=TWO["one"] + "<p title='a&amp;b'>x<empty/>y</p>").replace("{{", "{").encode()
    told: list[list[tuple[str, object]]] = [[], []]

    class Told:
        def __init__(self, into: list[tuple[str, object]]) -> None:
            self.into = into

        def start(self, name: str, attributes: dict[str, str]) -> None:
            self.into.append((name, attributes))

        def end(self, name: str) -> None:
            self.into.append(("/" + name, None))

        def text(self, text: str) -> None:
            if not self.into or self.into[-1][0] != "":
                self.into.append(("", ""))
            self.into[-1] = ("", f"{self.into[-1][1]}{text}")

    read_xml(page, Told(told[0]))
    read_loosely(page, Told(told[1]))
    inside = [[one for one in each if one[0] or str(one[1]).strip()] for each in told]
    assert inside[0] == inside[1]


@pytest.mark.parametrize(
    "entity",
    ['<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">', '<!ENTITY b SYSTEM "file:///etc/passwd">', '<!ENTITY % b "c">'],
)
def test_lists_that_declare_entities_are_refused(entity: str) -> None:
    evil = package(["one"]).replace('<?xml version="1.0"?>', f'<?xml version="1.0"?><!DOCTYPE p [{entity}]>')
    evil = evil.replace("The Garden", "&b;")
    content = book(TWO, OEBPS__content_opf=evil)
    assert refusal(content) == (
        "garden.epub is damaged, or no book that Parley can read; get another copy, or paste its text."
    )


def test_entities_of_a_chapter_stay_empty() -> None:
    evil = PAGE.format(body="<p>a&x;b</p>").replace(
        '"http://www.w3.org/TR/xhtml11/DTD/xhtml11.dtd">', '"x" [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
    )
    found = texts(packed({**_files(TWO), "OEBPS/text/one.xhtml": evil}))
    assert found[0][1][-1] == "a&x;b"  # as it stands: nothing was looked up


def test_a_chapter_that_unpacks_to_more_than_a_chapter_has_is_refused() -> None:
    assert "more text than a book has" in refusal(book({"one": "<p>" + " " * 5_000_000 + "</p>"}))


def test_a_book_that_is_larger_than_all_books_is_refused() -> None:
    many = {f"c{number}": "x" * 3_900_000 for number in range(12)}
    assert "more text than a book has" in refusal(book(many))


def test_a_spine_without_end_is_refused_and_a_chapter_is_read_once() -> None:
    assert "more text than a book has" in refusal(book(TWO, ["one"] * 6000))
    assert len(texts(book(TWO, ["one", "two", "one"]))) == 2


def test_an_archive_with_a_list_of_a_million_names_is_refused() -> None:
    stream = io.BytesIO(book(TWO))
    with zipfile.ZipFile(stream, "a") as archive:
        for number in range(30_000):
            archive.writestr(f"{'n' * 60}{number}", b"")
    assert "is damaged, or no book" in refusal(stream.getvalue())


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (packed({"a.txt": "hello"}), "is an archive, but no EPUB book"),
        (book(TWO, ["one"], **{"OEBPS__content_opf": package(["three"])}), "lacks one of its chapters"),
        (packed({"META-INF/container.xml": CONTAINER}), "lacks one of its chapters"),
        (book({"one": "<p> </p>"}), "holds no text"),
        (book({}, []), "holds no text"),
        (b"PK\x03\x04" + b"\0" * 100, "is damaged"),
        (book(TWO)[:-40], "is damaged"),
        (packed({**_files(TWO), "META-INF/encryption.xml": "<a>"}), "is damaged"),
        (packed({**_files(TWO), "META-INF/container.xml": b"\xff\xfe\0"}), "is damaged"),
    ],
)
def test_what_is_no_book_gets_one_sentence(content: bytes, words: str) -> None:
    said = refusal(content)
    assert words in said
    assert said.startswith("garden.epub ")


def test_a_protected_chapter_is_said_to_be_protected() -> None:
    encryption = (
        '<encryption xmlns:enc="http://www.w3.org/2001/04/xmlenc#"><enc:CipherReference URI="OEBPS/text/two.xhtml"/>'
        "</encryption>"
    )
    assert "is protected against copying" in refusal(packed({**_files(TWO), "META-INF/encryption.xml": encryption}))


def test_an_archive_with_a_password_is_said_to_be_protected() -> None:
    content = bytearray(book(TWO))
    for sign, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = content.find(sign)
        while at >= 0:
            content[at + flags] |= 1
            at = content.find(sign, at + 1)
    assert "is protected against copying" in refusal(bytes(content))


def test_paths_lead_nowhere_but_into_the_archive() -> None:
    for href in ("../../../etc/passwd", "/etc/passwd", "file:///etc/passwd", "http://localhost/x"):
        content = book(TWO, OEBPS__content_opf=package(["one"]).replace("text/one.xhtml", href))
        assert "lacks one of its chapters" in refusal(content)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 5_000), st.integers(0, 255)), min_size=1, max_size=8), st.integers(0, 3_000))
def test_damage_gives_a_book_or_one_sentence(changes: list[tuple[int, int]], cut: int) -> None:
    content = bytearray(book(TWO))
    for place, value in changes:
        content[place % len(content)] = value
    del content[len(content) - cut % 500 :]
    assert is_zip(b"PK\x03\x04")
    said = "garden.epub "
    try:
        read_epub(bytes(content), "garden.epub")
    except TextUnreadable as error:
        said = text_of(error)
    assert said.startswith("garden.epub ")


class Nobody:
    """Reads and forgets."""

    def start(self, name: str, attributes: dict[str, str]) -> None: ...
    def end(self, name: str) -> None: ...
    def text(self, text: str) -> None: ...


@given(st.text(alphabet="<>!-[]&;/=\"' axCDT", max_size=200))
def test_any_marks_can_be_read(text: str) -> None:
    read_loosely(text.encode(), Nobody())

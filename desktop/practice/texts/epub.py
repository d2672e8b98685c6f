"""EPUB books: the chapters in the order in which they are read (EPUB 2 and 3: container, package, spine). Pure; any
thread.

A book is an archive from a stranger: nothing is unpacked to the disk, no script runs, nothing is fetched, and whatever
would take more room than a book needs is refused.
"""

import io
import posixpath
import zipfile
import zlib
from urllib.parse import unquote

from desktop.engine.errors import LanguageUnknown
from desktop.engine.text.languages import check_language
from desktop.practice.texts.chapters import ChapterReader
from desktop.practice.texts.document import Chapter, Document, TextUnreadable, checked, clean, lines_of
from desktop.practice.texts.markup import MarkupBroken, read_loosely, read_xml
from desktop.system.archive_headers import ArchiveHeaders

_CONTAINER, _ENCRYPTION = "META-INF/container.xml", "META-INF/encryption.xml"
_LARGEST_PART = 4_000_000
"""bytes of one chapter or list, unpacked"""
_MOST_BYTES = 16_000_000
"""bytes of all of them"""
_MOST_LOOSE = 2_000_000
"""bytes of all chapters that are not well formed: reading those takes a second for each million"""
_MOST_PARTS = 5_000
"""in the spine"""
_PLAIN = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    ValueError,
    OverflowError,
    NotImplementedError,
    RuntimeError,
    OSError,
)
"""what Python's zipfile raises for files that are none, or damaged"""


def is_zip(content: bytes) -> bool:
    """Whether the content of a file begins as books do."""
    return content.startswith(b"PK\x03\x04")


def read_epub(content: bytes, name: str) -> Document:
    """A book. content: of the whole file; name: what it is called. Raises TextUnreadable."""
    headers = ArchiveHeaders(io.BytesIO(content))
    try:
        with zipfile.ZipFile(headers) as archive:
            headers.is_listing = False
            return checked(name, _read(_Parts(archive, name), name))
    except _BROKEN as error:
        raise TextUnreadable("text-book-damaged", name=name) from error


class _Parts:
    """The files in the archive, read with limits."""

    def __init__(self, archive: zipfile.ZipFile, name: str) -> None:
        self._archive = archive
        self._name = name
        self._infos = {info.filename: info for info in archive.infolist()}
        self._rest = _MOST_BYTES

    def __contains__(self, path: str) -> bool:
        return path in self._infos

    def read(self, path: str) -> bytes:
        """Raises TextUnreadable and what `_BROKEN` lists."""
        info = self._infos.get(path)
        if info is None:
            raise TextUnreadable("text-book-incomplete", name=self._name)
        if info.flag_bits & 1:
            raise TextUnreadable("text-book-locked", name=self._name)
        if info.compress_type not in _PLAIN:
            raise zipfile.BadZipFile("a packing that no book has")
        with self._archive.open(info) as file:
            content = file.read(_LARGEST_PART + 1)
        self._rest -= len(content)
        if len(content) > _LARGEST_PART or self._rest < 0:
            raise TextUnreadable("text-book-too-large", name=self._name)
        return content


class _Package:
    """What the lists of a book say: as a Reader for container, package and encryption."""

    def __init__(self) -> None:
        self.roots: list[str] = []
        self.items: dict[str, str] = {}
        """id -> path, of what may be a chapter"""
        self.spine: list[str] = []
        self.locked: set[str] = set()
        self.said = {"title": "", "language": ""}
        self._open = ""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._open = name if name in self.said and not self.said[name] else ""
        if name == "rootfile":
            self.roots.append(attributes.get("full-path", ""))
        elif name == "item" and "html" in attributes.get("media-type", ""):
            self.items.setdefault(attributes.get("id", ""), attributes.get("href", ""))
        elif name == "itemref" and attributes.get("linear") != "no":
            self.spine.append(attributes.get("idref", ""))
        elif name == "cipherreference":
            self.locked.add(unquote(attributes.get("uri", "")))

    def end(self, name: str) -> None:
        self._open = ""

    def text(self, text: str) -> None:
        if self._open:
            self.said[self._open] += text


def _read(parts: _Parts, name: str) -> Document:
    package = _Package()
    try:
        if _ENCRYPTION in parts:
            read_xml(parts.read(_ENCRYPTION), package)
        if _CONTAINER not in parts:
            raise TextUnreadable("text-no-book", name=name)
        read_xml(parts.read(_CONTAINER), package)
        root = next((one for one in package.roots if one), "")
        read_xml(parts.read(root), package)
    except MarkupBroken as error:
        raise TextUnreadable("text-book-damaged", name=name) from error
    if len(package.spine) > _MOST_PARTS:
        raise TextUnreadable("text-book-too-large", name=name)
    chapters: list[Chapter] = []
    loose = 0
    for idref in dict.fromkeys(package.spine):  # each once: a book that repeats a file grows without end
        href = package.items.get(idref, "")
        if not href:
            continue  # a picture, or an entry that leads nowhere
        path = posixpath.normpath(posixpath.join(posixpath.dirname(root), unquote(href.partition("#")[0])))
        if path in package.locked:
            raise TextUnreadable("text-book-locked", name=name)
        content, reader = parts.read(path), ChapterReader()
        try:
            read_xml(content, reader)
        except MarkupBroken as error:
            loose += len(content)
            if loose > _MOST_LOOSE:
                raise TextUnreadable("text-book-damaged", name=name) from error
            reader = ChapterReader()
            read_loosely(content, reader)
        chapters += _chapters(reader)
    title = clean(package.said["title"])[:200] or name
    return Document(title, "book", tuple(chapters), _language(clean(package.said["language"])))


def _chapters(reader: ChapterReader) -> list[Chapter]:
    found = [(title, lines_of(texts)) for title, texts in reader.chapters()]
    return [Chapter(clean(title) or _first_words(lines[0].text), lines) for title, lines in found if lines]


def _language(code: str) -> str:
    try:
        return check_language(code[:20])
    except LanguageUnknown:
        return ""


def _first_words(text: str) -> str:
    return text if len(text) <= 40 else text[:40].rpartition(" ")[0] + "…"

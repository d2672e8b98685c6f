"""Reads a file, or what was pasted, whatever kind of text it is: the content decides, not the name. Any thread."""

import errno
from pathlib import Path

from desktop.engine.errors import FileUnreadable
from desktop.engine.models.files import reason
from desktop.practice.texts.document import Document, TextUnreadable
from desktop.practice.texts.encodings import decoded
from desktop.practice.texts.epub import is_zip, read_epub
from desktop.practice.texts.plain import read_plain
from desktop.practice.texts.subtitles import format_of, read_subtitles
from desktop.practice.texts.verses import is_pack, read_verses
from desktop.system.files import read_regular

LARGEST_FILE = 64_000_000
"""bytes of a file; books bring their pictures"""
LARGEST_TEXT = 8_000_000
"""bytes of a file that is nothing but text; characters of what is pasted"""
PASTED = "Pasted text"


def read_document(path: Path, language: str = "") -> Document:
    """The text of a file. language: ISO 639 code, for files that are not Unicode.
    Raises FileUnreadable, TextUnreadable."""
    name = path.name
    try:
        content = read_regular(path, LARGEST_FILE)
    except FileNotFoundError:
        raise FileUnreadable("file-missing", path=path) from None
    except IsADirectoryError:
        raise FileUnreadable("file-is-folder", path=path) from None
    except PermissionError:
        raise FileUnreadable("file-forbidden", path=path) from None
    except OSError as error:
        if error.errno == errno.EFBIG:
            raise TextUnreadable("text-too-large", name=name, most=LARGEST_FILE) from None
        raise FileUnreadable("file-unreadable", path=path, reason=reason(error)) from None
    return read_content(content, name, language)


def read_content(content: bytes, name: str, language: str = "") -> Document:
    """The text of a file that was read; name: what it is called. Pure. Raises TextUnreadable."""
    if is_zip(content):
        return read_epub(content, name)
    if len(content) > LARGEST_TEXT:
        raise TextUnreadable("text-too-large", name=name, most=LARGEST_TEXT)
    try:
        text, encoding = decoded(content, language)
    except ValueError:
        raise TextUnreadable("text-no-text", name=name) from None
    found = _read(text, name)
    return Document(found.title, found.kind, found.chapters, found.language, encoding) if encoding else found


def read_pasted(text: str) -> Document:
    """What was pasted, or comes from the clipboard. Pure. Raises TextUnreadable."""
    if len(text) > LARGEST_TEXT:
        raise TextUnreadable("text-too-large", name=PASTED, most=LARGEST_TEXT)
    return _read(text, PASTED)


def _read(text: str, name: str) -> Document:
    if is_pack(text):
        return read_verses(text, name)
    return read_subtitles(text, name) if format_of(text) else read_plain(text, name)

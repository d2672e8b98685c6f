"""XML from strangers: elements and text as they come, no entities of its own, nothing fetched. Pure; any thread.

expat reads what is well formed. Chapters of books often are not quite: those are read a second time, mark by mark. Both
take time in proportion to the length.
"""

import html
import re
from html.entities import html5
from typing import Protocol
from xml.parsers import expat

_MARK = re.compile(r"<[^<>]*>|[^<]+|<+(?=<)|<")
_TAG = re.compile(r"<(/?)([A-Za-z][\w:.-]*)", re.ASCII)
_LONGEST_TAG = 2000
"""characters that are looked at"""
_ATTRIBUTE = re.compile(r"""([\w:.-]+)\s*=\s*(?:"([^"<>]*)"|'([^'<>]*)')""")
_DECLARED = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding=["']([\w.-]{1,40})["']""")
_COMMENT_ENDS = {"<!--": "-->", "<![CDATA[": "]]>"}


class MarkupBroken(ValueError):
    """It is not well formed, or does what nobody needs."""


class Reader(Protocol):
    """Gets what is in the markup; names of elements and attributes without their prefix, in lower case."""

    def start(self, name: str, attributes: dict[str, str]) -> None: ...
    def end(self, name: str) -> None: ...
    def text(self, text: str) -> None: ...


def read_xml(content: bytes, reader: Reader) -> None:
    """Give a reader what well-formed XML holds. Raises MarkupBroken, also for entities that it declares itself, as they
    can grow without end."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.UseForeignDTD(True)  # the names of XHTML's entities are known, its file is not read

    def refuse(*_: object) -> None:
        raise MarkupBroken("it declares entities")

    def skipped(name: str, is_parameter: bool) -> None:
        if not is_parameter:
            reader.text(html5.get(f"{name};", ""))

    parser.EntityDeclHandler = refuse
    parser.SkippedEntityHandler = skipped
    parser.StartElementHandler = lambda name, found: reader.start(
        _local(name), {_local(one): value for one, value in found.items()}
    )
    parser.EndElementHandler = lambda name: reader.end(_local(name))
    parser.CharacterDataHandler = reader.text
    try:
        parser.Parse(content, True)
    except (expat.ExpatError, LookupError, UnicodeError) as error:
        raise MarkupBroken(str(error)) from None


def read_loosely(content: bytes, reader: Reader) -> None:
    """Give a reader what markup holds that is not well formed: tags as they stand, whether or not they fit together."""
    declared = _DECLARED.match(content[:1000])
    try:
        text = content.decode(declared[1].decode("ascii") if declared else "utf-8", "replace")
    except LookupError:
        text = content.decode("utf-8", "replace")
    at = 0
    while at < len(text):
        opening = next((one for one in _COMMENT_ENDS if text.startswith(one, at)), "")
        if opening:
            closing = text.find(_COMMENT_ENDS[opening], at)
            if closing < 0:
                return  # the rest is a comment
            if opening != "<!--":
                reader.text(text[at + len(opening) : closing])
            at = closing + len(_COMMENT_ENDS[opening])
            continue
        found = _MARK.match(text, at)
        assert found is not None  # the last two ways match anything
        at = found.end()
        if found[0].startswith("<") and found[0].endswith(">"):
            _tell(found[0], reader)
        else:
            reader.text(html.unescape(found[0]))


def _tell(tag: str, reader: Reader) -> None:
    found = _TAG.match(tag[:_LONGEST_TAG])
    if found is None:
        return
    name, attributes = _local(found[2]), _ATTRIBUTE.finditer(tag[found.end() : _LONGEST_TAG])
    if found[1]:
        reader.end(name)
        return
    reader.start(name, {_local(one[1]): html.unescape(one[2] or one[3] or "") for one in attributes})
    if tag.endswith("/>"):
        reader.end(name)


def _local(name: str) -> str:
    return name.rpartition(":")[2].lower()

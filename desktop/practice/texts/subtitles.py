"""Subtitle files (SubRip, WebVTT, Advanced SubStation, MicroDVD), read by pysubs2. Pure; any thread."""

import re
import warnings
from datetime import timedelta

from desktop.practice.text import Line
from desktop.practice.texts.document import Chapter, Document, TextUnreadable, checked, clean, split_lines

_TIMES = re.compile(
    r"^[ \t]*(\d{1,3}:)?\d{1,2}:\d{1,2}[.,]\d{1,3}[ \t]*-->[ \t]*(\d{1,3}:)?\d{1,2}:\d{1,2}[.,]\d{1,3}", re.M
)
_MICRODVD = re.compile(r"\{\d{1,9}\}\{\d{1,9}\}")
_BEGINNING = 20_000
"""characters in which the first subtitle stands"""
_MOST_CHARACTERS = 2_000_000
"""a film has less than 200,000"""
_LONGEST_EVENT = 4_000
"""characters of one subtitle: pysubs2 takes time by the square of them"""
_DRAWING = re.compile(r"\{[^{}]*\\p[1-9]")
"""what turns the text of ASS into a picture"""
_MICRODVD_FPS = 25.0
"""what players take where the file does not say it; only the shown times depend on it"""


def format_of(text: str) -> str:
    """What pysubs2 calls the format; empty if it is no subtitle file."""
    begin = text[:_BEGINNING].lstrip("\ufeff \t\r\n")
    if begin.startswith("WEBVTT"):
        return "vtt"
    if begin.startswith("[Script Info]"):
        return "ssa" if "[V4 Styles]" in begin else "ass"
    if _MICRODVD.match(begin):
        return "microdvd"
    return "srt" if _TIMES.search(begin) else ""


def read_subtitles(text: str, name: str) -> Document:
    """What is said, one line for each subtitle, with its time as reference. Raises TextUnreadable."""
    if len(text) > _MOST_CHARACTERS:
        raise TextUnreadable("text-too-large", name=name, most=_MOST_CHARACTERS)
    import pysubs2

    form = format_of(text)
    try:
        if not form:
            raise ValueError("no subtitles")
        text = _without_drawings(text) if form in ("ass", "ssa") else text
        if _longest_event(text, form) > _LONGEST_EVENT:
            raise ValueError("a subtitle that is none")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of colours and margins
            fps = _MICRODVD_FPS if form == "microdvd" else None
            file = pysubs2.SSAFile.from_string(text, format_=form, fps=fps)
        events = sorted((one for one in file if one.type == "Dialogue"), key=lambda one: one.start)
        found = [(clean(one.plaintext), one.start) for one in events]
    except (pysubs2.Pysubs2Error, ValueError, KeyError, IndexError, OverflowError, AttributeError, TypeError) as error:
        # pysubs2 does not say which errors it raises for broken lines.
        raise TextUnreadable("text-subtitles-damaged", name=name) from error
    lines = tuple(Line(text, _clock(start)) for text, start in found if text)
    return checked(name, Document(name, "subtitles", (Chapter(name, lines),)))


def _clock(milliseconds: int) -> str:
    return str(timedelta(seconds=max(0, milliseconds // 1000)))


def _without_drawings(text: str) -> str:
    return "\n".join(line for line in split_lines(text) if not _DRAWING.search(line))


def _longest_event(text: str, form: str) -> int:
    """Characters of the longest subtitle, as pysubs2 takes the file apart: at lines with two times, or at each line."""
    from pysubs2.formats import get_format_class

    stamp = getattr(get_format_class(form), "TIMESTAMP", None) if form in ("srt", "vtt") else None
    longest = size = 0
    for line in split_lines(text):
        if stamp is None or (len(line) < _LONGEST_EVENT and len(stamp.findall(line)) == 2):
            size = 0
        size += len(line) + 1
        longest = max(longest, size)
    return longest

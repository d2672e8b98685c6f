"""What Apertium's packages of the system translate here: rules and dictionaries for languages that are close. Reads the
disk, about a millisecond; any thread.

Only pairs that were measured to be of use are taken (docs/decisions/0034). A package installs a `mode` file for each
direction, the pipeline of programs that translates it.
"""

import re
import shlex
import shutil
from functools import cache
from pathlib import Path

MODES = (Path("/usr/share/apertium/modes"), Path("/usr/local/share/apertium/modes"))
_CODES = {
    "cat": "ca", "nno": "nn", "nob": "no", "por": "pt", "spa": "es",
    "ca": "ca", "nn": "nn", "nb": "no", "pt": "pt", "es": "es",
    "pt_BR": "pt-BR", "por_BR": "pt-BR",
}  # fmt: skip
"""Apertium's codes, in the names of its modes -> ours"""
_CLOSE = (("es", "pt"), ("es", "pt-BR"), ("es", "ca"), ("no", "nn"))
"""pairs that it does well, in both directions"""
_MOST = 30
"""programs of a pipeline"""
_NAME = re.compile(r"[a-z]{2,3}(_[A-Z]{2})?-[a-z]{2,3}(_[A-Z]{2})?")

Pipeline = tuple[tuple[str, ...], ...]
"""programs with their arguments; each reads what the one before writes"""


def pairs(places: tuple[Path, ...] | None = None) -> frozenset[tuple[str, str]]:
    """Every (source, target) that is installed and of use. places: folders of modes; None: those of the system."""
    return frozenset(_modes(MODES if places is None else places))


def pipeline(source: str, target: str, places: tuple[Path, ...] | None = None) -> Pipeline | None:
    """How a pair is translated, text after text, each ended by a NUL; None: it is not installed, or not wholly."""
    file = _modes(MODES if places is None else places).get((source, target))
    if file is None:
        return None
    try:
        stages = file.read_text(encoding="utf-8").split("|")
        programs = tuple(_program(shlex.split(stage)) for stage in stages)
    except (OSError, ValueError):
        return None
    is_whole = 0 < len(programs) <= _MOST and all(program and _exists(program[0]) for program in programs)
    return programs if is_whole else None


def _modes(places: tuple[Path, ...]) -> dict[tuple[str, str], Path]:
    found: dict[tuple[str, str], Path] = {}
    for place in places:
        for file in sorted(place.glob("*.mode")):
            if not _NAME.fullmatch(file.stem):
                continue
            start, end = (_CODES.get(code, "") for code in file.stem.split("-"))
            if (start, end) in _CLOSE or (end, start) in _CLOSE:
                found.setdefault((start, end), file)
    return found


def _program(words: list[str]) -> tuple[str, ...]:
    """$1 of a mode says how words are written that it does not know, $2 that those that are ambiguous are marked."""
    arguments = ["-g" if word == "$1" else word for word in words[1:] if word != "$2"]
    return (words[0], "-z", *arguments) if words else ()


@cache
def _exists(program: str) -> bool:
    return shutil.which(program) is not None

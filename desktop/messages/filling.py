"""How the values of a message are written into its sentence. Pure."""

from collections.abc import Callable, Sequence
from string import Formatter
from typing import Any

from desktop.engine.message import Message
from desktop.engine.text.languages import language_name
from desktop.engine.text.sizes import readable_size
from desktop.engine.text.visible import visible

_KINDS = {"whisper": "Whisper model", "argos": "translation package", "voice": "voice"}


class Filling(Formatter):
    """Fills the places of a sentence. text: gives the text of a message that is a value of another one."""

    def __init__(self, text: Callable[[Message], str]) -> None:
        self._text = text

    def format_field(self, value: Any, format_spec: str) -> str:
        """A value as its place asks for it, by one of our ways or Python's for numbers and words; nothing in it can
        steer a terminal."""
        if isinstance(value, Message):
            value = self._text(value)
        way = _WAYS.get(format_spec)
        return visible(way(value) if way else str(super().format_field(value, format_spec)))


def _clause(sentence: str) -> str:
    """What happened, without what to do."""
    return sentence.partition(";")[0].rstrip(".")


def _languages(codes: Sequence[str]) -> str:
    return " or ".join(f"{language_name(code)} ({code})" for code in codes)


def _arrows(pairs: Sequence[str]) -> str:
    return " and ".join(pair.replace("-", "→") for pair in pairs)


_WAYS: dict[str, Callable[[Any], str]] = {
    "arrows": _arrows,
    "bytes": readable_size,
    "clause": _clause,
    "kind": _KINDS.__getitem__,
    "language": language_name,
    "languages": _languages,
    "list": lambda names: ", ".join(names) or "none",
    "or": " or ".join,
    "words": " ".join,
}

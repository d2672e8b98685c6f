"""What happened, as a key and values; `desktop.messages` makes the text of it, for those who read. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from os import PathLike, fspath
from typing import Any


@dataclass(frozen=True, init=False, repr=False)
class Message:
    """One thing to tell a user.

    key: says which sentence it is ("voice-missing"); stable, one for each sentence.
    parameters: by the name of their place in the sentence: numbers, codes of languages, names of models, devices and
    files, several of them, other messages. Never what was said, never a sentence.
    """

    key: str
    parameters: Mapping[str, "Value"]

    def __init__(self, key: str, /, **parameters: "Value | PathLike[str]") -> None:
        values = {name: fspath(value) if isinstance(value, PathLike) else value for name, value in parameters.items()}
        object.__setattr__(self, "key", key)
        object.__setattr__(self, "parameters", values)

    def __hash__(self) -> int:
        return hash((self.key, frozenset(self.parameters.items())))

    def __str__(self) -> str:
        """For logs."""
        values = ", ".join(f"{name}={value}" for name, value in self.parameters.items())
        return f"{self.key} ({values})" if values else self.key

    __repr__ = __str__

    def as_json(self) -> dict[str, Any]:
        """The key and the parameters, as objects that JSON can hold."""
        values = {
            name: value.as_json() if isinstance(value, Message) else value for name, value in self.parameters.items()
        }
        return {"key": self.key, "parameters": values}


Value = str | int | float | Message | tuple[str, ...]
"""What a message can be about."""


def verbatim(sentence: str) -> Message:
    """A sentence that is text already: for errors of the programs around the engine, which are read as they are. The
    engine itself makes none."""
    return Message("verbatim", sentence=sentence)

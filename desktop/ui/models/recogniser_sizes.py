"""What sizes of Whisper models mean for a user: more accurate or faster, and how they do on this computer. Pure, no
Qt."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from desktop.engine.models.catalogue import Entry
    from desktop.engine.models.installed import InstalledModel
    from desktop.engine.models.speed.speed_class import SpeedClass

_MEANINGS = {
    "tiny": "Fastest, with the most mistakes.",
    "base": "Fast. Good for clear speech, less for names and noise.",
    "small": "More accurate, at three times the work of base.",
    "medium": "Still more accurate, at ten times the work of base.",
    "large-v3-turbo": "Most accurate. Made for a graphics card or a fast computer.",
    "large-v3": "Most accurate and slowest. Made for a graphics card.",
}
"""Size of a model -> what it is good for."""
_SIZES = ("tiny", "base", "small", "large-v3-turbo")
_SHOWN = 3
"""sizes to choose from; more confuse"""


@dataclass(frozen=True, slots=True)
class RecogniserSize:
    """A size of model to choose from."""

    entry: "Entry"
    meaning: str
    """one sentence or two: accuracy, speed, how it does here"""
    is_installed: bool


def recognisers_of(
    entries: "Sequence[Entry]",
    installed: "Sequence[InstalledModel]",
    source: str,
    speed: "Callable[[Entry], SpeedClass]",
    *,
    fast: bool,
) -> tuple[RecogniserSize, ...]:
    """Three sizes that understand `source` (a code or "auto"), small to large: the usual ones, or on a computer that
    is not fast the smaller ones."""
    here = {model.name for model in installed if model.kind == "whisper" and not model.is_starter}
    able = {one.id: one for one in entries if one.kind == "whisper" and _hears(one.languages, source)}
    sizes = [size for size in _SIZES if size in able]
    shown = sizes[-_SHOWN:] if fast else sizes[:_SHOWN]
    return tuple(
        RecogniserSize(able[size], f"{_MEANINGS[size]} {here_words(speed(able[size]))}".strip(), size in here)
        for size in shown
    )


def here_words(speed: "SpeedClass") -> str:
    """How a model does on this computer; empty where it was not measured."""
    from desktop.engine.models.speed.speed_class import SpeedClass

    return {
        SpeedClass.FASTER: "Keeps up with speech here.",
        SpeedClass.SAME: "Words come late here.",
        SpeedClass.SLOWER: "Too slow for live speech here.",
    }.get(speed, "")


def understood_words(
    model: "InstalledModel | None", source: str, name: Callable[[str], str], *, translates: bool = False
) -> str:
    """ "Whisper base is installed and understands Spanish"; that it does not, where it does not. Empty without a real
    model. source: a code or "auto". name: of a language's code. translates: it writes what it hears in English."""
    if model is None or model.is_starter:
        return ""
    if source in model.languages and translates:
        return f"{model.label} is installed, understands {name(source)} and translates it into English."
    if source != "auto":
        verb = "understands" if source in model.languages else "does not understand"
        return f"{model.label} is installed and {verb} {name(source)}."
    if len(model.languages) == 1:
        return f"{model.label} is installed and understands {name(model.languages[0])} only."
    return f"{model.label} is installed and understands {len(model.languages)} languages."


def _hears(languages: Sequence[str], source: str) -> bool:
    return source in languages if source != "auto" else len(languages) > 1

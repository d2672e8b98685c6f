"""What the window says of captions that are shared. Pure."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from desktop.server.running.sharing import Shared

Standing = Literal["off", "starting", "on", "stopping"]
Who = Literal["computer", "network"]
"""who may follow: this computer's browsers, or those of the same network"""

WHO: dict[Who, str] = {
    "computer": "Only browsers on this computer, for example for a captions window in OBS.",
    "network": "Phones and computers in the same network that have the code. The connection is encrypted; as Parley "
    "made the certificate itself, a browser warns once.",
}


@dataclass(frozen=True, slots=True)
class SharingState:
    """standing: what it does; shared: where to follow, while it is on; followers: how many do; problem: a sentence, why
    it is off."""

    standing: Standing = "off"
    shared: "Shared | None" = None
    followers: int = 0
    problem: str = ""

    @property
    def is_on(self) -> bool:
        return self.standing == "on"


def followers_words(count: int) -> str:
    """How many follow."""
    return "Nobody follows yet" if not count else "1 person follows" if count == 1 else f"{count} people follow"


def badge_words(state: SharingState) -> str:
    """What the mark in the window and the tray say; empty: nothing is shared."""
    return f"Captions are shared · {followers_words(state.followers)}" if state.is_on else ""


def fingerprint_lines(fingerprint: str) -> str:
    """As browsers show it, in two lines: 16 bytes each."""
    half = (len(fingerprint) + 1) // 2
    return f"{fingerprint[:half].rstrip(':')}\n{fingerprint[half:]}" if fingerprint else ""

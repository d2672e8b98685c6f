"""What came of one seed. Data only."""

from dataclasses import dataclass

from desktop.engine.errors import ModelError
from desktop.messages import text_of


@dataclass(frozen=True, slots=True)
class Outcome:
    """kind: what was tried. problem: what must not be; empty if all is well."""

    seed: int
    kind: str
    installed: bool
    sentence: str
    seconds: float
    disk: int
    """most bytes, beyond what the model needs"""
    problem: str = ""


def judged(error: ModelError) -> str:
    """What is wrong with how a refusal is told; empty if nothing."""
    text = text_of(error)
    is_sentence = text.endswith((".", "?")) and "\n" not in text and "Traceback" not in text and 20 < len(text) < 500
    return "" if is_sentence else f"no sentence: {text[:200]}"

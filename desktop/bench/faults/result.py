"""What came of one seed. Data only."""

from dataclasses import dataclass

from desktop.engine.errors import ModelError
from desktop.messages import text_of

LONGEST = 60.0
"""seconds that nothing may take: so no pause without progress is longer"""
SPARE = 1 << 20
"""bytes on the disk beyond what a model needs"""
MEMORY = 200_000_000
"""bytes of memory beyond those at the start"""


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
    memory: int = 0
    """most bytes, beyond those at the start"""


def judged(error: ModelError) -> str:
    """What is wrong with how a refusal is told; empty if nothing."""
    text = text_of(error)
    is_sentence = text.endswith((".", "?")) and "\n" not in text and "Traceback" not in text and 20 < len(text) < 500
    return "" if is_sentence else f"no sentence: {text[:200]}"


def beyond(seconds: float, disk: int, memory: int) -> str:
    """Which limit was not kept; empty if all were."""
    if seconds > LONGEST:
        return f"{seconds:.0f} s"
    if disk > SPARE:
        return f"{disk} bytes too many on the disk"
    return f"{memory} bytes of memory" if memory > MEMORY else ""

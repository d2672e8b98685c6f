"""The ideas of the streaming core, each of which can be left out, to measure what it is worth (`parley bench ablate`).

Not settings: nobody listens better without one of them. Pure.
"""

from dataclasses import dataclass

from desktop.engine.recognition.stabilizer import Caution


@dataclass(frozen=True, slots=True)
class Method:
    """How live text is made."""

    caution: Caution | None = None
    """when words are committed; None: as the stabilizer has it"""
    prompts: bool = True
    """committed text that left the window goes into the prompt"""
    trims: bool = True
    """audio of committed sentences leaves the window"""
    speculates: bool = True
    """a pause is decoded as if the utterance were over"""
    governs: bool = True
    """a computer that is too slow makes Parley do less"""
    masks: bool = True
    """the end of a running sentence's translation is held back"""

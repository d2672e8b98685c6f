"""The work that the voice asks for. Plain values. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Speak:
    """Say a clause. Answer: None, when it is synthesized."""

    segment_id: int
    text: str
    """empty: everything was spoken before the end of the segment was known"""
    language: str
    is_last: bool
    """last piece of its segment"""
    rate: float = 1.0
    """how fast: 1 is normal"""

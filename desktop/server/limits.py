"""What the server bears of its clients; bounds of messages and time. Plain values."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StreamLimits:
    """Of streams."""

    streams: int = 1000
    """open at a time, whether or not anybody speaks"""
    resume: float = 60.0
    """seconds for which a stream waits for its client to come back"""
    silence: float = 10.0
    """seconds without speech after which somebody does not count as a speaker any more"""
    drain: float = 20.0
    """seconds in which the last words are told when the server ends"""
    queued: int = 100
    """items that may wait for the models before nobody new may speak"""
    message: int = 1 << 20
    """bytes of one message of a client"""
    upload: int = 1 << 30
    """bytes of a recording"""


@dataclass(frozen=True, slots=True)
class ReciteLimits:
    """Of those who read aloud, by the founding documents' names and values."""

    window: float = 2.5
    """seconds; with `overlap` less, the longest time between two reports (WS_WINDOW_SECONDS)"""
    overlap: float = 0.5
    """WS_OVERLAP_SECONDS"""
    queue: int = 3
    """windows that may wait before the server says that it is busy (WS_MAX_QUEUE)"""
    least: float = 1.0
    """WS_WINDOW_MIN"""
    most: float = 5.0
    """WS_WINDOW_MAX"""
    high_ms: float = 800.0
    """above it, new connections get longer windows (ADAPTIVE_LATENCY_HIGH_MS)"""
    low_ms: float = 300.0
    """below it, shorter ones (ADAPTIVE_LATENCY_LOW_MS)"""

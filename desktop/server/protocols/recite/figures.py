"""How fast readers are answered, and how long the windows of new ones are. Pure."""

import math
from collections import deque
from typing import Any

from desktop.server.limits import ReciteLimits

_KEPT = 1000
"""latencies"""
_STEP = 0.5
"""seconds by which the window of new connections changes"""


class ReciteFigures:
    """Of all readers since the server began."""

    def __init__(self, limits: ReciteLimits) -> None:
        self._limits = limits
        self._latencies: deque[float] = deque(maxlen=_KEPT)
        self.connections = 0
        self.failures = 0
        """decodings that failed"""
        self.dropped = 0
        """windows that newer audio replaced, as the models were behind"""
        self.window = limits.window

    def answered(self, milliseconds: float) -> None:
        """A report took so long."""
        self._latencies.append(milliseconds)

    def connected(self) -> float:
        """A reader comes. Returns the seconds between its reports: longer where the last ones were answered late."""
        self.connections += 1
        if self._latencies:
            average = sum(self._latencies) / len(self._latencies)
            change = _STEP if average > self._limits.high_ms else -_STEP if average < self._limits.low_ms else 0.0
            self.window = min(self._limits.most, max(self._limits.least, self.window + change))
        return max(0.1, self.window - self._limits.overlap)

    def left(self) -> None:
        """A reader has gone."""
        self.connections -= 1

    def record(self) -> dict[str, Any]:
        """As `/metrics/streaming` tells it."""
        ordered = sorted(self._latencies)
        return {
            "active_connections": self.connections,
            "avg_latency_ms": round(sum(ordered) / len(ordered), 1) if ordered else 0.0,
            "p95_latency_ms": round(ordered[math.ceil(0.95 * len(ordered)) - 1], 1) if ordered else 0.0,
            "asr_failure_count": self.failures,
            "dropped_segments": self.dropped,
            "latency_sample_count": len(ordered),
            "adaptive_window_seconds": self.window,
        }

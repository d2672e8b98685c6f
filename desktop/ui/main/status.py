"""What the status line and the tray say about the engine: words, icon and colour from its events. Pure, no Qt."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import PurePath
from typing import TYPE_CHECKING

from desktop.messages import text_of

if TYPE_CHECKING:
    from desktop.engine.events import Metrics, ModelProgress, SourceOpened, StateChanged, TranscriptUpdate

REDUCING = frozenset({"fallback", "audio-dropped", "device-lost", "buffered", "phrasebook", "engine-away"})
"""Codes of notices after which Parley works, but less well."""
STAGES = {
    "partial": "heard → shown",
    "final": "end → final",
    "recognition": "recognition",
    "translation": "translation",
    "speech": "voice",
}
"""Keys of `Metrics.latency` in the order and the words in which they are shown."""


@dataclass(frozen=True, slots=True)
class Status:
    """State of the engine as shown in the status line and the tray."""

    state: str = "idle"
    detail: str = ""
    loading: Mapping[str, float] = field(default_factory=dict)
    """stage -> 0..1"""
    is_speaking: bool = False
    reduced: str = ""
    """why the session is worse than it should be"""
    failed: str = ""
    slow: str = ""
    """what recognition leaves out because the computer is too slow"""
    recording: str = ""
    """name of the recording that is heard; empty: a device"""
    begins: float = 0.0
    """time of the session at which the recording begins"""
    duration: float | None = None
    """its seconds, as far as they are known"""
    position: float = 0.0
    """seconds of it that were recognised"""

    @property
    def is_running(self) -> bool:
        return self.state in ("loading", "listening")

    @property
    def words(self) -> str:
        """For example "Loading 43 %"."""
        if self.state == "failed":
            return "Failed"
        if self.state == "stopping":
            return "Stopping"
        if self.state == "loading":
            return f"Loading {round(self.fraction * 100)} %"
        if self.state == "listening":
            if self.is_speaking:
                return "Speaking"
            return "Reduced" if self.reduced or self.slow else "Listening"
        return "Ready"

    @property
    def fraction(self) -> float:
        """How much of what is being loaded is there, 0..1."""
        return sum(self.loading.values()) / len(self.loading) if self.loading else 0.0

    @property
    def reason(self) -> str:
        """A sentence that explains the words; may be empty."""
        if self.state == "failed":
            return self.failed or self.detail
        return self.detail or (self.reduced or self.slow or self.progress if self.state == "listening" else "")

    @property
    def progress(self) -> str:
        """How far a recording is read: "talk.mp3 · 2:10 of 8:00"."""
        if not self.recording:
            return ""
        far = clock(self.position)
        return f"{self.recording} · {f'{far} of {clock(self.duration)}' if self.duration else far}"

    @property
    def mark(self) -> tuple[str, str]:
        """(icon, colour): each state has a shape of its own."""
        return {
            "Ready": ("circle-outline", "muted"),
            "Stopping": ("progress-clock", "muted"),
            "Listening": ("record-circle", "good"),
            "Speaking": ("account-voice", "accent"),
            "Reduced": ("alert", "warning"),
            "Failed": ("close-octagon", "bad"),
        }.get(self.words, ("progress-download", "accent"))

    def after_state(self, event: "StateChanged") -> "Status":
        state = str(event.state)
        if state == "loading" and self.state not in ("loading", "listening"):
            fresh = Status(state, text_of(event.detail))
            return replace(fresh, recording=self.recording, begins=self.begins, duration=self.duration)
        if state in ("idle", "stopping"):
            return Status(state, text_of(event.detail))
        return replace(self, state=state, detail=text_of(event.detail))

    def after_source(self, event: "SourceOpened") -> "Status":
        kind, _, path = event.source.partition(":")
        name = PurePath(path).name if kind == "file" else ""
        return replace(self, recording=name, begins=event.start, duration=event.duration, position=0.0)

    def after_heard(self, event: "TranscriptUpdate") -> "Status":
        if not self.recording:
            return self
        return replace(self, position=max(self.position, event.end - self.begins))

    def after_progress(self, event: "ModelProgress") -> "Status":
        loading = {**self.loading, event.stage: event.fraction}
        detail = event.name if self.state == "loading" else self.detail
        return replace(self, detail=detail, loading=loading)

    def after_metrics(self, event: "Metrics") -> "Status":
        slow = (
            f"This computer is too slow for everything that is set: {', '.join(map(text_of, event.pace))}."
            if event.pace
            else ""
        )
        return replace(self, is_speaking=event.spoken_queue > 0, slow=slow)

    def after_error(self, code: str, message: str, *, is_fatal: bool) -> "Status":
        reduced = message if code in REDUCING else self.reduced
        if code in ("resumed", "streaming", "engine-back"):
            reduced = ""
        return replace(self, reduced=reduced, failed=message if is_fatal else self.failed)


def clock(seconds: float) -> str:
    """ "2:10", "1:02:10" """
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{rest:02}" if minutes >= 60 else f"{minutes}:{rest:02}"


def latency_words(latency: Mapping[str, float]) -> list[str]:
    """ "heard → shown 0.6 s" for each stage that has been measured."""
    return [f"{words} {latency[stage]:.1f} s" for stage, words in STAGES.items() if stage in latency]

"""The engine: its public interface and its state. (Being written: the interface below stands.)"""

from collections.abc import Callable

from desktop.engine.audio.base import Source
from desktop.engine.events import AudioFrame, Event
from desktop.settings import Settings

Subscriber = Callable[[Event], None]


class Engine:
    """Commands return at once from any thread; results and failures arrive as events on the `run` thread."""

    def __init__(self, settings: Settings) -> None: ...

    def start(self, source: Source | None = None) -> None:
        """Listen to `source`, or to `settings.audio.source`. Audio is kept while models load."""

    def stop(self) -> None:
        """Stop listening; what was heard is finished (final events still arrive), then the state is IDLE."""

    def close(self, timeout: float = 5.0) -> None:
        """Stop everything, join every thread within `timeout` seconds, make `run` return."""

    def push_audio(self, frame: AudioFrame) -> None:
        """Hand audio to a session that was started with a PushedSource."""

    def flush(self) -> None:
        """End the running utterance now, as if silence had come."""

    def speak(self, text: str, language: str) -> None:
        """Speak a text on the output device."""

    def stop_speaking(self) -> None:
        """Silence at once; what was waiting to be spoken is dropped."""

    def update_settings(self, settings: Settings) -> None:
        """Apply new settings, running or not; loses no audio."""

    def subscribe(self, callback: Subscriber) -> Callable[[], None]:
        """`callback` gets each event on the `run` thread; returns the function that unsubscribes."""
        raise NotImplementedError

    def run(self) -> None:
        """The coordinator loop; returns after `close`. Call it on a thread of its own, or on the main one."""

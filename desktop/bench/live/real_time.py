"""How fast the engine reads a file: its real-time factor. Main thread; the engine runs on its own."""

import threading
import time
from pathlib import Path

from desktop.engine.errors import EngineError
from desktop.engine.events import Event, ModelProgress, State, StateChanged
from desktop.engine.message import verbatim
from desktop.settings.declaration import Settings
from desktop.settings.store import changed


def real_time_factor(settings: Settings, file: Path, language: str) -> float:
    """Seconds that the engine needs for one second of a file, read as fast as it goes. Raises EngineError."""
    from desktop.engine.audio.sources.file import FileSource
    from desktop.engine.engine import Engine

    plain = changed(
        settings,
        {"recognition.language": language, "translation.target": "", "speech.enabled": False, "recognition.step": 5.0},
    )
    engine = Engine(plain)
    ready, done = threading.Event(), threading.Event()

    def note(event: Event) -> None:
        if isinstance(event, ModelProgress) and event.fraction >= 1:
            ready.set()
        if isinstance(event, StateChanged) and event.state in (State.IDLE, State.FAILED):
            done.set()

    engine.subscribe(note)
    thread = threading.Thread(target=engine.run, name="bench-engine", daemon=True)
    thread.start()
    try:
        engine.prepare()
        if not ready.wait(60):
            raise EngineError(verbatim("The recogniser was not loaded within a minute."))
        began = time.monotonic()
        source = FileSource(file)
        engine.start(source)
        if not done.wait(300):
            raise EngineError(verbatim("A minute of speech was not recognised within five minutes."))
        return (time.monotonic() - began) / (source.duration or 1.0)
    finally:
        engine.close()
        thread.join(6.0)

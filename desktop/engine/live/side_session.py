"""One more listener beside the app's own, on the same models: with a source, a lane and subscribers of its own.

Whoever makes one gets its events; nobody else does: not the transcript, the subtitles, the typing.
"""

import threading
from collections.abc import Callable
from dataclasses import replace

from desktop.engine.audio.sources.base import Source
from desktop.engine.errors import EngineError
from desktop.engine.events import AudioFrame, ErrorEvent, Event, Severity, State, StateChanged
from desktop.engine.live.backends import Backends
from desktop.engine.live.lane import EndOfSpeech, Lane
from desktop.engine.live.parts import Parts
from desktop.engine.live.source_sink import SourceSink
from desktop.engine.message import Message
from desktop.engine.options import SessionOptions
from desktop.engine.pool.models import Models
from desktop.engine.settings_options import session_options
from desktop.settings.declaration import Settings


class SideSession:
    """Hears one source, once: `Engine.begin_side`, `finish_side` when nothing more is to be heard, `end_side`.

    source: what is heard. adapt: makes its options of those that the settings say; the language in them decides which
    model is used. tell: gets its events, on any of the engine's threads: TranscriptUpdate, AudioLevel, SpeechAudio,
    ErrorEvent, and StateChanged up to IDLE (everything that was heard is done) or FAILED. hear: gets each frame that
    is heard, on the source's thread, and must return at once.
    """

    def __init__(
        self,
        source: Source,
        adapt: Callable[[SessionOptions], SessionOptions],
        tell: Callable[[Event], None],
        hear: Callable[[AudioFrame], None] = lambda _: None,
    ) -> None:
        self.source = source
        self._adapt = adapt
        self._tell = tell
        self._hear = hear
        self._goes_on = threading.Event()
        self._goes_on.set()
        self._lane: Lane | None = None
        self._parts: Parts | None = None
        self._sink: SourceSink | None = None
        self._post: Callable[[Callable[[], None]], None] = lambda _: None
        self._state = State.IDLE
        self._settings: tuple[SessionOptions, bool] | None = None

    # Any thread, at once.

    @property
    def models(self) -> Models | None:
        """What it runs on; None before it has begun."""
        return self._parts.models if self._parts is not None else None

    def pause(self) -> None:
        """Hear nothing for a while; the running utterance ends. A source that can wait does."""
        self._goes_on.clear()
        if self._lane is not None:
            self._lane.flush()

    def go_on(self) -> None:
        """Hear again."""
        self._goes_on.set()

    def renew(self) -> None:
        """`adapt` says something else now."""
        if self._lane is not None and self._settings is not None:
            options, hears_itself = self._settings
            self._lane.configure(self._adapted(options), hears_itself=hears_itself)

    def say(self, text: str, language: str) -> None:
        """Speak a text on the output device. What the source hears of it is left out."""
        if self._lane is not None:
            self._lane.stop_speaking()
            self._lane.say(text, language)

    def stop_speaking(self) -> None:
        """Silence at once."""
        if self._lane is not None:
            self._lane.stop_speaking()

    # On the engine's `run` thread.

    def begin(
        self,
        parts: Parts,
        options: SessionOptions,
        backends: Backends,
        post: Callable[[Callable[[], None]], None],
        *,
        is_ready: bool,
    ) -> None:
        """Open the source. options: what the settings say. post: has something done on this thread. Raises
        EngineError."""
        self._parts, self._post = parts, post
        self._lane = lane = parts.side_lane(self._adapted(options), backends, self._tell, self._drained)
        lane.models_are_loaded(is_so=is_ready)
        self._sink = _Tap(lane, self.source.is_live, self._tell, self._ended, self._take)
        self.source.open(self._sink)
        self._enter(State.LISTENING if is_ready else State.LOADING)

    def configure(self, options: SessionOptions, output: tuple[str, float, float], *, hears_itself: bool) -> None:
        """Follow the settings. output: device, rate and volume of the voice."""
        self._settings = options, hears_itself
        if self._lane is not None:
            self._lane.configure(self._adapted(options), hears_itself=hears_itself)
            self._lane.output.configure(*output)

    @property
    def language(self) -> str:
        """What is spoken."""
        return self._adapt(SessionOptions()).language

    def models_are_loaded(self) -> None:
        """They have just been."""
        if self._lane is not None:
            self._lane.models_are_loaded(is_so=True)
            if self._state is State.LOADING:
                self._enter(State.LISTENING)

    def finish(self) -> None:
        """Hear no more; IDLE follows when everything that was heard is done."""
        if self._state not in (State.LISTENING, State.LOADING) or self._lane is None:
            return
        self._enter(State.STOPPING)
        self._close_source()
        self._lane.end(0)

    def fail(self, error: Exception) -> None:
        """It cannot go on."""
        message = error.message if isinstance(error, EngineError) else Message("recogniser-not-loaded")
        code = error.code if isinstance(error, EngineError) else "internal"
        self._close_source()
        self._tell(ErrorEvent(code, message, Severity.ERROR, recoverable=False))
        self._enter(State.FAILED, message)

    def close(self) -> None:
        """End at once; nothing is told any more but what is already on its way. Idempotent."""
        self._state = State.IDLE
        self._close_source()
        if self._lane is not None:
            self._lane.close()
            self._lane.output.close()

    # Other threads of the engine.

    def _take(self, frame: AudioFrame) -> bool:
        """Whether a frame is heard. On the source's thread."""
        if not self._goes_on.is_set():
            if self.source.is_live:
                return False
            self._goes_on.wait()
        if not (self._lane is not None and self._lane.is_muted):
            self._hear(frame)
        return True

    def _ended(self) -> None:
        self._post(self.finish)

    def _drained(self, _: EndOfSpeech) -> None:
        def done() -> None:
            if self._state is State.STOPPING:
                self._enter(State.IDLE)

        self._post(done)

    def _adapted(self, options: SessionOptions) -> SessionOptions:
        return replace(self._adapt(options), target="", speaks=False)

    def _enter(self, state: State, detail: Message | None = None) -> None:
        self._state = state
        self._tell(StateChanged(state, detail))

    def _close_source(self) -> None:
        sink, self._sink = self._sink, None
        if sink is not None:
            sink.release()
            self._goes_on.set()
            self.source.close()


class _Tap(SourceSink):
    """A source's frames, as far as they are to be heard."""

    def __init__(
        self,
        lane: Lane,
        is_live: bool,
        emit: Callable[[Event], None],
        on_end: Callable[[], None],
        take: Callable[[AudioFrame], bool],
    ) -> None:
        super().__init__(lane, is_live, emit, on_end)
        self._take = take

    def frame(self, frame: AudioFrame) -> None:
        if self.is_active and self._take(frame):
            super().frame(frame)


class SideSessions:
    """All that are open. On the engine's `run` thread, which `post` has things done on. on_change: called when there is
    one more or less."""

    def __init__(
        self,
        backends: Backends,
        post: Callable[[Callable[[], None]], None],
        on_change: Callable[[], None],
        *,
        live: bool,
    ) -> None:
        self._backends = backends
        self._post = post
        self._on_change = on_change
        self._live = live
        self._open: list[SideSession] = []
        self._parts: Parts | None = None

    def __bool__(self) -> bool:
        return bool(self._open)

    def begin(
        self,
        side: SideSession,
        parts: Parts,
        settings: Settings,
        hears_itself: Callable[[Source], bool],
        *,
        is_ready: bool,
    ) -> None:
        """Begin one. hears_itself: whether a source would hear what Parley says."""
        self._parts = parts
        self._open.append(side)
        self._on_change()
        try:
            options = session_options(settings, live=self._live)
            side.begin(parts, options, self._backends, self._post, is_ready=is_ready)
        except EngineError as error:
            side.fail(error)
            return
        self._configure(side, settings, hears_itself)
        source = side.source
        parts.models.keep_to_real_time(is_wanted=getattr(source, "in_real_time", source.is_live))
        parts.use_language(side.language)

    def end(self, side: SideSession) -> None:
        """End one, and choose the models as the settings say again."""
        if side in self._open:
            self._open.remove(side)
            side.close()
            if self._parts is not None:
                self._parts.use_language(self._open[-1].language if self._open else "")
            self._on_change()

    def configure(self, settings: Settings, hears_itself: Callable[[Source], bool]) -> None:
        """Settings changed."""
        for side in self._open:
            self._configure(side, settings, hears_itself)

    def models_are_loaded(self) -> None:
        """They have just been."""
        for side in self._open:
            side.models_are_loaded()

    def fail(self, error: Exception) -> None:
        """No model can be loaded."""
        for side in self._open:
            side.fail(error)

    def close(self) -> None:
        """End all of them."""
        for side in self._open:
            side.close()

    def _configure(self, side: SideSession, settings: Settings, hears_itself: Callable[[Source], bool]) -> None:
        speech = settings.speech
        output = (speech.output, speech.rate, speech.volume)
        options = session_options(settings, live=self._live)
        side.configure(options, output, hears_itself=hears_itself(side.source))

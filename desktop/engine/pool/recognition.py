"""The recogniser that all sessions share: loaded once, exchanged while it runs, and made to keep up.

On the threads of its slot, but for what says otherwise: several may decode at a time.
"""

import logging
import threading
from collections.abc import Callable, Hashable
from functools import partial
from typing import cast

from desktop.engine.errors import BackendFailed
from desktop.engine.events import Event, ModelProgress
from desktop.engine.models.load.governor import BUSY_OVER, Decoded
from desktop.engine.models.load.load_control import LoadControl
from desktop.engine.options import Effort
from desktop.engine.pool.backends import MakeRecognizer, ModelBackends
from desktop.engine.pool.recognizers import Recognizers
from desktop.engine.recognition.backends.base import (
    Hypothesis,
    RecognitionStream,
    Recognizer,
    RecognizerCapabilities,
    StreamRecognizer,
    StreamResult,
    WindowRecognizer,
)
from desktop.engine.recognition.backends.preferred import PreferredRecognizer
from desktop.engine.recognition.work import Decode, StreamChunk
from desktop.settings.declaration import RecognitionSettings
from desktop.system.heap import give_back

log = logging.getLogger(__name__)


class RecognitionModel:
    """emit: gets the progress of loading and notices; any thread must be able to call it.

    on_ready: a model was loaded; on_failed: none can be; on_unloaded: it left the memory. make: makes the recogniser;
    None: as the backends do.
    """

    def __init__(
        self,
        settings: RecognitionSettings,
        backends: ModelBackends,
        emit: Callable[[Event], None],
        on_ready: Callable[[], None],
        on_failed: Callable[[Exception], None],
        on_unloaded: Callable[[], None],
        make: MakeRecognizer | None = None,
    ) -> None:
        self._settings = settings
        self._backends = backends
        self._make = make or backends.recognizer
        self._is_outdated = False
        self._emit = emit
        self._on_ready = on_ready
        self._on_failed = on_failed
        self._on_unloaded = on_unloaded
        self.load = LoadControl(settings, backends.models, emit, backends.clock)
        self._recognizers: Recognizers | None = None
        self._changing = threading.RLock()
        """held while a model is loaded, exchanged or unloaded"""
        self._noting = threading.Lock()
        """held while what a decoding was like is taken in"""
        self._loaded_for: RecognitionSettings | None = None
        self._last_name = ""
        self._owners: dict[Hashable, float] = {}
        """when they were decoded for last"""
        self._streams: dict[Hashable, RecognitionStream] = {}
        self.loads = 0
        """models loaded so far; any thread"""
        self.is_wanted = threading.Event()
        """set while somebody needs it; ends what `rest` does"""
        self.latency = 0.0
        """seconds that the latest decoding took; any thread"""

    @property
    def name(self) -> str:
        """As shown to the user; empty while none is loaded. Any thread."""
        recognizers = self._recognizers
        return recognizers.first.name if recognizers else ""

    @property
    def capabilities(self) -> RecognizerCapabilities | None:
        """Of what is loaded. Any thread."""
        recognizers = self._recognizers
        return recognizers.first.capabilities if recognizers else None

    @property
    def sent_to(self) -> str:
        """Where sound goes to be recognised, as users know it; empty: it stays on this machine. Any thread."""
        recognizers = self._recognizers
        first = recognizers.first if recognizers else None
        return first.sent_to if isinstance(first, PreferredRecognizer) else ""

    @property
    def effort(self) -> Effort:
        """How thoroughly live sessions should work now. Any thread."""
        pace = self.load.pace
        level = pace.level
        return Effort(pace.step, pace.first_step, level.beam_size, level.window, level.has_partials)

    def configure(self, settings: RecognitionSettings) -> None:
        """Any thread; takes effect with the next decoding."""
        self._settings = settings

    def renew(self) -> None:
        """Another recogniser is to be made, although its own settings are the same. Any thread; takes effect with the
        next decoding."""
        self._is_outdated = True

    def prepare(self) -> None:
        """Load what the settings ask for, unless it is. Raises what loading raises, after telling `on_failed`."""
        with self._changing:
            try:
                self._bring_up_to_date()
            except Exception as error:
                self._on_failed(error)
                raise

    def decode(self, owner: Hashable, work: Decode, waited: float | None) -> Hypothesis:
        """owner: whose session. waited: seconds from when its newest audio was heard until now; None: it need
        not keep up. Raises what the recogniser raises."""
        recognizers = self._recognizers
        if recognizers is None:
            raise BackendFailed("recognition-model-not-loaded", recoverable=True)
        with recognizers.borrowed() as lent:
            recognizer = cast(WindowRecognizer, lent)
            began = self.load.begins()
            try:
                hypothesis = recognizer.transcribe(work.samples, work.request)
            finally:
                self.load.ends()
            ended = self._backends.clock()
            able = recognizer.capabilities
            keeps_pace = able.streaming and not able.needs_network  # elsewhere it is not this machine that is slow
        self.latency = ended - began
        if keeps_pace and waited is not None and self._is_to_change(owner, work, began, ended, waited):
            with self._changing:
                self._bring_up_to_date()
        return hypothesis

    def follow(self, owner: Hashable, work: StreamChunk) -> StreamResult:
        """Hand a chunk to the stream that it belongs to. owner: whose session. Raises BackendFailed."""
        recognizers = self._recognizers
        recognizer = recognizers.first if recognizers else None
        if not isinstance(recognizer, StreamRecognizer):
            raise BackendFailed("recogniser-changed", recoverable=True)
        key = (owner, work.stream)
        began = self.load.begins()
        try:
            if key not in self._streams:
                self._close_streams(owner)
                self._streams[key] = recognizer.open(work.request)
            return self._streams[key].feed(work.samples, is_last=work.is_last)
        except Exception:
            self._close_streams(owner)
            raise
        finally:
            self.load.ends()
            self.latency = self._backends.clock() - began
            if work.is_last:
                self._close_streams(owner)

    def _is_to_change(self, owner: Hashable, work: Decode, began: float, ended: float, waited: float) -> bool:
        """Take in what a decoding was like. True: another model is to be loaded."""
        with self._noting:
            sessions = self._sessions(owner, ended)
            decoded = Decoded(began, ended, work.seconds, work.request.is_final, max(0.0, waited), sessions)
            return self.load.after(decoded)

    def _sessions(self, owner: Hashable, now: float) -> int:
        """Those that were decoded for in the last seconds, this one included."""
        self._owners = {one: at for one, at in self._owners.items() if now - at < BUSY_OVER} | {owner: now}
        return len(self._owners)

    def unload(self) -> str:
        """Give the memory back; the next decoding loads again. Returns the name of what was loaded."""
        with self._changing:
            name = self.name
            self.close()
            self._loaded_for = None
            self.load.forget()
        if name:
            self._on_unloaded()
        return name

    def rest(self) -> None:
        """Measure once how the model runs best here; the next loading takes it. Ends soon when somebody needs it."""
        if not self.is_wanted.is_set():
            self._backends.tune(self._settings, self.is_wanted)

    def close(self) -> None:
        self._close_streams()
        recognizers, self._recognizers = self._recognizers, None
        if recognizers is not None:
            recognizers.close()

    def _close_streams(self, owner: Hashable = None) -> None:
        """Those of an owner, or all."""
        for key in [key for key in self._streams if owner is None or key[0] == owner]:  # type: ignore[index]
            self._streams.pop(key).close()

    def _bring_up_to_date(self) -> None:
        wanted = self.load.wanted(self._settings)
        before = self._loaded_for
        is_same = before is not None and wanted.model_terms == before.model_terms and not self._is_outdated
        if self._recognizers is not None and is_same:
            return
        self._is_outdated = False
        if self._is_loaded(wanted):
            self._loaded_for = wanted

    def _is_loaded(self, wanted: RecognitionSettings) -> bool:
        """Load; False if it was only meant to stand in for another model, which goes on."""
        try:
            self._load(wanted)
        except Exception:
            if self._recognizers is None or not self.load.is_refused():
                raise
            log.warning("a model that was to stand in cannot be loaded", exc_info=True)
            self._emit(ModelProgress("recognition", self.name, 1.0))
            return False
        self.load.loaded()
        return True

    def _load(self, wanted: RecognitionSettings) -> None:
        def progress(fraction: float) -> None:
            self._emit(ModelProgress("recognition", recognizer.name or self._last_name, min(fraction, 0.99)))

        # Before anything is imported or read: who pressed Start sees at once that something happens.
        self._emit(ModelProgress("recognition", self._last_name, 0.0))
        recognizer = self._make(wanted, self._emit)
        recognizer.load(progress)
        self._close_streams()
        another = partial(self._another, wanted, recognizer.name)
        previous, self._recognizers = self._recognizers, Recognizers(recognizer, another)
        self.loads += 1
        if previous is not None:
            previous.close()
            give_back()
        self._last_name = recognizer.name
        self._emit(ModelProgress("recognition", recognizer.name, 1.0))
        self._on_ready()

    def _another(self, wanted: RecognitionSettings, name: str) -> Recognizer:
        """One more of the same model; that another one took over was told of the first."""
        recognizer = self._make(wanted, lambda _: None)
        recognizer.load(lambda _: None)
        if recognizer.name != name:
            log.info("beside %s decodes %s", name, recognizer.name)
        return recognizer

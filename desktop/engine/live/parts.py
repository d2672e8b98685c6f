"""What the app's engine runs on: the models, and a lane for what it listens to, set by the app's settings."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from desktop.engine.events import Event, Metrics, TranslationUpdate
from desktop.engine.live.backends import Backends
from desktop.engine.live.lane import EndOfSpeech, Lane
from desktop.engine.live.metrics import metrics
from desktop.engine.live.session_thread import SessionThread
from desktop.engine.options import ModelOptions, SessionOptions
from desktop.engine.pool.models import Models
from desktop.engine.settings_options import model_options, session_options
from desktop.settings.declaration import Settings


@dataclass(frozen=True, slots=True)
class Callbacks:
    """Who is told what, on any thread."""

    emit: Callable[[Event], None]
    """gets every event"""
    on_ready: Callable[[], None]
    on_failed: Callable[[Exception], None]
    on_unloaded: Callable[[], None]
    """these three as in Models"""
    on_drained: Callable[[EndOfSpeech], None]
    """as in Lane"""


class Parts:
    """Made once, on the first command that needs it. Any thread; nothing here waits, but `close`.

    live: somebody follows the words while they are spoken.
    """

    def __init__(self, settings: Settings, backends: Backends, tell: Callbacks, *, live: bool) -> None:
        self._settings = settings
        self._language = ""
        self._live = live
        self._lowers_load = backends.lowers_load
        options = model_options(settings, lowers_load=backends.lowers_load)
        self._thread = SessionThread()
        self.models = Models(options, backends, tell.emit, tell.on_ready, tell.on_failed, tell.on_unloaded)
        lane_options = session_options(settings, live=live)
        self.lane = Lane(lane_options, self.models, backends, self._thread, tell.emit, tell.on_drained)

    def configure(self, settings: Settings, *, hears_itself: bool) -> None:
        """Apply settings; nothing that waits is lost. hears_itself: the source would hear what Parley says."""
        before, self._settings = self._settings, settings
        self.models.configure(self._model_options())
        self.lane.configure(session_options(settings, live=self._live), hears_itself=hears_itself)
        self.lane.output.configure(settings.speech.output, settings.speech.rate, settings.speech.volume)
        if settings.cloud != before.cloud:
            self.lane.forget_translations()

    def side_lane(
        self,
        options: SessionOptions,
        backends: Backends,
        emit: Callable[[Event], None],
        on_drained: Callable[[EndOfSpeech], None],
    ) -> Lane:
        """Another lane on the same models and thread; whoever asks for it closes it."""
        return Lane(options, self.models, backends, self._thread, emit, on_drained)

    def use_language(self, language: str) -> None:
        """Choose the models for this language, whatever the settings say; empty: as they say. Loads them."""
        self._language = language
        self.models.configure(self._model_options())
        if language:
            self.models.prepare("", "", speaks=False)

    def _model_options(self) -> ModelOptions:
        options = model_options(self._settings, lowers_load=self._lowers_load)
        return replace(options, languages=(self._language,)) if self._language else options

    def prepare(self) -> None:
        """Load now what the first words will need."""
        spoken, target = self._settings.recognition.language, self._settings.translation.target
        source = spoken if spoken != "auto" else ""
        self.models.prepare(source, target, speaks=self._settings.speech.enabled)

    def translate(self, text: str, language: str, tell: Callable[[TranslationUpdate], None]) -> None:
        """Translate a text that nobody said into the chosen language, if there is one."""
        if target := self._settings.translation.target:
            self.lane.translate(text, language, target, tell)

    def unload(self, *, is_rest: bool) -> None:
        """Give the models' memory back, see Models."""
        self.models.unload(is_rest=is_rest)
        self.lane.forget_translations()

    def look_for_models(self) -> None:
        """Models came or went: what was missing for the translation and the voice is looked for again; the recogniser
        stays."""
        self.models.translation.renew()
        self.models.unload_voice()
        self.lane.forget_translations()

    def look_for_pairs(self) -> None:
        """Another engine may translate from now on: pairs that were missing are looked for again."""
        self.models.translation.look_again()
        self.lane.forget_translations()

    def metrics(self) -> Metrics:
        """How well it keeps up; tells of sound that was lost."""
        self.lane.tell_dropped()
        return metrics(self.models, self.lane)

    def close(self, timeout: float) -> None:
        """Drop what waits, end every thread within `timeout` seconds, give memory and devices back."""
        deadline = time.monotonic() + timeout
        self.lane.close()
        self._thread.close(max(0.1, deadline - time.monotonic()))
        if self.models.close(max(0.1, deadline - time.monotonic())):
            self.lane.output.close()

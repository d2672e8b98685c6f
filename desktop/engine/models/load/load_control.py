"""Puts the governor's decisions into effect: which settings and model are followed, and what the user reads of it.

Runs on the recognition thread, but for what says otherwise.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import replace

from desktop.engine.events import ErrorEvent, Severity
from desktop.engine.message import Message
from desktop.engine.models.installed import InstalledModel
from desktop.engine.models.load.governor import BUSY_OVER, Decoded, Governor
from desktop.engine.models.load.load_levels import Pace, change, summary
from desktop.settings.declaration import RecognitionSettings

log = logging.getLogger(__name__)

ModelsToUse = Callable[[RecognitionSettings], tuple[InstalledModel, ...]]
"""The chosen model and those that may stand in for it, each smaller than the one before; empty if nobody knows."""


class LoadControl:
    """The pace of one recogniser. emit: gets a notice for each change.

    A source that can wait, such as a file, is recognised as set: nothing waits for its text.
    """

    def __init__(
        self,
        settings: RecognitionSettings,
        models: ModelsToUse,
        emit: Callable[[ErrorEvent], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._clock = clock
        self._models_to_use = models
        self._emit = emit
        self._models: tuple[InstalledModel, ...] = ()
        self._began_for: tuple[object, ...] | None = None
        self._governor = Governor(settings)
        self._loaded = 0
        self._told: Message | None = None
        self._settings = settings
        self._decoding_since: float | None = None
        self.in_real_time = True
        """the source does not wait; any thread sets it"""

    @property
    def pace(self) -> Pace:
        """As it is now. Any thread."""
        return self._governor.pace

    @property
    def reduced(self) -> tuple[Message, ...]:
        """What is reduced; empty if nothing is. Any thread."""
        pace = self.pace
        return summary(pace, self._label(0), self._label(pace.model))

    def busy(self) -> float:
        """Share of the last seconds that was spent on decoding, 0..1. Any thread."""
        now, since = self._clock(), self._decoding_since
        running = 0.0 if since is None else min(BUSY_OVER, now - since) / BUSY_OVER
        return min(1.0, self._governor.busy(now) + running)

    def wanted(self, settings: RecognitionSettings) -> RecognitionSettings:
        """The settings that are to be followed now."""
        key = (self.in_real_time, *_terms(settings))
        if key != self._began_for:
            self._began_for = key
            self._models = self._models_to_use(settings)
            self._governor.begin(settings, [model.size_bytes for model in self._models] or (1.0,))
            self._loaded = 0
            self._told = None
        elif settings is not self._settings:
            self._governor.configure(settings)
        self._settings = settings
        pace = self.pace
        applied = pace.applied(settings)
        if pace.model == 0:
            return applied
        # Should it fail to load, the larger one goes on; no other recogniser takes over.
        stand_in = {"model": str(self._models[pace.model].path), "backend": "whisper"}
        return applied.model_copy(update=stand_in)

    def forget(self) -> None:
        """The model left the memory: begin anew with the next one."""
        self._began_for = None

    def is_refused(self) -> bool:
        """A model could not be loaded. True: it was only a change of model, and the one before goes on."""
        pace, loaded = self.pace, self._loaded
        if pace.model == loaded:
            return False
        self._governor.refuse(pace.model, loaded)
        message = Message("model-not-changed", wanted=self._label(pace.model), used=self._label(loaded))
        self._emit(ErrorEvent("pace", message, Severity.WARNING))
        return True

    def begins(self) -> float:
        """A decoding begins: gives the time."""
        self._decoding_since = now = self._clock()
        return now

    def ends(self) -> None:
        """It ended, well or not."""
        self._decoding_since = None

    def after(self, decode: Decoded) -> bool:
        """Take what a decoding was like. True: another model is to be loaded."""
        if not self.in_real_time:
            return False
        before = self.pace
        now = self._governor.after(decode)
        if now is None:
            return False
        log.info("pace: model %d, level %d (%s)", now.model, now.number, now.level.kind)
        if now.model != before.model:
            return True
        self._tell(before, now)
        return False

    def loaded(self) -> None:
        """The model of the pace is in use now."""
        pace = self.pace
        if pace.model != self._loaded:
            before, self._loaded = replace(pace, model=self._loaded), pace.model
            self._tell(before, pace)

    def _tell(self, before: Pace, now: Pace) -> None:
        is_lower = (now.model, now.number) > (before.model, before.number)
        message = change(before, now, self._label(before.model), self._label(now.model))
        if message == self._told:  # a level further of the same kind says nothing new
            return
        self._told = message
        self._emit(ErrorEvent("pace", message, Severity.WARNING if is_lower else Severity.INFO))

    def _label(self, model: int) -> str:
        return self._models[model].label if model < len(self._models) else ""


def _terms(settings: RecognitionSettings) -> tuple[object, ...]:
    """Where these change everything begins anew: with another model, or one that is as fast as another one."""
    return (*settings.model_terms, settings.language, settings.languages, settings.may_lower_model)

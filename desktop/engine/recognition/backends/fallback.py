"""The first recogniser that loads, and the next one when it fails. On the recognition thread."""

import logging
from collections.abc import Callable, Sequence

from desktop.engine.errors import BackendFailed, EngineError, GraphicsCardFailed, ModelMissing
from desktop.engine.events import Samples
from desktop.engine.recognition.backends.base import (
    Hypothesis,
    Progress,
    RecognitionRequest,
    RecognizerCapabilities,
    WindowRecognizer,
)
from desktop.engine.recognition.backends.watchdog import WatchedRecognizer
from desktop.engine.takeover import Notify, as_engine_error, takeover

log = logging.getLogger(__name__)


class FallbackRecognizer:
    """The first recogniser that loads; the next one when it fails. Each takeover is reported.

    A streamed decode that fails, or hangs, is no reason to change: who asked decodes the same audio buffered. Only when
    that fails, too, the next one takes over, and decodes it.

    candidates: (name, function that makes it); making one may raise ModelError.
    """

    def __init__(self, candidates: Sequence[tuple[str, Callable[[], WindowRecognizer]]], notify: Notify) -> None:
        self._waiting = list(candidates)
        self._notify = notify
        self._active: WindowRecognizer | None = None
        self._loading: WindowRecognizer | None = None
        self._progress: Progress = lambda _: None

    @property
    def name(self) -> str:
        """Of what recognises, or of what is being loaded."""
        shown = self._loading or self._active
        return shown.name if shown else ""

    @property
    def capabilities(self) -> RecognizerCapabilities:
        if self._active is None:
            return RecognizerCapabilities(frozenset(), detects_language=False, streaming=False)
        return self._active.capabilities

    def load(self, progress: Progress) -> None:
        """Load the first candidate that can be. Raises the first one's EngineError if none can."""
        self._progress = progress
        self._take_next(None)

    def transcribe(self, samples: Samples, request: RecognitionRequest) -> Hypothesis:
        while True:
            if self._active is None:
                raise BackendFailed("no-recogniser-loaded")
            self._check_language(request.language)
            try:
                return self._active.transcribe(samples, request)
            except Exception as error:
                if not request.is_buffered:
                    raise
                log.exception("the recogniser failed")
                self._take_next(as_engine_error(error, "backend-stopped", name=self._active.name))

    def close(self) -> None:
        if self._active is not None:
            self._active.close()
            self._active = None

    def _check_language(self, language: str | None) -> None:
        if language is not None and language not in self.capabilities.languages:
            raise ModelMissing("recogniser-lacks-language", name=self.name, language=language)

    def _take_next(self, failure: EngineError | None) -> None:
        first_failure = failure
        while self._waiting:
            name, make = self._waiting.pop(0)
            try:
                candidate = self._loading = WatchedRecognizer(make())
                candidate.load(self._progress)
            except Exception as error:
                log.info("a recogniser cannot be used", exc_info=True)
                found = as_engine_error(error, "recognition-not-loaded")
                # A model that the processor cannot load either is to blame, not the graphics card.
                if first_failure is None or (isinstance(first_failure, GraphicsCardFailed) and failure is None):
                    first_failure = found
                continue
            finally:
                self._loading = None
            if self._active is not None:
                self._active.close()
            self._active = candidate
            if first_failure is not None:
                self._notify(takeover(first_failure, candidate.name, on_processor=name == "processor"))
            return
        raise first_failure or ModelMissing("no-recogniser-installed")

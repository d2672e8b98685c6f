"""Recognisers elsewhere in front of the one on this machine, or behind it, or beside: what one fails at the next one
does within the same decoding, on the same sound, so that no word is lost.

On the recognition thread; the local model is loaded on a thread of its own while the preferred one works, so that
nobody waits for it when it is needed.
"""

import logging
import threading
import time
from collections.abc import Callable

from desktop.engine.errors import EngineError, ModelMissing
from desktop.engine.events import Samples
from desktop.engine.order import Arrangement, Order
from desktop.engine.preference import Later, on_a_timer
from desktop.engine.recognition.backends.base import (
    Hypothesis,
    Progress,
    RecognitionRequest,
    RecognizerCapabilities,
    WindowRecognizer,
)
from desktop.engine.takeover import Notify, takeover

log = logging.getLogger(__name__)

_JOIN = 5.0


class PreferredRecognizer:
    """A WindowRecognizer.

    arrangement: those elsewhere, and which is asked first. local: the one of this machine. has_room: whether the local
    model may be in memory without being needed; asked on its loading thread. clock, later: as of Preference.
    """

    def __init__(
        self,
        arrangement: Arrangement[WindowRecognizer],
        local: WindowRecognizer,
        notify: Notify,
        has_room: Callable[[], bool] = lambda: True,
        clock: Callable[[], float] = time.monotonic,
        later: Later = on_a_timer,
    ) -> None:
        self._engines: Order[WindowRecognizer] = Order(
            arrangement, lambda one: one.load(lambda _: None), notify, clock=clock, later=later
        )
        self._local = local
        self._notify = notify
        self._lacking: set[str] = set()
        self._has_room = has_room
        self._loading = threading.Lock()
        self._is_loaded = False
        self._ahead: threading.Thread | None = None
        self._progress: Progress = lambda _: None

    @property
    def name(self) -> str:
        return (self._engines.used or self._local).name

    @property
    def capabilities(self) -> RecognizerCapabilities:
        return (self._engines.used or self._local).capabilities

    @property
    def sent_to(self) -> str:
        """Where sound goes now, also on trial; empty: it stays on this machine."""
        return next((place for one in self._engines.elsewhere.engines if (place := getattr(one, "sent_to", ""))), "")

    def arrange(self, arrangement: Arrangement[WindowRecognizer]) -> None:
        """Other engines, or another order, from the next decoding on; also in mid-utterance. Any thread."""
        self._engines.arrange(arrangement)

    def load(self, progress: Progress) -> None:
        """Make the first one ready that can be. Raises the local one's ModelError if none can."""
        self._progress = progress
        self._engines.open(self._load_local, lambda: self._local.name)
        self._progress = lambda _: None
        progress(1.0)
        if not self._is_loaded:
            self._ahead = threading.Thread(target=self._load_ahead, name="parley-load-ahead", daemon=True)
            self._ahead.start()

    def transcribe(self, samples: Samples, request: RecognitionRequest) -> Hypothesis:
        """Decode one window. Raises what the local recogniser raises."""

        def here() -> Hypothesis:
            self._load_local()
            return self._local.transcribe(samples, request)

        def there(one: WindowRecognizer) -> Hypothesis:
            if _lacks(one, request.language):
                raise ModelMissing("recogniser-lacks-language", name=one.name, language=request.language or "")
            return one.transcribe(samples, request)

        used = self._engines.used
        is_known = any(not _lacks(one, request.language) for one in self._engines.elsewhere.engines)
        hypothesis = self._engines.do(there, here, lambda: self._local.name)
        if used is not None and not is_known:
            self._tell_lack(used.name, request.language or "")
        return hypothesis

    def close(self) -> None:
        self._engines.close()
        ahead, self._ahead = self._ahead, None
        if ahead is not None:
            ahead.join(_JOIN)
        with self._loading:
            self._is_loaded = False
            self._local.close()

    def _tell_lack(self, name: str, language: str) -> None:
        """Once for each language."""
        if language not in self._lacking:
            self._lacking.add(language)
            lack = ModelMissing("recogniser-lacks-language", name=name, language=language)
            self._notify(takeover(lack, self._local.name))

    def _load_local(self) -> None:
        with self._loading:
            if not self._is_loaded:
                self._local.load(self._progress)
                self._is_loaded = True

    def _load_ahead(self) -> None:
        """On a thread of its own."""
        if not self._has_room():
            log.info("the local model is loaded when it is needed")
            return
        try:
            self._load_local()
        except EngineError as error:
            log.info("there is no local model for now: %s", error.code)
        except Exception:
            log.exception("the local model could not be loaded")


def _lacks(one: WindowRecognizer, language: str | None) -> bool:
    """Whether it does not know a language that is asked for."""
    return language is not None and language not in one.capabilities.languages

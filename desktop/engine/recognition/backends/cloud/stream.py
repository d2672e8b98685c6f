"""One utterance at an engine in a cloud: fed on the recognition thread, which never waits for the network but at the
end of the utterance; the connection lives on the loop of all engines.

Providers end a stream after five minutes. Before that it is ended here, at the next pause, and the sound that follows
goes to another one; where a provider ends it first, the sound that no settled word covers is sent again.
"""

import logging
import threading
import time
from collections.abc import Awaitable, Callable

from desktop.engine.cloud.clients.loop import LOOP
from desktop.engine.cloud.errors import CloudFailed, CloudLimit, Failure, Limit
from desktop.engine.cloud.options import CloudOptions
from desktop.engine.errors import EngineError
from desktop.engine.events import SAMPLE_RATE, Samples
from desktop.engine.recognition.backends.base import StreamResult
from desktop.engine.recognition.backends.cloud.heard import Answer, Heard
from desktop.engine.recognition.backends.cloud.sound import BYTES, Part, Sound, pcm16

log = logging.getLogger(__name__)

Converse = Callable[[Part, Callable[[Answer], None]], Awaitable[None]]
"""Makes a connection, sends the sound, tells what is answered; returns when all of it is answered. Raises CloudFailed,
CloudLimit; Limit.LENGTH where the provider ends the stream because it is long."""

_GRACE = 1.2
"""times as long as `renew` a connection lasts, until there is a pause"""
_WORDLESS = 1.5
"""times as long as `quiet` an engine may say nothing before its first words, which noise may never have"""
_AHEAD = 0.1
"""seconds that an engine may take for each second of sound that came faster than it was spoken"""
_LISTENS, _MORE = 0.25, 0.03
"""seconds that `feed` waits for what an engine says, and for more of it: without that it would be shown with the next
chunk only"""


class CloudStream:
    """A SettlingStream.

    most: bytes of sound in one message. language: until the engine says another one. patience: times `quiet`, for an
    engine that gives no sign of life but words."""

    def __init__(
        self, converse: Converse, options: CloudOptions, language: str, most: int, patience: float = 1.0
    ) -> None:
        self._converse = converse
        self._options = options
        self._most = most
        self._quiet = patience * options.timeouts.quiet
        self._changed = threading.Condition()
        self._heard = Heard(language)
        self._sound = Sound()
        self._part: Part | None = None
        self._settle_at = 0
        """place up to which the sound is to be settled"""
        self._settled = 0
        """place up to which it is"""
        self._failure: EngineError | None = None
        self._is_done = False
        self._has_words = False
        self._news = 0
        self._fed = 0
        """samples"""
        self._ended_at = -1.0
        """seconds of the utterance that were settled when a provider last ended a connection"""
        self._began: float | None = None
        """when the first sound of it was spoken, if the first chunk came at once"""
        self._asked: float | None = None
        """when sound was fed first after the last answer"""
        self._talk = LOOP.start(self._run())

    def feed(self, samples: Samples, *, is_last: bool) -> StreamResult:
        if self._began is None:
            self._began = time.monotonic() - len(samples) / SAMPLE_RATE
        LOOP.soon(self._sound.append, pcm16(samples), is_last)
        self._fed += len(samples)
        with self._changed:
            if is_last:
                self._wait_for(lambda: self._is_done)
            else:
                self._asked = self._asked or time.monotonic()
                self._listen()
                self._look_for_stall()
            return self._result(is_whole=is_last)

    def settle(self) -> StreamResult:
        LOOP.soon(self._end_part)
        with self._changed:
            self._wait_for(lambda: self._is_done or self._settled >= 2 * self._fed)
            return self._result(is_whole=True)

    def close(self) -> None:
        self._talk.cancel()
        with self._changed:  # whoever waits for the last words
            if not self._is_done and self._failure is None:
                self._failure = CloudFailed(Failure.DISCONNECT, self._options.place)
            self._changed.notify_all()

    # On the recognition thread, with the lock.

    def _result(self, *, is_whole: bool) -> StreamResult:
        if self._failure is not None:
            self._talk.cancel()
            raise self._failure
        return self._heard.result(self._fed / SAMPLE_RATE, is_last=is_whole)

    @property
    def _ahead(self) -> float:
        """Seconds of sound that came faster than it was spoken."""
        now = time.monotonic()
        return max(0.0, self._fed / SAMPLE_RATE - (now - (now if self._began is None else self._began)))

    def _wait_for(self, is_there: Callable[[], bool]) -> None:
        """For the last words."""
        limit = self._options.timeouts.answer + _AHEAD * self._ahead
        if not self._changed.wait_for(lambda: self._failure is not None or is_there(), limit):
            self._failure = CloudFailed(Failure.STALL, self._options.place)

    def _listen(self) -> None:
        until = time.monotonic() + _LISTENS - self._ahead
        wait = _LISTENS
        while (left := until - time.monotonic()) > 0:
            before = self._news
            self._changed.wait(min(wait, left))
            if self._failure is not None:
                return
            if self._news != before:
                wait = _MORE
            elif wait == _MORE:
                return

    def _look_for_stall(self) -> None:
        limit = self._quiet * (1.0 if self._has_words else _WORDLESS) + _AHEAD * self._ahead
        if self._failure is not None or self._is_done or self._asked is None:
            return  # it has answered
        if time.monotonic() - self._asked > limit:
            self._failure = CloudFailed(Failure.STALL, self._options.place)

    # On the loop's.

    async def _run(self) -> None:
        failure: EngineError | None = None
        try:
            while await self._goes_on():
                pass
        except EngineError as error:
            failure = error
        except Exception as error:
            log.warning("%s failed: %s", self._options.engine.label, type(error).__name__)
            failure = CloudFailed(Failure.GARBAGE, self._options.place)
        with self._changed:
            self._is_done, self._failure = failure is None, failure or self._failure
            self._changed.notify_all()

    async def _goes_on(self) -> bool:
        """One connection, once there is sound for it; False when there is no more."""
        with self._changed:
            begin = 2 * round(self._heard.connect() * SAMPLE_RATE)
        while self._sound.end <= begin:
            if self._sound.is_whole:
                return False
            await self._sound.more()
        longest = 2 * round(self._options.timeouts.renew * _GRACE * SAMPLE_RATE)
        part = self._part = Part(self._sound, begin, begin + longest, self._most)
        if self._settle_at > begin:
            part.stop(self._settle_at)
        try:
            await self._converse(part, self._tell)
        except CloudLimit as limit:
            if limit.kind is not Limit.LENGTH or self._heard.covered <= self._ended_at:
                raise  # it would end the next one, too
            self._ended_at = self._heard.covered
            self._options.resent((part.sent - self._covered) / BYTES)
            return True
        finally:
            self._part = None
        with self._changed:
            if not part.is_over or not self._heard.is_settled:
                raise CloudFailed(Failure.DISCONNECT, self._options.place)
            self._heard.done(part.sent / BYTES)
            self._settled = part.sent
            self._changed.notify_all()
        self._sound.forget(part.sent)
        return True

    def _end_part(self) -> None:
        """What was fed is to be settled."""
        self._settle_at = self._sound.end
        if self._part is not None:
            self._part.stop(self._settle_at)

    @property
    def _covered(self) -> int:
        """Place up to which words are settled."""
        return 2 * round(self._heard.covered * SAMPLE_RATE)

    def _tell(self, answer: Answer) -> None:
        part = self._part
        if part is None:
            return
        with self._changed:
            self._heard.take(answer)
            self._asked = None
            self._has_words |= bool(answer.open or answer.settled)
            self._news += answer.open is not None or bool(answer.settled)
            self._changed.notify_all()
        if answer.until is None:
            return
        self._sound.forget(min(self._covered, part.sent))
        if part.length >= self._options.timeouts.renew * BYTES:
            part.stop()

"""The connection to one Parley server: kept open, opened again when it breaks, one answer for each question.

It has a thread of its own, with an event loop on which all of this happens but `ask`, `open` and `close`, which any
thread may call. A question ends in time whatever the server does: with its answer, with the end of the connection, or
when its patience is over.
"""

import asyncio
import contextlib
import logging
import ssl
import threading
import time
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from itertools import count
from pathlib import Path
from typing import Any

from desktop.engine.errors import EngineAway, EngineError
from desktop.engine.preference import Backoff
from desktop.engine.recognition.work import Decode
from desktop.engine.remote import wire
from desktop.engine.remote.address import Address
from desktop.engine.remote.deltas import Sent
from desktop.engine.remote.framing import WorkRefused
from desktop.engine.remote.patience import Patience
from desktop.engine.remote.wire import Hello, Work
from desktop.engine.requests import Kind
from desktop.engine.translation.work import TranslateSpeech
from desktop.system import secrets

log = logging.getLogger(__name__)

_OPENING = 3.0
"""seconds for connecting and the server's greeting"""
_PINGS = 4.0
"""seconds between two, and until one must be answered: questions that may take long end sooner if the server is gone"""
_FIRST, _LONGEST = 0.25, 10.0
"""seconds until the next attempt to connect, at first and at last"""
_REFUSED = 60.0
"""the same where the token is not valid: whoever knocks often is locked out"""
_LARGEST = 32 << 20
"""bytes of one message of the server"""
_JOIN = 3.0

Token = Callable[[], str | None]
"""Gives the token, or None; on a thread of its own, and may take a while."""


class Connection:
    """Connects at once, and again until `close`. certificate: file with the server's, where it is no public one."""

    def __init__(self, address: Address, token: Token, certificate: Path | None = None) -> None:
        self.address = address
        self._token = token
        self._known_token: str | None = None
        self._has_token = False
        self._certificate = certificate
        self._numbers = count(1)
        self._patience = Patience()
        self._state = threading.Condition()
        self._hello: Hello | None = None
        """of the server that is connected"""
        self._last: Hello | None = None
        """the same, also when it is gone"""
        self._failure: EngineError | None = None
        """why it is not connected"""
        self._is_closed = False
        self._sent = Sent()
        self._socket: Any = None
        self._waiting: dict[int, asyncio.Future[Any]] = {}
        self._loop = asyncio.new_event_loop()
        self._main: asyncio.Task[None] | None = None
        self._thread = threading.Thread(target=self._run, name="parley-server", daemon=True)
        self._thread.start()

    @property
    def hello(self) -> Hello | None:
        """What recognises there now; None: it is not connected."""
        return self._hello

    @property
    def known(self) -> Hello | None:
        """What recognised there when it was last connected."""
        return self._last

    def open(self) -> Hello:
        """What recognises there; waits for an attempt that is under way. Raises EngineAway."""
        with self._state:
            self._state.wait_for(lambda: self._hello is not None or self._failure is not None, _OPENING + 1)
            if self._hello is not None:
                return self._hello
            raise self._failure or EngineAway("server-silent-now", name=self.address.label)

    def ask(self, owner: int, kind: Kind, work: Work) -> Any:
        """The answer to a piece of work. owner: of less than headers.OWNERS, each with one piece of a stage at a time.

        Raises EngineAway where none comes in time, or what was raised there."""
        if self._hello is None:
            with self._state:
                raise self._failure or EngineAway("server-silent-now", name=self.address.label)
        limit = self._patience.limit(work)
        began = time.monotonic()
        try:
            future: Future[Any] = asyncio.run_coroutine_threadsafe(self._ask(owner, kind, work), self._loop)
        except RuntimeError:  # the loop was closed meanwhile
            raise self._gone() from None
        try:
            answer = future.result(limit)
        except TimeoutError:
            future.cancel()
            log.info("no answer from the server within %.1f s", limit)
            raise EngineAway("server-silent-now", name=self.address.label) from None
        except CancelledError:
            raise self._gone() from None
        if isinstance(answer, Exception):
            raise answer
        self._patience.took(work, time.monotonic() - began)
        return answer

    def close(self) -> None:
        """End it, and every question. Idempotent."""
        with self._state:
            if self._is_closed:
                return
            self._is_closed = True
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(lambda: self._main.cancel() if self._main is not None else None)
        if self._thread is not threading.current_thread():
            self._thread.join(_JOIN)

    # On the connection's thread.

    def _run(self) -> None:
        try:
            self._loop.run_until_complete(self._keep())
        finally:
            self._loop.run_until_complete(self._loop.shutdown_asyncgens())
            self._loop.close()

    async def _keep(self) -> None:
        self._main = asyncio.current_task()
        backoff = Backoff(_FIRST, _LONGEST)
        with contextlib.suppress(asyncio.CancelledError):
            while not self._is_closed:
                pause = await self._once(backoff)
                await asyncio.sleep(pause)
        self._over(self._gone())

    async def _once(self, backoff: Backoff) -> float:
        """Connect, and answer until that ends. Returns the seconds until the next attempt."""
        try:
            if not self._has_token:
                self._known_token, self._has_token = await asyncio.to_thread(self._token), True
            async with self._connecting() as socket:
                told = wire.read_told(_bytes(await asyncio.wait_for(socket.recv(), _OPENING)))
                if not isinstance(told, Hello):
                    raise WorkRefused("work-not-understood", field="type")
                self._sent, self._socket = Sent(), socket
                self._greeted(told)
                backoff.worked()
                async for message in socket:
                    self._told(wire.read_told(_bytes(message)))
                failure: EngineError = self._gone()
        except EngineAway as error:
            failure = error
        except Exception as error:
            failure = self._failure_of(error)
        self._over(failure)
        if failure.message.key != "server-refuses-token":
            return backoff.wait()
        self._has_token = False  # there may be another one by then
        return _REFUSED

    def _connecting(self) -> Any:
        from websockets.asyncio.client import connect

        token = self._known_token
        context: ssl.SSLContext | None = None
        if self.address.is_secure:
            try:
                context = ssl.create_default_context(cafile=self._certificate)
            except (OSError, ssl.SSLError):
                raise EngineAway("server-certificate-unreadable", path=self._certificate or Path()) from None
        return connect(
            self.address.url,
            ssl=context,
            additional_headers={"Authorization": f"Bearer {token}"} if token else None,
            compression=None,  # audio does not get smaller
            open_timeout=_OPENING,
            close_timeout=1.0,
            ping_interval=_PINGS,
            ping_timeout=_PINGS,
            max_size=_LARGEST,
            proxy=None if self.address.is_here else True,
        )

    def _failure_of(self, error: Exception) -> EngineError:
        from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus

        log.info("no connection to the server: %s", type(error).__name__)
        name = self.address.label
        match error:
            case InvalidStatus() if error.response.status_code in (401, 403):
                return EngineAway("server-refuses-token", name=name, secret=secrets.SERVER)
            case InvalidStatus() if error.response.status_code in (429, 503):
                return EngineAway("server-has-no-room", name=name)
            case InvalidHandshake() | EngineError():
                return EngineAway("server-no-parley", name=name)
            case ssl.SSLCertVerificationError():
                return EngineAway("server-certificate-unknown", name=name)
            case ConnectionClosed() if self._hello is not None:
                return self._gone()
            case TimeoutError():
                return EngineAway("server-silent-now", name=name)
        return EngineAway("server-not-reached", name=name)

    def _gone(self) -> EngineAway:
        return EngineAway("server-gone", name=self.address.label)

    def _greeted(self, hello: Hello) -> None:
        self._patience.expect(hello.seconds)
        with self._state:
            if self._last is None or hello.name != self._last.name:
                log.info("a server recognises")
            self._hello = self._last = hello
            self._failure = None
            self._state.notify_all()

    def _told(self, told: wire.Answered | Hello) -> None:
        if isinstance(told, Hello):
            self._greeted(told)
            return
        waiting = self._waiting.get(told.id)
        if waiting is not None and not waiting.done():
            waiting.set_result(told.answer)

    def _over(self, failure: EngineError) -> None:
        """There is no connection."""
        with self._state:
            self._hello, self._failure, self._socket = None, failure, None
            self._state.notify_all()
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_result(failure)

    async def _ask(self, owner: int, kind: Kind, work: Work) -> Any:
        from websockets.exceptions import WebSocketException

        socket = self._socket
        if socket is None:
            return self._failure or self._gone()
        number = next(self._numbers)
        answer = self._waiting[number] = self._loop.create_future()
        try:
            part, data = self._sent.part(work.samples) if isinstance(work, Decode | TranslateSpeech) else (None, b"")
            message = wire.asked(number, owner, kind, work, part, data)
            # Nothing comes between: what is sent comes in the order in which it was taken into account above.
            await socket.send(message)
            found = await answer
        except EngineError as error:
            return error
        except (WebSocketException, OSError):
            return self._gone()
        finally:
            self._waiting.pop(number, None)
        if isinstance(found, EngineError) and found.message.key == "work-audio-missing":
            self._sent = Sent()
        return found


def _bytes(message: object) -> bytes:
    if not isinstance(message, bytes):
        raise WorkRefused("work-not-understood", field="header")
    return message

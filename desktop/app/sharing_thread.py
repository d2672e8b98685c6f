"""The thread with the event loop on which captions are shared. It serves followers and recognises nothing: what it
tells are the events of the app's engine."""

import asyncio
import contextlib
import logging
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from desktop.engine.errors import EngineError
from desktop.messages import text_of
from desktop.ui.sharing.state import SharingState, Who

if TYPE_CHECKING:
    from desktop.engine.events import Event

log = logging.getLogger(__name__)

Subscribe = Callable[["Callable[[Event], None]"], Callable[[], None]]
"""Lets a function get each event, on any thread; returns what ends that."""


class SharingThread(threading.Thread):
    """Serves from `start` until `end`. tell: gets each state, on this thread; the last one is "off"."""

    def __init__(self, who: Who, port: int, subscribe: Subscribe, tell: Callable[[SharingState], None]) -> None:
        super().__init__(name="sharing", daemon=True)  # nothing of it has to be saved
        self._who: Who = who
        self._port = port
        self._subscribe = subscribe
        self._tell = tell
        self._runner = asyncio.Runner(loop_factory=asyncio.new_event_loop)
        self._loop = self._runner.get_loop()
        self._ending = asyncio.Event()

    def end(self) -> None:
        """Tell those who follow, and stop. Returns at once; any thread."""
        with contextlib.suppress(RuntimeError):  # it has ended
            self._loop.call_soon_threadsafe(self._ending.set)

    def run(self) -> None:
        problem = ""
        try:
            with self._runner:
                self._runner.run(self._serve())
        except EngineError as error:
            problem = text_of(error)
        except Exception as error:
            log.exception("captions are not shared any more")
            problem = f"Captions cannot be shared ({type(error).__name__}); the log says more."
        self._tell(SharingState(problem=problem))

    async def _serve(self) -> None:
        from desktop.engine.events import SpeechAudio, TranscriptUpdate, TranslationUpdate
        from desktop.server.http.networks import network_address
        from desktop.server.running.sharing import SharingOptions, sharing

        address = "127.0.0.1" if self._who == "computer" else await asyncio.to_thread(network_address)
        async with sharing(SharingOptions(address, self._port)) as (shared, room):

            def hear(event: "Event") -> None:
                """On the engine's thread. What is spoken besides what was heard is not for others."""
                if isinstance(event, TranscriptUpdate | TranslationUpdate | SpeechAudio) and event.segment_id >= 0:
                    with contextlib.suppress(RuntimeError):  # it has ended meanwhile
                        self._loop.call_soon_threadsafe(room.tell, event)

            def count() -> None:
                self._tell(SharingState("on", shared, room.channel.readers))

            unsubscribe = self._subscribe(hear)
            try:
                count()
                room.channel.watch(count)
                await self._ending.wait()
            finally:
                unsubscribe()
                room.channel.unwatch(count)

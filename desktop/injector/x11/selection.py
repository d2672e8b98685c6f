"""Offers text through a selection (CLIPBOARD or PRIMARY) and puts back what was there, with all its formats.

Runs on its own thread with its own connection, since whoever pastes may ask at any time and a saved content is served
for as long as Parley lives. The protocol is the Inter-Client Communication Conventions Manual, chapter 2.
"""

import logging
import os
import queue
import select
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from desktop.engine.errors import TypingError
from desktop.engine.message import verbatim
from desktop.injector.x11.transfer import Content, Transfers, fetch, text_content

log = logging.getLogger(__name__)

RESTORE_AFTER = 0.4
"""seconds from the last time that the window fetched the text: editors ask more than once"""
GIVE_UP_AFTER = 1.5
"""seconds after which a window that has not fetched the text will not"""
SAVE_WITHIN = 3.0
"""seconds that the owner of the previous content may take to hand over one format of it"""


class _Loan:
    """One selection while Parley uses it."""

    def __init__(self, saved: Content | None, client: int) -> None:
        self.saved = saved
        """what to put back; None: there was nothing"""
        self.client = client
        """resource base of the client that is to paste"""
        self.fetched = threading.Event()
        self.restore_at = time.monotonic() + GIVE_UP_AFTER


class Selections:
    """The user's selections, borrowed for pasting. Raises TypingError where there is no display."""

    def __init__(self, display_name: str | None = None) -> None:
        from Xlib import X, display

        self._display = display.Display(display_name)
        root = self._display.screen().root
        self._window = root.create_window(
            -10, -10, 1, 1, 0, X.CopyFromParent, X.InputOnly, 0, event_mask=X.PropertyChangeMask
        )
        self._transfers = Transfers(self._display)
        self._contents: dict[int, Content] = {}
        """selection -> what Parley serves for it; a selection that Parley does not own is not in here"""
        self._owned_since: dict[int, int] = {}
        self._loans: dict[int, _Loan] = {}
        self._jobs: queue.SimpleQueue[tuple[Callable[[], Any], Future[Any]]] = queue.SimpleQueue()
        self._wake_read, self._wake_write = os.pipe()
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="typing-selections", daemon=True)
        self._thread.start()

    def offer(self, name: str, text: str, client: int) -> threading.Event:
        """Make `text` the selection `name`; the event is set once the client has fetched it.

        client: the resource base of the window's client, so that a clipboard history that reads along is not
        taken for it. Raises TypingError if the previous content cannot be saved.
        """
        result: threading.Event = self._ask(lambda: self._offer(self._display.intern_atom(name), text, client))
        return result

    def is_loaned(self) -> bool:
        """Text of Parley's is still offered."""
        return bool(self._loans)

    def close(self) -> None:
        """Put back what was there and stop. Idempotent."""
        if not self._thread.is_alive():
            return
        self._ask(self._finish)
        self._thread.join(5)
        os.close(self._wake_read)
        os.close(self._wake_write)
        self._display.close()

    def _ask(self, job: Callable[[], Any]) -> Any:
        if not self._thread.is_alive():
            raise TypingError(verbatim("The connection to the screen was lost; switch voice typing off and on again."))
        answer: Future[Any] = Future()
        self._jobs.put((job, answer))
        os.write(self._wake_write, b".")
        return answer.result(4 * SAVE_WITHIN + 5)

    def _run(self) -> None:
        try:
            while not self._closing:
                self._handle_events()
                self._restore_what_is_due()
                due = [loan.restore_at for loan in self._loans.values()]
                timeout = max(0.0, min(due) - time.monotonic()) if due else None
                if not self._display.pending_events():
                    ready, _, _ = select.select([self._display.fileno(), self._wake_read], [], [], timeout)
                    if self._wake_read in ready:
                        os.read(self._wake_read, 1)
                        self._do(*self._jobs.get())
        except Exception:
            log.exception("the selections' thread ended")

    def _do(self, job: Callable[[], Any], answer: "Future[Any]") -> None:
        try:
            answer.set_result(job())
        except Exception as error:
            answer.set_exception(error)

    def _handle_events(self) -> None:
        while self._display.pending_events():
            self._on_event(self._display.next_event())

    def _on_event(self, event: Any) -> None:
        from Xlib import X

        if event.type == X.SelectionClear and event.window == self._window:
            # The user copied something: that is theirs, and what was saved is history.
            self._contents.pop(event.atom, None)
            self._loans.pop(event.atom, None)
        elif event.type == X.SelectionRequest:
            content = self._contents.get(event.selection)
            loan = self._loans.get(event.selection)
            is_text = self._transfers.serve(event, content, self._owned_since.get(event.selection, X.CurrentTime))
            base = event.requestor.id & ~self._display.display.info.resource_id_mask
            if is_text and loan and loan.client in (0, base):
                loan.restore_at = time.monotonic() + RESTORE_AFTER
                loan.fetched.set()
        elif event.type == X.PropertyNotify:
            self._transfers.on_property(event)

    def _offer(self, selection: int, text: str, client: int) -> threading.Event:
        previous = self._loans.get(selection)
        if previous is not None:
            saved = previous.saved
        elif selection in self._contents:
            saved = self._contents[selection]
        else:
            saved = self._save(selection)
        loan = _Loan(saved, client)
        self._contents[selection] = text_content(self._display, text)
        self._loans[selection] = loan
        if not self._own(selection):
            self._contents.pop(selection, None)
            self._loans.pop(selection, None)
            raise TypingError(
                verbatim("Another program keeps the clipboard to itself; text with special letters was not typed.")
            )
        return loan.fetched

    def _save(self, selection: int) -> Content | None:
        from Xlib import X

        owner = self._display.get_selection_owner(selection)
        if owner == X.NONE:
            return None
        content = fetch(self._display, self._window, selection, self._timestamp(), SAVE_WITHIN, self._on_event)
        if content is None:
            raise TypingError(
                verbatim(
                    "The clipboard holds something that its program does not hand over, so nothing was pasted; "
                    "copy something else, or set the typing method to keystrokes."
                )
            )
        return content

    def _own(self, selection: int) -> bool:
        stamp = self._timestamp()
        self._window.set_selection_owner(selection, stamp)
        self._owned_since[selection] = stamp
        owner = self._display.get_selection_owner(selection)
        return bool(owner != 0 and owner.id == self._window.id)

    def _timestamp(self) -> int:
        """The server's time: the manual forbids to own a selection without one.

        Every earlier event has been handled when it returns, so that a selection which the user has taken
        meanwhile is known to be lost.
        """
        from Xlib import X, Xatom

        atom = self._display.intern_atom("_PARLEY_TIME")
        self._window.change_property(atom, Xatom.STRING, 8, b"")
        while True:
            event = self._display.next_event()
            if event.type == X.PropertyNotify and event.window == self._window and event.atom == atom:
                return int(event.time)
            self._on_event(event)

    def _restore_what_is_due(self) -> None:
        now = time.monotonic()
        for selection, loan in list(self._loans.items()):
            if loan.restore_at <= now and not self._transfers.is_busy:
                self._restore(selection)

    def _restore(self, selection: int) -> None:
        stamp = self._timestamp()
        loan = self._loans.pop(selection, None)
        if loan is None:
            return  # lost to the user just now
        if loan.saved is None:
            del self._contents[selection]
            self._release(selection, stamp)
            return
        self._contents[selection] = loan.saved
        # Owned again, so that programs that remember what formats there are learn of the change.
        self._window.set_selection_owner(selection, stamp)
        self._owned_since[selection] = stamp
        self._display.flush()

    def _release(self, selection: int, stamp: int) -> None:
        from Xlib import X
        from Xlib.protocol import request

        request.SetSelectionOwner(
            display=self._display.display, onerror=None, window=X.NONE, selection=selection, time=stamp
        )
        self._display.flush()

    def _finish(self) -> None:
        for selection in list(self._loans):
            self._restore(selection)
        self._hand_over()
        self._closing = True

    def _hand_over(self) -> None:
        """Ask the clipboard's keeper, if there is one, to take what Parley serves, since it ends with Parley."""
        from Xlib import X

        clipboard = self._display.intern_atom("CLIPBOARD")
        manager = self._display.intern_atom("CLIPBOARD_MANAGER")
        if clipboard not in self._contents or self._display.get_selection_owner(manager) == X.NONE:
            return
        done = self._display.intern_atom("_PARLEY_SAVED")
        self._window.convert_selection(manager, self._display.intern_atom("SAVE_TARGETS"), done, self._timestamp())
        deadline = time.monotonic() + 2
        while time.monotonic() < deadline:
            while self._display.pending_events():
                event = self._display.next_event()
                if event.type == X.SelectionNotify and event.selection == manager:
                    return
                self._on_event(event)
            select.select([self._display.fileno()], [], [], 0.1)

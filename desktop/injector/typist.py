"""Types what the engine hears into the focused window. Runs on its own thread; `on_event` only puts into its inbox.

An utterance locks onto the window that has the focus when its first word is typed. When the focus changes, or the
user types or clicks, it is given up: the rest of it goes nowhere, and nothing that was typed before is touched again.
The next utterance starts afresh in whatever window has the focus then.
"""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace

from desktop.engine.errors import EngineError, TypingError
from desktop.engine.events import Event, TranslationUpdate
from desktop.engine.transcript.reducer import language_of
from desktop.injector.base import Keyboard, Window
from desktop.injector.diff import can_undo, edit
from desktop.injector.platforms import is_own, is_terminal, open_keyboard
from desktop.injector.spacing import separator, standing
from desktop.injector.utterances import SessionEnded, TypingQueue, Update, wanted_text
from desktop.messages import text_of
from desktop.settings.declaration import Settings

log = logging.getLogger(__name__)

_REMEMBERED = 200
"""characters of what was typed that decide how the next utterance joins"""

FOCUS_CHANGED = "Typing stopped because another window got the focus; the next sentence goes there."
USER_ACTED = "Typing stopped because you typed or clicked; the next sentence is typed again."
KEYS_HELD = "Typing stopped because a key such as Ctrl or Alt stayed down; the next sentence is typed again."
OWN_WINDOW = "Click into the window that should receive the text; Parley does not type into its own."
NO_WINDOW = "No window has the focus; click into the one that should receive the text."
NO_TRANSLATION = "Not typed: there is no translation for what was said."
_NO_SEGMENT = -2
"""stands for what is typed by itself"""
_INTERRUPTED = (FOCUS_CHANGED, USER_ACTED, KEYS_HELD)
"""after which the end of the utterance is wanted elsewhere, or later"""


@dataclass(frozen=True, slots=True)
class TypingStatus:
    """What voice typing is doing."""

    target: str = ""
    """application that receives the text, for "into: Firefox"; empty if none does"""
    is_typing: bool = False
    """an utterance is being typed"""
    message: str = ""
    """one sentence when something stops it; empty if nothing does"""
    rest: str = ""
    """the end of an utterance that was given up, once all of it is known: what `Typist.type_rest` types"""


@dataclass(slots=True)
class _Utterance:
    """State of the utterance that is being typed: its window, and what was typed of it so far."""

    segment_id: int
    window: Window
    actions: int
    """of the user, when Parley last typed"""
    before: str
    """what stands before it, as far as it is known"""
    own: str = ""
    """of that, what Parley typed"""
    revision: int = -1
    typed: str = ""
    is_given_up: bool = False


class Typist:
    """Types committed text of the engine's events into the focused window, on its own thread. Pass `on_event` to
    `Engine.subscribe`.

    on_status: called from the typist's thread whenever the status changes.
    open_on: opens the platform's keyboard; raises TypingError.
    """

    def __init__(
        self,
        settings: Settings,
        on_status: Callable[[TypingStatus], None],
        open_on: Callable[[Settings], Keyboard] = open_keyboard,
    ) -> None:
        self._settings = settings
        self._on_status = on_status
        self._open_on = open_on
        self._status = TypingStatus()
        self._inbox = TypingQueue()
        self._wake = threading.Condition()
        self._is_changed = False
        self._is_closing = False
        self._keyboard: Keyboard | None = None
        self._current: _Utterance | None = None
        self._given_up_to = -1
        """segments up to this one are not typed (any more)"""
        self._left: _Utterance | None = None
        """the utterance that was interrupted, until all of it is known"""
        self._rest: tuple[Update, str] | None = None
        """an utterance and what of it was not typed"""
        self._is_rest_wanted = False
        self._tail = ""
        """the last characters that Parley typed, as long as the caret is still behind them"""
        self._tail_window = ""
        self._tail_actions = -1
        self._thread = threading.Thread(target=self._run, name="typing", daemon=True)
        self._thread.start()

    def on_event(self, event: Event) -> None:
        """Take any event of the engine; returns at once. Any thread."""
        with self._wake:
            typing = self._settings.typing
            if typing.enabled and not self._is_closing and self._inbox.put(event, typing.text):
                self._wake.notify()

    def apply(self, settings: Settings) -> None:
        """Go on with other settings; returns at once. Any thread."""
        with self._wake:
            if settings.typing == self._settings.typing:
                self._settings = settings
                return
            if settings.typing.text != self._settings.typing.text or not settings.typing.enabled:
                self._inbox.clear()
            self._settings = settings
            self._is_changed = True
            self._wake.notify()

    def type_rest(self) -> None:
        """Type what was not typed of the utterance that was given up last, into the window that has the focus now;
        returns at once. Any thread."""
        with self._wake:
            self._is_rest_wanted = True
            self._wake.notify()

    def close(self) -> None:
        """Stop typing at once and give the clipboard back. Idempotent. Any thread but the typist's."""
        with self._wake:
            self._is_closing = True
            self._wake.notify()
        self._thread.join(10)

    def _run(self) -> None:
        if self._settings.typing.enabled:
            self._open()
        while True:
            with self._wake:
                self._wake.wait_for(self._has_work)
                if self._is_closing:
                    break
                changed, self._is_changed = self._is_changed, False
                is_rest_wanted, self._is_rest_wanted = self._is_rest_wanted, False
                item = None if changed or is_rest_wanted else self._inbox.take()
            if changed:
                self._reopen()
            if is_rest_wanted:
                self._type_rest()
            if isinstance(item, SessionEnded):
                self._current, self._given_up_to = None, -1
                self._report(replace(self._status, is_typing=False))
            elif item is not None:
                self._type(item)
        self._shut()

    def _has_work(self) -> bool:
        return self._is_closing or self._is_changed or self._is_rest_wanted or bool(self._inbox)

    def _reopen(self) -> None:
        if self._current is not None:
            self._given_up_to = max(self._given_up_to, self._current.segment_id)
            self._current = None
        self._shut()
        self._status = TypingStatus()
        if self._settings.typing.enabled:
            self._open()
        self._report(self._status, always=True)

    def _open(self) -> None:
        try:
            self._keyboard = self._open_on(self._settings)
            self._report(TypingStatus(message=self._keyboard.capabilities.caveat))
        except TypingError as error:
            self._report(TypingStatus(message=text_of(error)))
        except Exception:
            log.exception("the keyboard could not be opened")
            self._report(TypingStatus(message="Text cannot be typed here; the log says why."))

    def _shut(self) -> None:
        if self._keyboard is not None:
            keyboard, self._keyboard = self._keyboard, None
            try:
                keyboard.close()
            except Exception:
                log.exception("the keyboard could not be closed")

    def _type(self, update: Update) -> None:
        if update.segment_id <= self._given_up_to:
            self._note_rest(update)
            return
        if self._keyboard is None:
            return  # why was said when it was opened
        try:
            self._bring_up_to_date(self._keyboard, update)
        except EngineError as error:
            self._give_up(update, text_of(error))
        except Exception as error:
            # The text of a failure may quote what was to be typed: only its kind is logged.
            log.error("typing failed: %s", type(error).__name__)
            self._give_up(update, "Typing failed; the next sentence is tried again.")
            self._shut()
            self._open()
        if update.is_final:
            self._given_up_to = max(self._given_up_to, update.segment_id)
            self._current = None
            self._report(replace(self._status, is_typing=False))

    def _bring_up_to_date(self, keyboard: Keyboard, update: Update) -> None:
        if isinstance(update, TranslationUpdate) and not update.is_translated:
            if update.committed or update.unconfirmed:
                self._give_up(update, NO_TRANSLATION)
            return
        utterance = self._current
        if utterance is None or utterance.segment_id != update.segment_id:
            if not (update.committed.strip() or (self._is_live(keyboard, None) and update.unconfirmed.strip())):
                return  # no word yet: the window is chosen with the first one
            utterance = self._lock_on(keyboard, update)
            if utterance is None:
                return
        if update.revision < utterance.revision:
            return
        utterance.revision = update.revision
        typing = self._settings.typing
        live = self._is_live(keyboard, utterance.window)
        wanted = wanted_text(update, utterance.before, live=live, trailing_space=typing.trailing_space)
        if wanted != utterance.typed:
            self._revise(keyboard, utterance, update, wanted)

    def _is_live(self, keyboard: Keyboard, window: Window | None) -> bool:
        """Words that may change are typed only where Backspace is known to take back what Parley typed: not
        unseen by the user's keys, and not in terminals, where programs give it a meaning of their own."""
        typing = self._settings.typing
        known = keyboard.capabilities.sees_user and keyboard.capabilities.checks_focus
        return typing.live and known and not (window is not None and is_terminal(window, typing.terminals))

    def _lock_on(self, keyboard: Keyboard, update: Update) -> _Utterance | None:
        actions = keyboard.user_actions()
        window = keyboard.focused_window()
        if window is None and keyboard.capabilities.checks_focus:
            self._give_up(update, NO_WINDOW)
            return None
        window = window or Window("")
        if is_own(window):
            self._give_up(update, OWN_WINDOW)
            return None
        is_same_place = window.id == self._tail_window and actions == self._tail_actions
        self._given_up_to = max(self._given_up_to, update.segment_id - 1)  # whatever comes late of those before it
        own = self._tail if is_same_place else ""
        self._current = _Utterance(update.segment_id, window, actions, own or self._standing(keyboard, window), own)
        self._report(TypingStatus(window.label, is_typing=True))
        return self._current

    def _standing(self, keyboard: Keyboard, window: Window) -> str:
        """What stands before the caret where another than Parley put it; empty if unknown."""
        typing = self._settings.typing
        if not typing.read_before_caret or is_terminal(window, typing.terminals):
            return ""
        return standing(keyboard.text_before_caret(window) or "")

    def _revise(self, keyboard: Keyboard, utterance: _Utterance, update: Update, wanted: str) -> None:
        if wanted.startswith(utterance.typed):
            delete, insert = 0, wanted[len(utterance.typed) :]
        else:
            change = edit(utterance.typed, wanted)
            delete, insert = change.delete, change.insert
            if not self._is_live(keyboard, utterance.window) or not can_undo(utterance.typed, delete):
                log.warning("an utterance changed what it had committed; it is left as it was typed")
                return
        if delete and not self._delete(keyboard, utterance, update, delete):
            return
        self._insert(keyboard, utterance, update, insert)

    def _delete(self, keyboard: Keyboard, utterance: _Utterance, update: Update, count: int) -> bool:
        while count:
            if not self._may_go_on(keyboard, utterance, update):
                return False
            step = min(count, 20)
            done = keyboard.backspace(step, self._guard(keyboard, utterance))
            utterance.typed = utterance.typed[: len(utterance.typed) - done]
            self._remember(utterance)
            if done < step:
                self._stopped_midway(keyboard, utterance, update)
                return False
            count -= step
        return True

    def _insert(self, keyboard: Keyboard, utterance: _Utterance, update: Update, text: str) -> None:
        stalls = 0
        while text:
            if not self._may_go_on(keyboard, utterance, update):
                return
            chunk = keyboard.chunks(text, utterance.window)[0]
            sent = keyboard.send(chunk, utterance.window, self._guard(keyboard, utterance))
            utterance.typed += chunk.text[:sent]
            self._remember(utterance)
            text = text[sent:]
            if sent < len(chunk.text):
                stalls += 1
                if stalls > 2 or sent == 0:
                    self._stopped_midway(keyboard, utterance, update)
                    return

    def _guard(self, keyboard: Keyboard, utterance: _Utterance) -> Callable[[], bool]:
        return lambda: keyboard.user_actions() == utterance.actions and not self._is_closing and not self._is_changed

    def _may_go_on(self, keyboard: Keyboard, utterance: _Utterance, update: Update) -> bool:
        """The user has done nothing and the utterance's window still has the focus."""
        if self._is_closing or self._is_changed:
            return False
        if keyboard.user_actions() != utterance.actions:
            self._give_up(update, USER_ACTED)
            return False
        if keyboard.capabilities.checks_focus:
            focused = keyboard.focused_window()
            if focused is None or focused.id != utterance.window.id:
                self._give_up(update, FOCUS_CHANGED)
                return False
        return True

    def _stopped_midway(self, keyboard: Keyboard, utterance: _Utterance, update: Update) -> None:
        if self._may_go_on(keyboard, utterance, update) and not self._is_closing:
            self._give_up(update, KEYS_HELD)

    def _remember(self, utterance: _Utterance) -> None:
        self._tail = (utterance.own + utterance.typed)[-_REMEMBERED:]
        self._tail_window = utterance.window.id
        self._tail_actions = utterance.actions

    def _give_up(self, update: Update, message: str) -> None:
        self._given_up_to = max(self._given_up_to, update.segment_id)
        self._left, self._current = self._current if message in _INTERRUPTED else None, None
        self._report(TypingStatus(message=message))
        self._note_rest(update)

    def _note_rest(self, update: Update) -> None:
        """The utterance that was interrupted is over: keep what is missing of it."""
        left = self._left
        if left is None or left.segment_id != update.segment_id or not update.is_final:
            return
        self._left = None
        wanted = wanted_text(update, left.before, live=False, trailing_space=False)
        is_continued = wanted.startswith(left.typed)
        rest = wanted[len(left.typed) :] if is_continued else edit(left.typed, wanted).insert
        if rest.strip():
            self._rest = (update, rest.strip())
            self._report(replace(self._status, rest=rest.strip()))

    def _type_rest(self) -> None:
        """Never raises."""
        keyboard, rest = self._keyboard, self._rest
        if keyboard is None or rest is None:
            return
        update, text = rest
        try:
            window = keyboard.focused_window() or Window("")
            if is_own(window):
                self._report(replace(self._status, message=OWN_WINDOW))
                return
            self._rest = None
            here = _Utterance(_NO_SEGMENT, window, keyboard.user_actions(), "")
            self._current = here
            self._report(TypingStatus(window.label, is_typing=True))
            text = separator(self._standing(keyboard, window), text, language_of(update)) + text
            self._insert(keyboard, here, update, text)
            if missing := text[len(here.typed) :].strip():
                self._rest = (update, missing)
                self._report(replace(self._status, rest=missing))
        except EngineError as error:
            self._give_up(update, text_of(error))
        except Exception as error:
            log.error("typing failed: %s", type(error).__name__)
            self._give_up(update, "Typing failed; the next sentence is tried again.")
        self._current = None
        self._report(replace(self._status, is_typing=False))

    def _report(self, status: TypingStatus, *, always: bool = False) -> None:
        if status == self._status and not always:
            return
        self._status = status
        try:
            self._on_status(status)
        except Exception:
            log.exception("a listener to the typing status failed")

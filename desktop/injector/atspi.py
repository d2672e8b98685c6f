"""What stands before the caret of another program, by the desktop's accessibility bus (AT-SPI 2; Linux and BSD).
Used on the typist's thread.

Each read ends within `WITHIN`: a program that does not answer is left, and not asked again for a while. Fields for
passwords are never read; nothing is kept or logged. Interfaces: at-spi2-core, xml/Accessible.xml and Text.xml.
"""

import logging
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from jeepney import Message
    from jeepney.io.blocking import DBusConnection

log = logging.getLogger(__name__)

WITHIN = 0.1
"""seconds that a read takes at most"""
LEFT_FOR = 30.0
"""seconds for which a program that did not answer is not asked again"""
MOST = 200
"""characters that are read"""

_ACCESSIBLE: Final = "org.a11y.atspi.Accessible"
_TEXT: Final = "org.a11y.atspi.Text"
_ACTIVE, _EDITABLE, _FOCUSED, _SHOWING, _MANAGES_DESCENDANTS = 1 << 1, 1 << 7, 1 << 12, 1 << 25, 1 << 31
"""states (AtspiStateType)"""
_PASSWORD, _TERMINAL = 40, 60
"""roles (AtspiRole)"""
_OBJECT: Final = "\ufffc"
"""stands in a text for something that is none, or for a text of its own"""


@dataclass(frozen=True, slots=True)
class _Object:
    """An object of the tree: who has it, and its path there."""

    bus: str
    path: str


_ROOT = _Object("org.a11y.atspi.Registry", "/org/a11y/atspi/accessible/root")


class FocusedText:
    """Reads before the caret of the object that has the focus. Never raises."""

    def __init__(self) -> None:
        self._connection: DBusConnection | None = None
        self._deadline = 0.0
        self._found: tuple[int, _Object] | None = None
        """process, and what had its focus when it was asked last"""
        self._left: dict[int, float] = {}
        """process that did not answer -> when it is asked again"""

    def before_caret(self, process: int) -> str | None:
        """At most `MOST` characters before the caret in the focused field of a process; empty at its beginning; None
        where that cannot be known or is not to be read."""
        now = time.monotonic()
        if not process or self._left.get(process, 0.0) > now:
            return None
        self._deadline = now + WITHIN
        try:
            return self._read(process)
        except TimeoutError:
            self._left = {other: until for other, until in self._left.items() if until > now}
            self._left[process] = now + LEFT_FOR
        except Exception as error:  # whatever comes over the bus; its text may quote what was read
            log.info("what stands before the caret is not known: %s", type(error).__name__)
            self.close()
        return None

    def close(self) -> None:
        """Leave the bus. Idempotent; the next read joins it again."""
        connection, self._connection, self._found = self._connection, None, None
        if connection is not None:
            connection.close()

    def _read(self, process: int) -> str | None:
        if self._connection is None:
            self._connection = self._join()
        if self._connection is None:
            return None
        if self._found is not None and self._found[0] == process:
            [state] = self._ask([_state(self._found[1])])
            if _has(state, _FOCUSED):
                return self._text(self._found[1])
        found = self._focused(process)
        self._found = (process, found) if found is not None else None
        return self._text(found) if found is not None else None

    def _join(self) -> "DBusConnection | None":
        from jeepney import DBusAddress, MessageFlag, new_method_call
        from jeepney.io.blocking import open_dbus_connection

        address = os.environ.get("AT_SPI_BUS_ADDRESS", "")
        if not address:
            question = new_method_call(DBusAddress("/org/a11y/bus", "org.a11y.Bus", "org.a11y.Bus"), "GetAddress")
            question.header.flags = MessageFlag.no_auto_start  # where it does not run nobody is on it
            with open_dbus_connection("SESSION", auth_timeout=self._time_left()) as session:
                answer = session.send_and_get_reply(question, timeout=self._time_left())
            address = str(answer.body[0]) if _succeeded(answer) else ""
        if not address.startswith("unix:"):
            return None
        return open_dbus_connection(address, auth_timeout=self._time_left())

    def _focused(self, process: int) -> _Object | None:
        """The editable object that has the focus: looked for in what is shown of the active window, level by level."""
        from jeepney import message_bus

        [programs] = self._ask([_call(_ROOT, "GetChildren")])
        names = [_Object(bus, path) for bus, path in programs or ()]
        processes = self._ask([message_bus.GetConnectionUnixProcessID(name.bus) for name in names])
        level = [name for name, owner in zip(names, processes, strict=True) if owner == process]
        windows = self._children(level)
        states = self._ask([_state(window) for window in windows])
        level = [window for window, state in zip(windows, states, strict=True) if _has(state, _ACTIVE)]
        while level:
            states = self._ask([_state(one) for one in level])
            for one, state in zip(level, states, strict=True):
                if _has(state, _FOCUSED) and _has(state, _EDITABLE):
                    return one
            level = self._children(
                [
                    one
                    for one, state in zip(level, states, strict=True)
                    if _has(state, _SHOWING) and not _has(state, _MANAGES_DESCENDANTS)
                ]
            )
        return None

    def _children(self, parents: Sequence[_Object]) -> list[_Object]:
        answers = self._ask([_call(parent, "GetChildren") for parent in parents])
        found = [_Object(bus, path) for answer in answers for bus, path in answer or ()]
        return [one for one in found if not one.path.endswith("/null")]

    def _text(self, where: _Object) -> str | None:
        role, caret, selected = self._ask(
            [_call(where, "GetRole"), _caret(where), _call(where, "GetSelection", "i", (0,))]
        )
        if role is None or role in (_PASSWORD, _TERMINAL) or not _has_caret(caret):
            return None
        offset = int(caret[1])
        start, end = selected if isinstance(selected, tuple) and len(selected) == 2 else (0, 0)
        if start < end:
            offset = start  # what is typed replaces what is selected
        before, behind = self._ask(
            [_call(where, "GetText", "ii", span) for span in ((max(0, offset - MOST), offset), (offset, offset + 1))]
        )
        if not isinstance(before, str):
            return None
        if not before.endswith(_OBJECT) and behind != _OBJECT:
            return before
        inside = self._children([where])
        carets = self._ask([_caret(one) for one in inside])
        for one, caret in zip(inside, carets, strict=True):
            if _has_caret(caret):
                return self._text(one)
        return None if before.endswith(_OBJECT) else before

    def _ask(self, questions: "Sequence[Message]") -> list[Any]:
        """The answers to questions that go out together: what the method returns, None where it failed. Raises
        TimeoutError."""
        from jeepney import HeaderFields

        connection = self._connection
        assert connection is not None
        open_ones: dict[int, int] = {}
        for index, question in enumerate(questions):
            serial = next(connection.outgoing_serial)
            connection.send(question, serial=serial)
            open_ones[serial] = index
        answers: list[Any] = [None] * len(questions)
        while open_ones:
            message = connection.receive(timeout=self._time_left())
            index = open_ones.pop(message.header.fields.get(HeaderFields.reply_serial, 0), -1)
            if index >= 0 and _succeeded(message):
                answers[index] = message.body[0] if len(message.body) == 1 else message.body
        return answers

    def _time_left(self) -> float:
        """Raises TimeoutError."""
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left


def _call(where: _Object, method: str, signature: str | None = None, arguments: tuple[Any, ...] = ()) -> "Message":
    from jeepney import DBusAddress, new_method_call

    interface = _TEXT if method in ("GetText", "GetSelection") else _ACCESSIBLE
    return new_method_call(DBusAddress(where.path, where.bus, interface), method, signature, arguments)


def _caret(where: _Object) -> "Message":
    from jeepney import DBusAddress, Properties

    return Properties(DBusAddress(where.path, where.bus, _TEXT)).get("CaretOffset")


def _has_caret(value: Any) -> bool:
    return value is not None and int(value[1]) >= 0


def _state(where: _Object) -> "Message":
    return _call(where, "GetState")


def _has(state: Any, bit: int) -> bool:
    return bool(state) and bool(state[0] & bit)


def _succeeded(message: "Message") -> bool:
    from jeepney import MessageType

    return message.header.message_type is MessageType.method_return

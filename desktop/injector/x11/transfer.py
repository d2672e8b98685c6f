"""Moves selections between programs: fetches every format of one, and serves formats, large ones in pieces (INCR).

The protocol is the Inter-Client Communication Conventions Manual, chapter 2. Runs on the selections' thread.
"""

import select
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

PIECE = 64 * 1024
"""bytes that go in one property; more goes in pieces"""
MOST = 256 * 1024 * 1024
"""bytes of a clipboard that are saved"""
_NOT_CONTENT = frozenset(
    {"TARGETS", "MULTIPLE", "TIMESTAMP", "SAVE_TARGETS", "DELETE", "INSERT_SELECTION", "INSERT_PROPERTY"}
)


@dataclass(frozen=True, slots=True)
class Value:
    """One format's data."""

    type: int
    """atom"""
    format: int
    """bits of an item: 8, 16 or 32"""
    data: Any
    """bytes for format 8, else a sequence of int"""


@dataclass(frozen=True, slots=True)
class Content:
    """What a selection holds, in every format."""

    values: dict[int, Value]
    """target atom -> value"""
    is_parleys: bool = False


def text_content(display: Any, text: str) -> Content:
    """Plain text, in the formats that programs ask for."""
    utf8 = text.encode()
    values: dict[int, Value] = {}
    for name in ("UTF8_STRING", "text/plain;charset=utf-8", "text/plain"):
        target = display.intern_atom(name)
        values[target] = Value(display.intern_atom("UTF8_STRING") if name == "UTF8_STRING" else target, 8, utf8)
    try:
        latin = text.encode("latin-1")
    except UnicodeEncodeError:
        pass
    else:
        string = display.intern_atom("STRING")
        values[string] = Value(string, 8, latin)
    # Clipboard histories that know this hint do not keep what is only passing through.
    hint = display.intern_atom("x-kde-passwordManagerHint")
    values[hint] = Value(hint, 8, b"secret")
    return Content(values, is_parleys=True)


def fetch(
    display: Any, window: Any, selection: int, stamp: int, within: float, on_other: Callable[[Any], None]
) -> Content | None:
    """Everything that the owner of a selection offers; None if it does not answer.

    within: seconds it may take for one format (an image comes in a dozen, each made when it is asked for); for all
    together four times as long. on_other: gets the events that are not part of this.
    """
    deadline = time.monotonic() + 4 * within
    targets_atom = display.intern_atom("TARGETS")
    listed = _convert(display, window, selection, targets_atom, stamp, min(deadline, time.monotonic() + 1), on_other)
    if listed is None or listed.format != 32:
        # A simple owner that does not list its formats still has text.
        targets = [display.intern_atom("UTF8_STRING"), display.intern_atom("STRING")]
        deadline = time.monotonic() + within
    else:
        targets = list(dict.fromkeys(int(atom) for atom in listed.data))
    values: dict[int, Value] = {}
    total = 0
    wanted = [target for target in targets if target and display.get_atom_name(target) not in _NOT_CONTENT]
    for target in wanted:
        soon = min(deadline, time.monotonic() + within)
        value = _convert(display, window, selection, target, stamp, soon, on_other)
        if value is not None:
            total += len(value.data) * value.format // 8
            values[target] = value
        if total > MOST or time.monotonic() > deadline:
            return None
    return Content(values) if values or not wanted else None


def _convert(
    display: Any, window: Any, selection: int, target: int, stamp: int, deadline: float, on_other: Callable[[Any], None]
) -> Value | None:
    from Xlib import X

    place = display.intern_atom("_PARLEY_SAVE")
    window.delete_property(place)
    window.convert_selection(selection, target, place, stamp)

    def is_answer(event: Any) -> bool:
        return bool(event.type == X.SelectionNotify and event.selection == selection and event.target == target)

    answer = _wait(display, is_answer, deadline, on_other)
    if answer is None or answer.property == X.NONE:
        return None
    value = _take(window, place)
    if value is None or value.type != display.intern_atom("INCR"):
        return value
    pieces: list[Value] = []

    def is_piece(event: Any) -> bool:
        return bool(
            event.type == X.PropertyNotify
            and event.window == window
            and event.atom == place
            and event.state == X.PropertyNewValue
        )

    while _wait(display, is_piece, deadline, on_other) is not None:
        piece = _take(window, place)
        if piece is None:
            continue
        if not len(piece.data):
            return _whole(pieces, piece)
        pieces.append(piece)
    return None


def _whole(pieces: list[Value], last: Value) -> Value:
    first = pieces[0] if pieces else last
    if first.format == 8:
        return Value(first.type, 8, b"".join(bytes(piece.data) for piece in pieces))
    return Value(first.type, first.format, [item for piece in pieces for item in piece.data])


def _take(window: Any, place: int) -> Value | None:
    """Read a property and delete it, which tells the owner to go on."""
    from Xlib import X

    found = window.get_full_property(place, X.AnyPropertyType, 1 << 20)
    window.delete_property(place)
    if found is None:
        return None
    data = bytes(found.value) if found.format == 8 else list(found.value)
    return Value(found.property_type, found.format, data)


def _wait(display: Any, is_it: Callable[[Any], bool], deadline: float, on_other: Callable[[Any], None]) -> Any:
    while True:
        while display.pending_events():
            event = display.next_event()
            if is_it(event):
                return event
            on_other(event)
        left = deadline - time.monotonic()
        if left <= 0:
            return None
        display.flush()
        select.select([display.fileno()], [], [], left)


class Transfers:
    """Serves content to whoever asks."""

    def __init__(self, display: Any) -> None:
        self._display = display
        self._running: dict[tuple[int, int], tuple[Any, Value, int, float]] = {}
        """(requestor, property) -> window, value, bytes sent, last sign of life"""

    @property
    def is_busy(self) -> bool:
        """Somebody is in the middle of a large transfer."""
        now = time.monotonic()
        self._running = {key: entry for key, entry in self._running.items() if now - entry[3] < 5}
        return bool(self._running)

    def serve(self, event: Any, content: Content | None, since: int) -> bool:
        """Answer a SelectionRequest; True if it fetched a text of Parley's."""
        from Xlib import X
        from Xlib.protocol import event as events

        place = event.property or event.target
        is_served = content is not None and self._put(event.requestor, place, event.target, content, since)
        answer = events.SelectionNotify(
            time=event.time,
            requestor=event.requestor,
            selection=event.selection,
            target=event.target,
            property=place if is_served else X.NONE,
        )
        event.requestor.send_event(answer, onerror=_ignore)
        self._display.flush()
        name = self._display.get_atom_name(event.target)
        return bool(is_served and content and content.is_parleys and name.startswith(("UTF8", "STRING", "text/")))

    def _put(self, requestor: Any, place: int, target: int, content: Content, since: int) -> bool:
        from Xlib import X, Xatom

        name = self._display.get_atom_name(target)
        if name == "TARGETS":
            own = [self._display.intern_atom(each) for each in ("TARGETS", "TIMESTAMP", "MULTIPLE")]
            requestor.change_property(place, Xatom.ATOM, 32, [*own, *content.values], onerror=_ignore)
            return True
        if name == "TIMESTAMP":
            requestor.change_property(place, Xatom.INTEGER, 32, [since], onerror=_ignore)
            return True
        if name == "MULTIPLE":
            return self._put_several(requestor, place, content, since)
        value = content.values.get(target)
        if value is None:
            return False
        if len(value.data) * value.format // 8 <= PIECE:
            requestor.change_property(place, value.type, value.format, value.data, onerror=_ignore)
            return True
        requestor.change_attributes(event_mask=X.PropertyChangeMask, onerror=_ignore)
        self._running[(requestor.id, place)] = (requestor, value, 0, time.monotonic())
        size = len(value.data) * value.format // 8
        requestor.change_property(place, self._display.intern_atom("INCR"), 32, [size], onerror=_ignore)
        return True

    def _put_several(self, requestor: Any, place: int, content: Content, since: int) -> bool:
        from Xlib import X

        pairs = requestor.get_full_property(place, X.AnyPropertyType)
        if pairs is None or pairs.format != 32:
            return False
        atoms = list(pairs.value)
        for index in range(0, len(atoms) - 1, 2):
            if not self._put(requestor, atoms[index + 1], atoms[index], content, since):
                atoms[index + 1] = X.NONE
        requestor.change_property(place, pairs.property_type, 32, atoms, onerror=_ignore)
        return True

    def on_property(self, event: Any) -> None:
        """A requestor took a piece: send the next one, an empty one last."""
        from Xlib import X

        key = (event.window.id, event.atom)
        if event.state != X.PropertyDelete or key not in self._running:
            return
        requestor, value, sent, _ = self._running[key]
        items = PIECE * 8 // value.format
        piece = value.data[sent : sent + items]
        requestor.change_property(event.atom, value.type, value.format, piece, onerror=_ignore)
        self._display.flush()
        if len(piece):
            self._running[key] = (requestor, value, sent + len(piece), time.monotonic())
        else:
            del self._running[key]


def _ignore(*_: Any) -> int:
    """The requestor may vanish at any time: that is its affair."""
    return 1

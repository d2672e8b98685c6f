"""Says sentences through the screen reader, if one runs. GUI thread only.

PyQt has no binding for Qt's announcements; Qt Quick has, and needs no window for it. It is loaded when a screen reader
is there: 0.15 s and 19 MB that all others do without.
"""

from collections import deque
from typing import Any

from PyQt6.QtCore import QObject, QTimer

EVERY = 1_000
"""Milliseconds between two announcements; what comes meanwhile is said together."""
_MOST = 8
"""sentences that wait; older ones are left out, they stand in the window"""
_QML = b"""import QtQuick
Item {
    function say(sentence, isUrgent) {
        Accessible.announce(sentence, isUrgent ? Accessible.Assertive : Accessible.Polite)
    }
}
"""


class Announcer(QObject):
    """Announces what it is told, each sentence once, no faster than it can be heard."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._engine: Any = None
        self._item: Any = None
        self._waiting: deque[tuple[str, bool]] = deque(maxlen=_MOST)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(EVERY)
        self._pause.timeout.connect(self._say_next)

    @property
    def is_on(self) -> bool:
        """Whether anything is announced."""
        return self._item is not None

    def switch(self, is_on: bool) -> None:
        """Announce from now on, or no more."""
        if is_on and self._item is None:
            self._load()
        elif not is_on and self._item is not None:
            self._waiting.clear()
            self._item.deleteLater()
            self._engine.deleteLater()
            self._item = self._engine = None

    def say(self, sentence: str, *, is_urgent: bool = False) -> None:
        """Announce a sentence as soon as its turn comes; is_urgent: it may interrupt what is being read."""
        if self._item is None or not sentence:
            return
        self._waiting.append((sentence, is_urgent))
        if not self._pause.isActive():
            self._say_next()

    def _say_next(self) -> None:
        if self._item is None or not self._waiting:
            return
        sentences = [sentence for sentence, _ in self._waiting]
        is_urgent = any(urgent for _, urgent in self._waiting)
        self._waiting.clear()
        self._item.say("\n".join(sentences), is_urgent)
        self._pause.start()

    def _load(self) -> None:
        from PyQt6.QtCore import QUrl
        from PyQt6.QtQml import QQmlComponent, QQmlEngine

        self._engine = QQmlEngine(self)
        component = QQmlComponent(self._engine)
        component.setData(_QML, QUrl())
        self._item = _Announcing(component.create(), self) if not component.isError() else None


class _Announcing(QObject):
    """The item of Qt Quick whose function announces."""

    def __init__(self, item: Any, parent: QObject) -> None:
        super().__init__(parent)
        item.setParent(self)
        self._item = item

    def say(self, sentence: str, is_urgent: bool) -> None:
        from PyQt6.QtCore import Q_ARG, QMetaObject, QVariant

        QMetaObject.invokeMethod(
            self._item, "say", Q_ARG(QVariant, QVariant(sentence)), Q_ARG(QVariant, QVariant(is_urgent))
        )

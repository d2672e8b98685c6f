"""The subtitles alone, as a program for tests: commands on stdin, what happens on stdout, in JSON lines."""

import json
import sys
import threading
from typing import Any

from PyQt6.QtCore import QObject, QTimer, pyqtSignal
from PyQt6.QtWidgets import QApplication

from desktop.engine.events import TranscriptUpdate, TranslationUpdate
from desktop.overlay.window import SubtitleOverlay
from desktop.settings.declaration import Settings


class Program(QObject):
    """One line in, one line out."""

    received = pyqtSignal(dict)

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self.settings = settings
        self.overlay = SubtitleOverlay(settings)
        self.overlay.geometryChanged.connect(lambda value: self.keep("geometry", value))
        self.overlay.settingChanged.connect(lambda key, value: self.keep(key.split(".")[1], value))
        self.overlay.lockedChanged.connect(lambda value: self.say(locked=value))
        self.received.connect(self.obey)
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self) -> None:
        for line in sys.stdin:
            self.received.emit(json.loads(line))
        self.received.emit({"quit": True})

    def keep(self, name: str, value: object) -> None:
        """Store a setting as the app does, and apply it."""
        subtitles = self.settings.subtitles.model_copy(update={name: value})
        self.settings = self.settings.model_copy(update={"subtitles": subtitles})
        self.overlay.apply(self.settings)
        self.say(**{name: value})

    def obey(self, command: dict[str, Any]) -> None:
        for name, value in command.items():
            if name == "transcript":
                segment, revision, language, committed, unconfirmed, final = value
                update = TranscriptUpdate(segment, revision, language, committed, unconfirmed, (), 0, 0, final)
                self.overlay.on_event(update)
            elif name == "translation":
                segment, revision, source, target, committed, unconfirmed, final, translated = value
                self.overlay.on_event(
                    TranslationUpdate(segment, revision, source, target, committed, unconfirmed, final, translated)
                )
            elif name == "lock":
                self.overlay.set_locked(value)
            elif name == "set":
                self.keep(*value)
            elif name == "quit":
                QApplication.quit()
        # After the window manager had its say.
        QTimer.singleShot(100, self.report)

    def report(self) -> None:
        self.say(
            done=True,
            text=self.overlay.text(),
            place=self.overlay.geometry().getRect(),
            visible=self.overlay.isVisible(),
            wid=int(self.overlay.winId()),
        )

    def say(self, **message: object) -> None:
        print(json.dumps(message), flush=True)


if __name__ == "__main__":
    app = QApplication(sys.argv[:1])
    app.setQuitOnLastWindowClosed(False)
    program = Program(Settings(subtitles=json.loads(sys.argv[1]) if len(sys.argv) > 1 else {}))
    program.say(ready=True)
    app.exec()

"""Run by a test as a program of its own on a real X screen: the Doctor's window with real keys. Prints JSON.

Types into the field, then waits until somebody presses the hotkey.
"""

import json
import sys
import time

from PyQt6.QtCore import QEventLoop, QTimer
from PyQt6.QtWidgets import QApplication

from desktop.settings.store import SettingsStore
from desktop.ui.doctor.window import DoctorWindow
from desktop.ui.runtime.hotkeys import Hotkeys
from desktop.ui.widgets import theme

HOTKEY = "<ctrl>+<alt>+l"


def main() -> None:
    application = QApplication(sys.argv[:1])
    theme.apply("light")
    store = SettingsStore(None, environment={})
    store.update(
        {"recognition.language": "en", "translation.target": "es", "hotkeys.toggle_listening": HOTKEY, **settings()}
    )
    hotkeys = Hotkeys()
    pressed: list[str] = []
    hotkeys.pressed.connect(pressed.append)
    hotkeys.apply(store.current.hotkeys.model_dump())
    window = DoctorWindow(store.current, hotkeys, (), time.time())
    window.show()
    loop = QEventLoop()
    QTimer.singleShot(60_000, loop.quit)
    window.examined.connect(loop.quit)
    window.examine()
    loop.exec()

    typed = QEventLoop()
    QTimer.singleShot(20_000, typed.quit)
    window.typing.tried.connect(lambda _: typed.quit())
    window.typing.try_typing()
    typed.exec()

    tried = QEventLoop()
    QTimer.singleShot(20_000, tried.quit)
    hotkeys.tried.connect(lambda _: QTimer.singleShot(0, tried.quit))
    window.hotkey.button.click()
    print("press", flush=True)
    tried.exec()
    during = list(pressed)
    if len(sys.argv) > 1:
        window.grab().save(sys.argv[1])

    again = QEventLoop()
    QTimer.singleShot(20_000, again.quit)
    hotkeys.pressed.connect(lambda _: QTimer.singleShot(0, again.quit))
    print("again", flush=True)
    again.exec()
    result = {
        "field": window.typing.field.text(),
        "typing": [window.typing.mark.words, window.typing.words],
        "hotkey": [window.hotkey.mark.words, window.hotkey.words],
        "pressed_during": during,
        "pressed_after": pressed,
        "rows": {row.check_id: row.mark.words for row in window.rows.values()},
        "summary": window.summary.text(),
    }
    hotkeys.close()
    window.close()
    QTimer.singleShot(200, application.quit)
    application.exec()
    print(json.dumps(result), flush=True)


def settings() -> dict[str, object]:
    """Subtitles on, so that the compositor matters."""
    return {"subtitles.enabled": True}


if __name__ == "__main__":
    main()

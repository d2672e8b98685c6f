"""What other processes may ask of the app that runs: `parley toggle` and its like. GUI thread."""

import json
from typing import TYPE_CHECKING

from desktop.system import instance

if TYPE_CHECKING:
    from desktop.app.wiring import App


def answer(app: "App", wish: str) -> str:
    """Do what is wished, one of `instance.WISHES`, and say as JSON what Parley does then."""
    overlay = app.outputs.overlay
    is_running = app.window.status.is_running
    match wish:
        case instance.SHOW:
            app.show_window()
        case instance.START:
            app.show_window()
            if not is_running:
                app.start()
        case instance.TOGGLE:
            app.window.toggle()
        case instance.STOP if is_running:
            app.stop()
        case instance.UNLOCK:
            app.unlock(overlay is None or overlay.is_locked)
        case instance.SILENCE:
            app.stop_speaking()
        case instance.TYPE_REST:
            app.outputs.type_rest()
    status = app.window.status
    subtitles = "off" if overlay is None else "locked" if overlay.is_locked else "unlocked"
    said = {"state": status.state, "words": status.words, "reason": status.reason, "subtitles": subtitles}
    return json.dumps(said)

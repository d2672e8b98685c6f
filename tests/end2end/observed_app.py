"""The real app, which also writes down what happens in it: one JSON object a line.

usage: observed_app.py FILE ARGUMENTS-OF-PARLEY-GUI…
"""

import json
import sys
from pathlib import Path
from typing import Any

from desktop import app
from desktop.engine.events import SpeechAudio, StateChanged, TranscriptUpdate, TranslationUpdate


class ObservedApp(app.App):
    """The app; `journal` gets states, finals and what the overlay shows after each of them."""

    journal: Path

    def _connect(self) -> None:
        super()._connect()
        self.hotkeys.failed.connect(lambda sentence: self._note(notice=sentence))

    def _on_event(self, event: Any) -> None:
        super()._on_event(event)
        if isinstance(event, StateChanged):
            self._note(state=event.state.value, detail=event.detail)
        elif isinstance(event, TranscriptUpdate | TranslationUpdate):
            kind = "transcript" if isinstance(event, TranscriptUpdate) else "translation"
            self._note(**{kind: event.committed, "open": event.unconfirmed, "final": event.is_final})
        elif isinstance(event, SpeechAudio):
            self._note(spoken=event.text)

    def _note(self, **what: object) -> None:
        shown = self.outputs.overlay.text() if self.outputs.overlay is not None else ""
        with self.journal.open("a", encoding="utf-8") as journal:
            journal.write(json.dumps(what | {"overlay": shown}, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    ObservedApp.journal = Path(sys.argv[1])
    app.App = ObservedApp  # type: ignore[misc]
    sys.exit(app.run(sys.argv[2:]))

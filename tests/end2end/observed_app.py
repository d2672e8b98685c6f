"""The real app, which also writes down what happens in it: one JSON object a line.

usage: observed_app.py FILE ARGUMENTS-OF-PARLEY-GUI…
"""

import json
import sys
from pathlib import Path
from typing import Any

from PyQt6.QtCore import QTimer

from desktop.app.start import run
from desktop.app.wiring import App
from desktop.engine.events import SpeechAudio, StateChanged, TranscriptUpdate, TranslationUpdate
from desktop.messages import text_of
from desktop.ui.runtime.engine_thread import EngineThread


class ObservedApp(App):
    """The app; `journal` gets states, finals, languages that are set, and what the overlay shows after each of them."""

    journal: Path

    def _connect(self) -> None:
        super()._connect()
        self.outputs.typed.connect(lambda status: self._note(typing=status.message, into=status.target))
        self.background.failed.connect(lambda sentence: self._note(notice=sentence))

    def _connect_engine(self, engine: EngineThread) -> None:
        super()._connect_engine(engine)
        engine.received.connect(self._seen)
        if self.store is not None:
            self.store.subscribe(lambda settings: self._note(language=settings.recognition.language))

    def _seen(self, event: Any) -> None:
        QTimer.singleShot(0, lambda: self._write_down(event))  # behind whoever else the event was delivered to

    def _write_down(self, event: Any) -> None:
        if isinstance(event, StateChanged):
            self._note(state=event.state.value, detail=text_of(event.detail))
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
    sys.exit(run(sys.argv[2:], ObservedApp))

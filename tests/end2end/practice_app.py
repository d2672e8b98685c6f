"""The real app in which somebody opens Practice, reads a file, and looks at the result.

usage: practice_app.py JOURNAL TEXT SOURCE PICTURES ARGUMENTS-OF-PARLEY-GUI…

SOURCE: what is heard, as the settings name it. JOURNAL gets one JSON object a line: each state, each change of marks
with its time, the result, what the app's own window heard. PICTURES: a folder for screenshots of the reading, the
result and the marks; "-" for none. The app ends after the result.
"""

import json
import sys
import time
from pathlib import Path
from typing import Any

from PyQt6.QtCore import QTimer

from desktop.app.start import run
from desktop.app.wiring import App
from desktop.engine.events import TranscriptUpdate
from desktop.practice.feedback import PassageFeedback, PracticeResult
from desktop.practice.record import record
from desktop.ui.runtime.engine_thread import EngineThread


class PracticeApp(App):
    """The app; opens Practice as soon as the engine is there."""

    journal: Path
    text: Path
    source: str
    pictures: str
    _is_pictured = False

    def _connect_engine(self, engine: EngineThread) -> None:
        super()._connect_engine(engine)
        engine.received.connect(self._heard)
        QTimer.singleShot(0, self._read)

    def _heard(self, event: Any) -> None:
        if isinstance(event, TranscriptUpdate):
            self._note(heard_by_the_app=event.committed)

    def _read(self) -> None:
        window = self.practice.open()
        assert window is not None
        self._window = window
        window._choose_source(self.source)
        window.texts.opened.connect(self._start)
        window.texts.open_file(self.text)

    def _start(self) -> None:
        window = self._window
        window.toggle()
        window.toggle()
        assert window.run is not None
        window.run.stateChanged.connect(lambda state: self._note(state=state))
        window.run.feedbackChanged.connect(self._changed)
        window.run.failed.connect(self._failed)
        window.run.finished.connect(self._finished)

    def _changed(self, feedback: PassageFeedback) -> None:
        marks = {word.index: word.status.value for word in feedback.words if word.status.value != "pending"}
        self._note(marks=marks, position=feedback.position, at=time.monotonic())
        if not self._is_pictured and 5 * len(marks) >= 2 * len(feedback.words):
            self._is_pictured = True
            QTimer.singleShot(0, lambda: self._picture("reading"))

    def _failed(self, sentence: str) -> None:
        self._note(failed=sentence)
        self.quit()

    def _finished(self, result: PracticeResult, _: object) -> None:
        self._note(result=record(result))
        QTimer.singleShot(2_500, self._end)  # a screen reader hears one sentence a second

    def _end(self) -> None:
        self._picture("result")
        self._window.go_back()
        self._picture("marks")
        self.quit()

    def _picture(self, name: str) -> None:
        if self.pictures != "-":
            self._window.grab().save(str(Path(self.pictures) / f"practice-{name}.png"))

    def _note(self, **what: object) -> None:
        with self.journal.open("a", encoding="utf-8") as journal:
            journal.write(json.dumps(what, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    PracticeApp.journal, PracticeApp.text = map(Path, sys.argv[1:3])
    PracticeApp.source, PracticeApp.pictures = sys.argv[3:5]
    sys.exit(run(sys.argv[5:], PracticeApp))

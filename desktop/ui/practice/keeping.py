"""What is kept of readings, and what it says for the result page. No Qt. Each call takes a moment: any thread but the
GUI's."""

from dataclasses import dataclass
from pathlib import Path

from desktop.engine.events import SAMPLE_RATE
from desktop.practice.feedback import PracticeResult
from desktop.practice.history import History, text_key
from desktop.practice.progress import HardWord, Point, hard_words, progress
from desktop.practice.text import PracticeText
from desktop.ui.practice.recording import Recording


@dataclass(frozen=True, slots=True)
class Shown:
    """What earlier readings say of one text."""

    points: tuple[Point, ...] = ()
    words: tuple[HardWord, ...] = ()
    note: str = ""
    """one sentence: whether this reading is kept, and its sound"""
    name: str = ""
    """of this reading, if it is kept"""
    problem: str = ""
    """one sentence: why it cannot be kept, or deleted"""


class Keeping:
    """Keeps readings in a folder."""

    def __init__(self, folder: Path, *, keeps_results: bool, keeps_audio: bool) -> None:
        self._history = History(folder)
        self._folder = folder
        self._keeps_results = keeps_results
        self._keeps_audio = keeps_audio

    def keep(self, text: PracticeText, result: PracticeResult, recording: Recording) -> Shown:
        """Keep a reading, as far as the settings say so, and look at all of them. Never raises."""
        if not self._keeps_results:
            return self.look(text, "Results are not kept; the settings say so.")
        note = "This result is kept on this computer, without its sound."
        try:
            kept = self._history.add(text, result)
            if self._keeps_audio:
                path = self._history.add_sound(kept, recording.sound(), SAMPLE_RATE)
                note = f"This result and its sound are kept: {path}"
        except OSError as error:
            reason = (error.strerror or "unknown reason").lower()
            problem = f"The result cannot be kept ({reason}); check the disk and {self._folder}."
            return self.look(text, problem=problem)
        return self.look(text, note, kept.name)

    def delete(self, text: PracticeText, name: str) -> Shown:
        """Delete one reading of a text, or all of any text with an empty name. Never raises."""
        try:
            if name:
                self._history.delete(name)
            else:
                self._history.clear()
        except OSError as error:
            reason = (error.strerror or "unknown reason").lower()
            problem = f"The result cannot be deleted ({reason}); it is in {self._folder}."
            return self.look(text, name=name, problem=problem)
        return self.look(text, "This result is deleted." if name else "All results are deleted.")

    def look(self, text: PracticeText, note: str = "", name: str = "", problem: str = "") -> Shown:
        """What all readings say. Never raises."""
        readings = self._history.all()
        return Shown(progress(readings, text_key(text)), hard_words(readings, text.language, 8), note, name, problem)

"""What was said, as lines of a transcript: which line an event changes and what it then shows. Pure, no Qt.

An engine lives as long as the window, so `segment_id` names a line through every start and stop.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from desktop.engine.transcript.reducer import Passage, TranscriptReducer, is_newer, passage
from desktop.engine.transcript.revisions import Revision, revisions

if TYPE_CHECKING:  # numpy comes with them, and the window is on screen before it is imported
    from desktop.engine.events import TranscriptUpdate, TranslationUpdate, Word
    from desktop.engine.transcript.export import Utterance


@dataclass(frozen=True, slots=True)
class Recording:
    """A recording that is heard now."""

    path: str
    begins: float
    """time of the session at which it begins"""


@dataclass(slots=True)
class TranscriptLine:
    """One utterance."""

    time: datetime
    """wall clock at its start"""
    heard: "TranscriptUpdate"
    translated: "TranslationUpdate | None" = None
    is_phrasebook: bool = False
    """a starter model recognised it, which knows a phrasebook only"""
    corrected: str | None = None
    """what the user wrote instead of what was heard; empty takes the line out"""
    recording: str = ""
    """path of the recording that it is of; empty: what was said at that time"""
    at: float = 0.0
    """seconds since the recording's beginning"""

    @property
    def stamp(self) -> str:
        """The time that is shown: of the recording, or of the day."""
        if not self.recording:
            return f"{self.time:%H:%M:%S}"
        minutes, seconds = divmod(int(self.at), 60)
        return f"{minutes // 60:02}:{minutes % 60:02}:{seconds:02}"

    @property
    def is_earlier(self) -> bool:
        """Whether it is of an earlier run and was brought back."""
        return self.heard.segment_id < 0

    @property
    def original(self) -> Passage:
        if self.corrected is not None:
            return Passage(self.corrected, len(self.corrected), self.heard.language)
        return passage(self.heard)

    @property
    def revised(self) -> tuple[Revision, ...]:
        """Where the text is another one than was shown while it was spoken."""
        return revisions(self.heard) if self.corrected is None else ()

    @property
    def translation(self) -> Passage | None:
        """None: nothing to show (no translation asked for, none yet, none possible, or it is that language already)."""
        update = self.translated
        if update is None or not update.is_translated or update.source_language == update.target_language:
            return None
        text = passage(update)
        return text if text.text else None

    @property
    def untranslated(self) -> str:
        """The language into which there was no way to translate the line; empty if there is no such trouble."""
        update = self.translated
        return update.target_language if update is not None and not update.is_translated else ""


@dataclass(frozen=True, slots=True)
class _Cleared:
    """All lines were taken out."""

    lines: tuple[TranscriptLine, ...]


@dataclass(frozen=True, slots=True)
class _Corrected:
    """A line was corrected; as it was before."""

    segment_id: int
    text: str | None
    translated: "TranslationUpdate | None"


_MOST_UNDONE = 50
"""corrections that can be undone; that lines were taken out can always be, or they would be lost"""


class TranscriptLines(Sequence[TranscriptLine]):
    """All lines of the window, oldest first. The methods that take an event return the index of the line that
    changed, or None."""

    def __init__(self) -> None:
        self._reducer = TranscriptReducer()
        self._lines: list[TranscriptLine] = []
        self._index: dict[int, int] = {}
        self._done: list[_Cleared | _Corrected] = []

    def __len__(self) -> int:
        return len(self._lines)

    def __getitem__(self, index):  # type: ignore[no-untyped-def]
        return self._lines[index]

    @property
    def has_phrasebook(self) -> bool:
        """Whether a starter model recognised any of them."""
        return any(line.is_phrasebook for line in self._lines)

    @property
    def recording(self) -> str:
        """Path of the recording that all of it is of; empty if it is of several, or of none."""
        paths = {line.recording for line in self._lines}
        return paths.pop() if len(paths) == 1 else ""

    def heard(
        self,
        update: "TranscriptUpdate",
        now: datetime,
        *,
        is_phrasebook: bool = False,
        recording: Recording | None = None,
    ) -> int | None:
        """now: wall clock; the first words of an utterance come right after they were said. recording: the one that is
        heard."""
        segment = self._reducer.heard(update)
        if segment is None:
            return None
        index = self._index.get(segment.key)
        if index is not None:
            line = self._lines[index]
            line.heard = update
            return index if line.corrected is None else None
        if not update.committed and not update.unconfirmed:
            return None
        begin = now - timedelta(seconds=max(0.0, update.end - update.start))
        line = TranscriptLine(begin, update, segment.translation, is_phrasebook)
        if recording is not None:
            line.recording, line.at = recording.path, max(0.0, update.start - recording.begins)
        self._lines.append(line)
        self._index[segment.key] = len(self._lines) - 1
        return self._index[segment.key]

    def translated(self, update: "TranslationUpdate") -> int | None:
        segment = self._reducer.translated(update)
        index = self._index.get(segment.key) if segment is not None else None
        if index is None:
            return None
        line = self._lines[index]
        if line.corrected is not None or not is_newer(update, line.translated):
            return None  # of what was heard, not of what the line says now
        line.translated = update
        return index

    def correct(self, segment_id: int, text: str) -> int | None:
        """Put a text in the place of what was heard. Its translation goes until it is translated again. Only what is
        final can be corrected."""
        index = self._index.get(segment_id)
        if index is None or not self._lines[index].heard.is_final or self._lines[index].original.text == text:
            return None
        line = self._lines[index]
        self._done.append(_Corrected(segment_id, line.corrected, line.translated))
        corrections = [act for act in self._done if isinstance(act, _Corrected)]
        for act in corrections[:-_MOST_UNDONE]:
            self._done.remove(act)
        line.corrected, line.translated = text, None
        return index

    def retranslated(self, segment_id: int, text: str, update: "TranslationUpdate") -> int | None:
        """update: the translation of `text`; it counts if that is still what the line says."""
        index = self._index.get(segment_id)
        if index is None or self._lines[index].original.text != text:
            return None
        line = self._lines[index]
        revision = line.translated.revision + 1 if line.translated is not None else line.heard.revision
        line.translated = replace(update, segment_id=segment_id, revision=revision)
        return index

    @property
    def taken_out(self) -> tuple[TranscriptLine, ...]:
        """The lines that `undo` can still bring back."""
        return tuple(line for act in self._done if isinstance(act, _Cleared) for line in act.lines)

    @property
    def can_undo(self) -> bool:
        """Whether there is an act of the user that can be undone."""
        return bool(self._done)

    def undo(self) -> bool:
        """Take back the user's last act: a correction, or that the transcript was cleared; what was said since stays.
        False: there was none, or its line is gone."""
        if not self._done:
            return False
        done = self._done.pop()
        if isinstance(done, _Cleared):
            self._bring_back(done.lines)
            return True
        index = self._index.get(done.segment_id)
        if index is None:
            return False
        self._lines[index].corrected, self._lines[index].translated = done.text, done.translated
        return True

    def _bring_back(self, lines: Sequence[TranscriptLine]) -> None:
        """Put lines before those that came since. One that was still spoken goes on in the newer one."""
        for line in lines:
            if self._reducer.heard(line.heard) is not None and line.translated is not None:
                self._reducer.translated(line.translated)
        earlier = [line for line in lines if line.heard.segment_id not in self._index]
        self._lines = [*earlier, *self._lines]
        self._index = {line.heard.segment_id: index for index, line in enumerate(self._lines)}

    def bring_back(self, lines: Sequence[TranscriptLine]) -> None:
        """Put lines of earlier runs, see `earlier.joined`, before those of this one."""
        self._bring_back(lines)

    def clear(self) -> None:
        """Take out every line; an utterance that is still running starts a new one."""
        if self._lines:
            self._done.append(_Cleared(tuple(self._lines)))
        self._reducer.clear()
        self._lines.clear()
        self._index.clear()

    def utterances(self) -> "tuple[Utterance, ...]":
        """Every line, for saving."""
        from desktop.engine.transcript.export import Transcript

        transcript = Transcript()
        # Each run counts its seconds anew: this one begins where what was brought back ends.
        begins = max((line.heard.end for line in self._lines if line.is_earlier), default=0.0)
        is_recording = bool(self.recording)
        for line in self._lines:
            later = line.at - line.heard.start if is_recording else 0.0 if line.is_earlier else begins
            heard = shifted(line.heard, later)
            if line.corrected is not None:  # the times of the words are those of other words
                text = line.corrected
                heard = replace(heard, committed=text, unconfirmed="", words=(), final_text=text, final_words=())
            transcript.add(heard)
            if line.translated is not None:
                transcript.add(line.translated)
        return transcript.utterances()


def shifted(update: "TranscriptUpdate", seconds: float) -> "TranscriptUpdate":
    """The update, so much later."""
    if not seconds:
        return update

    def later(words: "tuple[Word, ...]") -> "tuple[Word, ...]":
        return tuple(replace(word, start=word.start + seconds, end=word.end + seconds) for word in words)

    return replace(
        update,
        start=update.start + seconds,
        end=update.end + seconds,
        speech_end=update.speech_end + seconds,
        words=later(update.words),
        final_words=later(update.final_words),
    )


def with_note(content: str, extension: str, note: str) -> str:
    """A saved transcript with a remark at its head, where the format has a place that players do not show.

    extension: "txt", "vtt", "ass", "json"; "srt" has no such place and stays as it is."""
    if not note:
        return content
    match extension:
        case "txt":
            return f"[{note}]\n{content}"
        case "vtt":
            head, cut, rest = content.partition("\n\n")
            return f"{head}\n\nNOTE {note}{cut}{rest}" if cut else f"{head.rstrip()}\n\nNOTE {note}\n"
        case "ass":
            head, cut, rest = content.partition("[Script Info]\n")
            return f"{head}{cut}; {note}\n{rest}" if cut else content
        case "json":
            import json

            return json.dumps({"note": note, **json.loads(content)}, ensure_ascii=False) + "\n"
    return content

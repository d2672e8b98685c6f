"""What a stream tells, as the messages of the server's own protocol: the founding `realtime`, and more beside it. Pure.

Each `realtime` is the whole state of one utterance: a client replaces what it has of that `segment_id`.
"""

from typing import Any

from desktop.engine.events import ErrorEvent, TranscriptUpdate, TranslationUpdate
from desktop.engine.text.languages import join_words
from desktop.engine.transcript.reducer import Segment, TranscriptReducer, passage
from desktop.messages import text_of
from desktop.server.streams.channel import Numbered

_KEPT = 8
"""utterances whose original and translation are still joined"""


class Teller:
    """Makes the messages for one reader. Not thread-safe."""

    def __init__(self) -> None:
        self._reducer = TranscriptReducer(_KEPT)

    def message(self, numbered: Numbered) -> dict[str, Any] | None:
        """None: this event says nothing new, or goes another way (speech)."""
        event = numbered.event
        if isinstance(event, ErrorEvent):
            return {"type": "notice", "code": event.code, "message": text_of(event), "severity": event.severity.value}
        if not isinstance(event, TranscriptUpdate | TranslationUpdate):
            return None
        segment = self._reducer.add(event)
        return None if segment is None else _realtime(segment, numbered)


def _realtime(segment: Segment, numbered: Numbered) -> dict[str, Any]:
    original, translation = segment.original, segment.translation
    message: dict[str, Any] = {
        "type": "realtime",
        "text": "",
        "translation": "",
        "segment_id": str(segment.key),
        "processing_time": round(numbered.delay, 3),
        "seq": numbered.number,
        "is_final": False,
    }
    if original is not None:
        message["text"] = _shown(original)
        message["committed"] = original.committed
        message["language"] = original.language
        message["start"] = round(original.start, 2)
        message["end"] = round(original.end, 2)
        message["speech_end"] = round(original.speech_end, 2)
        message["is_final"] = original.is_final
    if translation is not None:
        message["translation"] = _shown(translation)
        message["translation_committed"] = translation.committed
        message["translation_language"] = translation.target_language
        message["is_translated"] = translation.is_translated
        message["translation_is_final"] = translation.is_final
    if original is not None and original.is_final:
        message["final_text"] = passage(original).text
    if translation is not None and translation.is_final:
        message["final_translation"] = passage(translation).text
    return message


def _shown(update: TranscriptUpdate | TranslationUpdate) -> str:
    """As it is on a screen: what was committed stays, whatever the final text says."""
    language = update.language if isinstance(update, TranscriptUpdate) else update.target_language
    return join_words(update.committed, update.unconfirmed, language).strip()

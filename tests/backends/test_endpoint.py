"""How soon after the last word the final text can be there, on real speech with the real detector and recogniser.

Time is that of the audio: frames are fed one by one, and each decoding takes an assumed time, so that the result does
not depend on how busy the machine is.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import pytest

from desktop.engine.events import SAMPLE_RATE, Samples, SpeechSegment, TranscriptUpdate
from desktop.engine.hearing.hearing import FRAME
from desktop.engine.hearing.segmenter import Segmenter
from desktop.engine.hearing.voice_activity import SpeechDetector
from desktop.engine.options import SessionOptions, VoiceOptions
from desktop.engine.recognition.settling.stabilizer import normalized
from desktop.engine.recognition.whisper.recognizer import WhisperRecognizer
from desktop.system.paths import RESOURCES
from tests.driven import DrivenTranscriber

DECODING = 0.08
"""seconds for one decoding; measured for the starter model on one core of 2023"""
SENTENCES = [*(f"en-{n:02}" for n in range(12)), *(f"es-{n:02}" for n in range(8))]
Recordings = Callable[[str], Samples]


@pytest.fixture(scope="module")
def recognizer() -> Iterator[WhisperRecognizer]:
    whisper = WhisperRecognizer(RESOURCES / "starter" / "whisper")
    whisper.load(lambda _: None)
    yield whisper
    whisper.close()


def listen(
    samples: Samples, recognizer: WhisperRecognizer, language: str, early_end: float
) -> list[tuple[float, TranscriptUpdate]]:
    """Every update, and the second of the audio at which it is there. Only pauses and finals are looked at: what
    comes before takes no part in when the end is known."""
    vad = VoiceOptions(early_end=early_end)
    detector, segmenter = SpeechDetector(vad), Segmenter(vad, step=0.3)
    transcriber = DrivenTranscriber(recognizer, SessionOptions(language=language))
    silence = np.zeros(SAMPLE_RATE, np.float32)
    audio = np.concatenate((silence, samples, silence))
    updates: list[tuple[float, TranscriptUpdate]] = []
    known: list[tuple[float, SpeechSegment, float]] = []
    for at in range(0, len(audio) - FRAME + 1, FRAME):
        now = (at + FRAME) / SAMPLE_RATE
        while known and known[0][0] <= now:
            _, segment, speech_end = known.pop(0)
            segmenter.settle(segment.segment_id, speech_end)
        frame = audio[at : at + FRAME]
        for segment in segmenter.push(frame, *detector.detect(frame)):
            if not (segment.is_pause or segment.is_final):
                continue
            update = transcriber.update(segment)
            ready = now + (DECODING if transcriber.has_decoded else 0.0)
            if update is not None:
                updates.append((ready - 1.0, update))
            if transcriber.whole_until is not None:
                known.append((ready, segment, transcriber.whole_until))
    return updates


def delays(
    recordings: Recordings,
    manifest: dict[str, dict[str, Any]],
    recognizer: WhisperRecognizer,
    early_end: float,
    names: Sequence[str] = SENTENCES,
) -> list[float]:
    found = []
    for name in names:
        entry = manifest[name]
        updates = listen(recordings(name), recognizer, entry["language"], early_end)
        finals = [(now, update) for now, update in updates if update.is_final]
        assert len(finals) == 1, f"{name} was cut apart"
        now, final = finals[0]
        assert len(normalized(final.committed)) > 0.7 * len(normalized(entry["text"]))
        found.append(now - max(word["end"] for word in entry["words"]))
    return found


def test_the_final_text_follows_the_last_word_at_once(
    speech: Recordings, manifest: dict[str, dict[str, Any]], recognizer: WhisperRecognizer
) -> None:
    early = sorted(delays(speech, manifest, recognizer, VoiceOptions().early_end))
    assert early[len(early) // 2] <= 0.30
    assert early[round(0.9 * len(early)) - 1] <= 0.35
    late = delays(speech, manifest, recognizer, 0.0, SENTENCES[::4])
    assert min(late) > 0.5  # without the early end the hangover is waited for

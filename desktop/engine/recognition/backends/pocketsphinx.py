"""PocketSphinx with the English model that it ships: basic, but needs no download.

Decodes whole utterances only: streamed, its error rate is above one; at once, about a quarter of the words are wrong.
Runs on the recognition thread; `load` on a loading thread before.
"""

import logging
import os
import re
from typing import Any

import numpy as np

from desktop.engine.errors import BackendFailed, ModelBroken, ModelMissing
from desktop.engine.events import SAMPLE_RATE, Samples, Word
from desktop.engine.hearing.music import is_music
from desktop.engine.recognition.backends.base import Hypothesis, Progress, RecognitionRequest, RecognizerCapabilities
from desktop.engine.recognition.whisper.result_checks import is_silent

_log = logging.getLogger(__name__)

_FRAMES_PER_SECOND = 100
_SHORTEST = SAMPLE_RATE // 5
_VARIANT = re.compile(r"\(\d+\)$")


class PocketSphinxRecognizer:
    """A Recognizer for English that is always there."""

    def __init__(self) -> None:
        self.name = "Basic English"
        self.capabilities = RecognizerCapabilities(frozenset({"en"}), detects_language=False, streaming=False)
        self._decoder: Any = None

    def load(self, progress: Progress) -> None:
        """Open the model that comes with the package. Raises ModelMissing or ModelBroken."""
        if self._decoder is not None:
            progress(1.0)
            return
        progress(0.0)
        try:
            from pocketsphinx import Decoder
        except ImportError as error:
            raise ModelMissing("pocketsphinx-missing") from error
        try:
            self._decoder = Decoder(samprate=float(SAMPLE_RATE), logfn=os.devnull, loglevel="FATAL")
        except (RuntimeError, ValueError, OSError) as error:
            raise ModelBroken("basic-english-damaged") from error
        progress(1.0)

    def transcribe(self, samples: Samples, request: RecognitionRequest) -> Hypothesis:
        """Decode one utterance, samples of shape (n,) at 16 kHz. Raises BackendFailed."""
        if self._decoder is None:
            raise BackendFailed("basic-english-not-loaded", recoverable=True)
        if request.language not in (None, "en"):
            raise BackendFailed(
                "basic-english-lacks-language",
                language=request.language,
                recoverable=True,
            )
        samples = np.nan_to_num(samples, nan=0.0, posinf=1.0, neginf=-1.0)
        if len(samples) < _SHORTEST or is_silent(samples) or is_music(samples):
            return Hypothesis("en", (), no_speech=1.0)
        try:
            return self._decode(np.clip(samples, -1.0, 1.0))
        except Exception as error:
            _log.exception("PocketSphinx failed")
            raise BackendFailed("basic-english-failed", recoverable=True) from error

    def close(self) -> None:
        """Give the memory back. Idempotent."""
        self._decoder = None

    def _decode(self, samples: Samples) -> Hypothesis:
        decoder = self._decoder
        # Else its noise estimate goes on from the utterance before, and the same audio gives other words.
        decoder.reinit_feat()
        decoder.start_utt()
        try:
            decoder.process_raw((samples * 32767).astype(np.int16).tobytes(), full_utt=True)
        finally:
            decoder.end_utt()
        seconds = len(samples) / SAMPLE_RATE
        words: list[Word] = []
        for segment in decoder.seg() or ():
            text = _VARIANT.sub("", segment.word)
            if text.startswith(("<", "[", "++")):
                continue
            start = min(segment.start_frame / _FRAMES_PER_SECOND, seconds)
            end = min((segment.end_frame + 1) / _FRAMES_PER_SECOND, seconds)
            words.append(Word(_spelled(text), start, end, min(max(float(segment.prob), 0.0), 1.0)))
        return Hypothesis("en", tuple(words), log_probability=_average(words))


def _spelled(text: str) -> str:
    """The dictionary is all lower case."""
    return "I" + text[1:] if text == "i" or text.startswith("i'") else text


def _average(words: list[Word]) -> float:
    return float(np.mean([np.log(max(word.probability, 1e-6)) for word in words])) if words else 0.0

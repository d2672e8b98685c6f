"""What Whisper's two uses, recognition and translation, do alike with an open model: encode, decode, align.

One encoder output serves language detection, decoding and word times. On the thread of who uses it; several may
decode on one model at a time.
"""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from desktop.engine.events import SAMPLE_RATE, Samples, Word
from desktop.engine.recognition.steps import step
from desktop.engine.recognition.whisper import context
from desktop.engine.recognition.whisper.batches import BatchedModel
from desktop.engine.recognition.whisper.context import ContextLimits
from desktop.engine.recognition.whisper.grouping import cut
from desktop.engine.recognition.whisper.words import timed_words

Task = Literal["transcribe", "translate"]

_MOST_VOCABULARY = 40
_MOST_BEFORE = 60
"""tokens of the prompt: the user's vocabulary, and the text before the window. A token costs little there, but a long
prompt pulls the model away from the audio."""
_MOST_TOKENS = 448
_START = 10
"""tokens that take as long as what is done once for each search"""
_ENCODING_GROWS = 1.45
"""exponent of an encoding's time over its frames: 500, 800, 1500 and 3000 took 101, 166, 378 and 1350 ms (base, one
thread of an AMD EPYC)"""
PATIENCE = 1.0
"""The search ends when this many times as many texts are finished as the beam is wide (Kasai et al., "A Call for
Clarity in Beam Search", 2022)."""
PATIENCE_OF_STARTER = 2.0
"""The same for a model that was trained on few sentences: short wrong texts end its search before the right one is
written out. On its sentences, clear and noisy, a beam of 5 made 5.2 % wrong words, greedy decoding 5.6 %, this 3.6 %
for a tenth more time. Of OpenAI's models it only takes time, see decision 30."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """What one run of the decoder wrote."""

    text: str
    tokens: list[int]
    """without special ones"""
    log_probability: float
    """average per token, <= 0"""
    no_speech: float
    """probability that nobody spoke, 0..1"""


class WhisperDecoder:
    """Runs an open model for one task. whisper: faster-whisper's WhisperModel. patience: of a search with a beam."""

    def __init__(self, whisper: Any, task: Task, patience: float = PATIENCE) -> None:
        self._whisper = whisper
        self._task = task
        self._patience = patience
        self._tokenizers: dict[str, Any] = {}

    def encode(self, samples: Samples, frames: int, limits: ContextLimits | None) -> Any:
        """The encoder's output for a window of so many frames."""
        import ctranslate2

        features = self._whisper.feature_extractor(context.padded(samples, frames, limits))
        filled: NDArray[np.float32] = np.zeros((1, features.shape[0], frames), dtype=np.float32)
        filled[0, :, : features.shape[1]] = features[:, :frames]
        with step("encode", frames**_ENCODING_GROWS):
            return self._whisper.model.encode(ctranslate2.StorageView.from_array(filled))

    def generate(
        self, encoded: Any, language: str, *, before: str = "", vocabulary: str = "", limit: int, beam_size: int
    ) -> Decoded:
        """Decode. before: text that came right before the window; limit: tokens at most."""
        tokenizer = self.tokenizer(language)
        start = self._start(tokenizer, before, vocabulary)
        # CTranslate2 writes at most half of max_length, and at most what the prompt leaves of it.
        longest = min(max(2 * limit, len(start) + limit), _MOST_TOKENS)
        width = beam_size * (self._patience if beam_size > 1 else 1.0)
        with step("search", (longest + _START) * width) as search:
            result = self._whisper.model.generate(
                encoded,
                [start],
                beam_size=beam_size,
                patience=self._patience,
                max_length=longest,
                return_scores=True,
                return_no_speech_prob=True,
            )[0]
            ids = list(result.sequences_ids[0])
            search.size = (len(ids) + _START) * width
        average = min(0.0, float(result.scores[0]) * len(ids) / (len(ids) + 1))
        tokens = [token for token in ids if token < tokenizer.eot]
        text = str(tokenizer.decode(tokens)).strip()
        return Decoded(text, tokens if text else [], average, float(result.no_speech_prob))

    def languages(self, encoded: Any) -> dict[str, float]:
        """ISO 639 code -> probability, of all that the model knows."""
        with step("detect", 1.0):
            found = self._whisper.model.detect_language(encoded)[0]
        return {token[2:-2]: float(chance) for token, chance in found}

    def words(self, encoded: Any, frames: int, language: str, tokens: list[int], samples: int) -> tuple[Word, ...]:
        """The words of these tokens with times and probabilities. samples: length of the audio."""
        alignment = self.alignment(encoded, frames, language, tokens, samples)
        return timed_words(self.tokenizer(language), tokens, alignment, samples / SAMPLE_RATE)

    def alignment(self, encoded: Any, frames: int, language: str, tokens: list[int], samples: int) -> Any:
        """CTranslate2's WhisperAlignmentResult of exactly these tokens, special ones left out."""
        heard = min(frames, max(1, samples // context.HOP))
        with step("align", float(len(tokens) + _START)):
            return self._whisper.model.align(encoded, self.tokenizer(language).sot_sequence, [tokens], heard)[0]

    def tokenizer(self, language: str) -> Any:
        """faster-whisper's, for what is spoken."""
        if language not in self._tokenizers:
            from faster_whisper.tokenizer import Tokenizer

            self._tokenizers[language] = Tokenizer(
                self._whisper.hf_tokenizer, self._whisper.model.is_multilingual, task=self._task, language=language
            )
        return self._tokenizers[language]

    def _start(self, tokenizer: Any, before: str, vocabulary: str) -> list[int]:
        """The decoder's first tokens. The vocabulary keeps its beginning, the text before its end."""
        words = tokenizer.encode(" " + vocabulary.strip())[:_MOST_VOCABULARY] if vocabulary.strip() else []
        text = tokenizer.encode(" " + before.strip())[-_MOST_BEFORE:] if before.strip() else []
        if isinstance(self._whisper.model, BatchedModel):
            text = cut(text)
        prompt = [tokenizer.sot_prev, *words, *text] if words or text else []
        return [*prompt, *tokenizer.sot_sequence, tokenizer.no_timestamps]

"""Whisper through CTranslate2: any local model directory that faster-whisper opens.

Works on the CTranslate2 model itself, because one encoder output then serves language detection, decoding and word
times, and because its window can be shorter than 30 s (see window.py). Nothing is ever downloaded.
Runs on the recognition thread; `load` on a loading thread before.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from desktop.engine.errors import BackendFailed, GraphicsCardFailed, ModelBroken
from desktop.engine.events import SAMPLE_RATE, ErrorEvent, Samples, Severity, Word
from desktop.engine.read_ahead import read_ahead
from desktop.engine.stt import model_directory, window
from desktop.engine.stt.base import Hypothesis, Progress, RecognitionRequest, RecognizerCapabilities
from desktop.engine.stt.words import timed_words

_log = logging.getLogger(__name__)

_SHORTEST = SAMPLE_RATE // 10
_MOST_PROMPT_TOKENS = 120
_MOST_TOKENS = 448


@dataclass(frozen=True, slots=True)
class _Decoding:
    """One run of the decoder over one encoded window."""

    encoded: Any
    frames: int
    language: str
    language_probability: float
    tokens: list[int]
    log_probability: float
    no_speech: float
    trusted: bool


class WhisperRecognizer:
    """A Recognizer on a directory of a CTranslate2 Whisper model.

    context: "full" encodes 30 s each time, as Whisper was trained; "short" only the audio and a pad of silence;
    "auto" is short where the model's own parley.json declares `short_context`.
    """

    def __init__(
        self,
        path: Path,
        *,
        name: str = "",
        device: Literal["cpu", "cuda"] = "cpu",
        compute_type: str = "default",
        threads: int = 1,
        context: Literal["auto", "short", "full"] = "auto",
        beam_size: int = 5,
        notify: Callable[[ErrorEvent], None] | None = None,
    ) -> None:
        """notify: told when a number format that the device lacks is replaced."""
        self._directory = model_directory.describe(path, name)
        self._device = device
        self._compute_type = compute_type
        self._threads = threads
        self._notify = notify
        self._short = self._directory.short_context if context == "auto" else context == "short"
        self._beam_size = beam_size
        self._whisper: Any = None
        self._tokenizers: dict[str, Any] = {}
        self.name = self._directory.name
        self.capabilities = self._capabilities(self._directory.languages)

    def load(self, progress: Progress) -> None:
        """Bring the model into memory and run it once. Raises ModelMissing, ModelBroken or GraphicsCardFailed.

        Most of the progress is the reading of its file, which takes most of the time where the disk is slow."""
        if self._whisper is not None:
            progress(1.0)
            return
        progress(0.0)
        model_directory.verify(self._directory.path)
        try:
            read_ahead(self._directory.path / "model.bin", lambda share: progress(0.05 + 0.6 * share))
            self._whisper = self._open()
            progress(0.85)
            self._settle_languages()
            self._warm_up()
        except Exception as error:
            self.close()
            if self._device == "cuda":
                _log.exception("cannot load the Whisper model on the graphics card")
                raise GraphicsCardFailed(
                    "The graphics card cannot be used for recognition; check its driver and the CUDA libraries, or "
                    "set the device to cpu."
                ) from error
            _log.exception("cannot load the Whisper model")
            raise ModelBroken(
                f"The recognition model in {self._directory.path} cannot be loaded: it is damaged, incomplete or of "
                "another kind; install it again or choose another one."
            ) from error
        progress(1.0)

    def transcribe(self, samples: Samples, request: RecognitionRequest) -> Hypothesis:
        """Decode one window of at most 30 s (more is cut off). Raises BackendFailed."""
        if self._whisper is None:
            raise BackendFailed("The recognition model is not loaded; choose a model again.", recoverable=True)
        if request.language is not None and request.language not in self.capabilities.languages:
            raise BackendFailed(
                f'The model "{self.name}" does not know the language "{request.language}"; choose another model or '
                "language.",
                recoverable=True,
            )
        samples = np.nan_to_num(samples[: window.FRAMES * window.HOP], nan=0.0, posinf=1.0, neginf=-1.0)
        samples = samples.astype(np.float32, copy=False)
        language = request.language or next(iter(self._candidates(request)), "en")
        if len(samples) < _SHORTEST or window.is_silent(samples):
            return Hypothesis(language, (), no_speech=1.0, language_probability=float(request.language is not None))
        try:
            return self._hypothesis(samples, request)
        except Exception as error:
            _log.exception("Whisper failed")
            raise BackendFailed(
                f'The model "{self.name}" failed while recognising; choose another model, or another device in the '
                "settings.",
                recoverable=True,
            ) from error

    def close(self) -> None:
        """Give the memory back. Idempotent."""
        whisper, self._whisper = self._whisper, None
        self._tokenizers.clear()
        if whisper is not None:
            whisper.model.unload_model()

    def _hypothesis(self, samples: Samples, request: RecognitionRequest) -> Hypothesis:
        best: _Decoding | None = None
        for frames in window.contexts(len(samples), short=self._short):
            decoding = self._decode(samples, frames, request)
            if best is None or decoding.trusted or decoding.log_probability > best.log_probability:
                best = decoding
            if decoding.trusted or window.is_no_speech(decoding.no_speech, decoding.log_probability):
                best = decoding
                break
        assert best is not None
        tokens = best.tokens if best.trusted else window.without_loops(best.tokens)
        words: tuple[Word, ...] = ()
        if tokens and not window.is_no_speech(best.no_speech, best.log_probability):
            words = self._words(best, tokens, len(samples))
        return Hypothesis(best.language, words, best.no_speech, best.log_probability, best.language_probability)

    def _decode(self, samples: Samples, frames: int, request: RecognitionRequest) -> _Decoding:
        encoded = self._encode(samples, frames)
        language, chance = self._language(encoded, request)
        limit = window.most_tokens(len(samples))

        def decode(prompt: str) -> _Decoding:
            tokens, log_probability, no_speech = self._generate(
                encoded, language, prompt, limit, self._beam_size if request.is_final else 1
            )
            text = str(self._tokenizer(language).decode(tokens)).strip()
            trusted = window.is_trusted(text, tokens, log_probability, limit)
            return _Decoding(
                encoded, frames, language, chance, tokens if text else [], log_probability, no_speech, trusted
            )

        decoding = decode(request.prompt)
        if request.prompt and window.may_be_confused(
            decoding.log_probability, trusted=decoding.trusted, is_final=request.is_final
        ):
            other = decode("")
            if other.log_probability > decoding.log_probability:
                return other
        return decoding

    def _generate(
        self, encoded: Any, language: str, prompt: str, limit: int, beam_size: int
    ) -> tuple[list[int], float, float]:
        """Text tokens, their average log-probability, and the probability that nobody spoke."""
        tokenizer = self._tokenizer(language)
        start = self._prompt(tokenizer, prompt)
        result = self._whisper.model.generate(
            encoded,
            [start],
            beam_size=beam_size,
            max_length=min(len(start) + limit, _MOST_TOKENS),
            return_scores=True,
            return_no_speech_prob=True,
        )[0]
        ids = list(result.sequences_ids[0])
        average = min(0.0, float(result.scores[0]) * len(ids) / (len(ids) + 1))
        return [token for token in ids if token < tokenizer.eot], average, float(result.no_speech_prob)

    def _encode(self, samples: Samples, frames: int) -> Any:
        import ctranslate2

        features = self._whisper.feature_extractor(window.padded(samples, frames))
        filled: NDArray[np.float32] = np.zeros((1, features.shape[0], frames), dtype=np.float32)
        filled[0, :, : features.shape[1]] = features[:, :frames]
        return self._whisper.model.encode(ctranslate2.StorageView.from_array(filled))

    def _language(self, encoded: Any, request: RecognitionRequest) -> tuple[str, float]:
        """The language and how sure it is among the candidates."""
        candidates = self._candidates(request)
        if request.language is not None:
            return request.language, 1.0
        if len(candidates) == 1:
            return candidates[0], 1.0
        found = {token[2:-2]: float(chance) for token, chance in self._whisper.model.detect_language(encoded)[0]}
        chances = {code: found.get(code, 0.0) for code in candidates}
        best = max(chances, key=lambda code: chances[code])
        return best, chances[best] / max(sum(chances.values()), 1e-9)

    def _candidates(self, request: RecognitionRequest) -> tuple[str, ...]:
        known = self.capabilities.languages
        return tuple(code for code in request.candidates if code in known) or tuple(sorted(known))

    def _words(self, decoding: _Decoding, tokens: list[int], samples: int) -> tuple[Word, ...]:
        tokenizer = self._tokenizer(decoding.language)
        frames = min(decoding.frames, max(1, samples // window.HOP))
        alignment = self._whisper.model.align(decoding.encoded, tokenizer.sot_sequence, [tokens], frames)[0]
        return timed_words(tokenizer, tokens, alignment, samples / SAMPLE_RATE)

    def _prompt(self, tokenizer: Any, text: str) -> list[int]:
        prompt: list[int] = []
        if text.strip():
            prompt = [tokenizer.sot_prev, *tokenizer.encode(" " + text.strip())[-_MOST_PROMPT_TOKENS:]]
        return [*prompt, *tokenizer.sot_sequence, tokenizer.no_timestamps]

    def _tokenizer(self, language: str) -> Any:
        if language not in self._tokenizers:
            from faster_whisper.tokenizer import Tokenizer

            self._tokenizers[language] = Tokenizer(
                self._whisper.hf_tokenizer,
                self._whisper.model.is_multilingual,
                task="transcribe",
                language=language,
            )
        return self._tokenizers[language]

    def _open(self) -> Any:
        import ctranslate2
        from faster_whisper import WhisperModel
        from faster_whisper.feature_extractor import FeatureExtractor

        whisper = WhisperModel(
            str(self._directory.path),
            device=self._device,
            compute_type=self._usable_type(),
            cpu_threads=self._threads,
            local_files_only=True,
        )
        if whisper.feature_extractor.mel_filters.shape[0] != whisper.model.n_mels:
            whisper.feature_extractor = FeatureExtractor(feature_size=whisper.model.n_mels)
        silence = np.zeros((1, whisper.model.n_mels, window.FRAMES // 6), dtype=np.float32)
        whisper.model.encode(ctranslate2.StorageView.from_array(silence))
        return whisper

    def _usable_type(self) -> str:
        """The number format that was asked for, or how the model is stored if the device cannot calculate in it."""
        import ctranslate2

        wanted = self._compute_type
        if wanted in ("default", "auto") or wanted in ctranslate2.get_supported_compute_types(self._device):
            return wanted
        where = "graphics card" if self._device == "cuda" else "processor"
        message = (
            f"The {where} cannot calculate in {wanted}; choose another number format in the settings. Meanwhile the "
            "one that the model is stored in is used."
        )
        if self._notify is not None:
            self._notify(ErrorEvent("fallback", message, Severity.WARNING))
        return "default"

    def _settle_languages(self) -> None:
        """Now that the model is open, keep only the languages that it has tokens for."""
        if not self._whisper.model.is_multilingual:
            languages: tuple[str, ...] = ("en",)
        else:
            known = self._whisper.hf_tokenizer.token_to_id
            languages = tuple(code for code in self._directory.languages if known(f"<|{code}|>") is not None)
        if not languages:
            raise ModelBroken("The model has no tokens for its languages.")
        self.capabilities = self._capabilities(languages)

    def _warm_up(self) -> None:
        noise = np.random.default_rng(0).normal(0, 0.01, SAMPLE_RATE).astype(np.float32)
        self._hypothesis(noise, RecognitionRequest(language=next(iter(self.capabilities.languages))))

    @staticmethod
    def _capabilities(languages: tuple[str, ...]) -> RecognizerCapabilities:
        return RecognizerCapabilities(frozenset(languages), detects_language=len(languages) > 1, streaming=True)

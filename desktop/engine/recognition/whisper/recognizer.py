"""Whisper through CTranslate2: any local model directory that faster-whisper opens.

Works on the CTranslate2 model itself, because one encoder output then serves language detection, decoding and word
times, and because its window can be shorter than 30 s (see result_checks.py). Nothing is ever downloaded.
Runs on the recognition thread; `load` on a loading thread before.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np

from desktop.engine.errors import BackendFailed, GraphicsCardFailed, ModelBroken
from desktop.engine.events import SAMPLE_RATE, ErrorEvent, Samples, Severity, Word
from desktop.engine.hearing import music
from desktop.engine.message import Message
from desktop.engine.models import checked, whisper_directory
from desktop.engine.recognition.backends.base import Hypothesis, Progress, RecognitionRequest, RecognizerCapabilities
from desktop.engine.recognition.whisper import context, hallucinations, result_checks
from desktop.engine.recognition.whisper.context import Context, ContextCheck, ContextLimits, limits_of
from desktop.engine.recognition.whisper.decoder import PATIENCE, PATIENCE_OF_STARTER, Decoded, WhisperDecoder
from desktop.engine.recognition.whisper.shared_models import Lease, Terms, lease
from desktop.engine.text.compare import normalized_words

_log = logging.getLogger(__name__)

_SHORTEST = SAMPLE_RATE // 10


@dataclass(frozen=True, slots=True)
class _Decoding:
    """One run of the decoder over one encoded result_checks."""

    encoded: Any
    frames: int
    language: str
    language_probability: float
    found: Decoded
    trusted: bool

    @property
    def is_full(self) -> bool:
        """Whether only its end is missing, because a window holds no more tokens."""
        return result_checks.is_full(self.found.text, self.found.tokens, self.found.log_probability)

    @property
    def is_sure(self) -> bool:
        """Whether a wider search is not worth its time."""
        return self.trusted and result_checks.is_sure(self.found.log_probability)


@dataclass(frozen=True, slots=True)
class _Look:
    """The greedy decoding of a window, from which a wider search of it goes on. prompt: with which it was the best."""

    terms: RecognitionRequest
    limits: ContextLimits | None
    prompt: tuple[str, str]
    best: _Decoding


class WhisperRecognizer:
    """A Recognizer on a directory of a CTranslate2 Whisper model.

    context: "full" encodes 30 s each time, as Whisper was trained; "short" only the audio and a pad of silence; "auto"
    is as short as the model's family bears (context.py). Ten parameters, because each but the directory is a setting
    with a default, given by name. context_floor, context_pad: frames and seconds; 0 and a
    negative number are what `context` gives.
    """

    def __init__(
        self,
        path: Path,
        *,
        name: str = "",
        device: Literal["cpu", "cuda"] = "cpu",
        compute_type: str = "default",
        threads: int = 1,
        context: Context = "auto",
        context_floor: int = 0,
        context_pad: float = -1.0,
        beam_size: int = 5,
        notify: Callable[[ErrorEvent], None] | None = None,
    ) -> None:
        """notify: told when a number format that the device lacks is replaced, and when windows grow."""
        self._directory = whisper_directory.describe(path, name)
        self._terms = Terms(path, device, compute_type, threads)
        self._notify = notify
        self._check = ContextCheck(limits_of(self._directory, context, context_floor, context_pad))
        self._beam_size = beam_size
        self._lease: Lease | None = None
        self._decoder: WhisperDecoder | None = None
        self._heard: Samples | None = None
        self._looks: dict[int, _Look] = {}
        """by frames: what was found greedily in `_heard`, for a wider search of the same"""
        self.name = self._directory.name
        self.capabilities = self._capabilities(self._directory.languages)

    def load(self, progress: Progress) -> None:
        """Bring the model into memory and run it once. Raises ModelMissing, ModelBroken or GraphicsCardFailed.

        Most of the progress is the reading of its file, which takes most of the time where the disk is slow."""
        if self._decoder is not None:
            progress(1.0)
            return
        progress(0.0)
        whisper_directory.verify(self._directory.path)
        try:
            self._lease = lease(self._terms, lambda share: progress(0.05 + 0.6 * share), self._notify)
            patience = PATIENCE_OF_STARTER if self._directory.short_context else PATIENCE
            self._decoder = WhisperDecoder(self._lease.whisper, "transcribe", patience)
            progress(0.85)
            self._settle_languages(self._lease.whisper)
            self._warm_up()
        except Exception as error:
            self.close()
            if self._terms.device == "cuda":
                _log.exception("cannot load the Whisper model on the graphics card")
                raise GraphicsCardFailed("graphics-card-unusable") from error
            _log.exception("cannot load the Whisper model")
            checked.refuse(self._directory.path / "model.bin", error)
            raise ModelBroken("recognition-model-unusable", path=self._directory.path) from error
        progress(1.0)

    def transcribe(self, samples: Samples, request: RecognitionRequest) -> Hypothesis:
        """Decode one window of at most 30 s (more is cut off). Raises BackendFailed."""
        decoder = self._decoder
        if decoder is None:
            raise BackendFailed("recognition-model-not-loaded", recoverable=True)
        if request.language is not None and request.language not in self.capabilities.languages:
            raise BackendFailed(
                "model-lacks-language",
                name=self.name,
                language=request.language,
                recoverable=True,
            )
        if samples is not self._heard:
            self._heard, self._looks = samples, {}
        samples = np.nan_to_num(samples[: context.FRAMES * context.HOP], nan=0.0, posinf=1.0, neginf=-1.0)
        samples = samples.astype(np.float32, copy=False)
        language = request.language or next(iter(self._candidates(request)), "en")
        if len(samples) < _SHORTEST or result_checks.is_silent(samples) or music.is_music(samples):
            return Hypothesis(language, (), no_speech=1.0, language_probability=float(request.language is not None))
        try:
            return self._hypothesis(decoder, samples, request)
        except Exception as error:
            _log.exception("Whisper failed")
            raise BackendFailed(
                "recognition-failed",
                name=self.name,
                recoverable=True,
            ) from error

    def close(self) -> None:
        """Give the memory back. Idempotent."""
        lease, self._lease, self._decoder = self._lease, None, None
        self._heard, self._looks = None, {}
        if lease is not None:
            lease.release()

    def _hypothesis(self, decoder: WhisperDecoder, samples: Samples, request: RecognitionRequest) -> Hypothesis:
        # A whole utterance that is over is decoded once, with all that can be had; one that is not must not take long.
        limits = None if request.is_buffered and request.is_final else self._check.limits
        best: _Decoding | None = None
        sizes = context.sizes(len(samples), limits)
        for frames in sizes if request.may_widen else sizes[:1]:
            decoding = self._decode(decoder, samples, frames, limits, request)
            if best is None or decoding.trusted or decoding.found.log_probability > best.found.log_probability:
                best = decoding
            if decoding.trusted or decoding.is_full or _is_no_speech(decoding):
                best = decoding
                break
        assert best is not None
        is_sure = not request.is_final or self._width(request) > 1 or best.is_sure
        if request.is_final and is_sure and best.trusted and best.frames < context.FRAMES and self._check.is_due():
            best = self._compared(decoder, samples, request, best)
        found = best.found
        goes_round = not best.trusted and len(result_checks.without_loops(found.tokens)) < len(found.tokens)
        has_repeated = False
        words: tuple[Word, ...] = ()
        if found.tokens and not _is_no_speech(best):
            words = decoder.words(best.encoded, best.frames, best.language, found.tokens, len(samples))
            if goes_round:
                all_words, words = words, result_checks.without_repeats(words, samples)
                has_repeated = len(words) < len(all_words)
            words = result_checks.without_echo(words)
            words = hallucinations.without_hallucinations(
                words, samples, request.vocabulary, no_speech=found.no_speech, log_probability=found.log_probability
            )
        if best.is_full:
            words = words[:-1]  # the last one may be cut
        return Hypothesis(
            best.language,
            words,
            found.no_speech,
            found.log_probability,
            best.language_probability,
            has_repeated=has_repeated,
            is_trusted=best.trusted or best.is_full,
            is_sure=is_sure,
        )

    def _decode(
        self,
        decoder: WhisperDecoder,
        samples: Samples,
        frames: int,
        limits: ContextLimits | None,
        request: RecognitionRequest,
    ) -> _Decoding:
        terms = replace(request, beam_size=0)
        look = self._looks.pop(frames, None)
        if look is None or look.terms != terms or look.limits != limits:
            encoded = decoder.encode(samples, frames, limits)
            language, chance = self._language(decoder, encoded, request)
            prompt = (request.prompt, request.vocabulary)
            blank = _Decoding(encoded, frames, language, chance, Decoded("", [], 0.0, 0.0), trusted=False)
            best = self._search(decoder, blank, len(samples), prompt, 1)
            if any(prompt) and result_checks.may_be_confused(
                best.found.log_probability, trusted=best.trusted, is_final=request.is_final
            ):
                other = self._search(decoder, blank, len(samples), ("", ""), 1)
                if other.found.log_probability > best.found.log_probability:
                    prompt, best = ("", ""), other
            look = _Look(terms, limits, prompt, best)
        best, wide = look.best, self._width(request)
        if request.is_final and wide == 1:
            self._looks[frames] = look
        if wide > 1 and (request.is_thorough or not best.is_sure):
            other = self._search(decoder, best, len(samples), look.prompt, wide)
            best = max(best, other, key=lambda one: (one.trusted, one.found.log_probability))
        return best

    def _width(self, request: RecognitionRequest) -> int:
        """Of the beam."""
        return (request.beam_size or self._beam_size) if request.is_final else 1

    @staticmethod
    def _search(
        decoder: WhisperDecoder, look: _Decoding, samples: int, prompt: tuple[str, str], beam_size: int
    ) -> _Decoding:
        """What is found with a beam of that width in what was encoded. samples: length of the audio."""
        before, vocabulary = prompt
        limit = result_checks.most_tokens(samples, look.language)
        found = decoder.generate(
            look.encoded, look.language, before=before, vocabulary=vocabulary, limit=limit, beam_size=beam_size
        )
        trusted = result_checks.is_trusted(found.text, found.tokens, found.log_probability, limit)
        return replace(look, found=found, trusted=trusted)

    def _compared(
        self, decoder: WhisperDecoder, samples: Samples, request: RecognitionRequest, short: _Decoding
    ) -> _Decoding:
        """The result of the full window, which is the better one; from now on windows are longer if it was needed."""
        full = self._decode(decoder, samples, context.FRAMES, None, request)
        if not full.trusted:
            return short
        differ = self._check.compare(normalized_words(short.found.text), normalized_words(full.found.text))
        if differ and self._notify is not None:
            self._notify(ErrorEvent("context", Message("longer-windows", name=self.name), Severity.INFO))
        return full

    def _language(self, decoder: WhisperDecoder, encoded: Any, request: RecognitionRequest) -> tuple[str, float]:
        """The language and how sure it is among the candidates."""
        candidates = self._candidates(request)
        if request.language is not None:
            return request.language, 1.0
        if len(candidates) == 1:
            return candidates[0], 1.0
        found = decoder.languages(encoded)
        chances = {code: found.get(code, 0.0) for code in candidates}
        best = max(chances, key=lambda code: chances[code])
        return best, chances[best] / max(sum(chances.values()), 1e-9)

    def _candidates(self, request: RecognitionRequest) -> tuple[str, ...]:
        known = self.capabilities.languages
        return tuple(code for code in request.candidates if code in known) or tuple(sorted(known))

    def _settle_languages(self, whisper: Any) -> None:
        """Now that the model is open, keep only the languages that it has tokens for."""
        if not whisper.model.is_multilingual:
            languages: tuple[str, ...] = ("en",)
        else:
            known = whisper.hf_tokenizer.token_to_id
            languages = tuple(code for code in self._directory.languages if known(f"<|{code}|>") is not None)
        if not languages:
            raise ModelBroken("model-without-language-tokens")
        self.capabilities = self._capabilities(languages)

    def _warm_up(self) -> None:
        assert self._decoder is not None
        noise = np.random.default_rng(0).normal(0, 0.01, SAMPLE_RATE).astype(np.float32)
        language = next(iter(self.capabilities.languages))
        self._hypothesis(self._decoder, noise, RecognitionRequest(language=language))

    def _capabilities(self, languages: tuple[str, ...]) -> RecognizerCapabilities:
        return RecognizerCapabilities(
            frozenset(languages),
            detects_language=len(languages) > 1,
            streaming=True,
            reads_groups=not self._directory.short_context,
        )


def _is_no_speech(decoding: _Decoding) -> bool:
    return result_checks.is_no_speech(decoding.found.no_speech, decoding.found.log_probability)

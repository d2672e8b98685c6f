"""Whisper's own translation: speech of any language that it knows into English text.

It needs no package, and hears what a transcript has lost. But it translates sound, not text: whole utterances only, at
their end, and nothing that is typed or corrected. What comes out is no translation now and then (speech_checks.py):
then the utterance is decoded in other ways, and if all of them fail it stays untranslated. It shares the recogniser's
model in memory (recognition/whisper/shared_models.py).
On the translation thread.
"""

import logging
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from desktop.engine.errors import BackendFailed, ModelBroken, ModelMissing
from desktop.engine.events import SAMPLE_RATE, Samples
from desktop.engine.hearing import music
from desktop.engine.message import Message
from desktop.engine.models import whisper_directory
from desktop.engine.recognition.backends.base import Progress
from desktop.engine.recognition.whisper import context, result_checks
from desktop.engine.recognition.whisper.context import Context, ContextLimits, limits_of
from desktop.engine.recognition.whisper.decoder import PATIENCE, PATIENCE_OF_STARTER, WhisperDecoder
from desktop.engine.recognition.whisper.shared_models import Lease, Terms, in_use, lease
from desktop.engine.text.sentences import has_words
from desktop.engine.translation import speech_checks
from desktop.engine.translation.backends.base import TranslatorCapabilities

_log = logging.getLogger(__name__)

_SHORTEST = SAMPLE_RATE // 10
_BEAM = 5
_WAYS = (_BEAM, 1)
"""beams to try on one encoding: the greedy search often translates what the wide one leaves, and costs little"""
_PEAK = 0.9
_FRAMES = 1500
"""at least: in shorter windows a model that is not made for them fills the rest with the same sentence again, twice as
often (docs/decisions/0019-translation-is-never-made-up.md)"""


class WhisperTranslator:
    """A SpeechTranslator on the directory of a CTranslate2 Whisper model.

    terms: how the model is opened where recognition has no model open that can translate, tried in turn. context,
    context_floor, context_pad: as for the recogniser. is_phrasebook: the model knows a phrasebook only.
    """

    def __init__(
        self,
        terms: Sequence[Terms],
        *,
        name: str = "",
        is_phrasebook: bool = False,
        context: Context = "auto",
        context_floor: int = 0,
        context_pad: float = -1.0,
    ) -> None:
        self._terms = tuple(terms)
        self._directory = whisper_directory.describe(self._terms[0].path, name)
        self._context = (context, context_floor, context_pad)
        self._limits: ContextLimits | None = None
        self._lease: Lease | None = None
        self._decoder: WhisperDecoder | None = None
        self.name = self._directory.name
        pairs = self._directory.pairs
        self.capabilities = TranslatorCapabilities(
            pairs,
            forces_prefix=False,
            hears=pairs,
            phrasebook=pairs if is_phrasebook else frozenset(),
            limits={pair: _notice(self.name, *pair) for pair in pairs},
        )

    def load(self, source: str, target: str, progress: Progress) -> None:
        """Bring the model into memory, unless the recogniser has. Raises ModelMissing, ModelBroken."""
        if source != target and (source, target) not in self.capabilities.pairs:
            raise ModelMissing("translator-lacks-pair", name=self.name, source=source, target=target)
        progress(0.0)
        self._open(source, progress)
        progress(1.0)

    def translate(self, text: str, source: str, target: str, prefix: str = "", is_final: bool = True) -> str:
        """Text that needs no translation as it is. Raises BackendFailed for any other: Whisper translates sound."""
        text = " ".join(text.split())
        if source == target or not has_words(text):
            return text if not prefix or text.startswith(prefix) else prefix
        raise BackendFailed(
            "translator-hears-only",
            name=self.name,
            source=source,
            target=target,
            recoverable=True,
        )

    def translate_speech(self, samples: Samples, source: str, target: str, transcript: str = "") -> str | None:
        """Translate one utterance, shape (n,), 16 kHz; what is behind 30 s is cut off. Empty if nothing is said in it,
        None if nothing came out that is a translation. Raises ModelMissing, ModelBroken, BackendFailed."""
        self.load(source, target, lambda _: None)
        samples = np.nan_to_num(samples[: context.FRAMES * context.HOP], nan=0.0, posinf=1.0, neginf=-1.0)
        samples = samples.astype(np.float32, copy=False)
        if source == target or len(samples) < _SHORTEST or result_checks.is_silent(samples) or music.is_music(samples):
            return None if has_words(transcript) else ""
        try:
            return self._translated(samples, source, transcript)
        except Exception as error:
            # The message of the library may hold the text, so only its kind is told.
            _log.error("Whisper failed to translate: %s", type(error).__name__)
            raise BackendFailed(
                "speech-translation-failed",
                name=self.name,
                recoverable=True,
            ) from error

    def close(self) -> None:
        """Give the memory back, if nobody else uses the model. Idempotent; the next utterance loads again."""
        held, self._lease, self._decoder = self._lease, None, None
        if held is not None:
            held.release()

    def _translated(self, samples: Samples, source: str, transcript: str) -> str | None:
        assert self._decoder is not None
        limit = result_checks.most_tokens(len(samples), "en")
        for index, frames in enumerate(context.sizes(len(samples), self._limits)):
            if index == 1:
                samples = _louder(samples)
            encoded = self._decoder.encode(samples, frames, self._limits)
            for beam in _WAYS:
                found = self._decoder.generate(encoded, source, limit=limit, beam_size=beam)
                if not has_words(transcript) and result_checks.is_no_speech(found.no_speech, found.log_probability):
                    return ""
                result = speech_checks.checked(found.text, transcript, source)
                # The limit cuts off what is said twice, and what is said once is whole all the same.
                tokens = found.tokens if result.text == found.text else []
                if result.is_translation and result_checks.is_trusted(
                    result.text, tokens, found.log_probability, limit
                ):
                    return result.text
        return None

    def _open(self, source: str, progress: Progress) -> None:
        """Hold the model that is open now: the recogniser may have opened it anew, in another way, or a smaller one."""
        current = next((terms for terms in in_use() if _can(terms, source)), None)
        if self._lease is not None and current == self._lease.terms:
            return
        candidates = [*([current] if current is not None else []), *self._terms]
        for index, terms in enumerate(candidates):
            whisper_directory.verify(terms.path)
            try:
                held = lease(terms, lambda share: progress(0.9 * share), None)
            except Exception as error:
                _log.exception("cannot load the Whisper model for translation")
                if index + 1 == len(candidates):
                    raise ModelBroken("speech-translation-unusable", path=terms.path) from error
                continue
            self.close()
            directory = whisper_directory.describe(terms.path)
            patience = PATIENCE_OF_STARTER if directory.short_context else PATIENCE
            self._lease, self._decoder = held, WhisperDecoder(held.whisper, "translate", patience)
            limits = limits_of(directory, *self._context)
            # What was trained on short windows, or is given one by the user, keeps it.
            is_free = not directory.short_context and not self._context[1]
            self._limits = replace(limits, floor=max(limits.floor, _FRAMES)) if limits and is_free else limits
            return


def _louder(samples: Samples) -> Samples:
    """As loud as can be: the same sound in a slightly different way."""
    peak = float(np.abs(samples).max(initial=0.0))
    return samples * np.float32(_PEAK / peak) if peak > 0 else samples


def _can(terms: Terms, source: str) -> bool:
    return any(source == pair[0] for pair in whisper_directory.describe(terms.path).pairs)


def _notice(name: str, source: str, target: str) -> Message:
    """What the user is told when the first utterance, or a corrected line, stays untranslated."""
    return Message("translator-hears-some", name=name, source=source, target=target)

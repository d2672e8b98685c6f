"""Piper voices (.onnx), run on onnxruntime. On the speech thread.

The session is built here, not by piper: its own takes every core and recognition would stutter.
"""

import logging
from collections import OrderedDict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from desktop.engine.errors import BackendFailed, ModelBroken, ModelMissing
from desktop.engine.models import checked
from desktop.engine.models.files import FileBroken, read_json
from desktop.engine.models.installed import InstalledModel, installed, voice_for
from desktop.engine.recognition.backends.base import Progress
from desktop.engine.speech.backends.base import SpeechChunk, SynthesizerCapabilities, Voice
from desktop.engine.speech.backends.speakable import pieces, without_silence
from desktop.engine.text.sentences import has_words

_log = logging.getLogger(__name__)

_LOADED = 3  # voices in memory, 20-120 MB each
_VOLUME = 0.9  # piper raises each clause to full scale; some room keeps resamplers from clipping
_NAMED = 5  # speakers that a message names


class PiperSynthesizer:
    """Every Piper voice that is installed.

    is_real: a starter voice, which hardly anybody understands, speaks only if it is asked for by name."""

    def __init__(self, *, is_real: bool = False) -> None:
        self._is_real = is_real
        self.name = "Piper"
        self.capabilities = _capabilities()
        self._voices: OrderedDict[Path, Any] = OrderedDict()
        self._chosen: dict[str, InstalledModel] = {}
        self._speakers: dict[str, int | None] = {}

    def voices(self) -> tuple[Voice, ...]:
        """Those on disk now."""
        return tuple(Voice(model.name, model.label, model.languages[0]) for model in installed("voice"))

    def load(self, language: str, voice: str, progress: Progress) -> None:
        """Bring the voice into memory (0.1-2 s). voice: its name, and behind a `#` the name or number of one of its
        speakers; without a name, of those that can speak the best. Raises ModelMissing, ModelBroken."""
        name, _, speaker = voice.partition("#")
        model = voice_for(language, name, is_real=self._is_real)
        progress(0.0)
        try:
            loaded = self._voice(model)
        except ModelBroken:
            others = [] if name.strip() else self._others(language, model)
            if not others:
                raise
            model, loaded = others[0]
        self._speakers[language] = speaker_of(model.label, loaded.config, speaker)
        self._chosen[language] = model
        self.capabilities = _capabilities()
        progress(1.0)

    def synthesize(self, text: str, language: str, rate: float = 1.0) -> Iterator[SpeechChunk]:
        """A chunk per sentence. A language that was not loaded gets its best voice (ModelMissing,
        ModelBroken). Text without words yields nothing. Raises BackendFailed."""
        from piper import SynthesisConfig

        if not has_words(text):
            return
        if language not in self._chosen:
            self.load(language, "", lambda _: None)
        voice = self._voice(self._chosen[language])
        config = SynthesisConfig(
            speaker_id=self._speakers.get(language),
            length_scale=voice.config.length_scale / rate,
            volume=_VOLUME,
        )
        try:
            for piece in pieces(text, language):
                for chunk in voice.synthesize(piece, config):
                    samples = np.asarray(chunk.audio_float_array, dtype=np.float32).reshape(-1)
                    yield SpeechChunk(without_silence(samples, chunk.sample_rate, rate), chunk.sample_rate)
        except Exception as error:
            # onnxruntime raises classes of its own below Exception; messages may hold the text.
            raise BackendFailed(
                "voice-failed",
                label=self._chosen[language].label,
                error=type(error).__name__,
                recoverable=True,
            ) from error

    def close(self) -> None:
        """Give the memory back. Idempotent; the next `synthesize` loads again."""
        self._voices.clear()
        self._chosen.clear()
        self._speakers.clear()

    def _others(self, language: str, broken: InstalledModel) -> list[tuple[InstalledModel, Any]]:
        """The next best voice that can speak, loaded; none if there is none."""
        for model in installed("voice"):
            if language in model.languages and model.path != broken.path and not (self._is_real and model.is_starter):
                try:
                    return [(model, self._voice(model))]
                except ModelBroken:
                    continue
        return []

    def _voice(self, model: InstalledModel) -> Any:
        if model.path not in self._voices:
            self._voices[model.path] = _load(model)
            while len(self._voices) > _LOADED:
                self._voices.popitem(last=False)
        self._voices.move_to_end(model.path)
        return self._voices[model.path]


def speaker_of(label: str, config: Any, wanted: str) -> int | None:
    """Which of a voice's speakers a name or number means; None for a voice of one. config: a PiperConfig. Raises
    ModelMissing."""
    wanted, named = wanted.strip(), dict(config.speaker_id_map)
    if config.num_speakers <= 1:
        return None
    if not wanted:
        return int(config.default_speaker_id)
    if wanted in named:
        return int(named[wanted])
    if wanted.isdecimal() and int(wanted) < config.num_speakers:
        return int(wanted)
    there = tuple(list(named)[:_NAMED]) or ("0", str(config.num_speakers - 1))
    raise ModelMissing("voice-without-speaker", label=label, speaker=wanted, count=config.num_speakers, there=there)


def _described(about: Any, language: str) -> dict[str, Any]:
    """What piper wants to know, where a description leaves it out: voices that are not spelled by espeak-ng."""
    speakers = about.get("speaker_id_map") or {}
    usual = {
        "espeak": {"voice": language},
        "num_symbols": len(about["phoneme_id_map"]),
        "num_speakers": len(speakers) or 1,
    }
    return {**usual, **about}


def _capabilities() -> SynthesizerCapabilities:
    return SynthesizerCapabilities(frozenset(model.languages[0] for model in installed("voice")))


def _load(model: InstalledModel) -> Any:
    import onnxruntime
    from piper import PiperConfig, PiperVoice

    # piper writes the text that it speaks to its debug log.
    logging.getLogger("piper").setLevel(logging.INFO)
    try:
        about = _described(read_json(model.path.with_name(model.path.name + ".json")), model.languages[0])
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.log_severity_level = 4
        # Each text has another length: an arena keeps room for the longest, and a plan for each length would be kept.
        options.enable_cpu_mem_arena = False
        options.enable_mem_pattern = False
        session = onnxruntime.InferenceSession(str(model.path), options, providers=["CPUExecutionProvider"])
        voice = PiperVoice(session=session, config=PiperConfig.from_dict(about))
        # The first call sets up the speller and the session; nobody should wait for it in the first clause.
        for _ in voice.synthesize("1"):
            pass
    except Exception as error:
        _log.warning("voice %s: %s", model.name, error)
        if isinstance(error, FileBroken):
            raise ModelBroken("voice-broken", path=model.path, problem=error.message) from error
        checked.refuse(model.path, error)
        raise ModelBroken("voice-unusable", path=model.path) from error
    return voice

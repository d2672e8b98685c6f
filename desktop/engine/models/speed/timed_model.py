"""A Whisper model that is only timed: noise in, a fixed number of tokens out, so that every run does the same work.

Used by `tuning`, on its thread.
"""

import json
import logging
from pathlib import Path
from time import perf_counter
from types import TracebackType
from typing import Any, Self

_FRAMES_PER_SECOND = 100
_MULTILINGUAL_PROMPT = ["<|startoftranscript|>", "<|en|>", "<|transcribe|>", "<|notimestamps|>"]
_ENGLISH_PROMPT = ["<|startoftranscript|>", "<|notimestamps|>"]


class TimedWhisper:
    """The model in a directory, open as long as the context. Raises RuntimeError, ValueError or OSError, as
    CTranslate2 does, if it cannot be opened that way."""

    def __init__(self, path: Path, device: str, compute_type: str, threads: int) -> None:
        import ctranslate2
        import numpy as np

        ctranslate2.set_log_level(logging.ERROR)  # its warnings would be written over a terminal's captions
        self._end = _end_of_text(path)
        self._view = ctranslate2.StorageView.from_array
        self._cpu = ctranslate2.Device.cpu
        self._noise = np.random.default_rng(0)
        self._model: Any = ctranslate2.models.Whisper(
            str(path), device=device, compute_type=compute_type, inter_threads=1, intra_threads=threads
        )
        self._prompt = _MULTILINGUAL_PROMPT if self._model.is_multilingual else _ENGLISH_PROMPT

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._model.unload_model()
        self._model = None

    def look(self, seconds: float, tokens: int) -> tuple[float, float]:
        """Encode that much audio and write that many tokens; (seconds to encode, seconds per token)."""
        import numpy as np

        frames = round(seconds * _FRAMES_PER_SECOND)
        noise = self._noise.standard_normal((1, self._model.n_mels, frames), dtype=np.float32)
        began = perf_counter()
        encoded = self._model.encode(self._view(noise), to_cpu=False)
        if encoded.device == "cuda":
            encoded.to_device(self._cpu)  # a card works on after the call has returned; what was copied is done
        encode = perf_counter() - began
        began = perf_counter()
        result = self._model.generate(
            encoded,
            [self._prompt],
            beam_size=1,
            max_length=max(2 * tokens, len(self._prompt) + tokens),  # at most half of it is written
            suppress_tokens=[-1, self._end],
        )[0]
        return encode, (perf_counter() - began) / max(1, len(result.sequences_ids[0]))


def _end_of_text(path: Path) -> int:
    """The id of the token that ends a text. Raises OSError, ValueError."""
    file = path / "vocabulary.json"
    if file.is_file():
        tokens = json.loads(file.read_text(encoding="utf-8"))
    else:
        tokens = (path / "vocabulary.txt").read_text(encoding="utf-8").split("\n")
    return int(tokens.index("<|endoftext|>"))

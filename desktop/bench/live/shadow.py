"""What recognition would cost with a larger model: every call on the Whisper model is done again on another one.

The starter model decides what is recognised, and so what a system does next; a model of true dimensions (tiny, base,
small) with random weights then does the same work: the same features encoded, the same prompt, beam and sampling, as
many tokens as the starter model wrote, the same alignment. Its results are thrown away. So each system pays the price
of a real model for what its own policy asks for, in time and in processor seconds, and what it recognises stays
comparable. The starter model's own cost comes on top, the same for all.

Runs in the runners' processes, on whatever threads a system calls its model from. Parley and all peers alike.
"""

import json
import threading
from pathlib import Path
from types import ModuleType
from typing import Any

_KEPT = 8
"""encoder outputs that are remembered, newest last"""


def put_beside(ctranslate2: ModuleType, directory: str) -> None:
    """From now on `ctranslate2.models.Whisper` has the model in `directory` beside it."""
    real = ctranslate2.models.Whisper

    def whisper(model_path: str, *arguments: Any, **options: Any) -> "Shadowed":
        shadow = real(directory, *arguments, **{name: one for name, one in options.items() if name != "files"})
        return Shadowed(ctranslate2, real(model_path, *arguments, **options), shadow, _end_of_text(directory))

    ctranslate2.models.Whisper = whisper


class Shadowed:
    """Answers as the real model, after both have done the work."""

    def __init__(self, ctranslate2: ModuleType, real: Any, shadow: Any, end: int) -> None:
        self._view = ctranslate2.StorageView
        self._real, self._shadow, self._end = real, shadow, end
        self._lock = threading.Lock()
        self._encoded: list[tuple[Any, Any]] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def encode(self, features: Any, *arguments: Any, **options: Any) -> Any:
        result = self._real.encode(features, *arguments, **options)
        double = self._shadow.encode(features, *arguments, **options)
        with self._lock:
            self._encoded = [*self._encoded[1 - _KEPT :], (result, double)]
        return result

    def generate(self, features: Any, prompts: Any, *arguments: Any, **options: Any) -> Any:
        results = self._real.generate(features, prompts, *arguments, **options)
        written = max(len(sequence) for result in results for sequence in result.sequences_ids) + 1  # the end's token
        prompt = max(len(one) for one in prompts)
        forced = {
            **options,
            # CTranslate2 writes at most half of max_length, and at most max_length - prompt + 1.
            "max_length": max(prompt - 1 + written, 2 * written),
            "suppress_tokens": [*options.get("suppress_tokens", [-1]), self._end],
        }
        self._shadow.generate(self._double(features), prompts, *arguments, **forced)
        return results

    def align(self, features: Any, *arguments: Any, **options: Any) -> Any:
        results = self._real.align(features, *arguments, **options)
        self._shadow.align(self._double(features), *arguments, **options)
        return results

    def detect_language(self, features: Any) -> Any:
        results = self._real.detect_language(features)
        self._shadow.detect_language(self._double(features))
        return results

    def unload_model(self, *arguments: Any, **options: Any) -> None:
        self._shadow.unload_model(*arguments, **options)
        self._real.unload_model(*arguments, **options)

    def load_model(self, *arguments: Any, **options: Any) -> None:
        self._shadow.load_model(*arguments, **options)
        self._real.load_model(*arguments, **options)

    def _double(self, features: Any) -> Any:
        """The shadow's own encoder output for the real one's; features that are not encoded yet are for both."""
        with self._lock:
            for result, double in reversed(self._encoded):
                if result is features:
                    return double
        if tuple(features.shape)[1] == self._real.n_mels:
            return features
        raise ValueError("an encoder output that this model did not make cannot be decoded by the cost model")


def _end_of_text(directory: str) -> int:
    tokens = json.loads((Path(directory) / "vocabulary.json").read_text(encoding="utf-8"))
    return int(tokens.index("<|endoftext|>"))

"""A Whisper model that several threads ask, and that does what fits together at once. For graphics cards: a processor
is no faster so.

Nobody waits for others to come: while one batch runs, the next one gathers. Any thread.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from desktop.engine.recognition.whisper.grouping import next_batch

MOST = 16
"""calls in a batch"""


@dataclass(slots=True, eq=False)
class _Call:
    """What a thread asks. key: calls with the same one fit together; what is asked, and how."""

    key: tuple[Any, ...]
    given: Any
    answer: Any = None
    error: Exception | None = None
    is_done: bool = False


@dataclass(frozen=True, slots=True)
class _Search:
    """A call of `generate`: what is particular to it. longest: `max_length`, of prompt and twice the text."""

    encoded: Any
    prompt: list[int]
    longest: int


@dataclass(frozen=True, slots=True)
class BatchSizes:
    """How many calls went together, by how often."""

    counts: dict[int, int] = field(default_factory=dict)

    def add(self, size: int) -> None:
        self.counts[size] = self.counts.get(size, 0) + 1


class BatchedModel:
    """CTranslate2's Whisper (`model`), of which `encode` and `generate` take one window; everything else is as it was.

    Encodings are in the computer's memory, where they can be put together and taken apart."""

    def __init__(self, model: Any, most: int = MOST) -> None:
        self._model = model
        self._most = most
        self._waiting: list[_Call] = []
        self._changing = threading.Lock()
        self._turn = threading.Lock()
        self.sizes = BatchSizes()
        """of the batches so far"""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._model, name)

    def encode(self, features: Any) -> Any:
        """The encoder's output for one window. features: a StorageView, shape (1, mels, frames)."""
        given = np.array(features)
        return self._ask(("encode", given.shape), given)

    def generate(self, encoded: Any, prompts: list[list[int]], **options: Any) -> list[Any]:
        """As CTranslate2's, for one window."""
        longest = options.pop("max_length")
        key = ("generate", tuple(sorted(options.items())), tuple(encoded.shape), len(prompts[0]))
        return [self._ask(key, _Search(encoded, prompts[0], longest))]

    def _ask(self, key: tuple[Any, ...], given: Any) -> Any:
        call = _Call(key, given)
        with self._changing:
            self._waiting.append(call)
        while not call.is_done:
            with self._turn:
                if not call.is_done:
                    self._run()
        if call.error is not None:
            raise call.error
        return call.answer

    def _run(self) -> None:
        """The next batch. Whoever has the turn runs it, also for others."""
        with self._changing:
            places = set(next_batch([one.key for one in self._waiting], self._most))
            batch = [one for place, one in enumerate(self._waiting) if place in places]
            self._waiting = [one for place, one in enumerate(self._waiting) if place not in places]
        try:
            given = [one.given for one in batch]
            search = batch[0].key[1] if batch[0].key[0] == "generate" else None
            answers = self._encoded(given) if search is None else self._generated(given, dict(search))
            for one, answer in zip(batch, answers, strict=True):
                one.answer = answer
            self.sizes.add(len(batch))
        except Exception as error:
            for one in batch:
                one.error = error
        finally:
            for one in batch:
                one.is_done = True

    def _encoded(self, given: Sequence[NDArray[np.float32]]) -> list[Any]:
        from ctranslate2 import StorageView

        together = StorageView.from_array(np.ascontiguousarray(np.concatenate(given)))
        found = np.array(self._model.encode(together, to_cpu=True))
        return [StorageView.from_array(np.ascontiguousarray(found[place : place + 1])) for place in range(len(given))]

    def _generated(self, given: Sequence[_Search], options: dict[str, Any]) -> list[Any]:
        from ctranslate2 import StorageView

        longest = max(one.longest for one in given)
        together = np.concatenate([np.array(one.encoded) for one in given])
        found = self._model.generate(
            StorageView.from_array(np.ascontiguousarray(together)),
            [one.prompt for one in given],
            max_length=longest,
            **options,
        )
        return [
            answer if one.longest == longest or not _is_cut(one, answer) else self._alone(one, options)
            for one, answer in zip(given, found, strict=True)
        ]

    def _alone(self, one: _Search, options: dict[str, Any]) -> Any:
        return self._model.generate(one.encoded, [one.prompt], max_length=one.longest, **options)[0]


def _is_cut(one: _Search, answer: Any) -> bool:
    """Whether it would have been ended by its own length."""
    return len(answer.sequences_ids[0]) >= min(one.longest // 2, one.longest - len(one.prompt))

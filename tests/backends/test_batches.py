"""Decoded together, windows have the words that they have alone. Batches are for graphics cards; a processor runs them
here."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import numpy as np
import pytest

from desktop.engine.events import Samples
from desktop.engine.recognition.backends.base import Hypothesis, RecognitionRequest
from desktop.engine.recognition.whisper import shared_models
from desktop.engine.recognition.whisper.batches import BatchedModel
from desktop.engine.recognition.whisper.recognizer import WhisperRecognizer
from tests.unit.engine.recognition.whisper.test_whisper_guards import STARTER

NAMES = ("en-00", "en-03", "en-07", "en-08", "en-00", "en-07")
REQUESTS = {
    "partial": RecognitionRequest(language="en"),
    "final": RecognitionRequest(language="en", is_final=True, is_thorough=True),
    "buffered": RecognitionRequest(language="en", is_final=True, is_buffered=True),
    "unknown": RecognitionRequest(language=None, is_final=True),
}


def words(hypothesis: Hypothesis) -> list[tuple[str, float, float]]:
    return [(word.text, round(word.start, 1), round(word.end, 1)) for word in hypothesis.words]


def recognizer() -> WhisperRecognizer:
    made = WhisperRecognizer(STARTER)
    made.load(lambda _: None)
    return made


@pytest.fixture
def batched(monkeypatch: pytest.MonkeyPatch) -> list[BatchedModel]:
    """From now on models work as those on a graphics card do: which were opened."""
    opened: list[BatchedModel] = []
    plain = shared_models._open

    def open_batched(*asked: Any) -> Any:
        whisper = plain(*asked)
        whisper.model = BatchedModel(whisper.model)
        opened.append(whisper.model)
        return whisper

    monkeypatch.setattr(shared_models, "_open", open_batched)
    return opened


@pytest.mark.parametrize("request_", REQUESTS.values(), ids=REQUESTS)
def test_together_they_have_the_words_that_they_have_alone(
    request_: RecognitionRequest, speech: Callable[[str], Samples], request: pytest.FixtureRequest
) -> None:
    one = recognizer()
    alone = [words(one.transcribe(speech(name).copy(), request_)) for name in NAMES]
    one.close()
    assert all(alone)
    opened: list[BatchedModel] = request.getfixturevalue("batched")
    team = [recognizer() for _ in NAMES]
    begins = Barrier(len(team))

    def decode(place: int) -> list[tuple[str, float, float]]:
        begins.wait(20)
        return words(team[place].transcribe(speech(NAMES[place]).copy(), request_))

    with ThreadPoolExecutor(len(team)) as threads:
        together = list(threads.map(decode, range(len(team))))
    for member in team:
        member.close()
    assert together == alone
    assert len(opened) == 1
    assert max(opened[0].sizes.counts) > 1


def test_what_fails_is_told_to_all_that_were_in_the_batch(batched: list[BatchedModel]) -> None:
    class Broken:
        def encode(self, *_: Any, **__: Any) -> Any:
            raise RuntimeError("out of memory")

    model = BatchedModel(Broken())
    with ThreadPoolExecutor(3) as threads:
        asked = [threads.submit(model.encode, np.zeros((1, 80, 100), np.float32)) for _ in range(3)]
    for one in asked:
        with pytest.raises(RuntimeError, match="out of memory"):
            one.result()


def test_on_a_processor_there_are_none(batched: list[BatchedModel], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    one = recognizer()
    assert one._lease is not None
    assert not isinstance(one._lease.whisper.model, BatchedModel)
    one.close()

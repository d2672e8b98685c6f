"""A session with a cloud engine at its peer and the starter model behind it: whatever goes wrong, on the way and at any
time, no word is lost and none is said twice."""

from collections.abc import Callable, Iterator
from typing import Any

import jiwer
import numpy as np
import pytest

from desktop.engine.events import SAMPLE_RATE, ErrorEvent, Event, Samples, TranscriptUpdate, Word
from desktop.engine.inline import run_inline
from desktop.engine.options import ModelOptions, SessionOptions
from desktop.engine.pool.models import Models
from desktop.engine.session import Session
from desktop.engine.text.compare import normalized_words
from desktop.messages import text_of
from desktop.system import secrets
from tests.cloud_peers.engines import RECOGNIZERS, STREAMS, Engine
from tests.cloud_peers.faults import KEY, Fault
from tests.cloud_peers.hearing import Powers
from tests.cloud_peers.known import KnownEar
from tests.cloud_peers.relay import Relay, relayed

SENTENCES = 4
BLOCK = SAMPLE_RATE // 10
Entry = dict[str, Any]


@pytest.fixture(scope="module")
def recording(speech: Callable[[str], Samples], manifest: dict[str, Entry]) -> tuple[Samples, list[Word]]:
    """Some sentences, and their words."""
    sentences = manifest["stream-en"]["sentences"][:SENTENCES]
    words = [Word(one["word"], one["start"], one["end"], 0.9) for part in sentences for one in part["words"]]
    end = round((sentences[-1]["end"] + 0.2) * SAMPLE_RATE)
    return np.concatenate((speech("stream-en")[:end], np.zeros(SAMPLE_RATE, np.float32))), words


@pytest.fixture(autouse=True)
def _keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secrets, "get", lambda name: KEY)


def options_for(engine: Engine, port: int) -> ModelOptions:
    cloud: dict[str, object] = {
        "recognition": (engine.key,),
        f"{engine.key}_endpoint": engine.address.format(port=port),
        "daily_cap": 100.0,
    }
    if engine.key == "google":
        cloud["google_project"] = "p"
    if engine.key == "openai":
        cloud["openai_model"] = "whisper-1"
    return ModelOptions(recognition="starter", cloud=cloud)


def _refuse(peer: Any, relay: Relay) -> None:
    relay.refuse()
    relay.cut()


def _garble(peer: Any, relay: Relay) -> None:
    relay.is_garbled = True


def _in_streams(fault: Fault) -> Callable[[Any, Relay], None]:
    def begin(peer: Any, relay: Relay) -> None:
        peer.plan.fault, peer.plan.after = fault, 0.1

    return begin


FAULTS: dict[str, Callable[[Any, Relay], None]] = {
    "nothing": lambda peer, relay: None,
    "cut": lambda peer, relay: relay.cut(),
    "refused": _refuse,
    "stall": lambda peer, relay: relay.stall(),
    "garbage": _garble,
    "quota": _in_streams(Fault.QUOTA),
    "half-closed": _in_streams(Fault.HALF_CLOSED),
}
LASTING = {"refused", "stall", "garbage", "quota", "half-closed"}


CASES = [
    (key, fault)
    for key in sorted(RECOGNIZERS)
    for fault in FAULTS
    if key in STREAMS or fault not in ("quota", "half-closed")  # which happen in streams here
]


@pytest.mark.parametrize(("key", "fault"), CASES)
def test_no_word_is_lost_and_none_doubled(key: str, fault: str, recording: tuple[Samples, list[Word]]) -> None:
    engine = RECOGNIZERS[key]
    samples, words = recording
    ear = KnownEar(samples, words)
    with engine.peer(Powers(ear, step=0.3, pause=0.3, told=ear.tell)) as peer, relayed(peer.port) as relay:
        events: list[Event] = []
        models = Models(options_for(engine, relay.port), emit=events.append)
        session = Session(SessionOptions(language="en"))

        def pieces() -> Iterator[Samples]:
            for number, at in enumerate(range(0, len(samples), BLOCK)):
                if number == 35:  # in a sentence
                    FAULTS[fault](peer, relay)
                yield samples[at : at + BLOCK]

        try:
            events.extend(run_inline(session, models, pieces()))
        finally:
            models.close()
    finals = [event.final_text for event in events if isinstance(event, TranscriptUpdate) and event.is_final]
    said, got = (" ".join(normalized_words(text)) for text in (" ".join(word.text for word in words), " ".join(finals)))
    errors = jiwer.process_words(said, got)
    assert (errors.deletions, errors.insertions) == (0, 0), got
    assert errors.substitutions <= 1, got  # the local model may mishear a word of which it got the rest
    committed: dict[int, str] = {}
    for event in events:
        if isinstance(event, TranscriptUpdate):
            assert event.committed.startswith(committed.get(event.segment_id, ""))
            committed[event.segment_id] = event.committed
    told = [text_of(event) for event in events if isinstance(event, ErrorEvent)]
    assert all(KEY not in text and text.endswith(".") for text in told)
    assert bool(told) == (fault in LASTING) or fault == "cut", told
    assert ear.told or key == "openai", "the engine was used"  # which gets an utterance when it is over

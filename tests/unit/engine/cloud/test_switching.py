"""Cloud engines are switched on and off while somebody speaks: the models follow, and no work waits for it."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from desktop.engine.cloud.errors import CloudFailed, Failure
from desktop.engine.events import ErrorEvent, Event
from desktop.engine.options import ModelOptions
from desktop.engine.pool import clouds
from desktop.engine.pool.backends import ModelBackends
from desktop.engine.pool.models import Models
from desktop.engine.recognition.backends.base import Hypothesis, Progress, RecognitionRequest
from desktop.engine.recognition.work import Decode
from desktop.messages import text_of
from tests.fakes import FakeRecognizer, FakeStreamRecognizer, FakeSynthesizer, FakeTranslator
from tests.waiting import wait_until

SOUND = np.random.default_rng(1).normal(0, 0.1, 40_000).astype(np.float32)
ON = {"recognition": ("deepgram",)}
LOCAL, CLOUD = "base", "nova-3 · Deepgram"


class Engine(FakeStreamRecognizer):
    """A cloud engine that opens when its gate does."""

    def __init__(self) -> None:
        super().__init__(CLOUD)
        self.gate = threading.Event()
        self.failure: Exception | None = None

    def load(self, progress: Progress) -> None:
        assert self.gate.wait(20)
        if self.failure is not None:
            raise self.failure


class Running:
    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.events: list[Event] = []
        self.local = FakeRecognizer(LOCAL)
        backends = ModelBackends(
            recognizer=lambda *_: self.local,
            tune=lambda *_: None,
            translator=lambda *_: FakeTranslator(),
            synthesizer=lambda *_: FakeSynthesizer(),
            models=lambda _: (),
        )
        self.options = ModelOptions(languages=("en",))
        self.models = Models(self.options, backends, self.events.append)
        self.models.recognition.prepare()

    def configure(self, **cloud: Any) -> None:
        self.models.configure(replace(self.options, cloud=cloud))

    def decode(self, seconds: float = 1.0, *, is_final: bool = False) -> Hypothesis:
        samples = SOUND[: round(16_000 * seconds)]
        answer: Hypothesis = self.models.run(
            self, Decode(samples, RecognitionRequest("en", is_final=is_final), 0), None
        )
        return answer

    @property
    def name(self) -> str:
        return self.models.recognition.name

    @property
    def told(self) -> list[str]:
        return [text_of(event) for event in self.events if isinstance(event, ErrorEvent)]


@pytest.fixture
def running(monkeypatch: pytest.MonkeyPatch) -> Iterator[Running]:
    engine = Engine()
    monkeypatch.setattr(clouds, "_recognizer", lambda *_: engine)
    monkeypatch.delenv("PARLEY_CLOUD", raising=False)
    made = Running(engine)
    yield made
    engine.gate.set()
    made.models.close()


def test_it_is_switched_on_and_off_in_mid_sentence_and_nobody_waits(running: Running) -> None:
    assert len(running.decode(1.0).words) == 2
    running.configure(**ON)
    assert len(running.decode(1.5).words) == 3
    assert running.name == LOCAL, "the engine is not open yet, and nothing waits for that"
    assert running.models.recognition.sent_to == ""
    running.engine.gate.set()
    assert wait_until(lambda: running.name == CLOUD)
    # All of the sentence goes there, as no final has any of it.
    assert len(running.decode(2.0, is_final=True).words) == 4
    assert sum(running.engine.streams[-1].chunks) == 32_000
    assert running.models.recognition.sent_to == "Deepgram"
    before = len(running.local.requests)
    running.configure()
    assert len(running.decode(2.5).words) == 5
    assert (running.name, len(running.local.requests)) == (LOCAL, before + 1)
    assert wait_until(lambda: running.engine.is_closed)
    assert running.models.recognition.sent_to == ""
    assert running.told == []
    assert not running.local.is_closed


@pytest.mark.parametrize(
    "forbid",
    [
        lambda running, _: running.configure(**ON, policy="never"),
        lambda running, environment: environment("PARLEY_CLOUD", "never"),
    ],
)
def test_the_policy_holds_at_once_also_for_an_engine_that_is_open(
    running: Running, forbid: Callable[[Running, Any], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    running.engine.gate.set()
    running.configure(**ON)
    running.decode()
    assert wait_until(lambda: running.name == CLOUD)
    running.decode(1.0, is_final=True)
    sent = sum(sum(stream.chunks) for stream in running.engine.streams)
    forbid(running, monkeypatch.setenv)
    assert len(running.decode(1.5, is_final=True).words) == 3
    assert running.name == LOCAL
    assert sum(sum(stream.chunks) for stream in running.engine.streams) == sent


def test_an_engine_that_fails_in_mid_sentence_loses_nothing_and_comes_back(running: Running) -> None:
    running.engine.gate.set()
    running.configure(**ON)
    running.decode(0.5)
    assert wait_until(lambda: running.name == CLOUD)
    running.decode(1.0)
    running.engine.failure = CloudFailed(Failure.DISCONNECT, "Deepgram")
    running.engine._fail_from = (0, running.engine.failure)
    for stream in running.engine.streams:
        stream._fail = running.engine.failure
    assert len(running.decode(1.5).words) == 3, "by this machine, from the same sound"
    assert running.name == LOCAL
    assert running.told == ["The connection to Deepgram broke; meanwhile base is used, and nothing is lost."]
    running.engine.failure = running.engine._fail_from = None
    assert wait_until(lambda: running.name == CLOUD)
    assert running.told[1:] == [f"{CLOUD} answers again and is used."]
    figures = running.models.clouds.figures()[0]
    assert figures.failures["disconnect"] >= 1
    assert figures.fallbacks >= 1


def test_nothing_is_made_or_counted_where_nothing_is_on(running: Running) -> None:
    running.decode()
    assert running.models.clouds.figures() == ()
    assert running.engine.streams == []

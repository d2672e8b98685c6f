"""Changes of pace put into effect: on real models, when a model cannot be loaded, and for sources that can wait."""

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from desktop.bench.make_model import Dimensions, make_whisper
from desktop.engine.errors import ModelBroken
from desktop.engine.events import SAMPLE_RATE, ErrorEvent, Event, Severity
from desktop.engine.message import Message, verbatim
from desktop.engine.models.installed import InstalledModel
from desktop.engine.models.load.governor import Decoded
from desktop.engine.models.load.load_control import LoadControl
from desktop.engine.models.load.smaller_models import models_to_use
from desktop.engine.pool.backends import ModelBackends
from desktop.engine.pool.recognition import RecognitionModel
from desktop.engine.recognition.backends.base import Hypothesis, RecognitionRequest, WindowRecognizer
from desktop.engine.recognition.backends.choose import make_recognizer
from desktop.engine.recognition.backends.wrapped import WrappedRecognizer
from desktop.engine.recognition.whisper import shared_models
from desktop.engine.recognition.work import Decode
from desktop.messages import text_of
from desktop.settings.declaration import RecognitionSettings
from tests.fakes import FakeRecognizer
from tests.unit.engine.lock_step import Clock


def model(name: str, size: int) -> InstalledModel:
    return InstalledModel("whisper", name, f"Whisper {name}", Path(f"./{name}"), ("en",), size, False)


MODELS = (model("small", 480), model("base", 140))


class Slowed(WrappedRecognizer):
    """`recognizer`, with more time on the clock for each decoding."""

    def __init__(self, recognizer: WindowRecognizer, clock: Clock, cost: Callable[[WindowRecognizer], float]) -> None:
        super().__init__(recognizer)
        self._clock = clock
        self._cost = cost

    def transcribe(self, samples: np.ndarray, request: RecognitionRequest) -> Hypothesis:
        self._clock.now += self._cost(self.recognizer)
        return super().transcribe(samples, request)


class Listening:
    """A recogniser that is driven from here. make: its recogniser, by the settings."""

    def __init__(
        self,
        make: Callable[[RecognitionSettings], WindowRecognizer],
        cost: Callable[[WindowRecognizer], float],
        models: Callable[[RecognitionSettings], tuple[InstalledModel, ...]] = models_to_use,
    ) -> None:
        self.clock = Clock()
        self.events: list[Event] = []
        self.failures: list[Exception] = []
        self.settings = RecognitionSettings(language="en", backend="whisper")
        self._next = 0
        backends = ModelBackends(
            recognizer=lambda settings, _notify: Slowed(make(settings), self.clock, cost),
            models=models,
            clock=self.clock,
        )
        self.model = RecognitionModel(
            self.settings, backends, self.events.append, lambda: None, self.failures.append, lambda: None
        )
        self.model.prepare()

    def utterances(self, count: int, seconds: float = 4.0) -> None:
        for _ in range(count):
            self.clock.now += seconds
            samples = np.zeros(int(seconds * SAMPLE_RATE), np.float32)  # which real models know at once for silence
            self._next += 1
            self.model.prepare()
            self.model.decode(self, Decode(samples, RecognitionRequest("en", is_final=True), self._next * seconds), 0.0)

    def told(self) -> list[ErrorEvent]:
        return [event for event in self.events if isinstance(event, ErrorEvent)]


def _open_here(models: Path) -> list[str]:
    """Names of the models in that folder that are in memory; other tests may have left theirs."""
    return [terms.path.name for terms in shared_models._entries if models in terms.path.parents]


def test_real_models_are_changed_down_and_up_and_one_at_a_time_is_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("desktop.system.paths.models_dir", lambda: tmp_path)
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hub"))
    make_whisper(tmp_path / "whisper" / "base", Dimensions(256, 2, 2, 4), name="Base")
    make_whisper(tmp_path / "whisper" / "tiny", Dimensions(128, 2, 2, 2), name="Tiny")
    is_slow = [True]

    def cost(recognizer: WindowRecognizer) -> float:
        return (6.0 if recognizer.name == "Base" else 1.0) if is_slow[0] else 0.1

    listening = Listening(lambda settings: make_recognizer(settings, lambda _: None), cost)
    model = listening.model
    assert model.name == "Base"
    listening.utterances(4)
    assert model.name == "Tiny"
    assert _open_here(tmp_path) == ["tiny"], "the larger one's memory is given back"
    assert text_of(listening.told()[-1]) == "This computer is too slow for Base now; Tiny recognises."
    listening.utterances(3)
    is_slow[0] = False
    listening.utterances(120)
    assert model.name == "Base"
    assert _open_here(tmp_path) == ["base"]
    assert "There is time again for Base; it recognises now." in [text_of(event) for event in listening.told()]
    assert model.load.reduced == ()
    assert not listening.failures
    model.unload()
    assert _open_here(tmp_path) == []


def test_a_smaller_model_that_cannot_be_loaded_leaves_the_larger_one_at_work() -> None:
    def make(settings: RecognitionSettings) -> WindowRecognizer:
        failure = ModelBroken(verbatim("Install it again.")) if settings.model else None
        return FakeRecognizer(settings.model or "small", fail_load=failure)

    listening = Listening(make, lambda _: 9.0, lambda _: MODELS)
    listening.utterances(20)
    assert listening.model.name == "small"
    assert not listening.failures
    refused = [event for event in listening.told() if "cannot be loaded" in text_of(event)]
    assert [text_of(event) for event in refused] == [
        "Whisper base cannot be loaded; Whisper small goes on recognising."
    ]
    assert refused[0].severity is Severity.WARNING
    assert listening.model.load.reduced == (Message("reduced-to-sentences"),)


def test_another_model_chosen_by_the_user_begins_anew() -> None:
    listening = Listening(lambda settings: FakeRecognizer(settings.model or "small"), lambda _: 9.0, lambda _: MODELS)
    listening.utterances(4)
    assert listening.model.name == "base"
    listening.model.configure(listening.settings.model_copy(update={"model": "small"}))
    listening.model.prepare()
    assert listening.model.name == "small"
    assert listening.model.load.reduced == ()


@pytest.mark.parametrize(
    "change", [{"model": "small"}, {"threads": 3}, {"context_floor": 800}, {"context_pad": 2.0}, {"language": "es"}]
)
def test_what_makes_decoding_as_slow_as_another_model_begins_anew(change: dict[str, object]) -> None:
    clock = Clock()
    pacing = LoadControl(RecognitionSettings(language="en"), lambda _: MODELS, lambda _: None, clock)
    before = RecognitionSettings(language="en")
    pacing.wanted(before)
    for _ in range(4):
        pacing.after(Decoded(clock.now, clock.now + 9.0, 4.0, True, 0.0))
        clock.now += 9.0
    assert pacing.pace.model == 1
    pacing.wanted(before.model_copy(update={"step": 0.4}))
    assert pacing.pace.model == 1
    pacing.wanted(before.model_copy(update=change))
    assert pacing.pace.model == 0


def test_what_left_the_memory_comes_back_as_chosen() -> None:
    listening = Listening(lambda settings: FakeRecognizer(settings.model or "small"), lambda _: 9.0, lambda _: MODELS)
    listening.utterances(4)
    listening.model.unload()
    listening.model.prepare()
    assert listening.model.name == "small"


def test_a_source_that_can_wait_is_recognised_as_set() -> None:
    listening = Listening(lambda settings: FakeRecognizer(settings.model or "small"), lambda _: 9.0, lambda _: MODELS)
    listening.model.load.in_real_time = False
    listening.utterances(20)
    assert listening.model.name == "small"
    assert not listening.told()
    listening.model.load.in_real_time = True
    listening.utterances(4)
    assert listening.model.name == "base"
    listening.model.load.in_real_time = False
    listening.model.prepare()
    assert listening.model.name == "small"


def test_a_decoding_under_way_counts_as_busy() -> None:
    clock = Clock()
    pacing = LoadControl(RecognitionSettings(), lambda _: MODELS, lambda _: None, clock)
    pacing.begins()
    clock.now += 4.0
    assert pacing.busy() == pytest.approx(0.4)
    clock.now += 40.0
    assert pacing.busy() == 1.0
    pacing.after(Decoded(clock.now - 44.0, clock.now, 4.0, True, 0.0))
    pacing.ends()
    clock.now += 5.0
    assert pacing.busy() == pytest.approx(0.5)


def test_nothing_is_said_twice_on_end() -> None:
    clock = Clock()
    told: list[ErrorEvent] = []
    control = LoadControl(RecognitionSettings(language="en"), lambda _: (), told.append, clock)
    control.wanted(RecognitionSettings(language="en"))
    for _ in range(40):
        control.after(Decoded(clock.now, clock.now + 1.9, 4.0, True, 0.0))
        clock.now += 2.0
    texts = [text_of(one) for one in told]
    assert "This computer is too slow now for a thorough search; some words may come out less exact." in texts
    assert all(one != other for one, other in pairwise(texts))
    assert not any("beam" in one for one in texts)

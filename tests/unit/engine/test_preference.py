"""Engines that are preferred: who does the work, what is told, and when an engine is used again."""

import threading
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from desktop.engine.errors import BackendFailed, EngineAway, ModelMissing
from desktop.engine.events import ErrorEvent, Severity
from desktop.engine.order import Arrangement
from desktop.engine.preference import Backoff, Preference, Standing, fixed
from desktop.engine.recognition.backends.base import RecognitionRequest
from desktop.engine.recognition.backends.preferred import PreferredRecognizer
from desktop.engine.speech.backends.preferred import PreferredSynthesizer
from desktop.engine.translation.backends.preferred import PreferredTranslator
from desktop.messages import text_of
from tests.fakes import FakeRecognizer, FakeSpeechTranslator, FakeSynthesizer, FakeTranslator
from tests.waiting import let_pass, wait_until

SOUND = np.zeros(16_000, np.float32)
AWAY = EngineAway("server-gone", name="cellar")
REQUEST = RecognitionRequest("en")


class Elsewhere:
    """An engine that fails while `failure` is set."""

    def __init__(self, name: str = "cellar") -> None:
        self.name = name
        self.failure: Exception | None = None
        self.opened = 0
        self.done: list[str] = []
        self.is_closed = False

    def open(self) -> None:
        self.opened += 1
        if self.failure is not None:
            raise self.failure

    def say(self, text: str) -> str:
        if self.failure is not None:
            raise self.failure
        self.done.append(text)
        return f"{text} by {self.name}"

    def close(self) -> None:
        self.is_closed = True


class Asking:
    def __init__(self, *engines: Elsewhere) -> None:
        self.told: list[ErrorEvent] = []
        self.here = 0
        self.preference = Preference([fixed(one) for one in engines], Elsewhere.open, self.told.append)

    def say(self, text: str) -> str:
        def otherwise() -> str:
            self.here += 1
            return f"{text} here"

        return self.preference.do(lambda one: one.say(text), otherwise, lambda: "base")

    @property
    def codes(self) -> list[str]:
        return [event.code for event in self.told]


@pytest.fixture
def asking() -> Iterator[Callable[..., Asking]]:
    made: list[Asking] = []

    def make(*engines: Elsewhere) -> Asking:
        made.append(Asking(*engines))
        return made[-1]

    yield make
    for one in made:
        one.preference.close()


def test_what_an_engine_fails_at_is_done_here_at_once_and_told_once(asking: Callable[..., Asking]) -> None:
    cellar = Elsewhere()
    one = asking(cellar)
    assert one.say("a") == "a by cellar"
    cellar.failure = AWAY
    assert [one.say(text) for text in "bcd"] == ["b here", "c here", "d here"]
    assert one.codes == ["engine-away"]
    assert one.told[0].severity is Severity.WARNING
    assert text_of(one.told[0]) == (
        "The connection to cellar broke; meanwhile base is used, and nothing is lost."
    )  # fmt: skip


def test_it_is_tried_with_the_newest_work_and_used_again(asking: Callable[..., Asking]) -> None:
    cellar = Elsewhere()
    one = asking(cellar)
    cellar.failure = AWAY
    one.say("a")
    one.say("b")
    one.say("c")
    cellar.failure = None
    assert wait_until(lambda: one.codes == ["engine-away", "engine-back"])
    assert set(cellar.done) == {"c"}
    assert one.say("d") == "d by cellar"
    assert text_of(one.told[1]) == "cellar answers again and is used."


def test_what_was_said_long_ago_goes_nowhere(asking: Callable[..., Asking], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("desktop.engine.preference._FRESH", 0.0)
    cellar = Elsewhere()
    one = asking(cellar)
    cellar.failure = AWAY
    one.say("a")
    cellar.failure = None
    assert wait_until(lambda: one.codes == ["engine-away", "engine-back"])
    assert cellar.done == []


def test_the_order_of_engines_is_kept(asking: Callable[..., Asking]) -> None:
    first, second = Elsewhere("cellar"), Elsewhere("attic")
    one = asking(first, second)
    first.failure = AWAY
    assert one.say("a") == "a by attic"
    assert "attic is used" in text_of(one.told[0])
    assert one.here == 0
    second.failure = AWAY
    assert one.say("b") == "b here"


def test_what_only_this_piece_of_work_lacks_is_done_here_and_the_engine_stays(asking: Callable[..., Asking]) -> None:
    cellar = Elsewhere()
    one = asking(cellar)
    cellar.failure = ModelMissing("voice-missing", language="eu")
    assert one.say("a") == "a here"
    assert one.told == []
    cellar.failure = None
    assert one.say("b") == "b by cellar"


def test_a_server_for_several_stages_is_told_of_once() -> None:
    told: list[ErrorEvent] = []
    standing = Standing()
    engines = [Elsewhere(), Elsewhere()]
    stages = [Preference([fixed(one, standing)], Elsewhere.open, told.append) for one in engines]
    for one in engines:
        one.failure = AWAY
    for stage in stages:
        stage.do(lambda one: one.say("a"), lambda: "here", lambda: "base")
    engines[0].failure = None
    assert wait_until(lambda: stages[0].used is not None)
    assert [event.code for event in told] == ["engine-away"]
    engines[1].failure = None
    assert wait_until(lambda: len(told) == 2)
    assert told[1].code == "engine-back"
    for stage in stages:
        stage.close()
    assert all(one.is_closed for one in engines)


def test_nothing_is_tried_after_the_end(asking: Callable[..., Asking]) -> None:
    cellar = Elsewhere()
    one = asking(cellar)
    cellar.failure = AWAY
    one.say("a")
    one.preference.close()
    before = cellar.opened
    let_pass(0.8)
    assert cellar.opened == before
    assert not [thread for thread in threading.enumerate() if thread.name == "parley-engine-trial"]


def test_waits_grow_and_are_never_the_same() -> None:
    backoff = Backoff(0.5, 8.0, lambda: 0.5)
    assert [backoff.wait() for _ in range(6)] == [0.5, 1.0, 2.0, 4.0, 8.0, 8.0]
    backoff.worked()
    assert backoff.wait() == 0.5
    assert Backoff(1.0, 8.0, lambda: 0.0).wait() == 0.75
    assert Backoff(1.0, 8.0, lambda: 1.0).wait() == 1.25


# The stages.


def test_a_recogniser_is_loaded_beside_the_preferred_one_and_takes_over() -> None:
    told: list[ErrorEvent] = []
    far, near = FakeRecognizer("far", fail_from=(1, AWAY)), FakeRecognizer("near")
    loaded = threading.Event()
    near.load = lambda _: loaded.set()  # type: ignore[assignment, method-assign]
    both = PreferredRecognizer(Arrangement([fixed(far)]), near, told.append)
    both.load(lambda _: None)
    assert both.name == "far"
    assert loaded.wait(10)
    both.transcribe(SOUND, REQUEST)
    assert not near.requests
    assert both.transcribe(SOUND, REQUEST).words
    assert both.name == "near"
    assert len(near.requests) == 1
    assert [event.code for event in told] == ["engine-away"]
    both.close()
    assert far.is_closed
    assert near.is_closed


def test_without_room_the_local_model_is_loaded_when_it_is_needed() -> None:
    far, near = FakeRecognizer("far", fail_from=(0, AWAY)), FakeRecognizer("near")
    loads: list[float] = []
    asked = threading.Event()
    near.load = loads.append  # type: ignore[assignment, method-assign]

    def has_room() -> bool:
        asked.set()
        return False

    both = PreferredRecognizer(Arrangement([fixed(far)]), near, lambda _: None, has_room)
    both.load(lambda _: None)
    assert asked.wait(10)
    assert not loads
    both.transcribe(SOUND, REQUEST)
    both.transcribe(SOUND, REQUEST)
    assert len(loads) == 1
    both.close()


def test_a_recogniser_that_is_away_from_the_start_is_replaced_and_told_of() -> None:
    told: list[ErrorEvent] = []
    far, near = FakeRecognizer("far", fail_load=AWAY), FakeRecognizer("near")
    progress: list[float] = []
    both = PreferredRecognizer(Arrangement([fixed(far)]), near, told.append)
    both.load(progress.append)
    assert both.name == "near"
    assert progress[-1] == 1.0
    assert "near is used" in text_of(told[0])
    both.close()


def test_a_language_that_only_the_local_recogniser_knows_is_recognised_there() -> None:
    far = FakeRecognizer("far", languages=frozenset({"en"}))
    near = FakeRecognizer("near")
    told: list[ErrorEvent] = []
    both = PreferredRecognizer(Arrangement([fixed(far)]), near, told.append)
    both.load(lambda _: None)
    both.transcribe(SOUND, RecognitionRequest("es"))
    both.transcribe(SOUND, RecognitionRequest("es"))
    assert (len(far.requests), len(near.requests)) == (0, 2)
    assert [text_of(event) for event in told] == [
        "far does not understand Spanish; install a Whisper model that does, or choose another language. "
        "Meanwhile near is used."
    ]
    assert both.name == "far"
    both.close()


class _FarTranslator(FakeTranslator):
    failure: Exception | None = None

    def translate(self, text: str, source: str, target: str, prefix: str = "", is_final: bool = True) -> str:
        if self.failure is not None:
            raise self.failure
        return f"{text} far"


def test_a_translator_takes_over_within_the_sentence() -> None:
    told: list[ErrorEvent] = []
    far = _FarTranslator()
    both = PreferredTranslator(Arrangement([fixed(far)]), FakeTranslator, told.append)
    both.load("en", "es", lambda _: None)
    assert both.translate("hello", "en", "es") == "hello far"
    far.failure = AWAY
    assert both.translate("hello", "en", "es") == "HELLO"
    assert [event.code for event in told] == ["engine-away"]
    both.close()


def test_a_translator_that_reads_takes_over_from_one_that_hears() -> None:
    far = FakeSpeechTranslator()
    local = FakeTranslator(frozenset({("es", "en")}))
    both = PreferredTranslator(Arrangement([fixed(far)]), lambda: local, lambda _: None)
    both.load("es", "en", lambda _: None)
    assert both.translate_speech(SOUND, "es", "en", "hola") == "16000 samples of es"
    far.translate_speech = _raises  # type: ignore[method-assign]
    assert both.translate_speech(SOUND, "es", "en", "hola") == "HOLA"
    with pytest.raises(BackendFailed):
        both.translate_speech(SOUND, "es", "en", "")
    both.close()


def test_a_pair_that_nobody_knows_says_what_the_local_translator_says() -> None:
    both = PreferredTranslator(Arrangement([fixed(FakeTranslator())]), FakeTranslator, lambda _: None)
    with pytest.raises(Exception, match="verbatim"):
        both.load("xx", "yy", lambda _: None)
    both.close()


def test_a_voice_takes_over_within_the_clause() -> None:
    far, near = FakeSynthesizer("far"), FakeSynthesizer("near")
    told: list[ErrorEvent] = []
    both = PreferredSynthesizer(Arrangement([fixed(far)]), near, told.append)
    both.load("es", "", lambda _: None)
    assert len(list(both.synthesize("hola", "es"))) == 1
    far._fail = AWAY
    assert len(list(both.synthesize("hola amigo", "es"))) == 1
    assert (far.spoken, near.spoken) == (["hola"], ["hola amigo"])
    assert [event.code for event in told] == ["engine-away"]
    both.close()


def _raises(*_: object, **__: object) -> str:
    raise AWAY

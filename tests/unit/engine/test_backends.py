import numpy as np
import pytest

from desktop.engine.errors import DecodeHung, EngineError, ModelMissing
from desktop.engine.events import ErrorEvent
from desktop.engine.message import verbatim
from desktop.engine.recognition.backends.base import RecognitionRequest
from desktop.engine.recognition.backends.fallback import FallbackRecognizer
from desktop.engine.speech.backends.fallback import FallbackSynthesizer
from desktop.engine.takeover import order
from desktop.messages import text_of
from tests.fakes import FailingRecognizer, FakeRecognizer, FakeSynthesizer
from tests.raising import raises

SECOND = np.zeros(16_000, np.float32)
BUFFERED = RecognitionRequest("en", is_buffered=True)
MISSING = ModelMissing(verbatim("No Whisper model is installed; install one."))


def nothing(_: float) -> None:
    pass


def test_auto_tries_all_and_a_wish_is_respected() -> None:
    assert order("auto", ("a", "b")) == ("a", "b")
    assert order("b", ("a", "b")) == ("b",)


def test_the_first_recogniser_that_loads_is_used_without_a_word() -> None:
    told: list[ErrorEvent] = []
    first, second = FakeRecognizer("first"), FakeRecognizer("second")
    chain = FallbackRecognizer([("1", lambda: first), ("2", lambda: second)], told.append)
    chain.load(nothing)
    assert chain.name == "first"
    assert told == []


def test_a_missing_model_is_replaced_and_both_are_named() -> None:
    told: list[ErrorEvent] = []
    chain = FallbackRecognizer(
        [("1", lambda: FakeRecognizer("first", fail_load=MISSING)), ("2", lambda: FakeRecognizer("Basic"))], told.append
    )
    chain.load(nothing)
    assert chain.name == "Basic"
    assert told[0].code == "fallback"
    assert text_of(told[0]) == "No Whisper model is installed; install one. Meanwhile Basic is used."


def test_a_recogniser_that_cannot_decode_a_whole_utterance_is_replaced_and_no_audio_is_lost() -> None:
    told: list[ErrorEvent] = []
    first = FakeRecognizer("first", fail_from=(1, RuntimeError("boom")))
    second = FakeRecognizer("second")
    chain = FallbackRecognizer([("1", lambda: first), ("2", lambda: second)], told.append)
    chain.load(nothing)
    chain.transcribe(SECOND, BUFFERED)
    heard = chain.transcribe(SECOND, BUFFERED)
    assert [word.text for word in heard.words] == ["Word0", "word1"]
    assert first.is_closed
    chain.close()
    assert "first stopped working" in text_of(told[0])
    assert "boom" not in text_of(told[0])


def test_a_streamed_decode_that_fails_costs_no_recogniser() -> None:
    told: list[ErrorEvent] = []
    first = FailingRecognizer(FakeRecognizer("first"), lambda call, _: "memory" if call == 0 else None)
    chain = FallbackRecognizer([("1", lambda: first), ("2", lambda: FakeRecognizer("second"))], told.append)
    chain.load(nothing)
    with pytest.raises(MemoryError):
        chain.transcribe(SECOND, RecognitionRequest("en"))
    assert chain.transcribe(SECOND, BUFFERED).words
    assert (chain.name, told) == ("first", [])
    chain.close()


def test_a_streamed_decode_that_hangs_is_given_up_and_a_whole_one_still_runs() -> None:
    first = FailingRecognizer(FakeRecognizer("first"), lambda call, _: "hang" if call == 0 else None)
    chain = FallbackRecognizer([("1", lambda: first)], lambda _: None)
    chain.load(nothing)
    with pytest.raises(DecodeHung):
        chain.transcribe(SECOND, RecognitionRequest("en"))
    assert chain.transcribe(SECOND, BUFFERED).words
    first.release()
    chain.close()


def test_when_nothing_loads_the_first_reason_is_given() -> None:
    chain = FallbackRecognizer(
        [
            ("1", lambda: FakeRecognizer(fail_load=MISSING)),
            ("2", lambda: FakeRecognizer(fail_load=RuntimeError("x"))),
        ],
        lambda _: None,
    )
    with raises(ModelMissing, match="No Whisper model"):
        chain.load(nothing)


def test_a_language_that_the_model_does_not_know_is_said_and_does_not_cost_the_model() -> None:
    chain = FallbackRecognizer(
        [("1", lambda: FakeRecognizer("first")), ("2", lambda: FakeRecognizer("second"))], lambda _: None
    )
    chain.load(nothing)
    with raises(ModelMissing, match="first does not understand French"):
        chain.transcribe(SECOND, RecognitionRequest("fr"))
    assert chain.name == "first"
    assert chain.transcribe(SECOND, RecognitionRequest("en")).words
    chain.close()


def test_a_language_without_a_voice_is_spoken_by_the_next_and_said_once() -> None:
    told: list[ErrorEvent] = []
    good, basic = FakeSynthesizer("good", frozenset({"es"})), FakeSynthesizer("basic", frozenset({"es", "fr"}))
    chain = FallbackSynthesizer([good, basic], told.append)
    chain.load("es", "", nothing)
    chain.load("fr", "", nothing)
    chain.load("fr", "", nothing)
    list(chain.synthesize("hola", "es"))
    list(chain.synthesize("salut", "fr"))
    assert (good.spoken, basic.spoken) == (["hola"], ["salut"])
    assert [event.code for event in told] == ["fallback"]
    assert "basic" in text_of(told[0])


def test_a_voice_that_fails_is_replaced_and_the_clause_is_still_spoken() -> None:
    told: list[ErrorEvent] = []
    basic = FakeSynthesizer("basic")
    chain = FallbackSynthesizer([FakeSynthesizer("good", fail=RuntimeError("boom")), basic], told.append)
    chain.load("es", "", nothing)
    assert list(chain.synthesize("hola", "es"))
    assert basic.spoken == ["hola"]
    assert "good stopped working" in text_of(told[0])


def test_no_voice_at_all_is_an_error_with_the_first_reason() -> None:
    chain = FallbackSynthesizer([FakeSynthesizer("good"), FakeSynthesizer("basic")], lambda _: None)
    with raises(EngineError, match="No voice for fr"):
        chain.load("fr", "", nothing)

"""Which translator takes a pair."""

import numpy as np
import pytest

from desktop.engine.errors import EngineError, ModelBroken
from desktop.engine.events import ErrorEvent
from desktop.engine.message import verbatim
from desktop.engine.recognition.backends.base import Progress
from desktop.engine.translation.backends.base import TranslatorCapabilities
from desktop.engine.translation.backends.fallback import FallbackTranslator
from desktop.messages import text_of
from tests.fakes import FakeSpeechTranslator, FakeTranslator

PAIR = ("es", "en")
SOUND = np.zeros(160, np.float32)


def book() -> FakeTranslator:
    """Has a phrasebook for both directions."""
    made = FakeTranslator(frozenset({PAIR, ("en", "es")}))
    pairs = made.capabilities.pairs
    limits = dict.fromkeys(pairs, "Only a phrasebook.")
    made.capabilities = TranslatorCapabilities(pairs, forces_prefix=True, phrasebook=pairs, limits=limits)
    return made


def hearing() -> FakeSpeechTranslator:
    made = FakeSpeechTranslator()
    pairs = made.capabilities.pairs
    made.capabilities = TranslatorCapabilities(
        pairs, forces_prefix=False, hears=pairs, limits={PAIR: "Only what it hears."}
    )
    return made


def test_what_really_translates_comes_before_a_phrasebook() -> None:
    both = FallbackTranslator([book(), hearing()], lambda event: None)
    able = both.capabilities
    assert able.hears == able.reads == {PAIR}
    assert able.phrasebook == {("en", "es")}
    assert able.limits == {PAIR: "Only what it hears.", ("en", "es"): "Only a phrasebook."}
    both.load(*PAIR, lambda _: None)
    assert both.name == "fake speech translator"
    assert both.translate_speech(SOUND, *PAIR, "hola") == "160 samples of es"
    assert both.translate_speech(SOUND, *PAIR, "unknown") is None


def test_text_without_sound_goes_to_the_phrasebook() -> None:
    both = FallbackTranslator([book(), hearing()], lambda event: None)
    both.load(*PAIR, lambda _: None)
    assert both.translate("hola", *PAIR) == "HOLA"
    assert not FallbackTranslator([hearing()], lambda event: None).capabilities.reads


def test_a_real_package_keeps_its_place() -> None:
    real = FakeTranslator(frozenset({PAIR}))
    able = FallbackTranslator([real, hearing()], lambda event: None).capabilities
    assert able.hears == able.reads == able.phrasebook == frozenset()
    assert not able.limits


def test_the_phrasebook_takes_over_when_the_real_one_cannot_be_loaded() -> None:
    class Broken(FakeSpeechTranslator):
        def load(self, source: str, target: str, progress: Progress) -> None:
            raise ModelBroken(verbatim("It is broken; install it again."))

    told: list[ErrorEvent] = []
    both = FallbackTranslator([book(), Broken()], told.append)
    assert both.capabilities.hears == {PAIR}
    both.load(*PAIR, lambda _: None)
    assert both.capabilities.hears == frozenset()
    assert both.capabilities.phrasebook == {PAIR, ("en", "es")}
    assert [text_of(event) for event in told] == ["It is broken; install it again. Meanwhile fake translator is used."]
    with pytest.raises(EngineError):
        FallbackTranslator([Broken()], told.append).load(*PAIR, lambda _: None)

"""What translates the sound of utterances: Whisper's own translation, alone and behind Argos, on real audio."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
import sacrebleu

from desktop.engine.errors import BackendFailed, EngineError, ModelBroken, ModelMissing
from desktop.engine.events import SAMPLE_RATE, ErrorEvent, Samples
from desktop.engine.message import verbatim
from desktop.engine.recognition.whisper import shared_models
from desktop.engine.recognition.whisper.shared_models import Terms
from desktop.engine.translation.backends import choose
from desktop.engine.translation.backends.base import SpeechTranslator
from desktop.engine.translation.backends.choose import make_translator
from desktop.engine.translation.backends.whisper import WhisperTranslator
from desktop.messages import text_of
from desktop.settings.declaration import Settings
from desktop.settings.store import changed
from desktop.system.paths import RESOURCES
from tests.raising import raises

Recordings = Callable[[str], Samples]
STARTER = RESOURCES / "starter" / "whisper"
TERMS = Terms(STARTER, "cpu", "default", 1)
PAIR = ("es", "en")


def chosen() -> SpeechTranslator:
    made = make_translator(changed(Settings(), {"translation.backend": "whisper"}), lambda event: None)
    assert isinstance(made, SpeechTranslator)
    return made


BACKENDS: dict[str, Callable[[], SpeechTranslator]] = {"whisper": lambda: WhisperTranslator([TERMS]), "chosen": chosen}


@pytest.fixture(scope="module", params=sorted(BACKENDS))
def translator(request: pytest.FixtureRequest) -> Iterator[SpeechTranslator]:
    made = BACKENDS[request.param]()
    progress: list[float] = []
    made.load(*PAIR, progress.append)
    assert progress == sorted(progress)
    assert progress[-1] == 1.0
    yield made
    made.close()
    assert not shared_models.in_use()


def test_it_declares_that_it_hears(translator: SpeechTranslator) -> None:
    assert translator.name == "Starter (phrasebook)"
    assert translator.capabilities.pairs == translator.capabilities.hears == {PAIR}
    assert "`parley models pull es-en`" in text_of(translator.capabilities.limits[PAIR])
    assert not translator.capabilities.needs_network


def test_utterances_are_translated(
    translator: SpeechTranslator, speech: Recordings, manifest: dict[str, dict[str, Any]]
) -> None:
    made, wanted = [], []
    for name in [name for name in manifest if name.startswith("es-")]:
        made.append(translator.translate_speech(speech(name), *PAIR) or "")
        wanted.append(manifest[name]["translation"])
    assert len(made) == 8
    score = sacrebleu.corpus_chrf(made, [wanted]).score
    print(f"{translator.name}: chrF {score:.1f}, BLEU {sacrebleu.corpus_bleu(made, [wanted]).score:.1f}")
    assert score >= 80


@pytest.mark.parametrize("seconds", [0.0, 0.05, 0.3, 3.0])
def test_nothing_said_is_nothing_translated(translator: SpeechTranslator, seconds: float) -> None:
    count = round(seconds * SAMPLE_RATE)
    noise = np.random.default_rng(1).standard_normal(count).astype(np.float32) * np.float32(0.03)
    tone = 0.1 * np.sin(2 * np.pi * 440 * np.arange(count) / SAMPLE_RATE).astype(np.float32)
    for samples in (np.zeros(count, np.float32), noise, *([tone] if seconds > 1 else [])):
        assert translator.translate_speech(samples, *PAIR) == ""


def test_samples_out_of_range_do_no_harm(translator: SpeechTranslator, speech: Recordings) -> None:
    samples = speech("es-02").copy()
    samples[::997] = np.nan
    samples[1::997] = np.inf
    translator.translate_speech(samples, *PAIR)
    assert len(translator.translate_speech(np.tile(speech("es-02"), 20), *PAIR) or "") < 2000


def test_text_is_not_for_it(translator: SpeechTranslator) -> None:
    assert translator.translate("Hello there", "en", "en") == "Hello there"
    assert translator.translate(" ... ", *PAIR) == "..."
    with raises(BackendFailed, match="install the Argos package es→en") as caught:
        translator.translate("palabras secretas", *PAIR)
    assert "secretas" not in text_of(caught.value)


@pytest.mark.parametrize("pair", [("en", "es"), ("fr", "en"), ("es", "fr")])
def test_a_missing_pair_says_what_to_install(translator: SpeechTranslator, pair: tuple[str, str]) -> None:
    with raises(ModelMissing, match=f"install the Argos package {pair[0]}→{pair[1]}"):
        translator.load(*pair, lambda _: None)


def test_closing_twice_and_working_again(translator: SpeechTranslator, speech: Recordings) -> None:
    before = translator.translate_speech(speech("es-03"), *PAIR)
    translator.close()
    translator.close()
    assert translator.translate_speech(speech("es-03"), *PAIR) == before


def test_nothing_of_a_transcript_is_given_back_as_its_translation(
    translator: SpeechTranslator, speech: Recordings, manifest: dict[str, dict[str, Any]]
) -> None:
    """An utterance is translated, or there is no translation; with the transcript as without."""
    for name in [name for name in manifest if name.startswith("es-")]:
        text = manifest[name]["text"]
        made = translator.translate_speech(speech(name), *PAIR, text)
        assert made is None or (made and made.casefold() != text.casefold())
    # As if it had been said in the language that comes out.
    assert translator.translate_speech(speech("es-03"), *PAIR, "there is a beach near the bathroom") is None


def test_what_was_recognised_in_a_silence_has_no_translation(translator: SpeechTranslator) -> None:
    assert translator.translate_speech(np.zeros(SAMPLE_RATE, np.float32), *PAIR, "hola") is None


# Which one is taken.


def test_of_two_phrasebooks_the_one_with_a_gate_comes_first() -> None:
    made = make_translator(Settings(), lambda event: None)
    assert PAIR in made.capabilities.pairs
    assert PAIR not in made.capabilities.hears
    made.load(*PAIR, lambda _: None)
    assert made.name.startswith("Argos")
    made.close()


def test_a_model_that_really_translates_comes_before_a_phrasebook(
    monkeypatch: pytest.MonkeyPatch, speech: Recordings
) -> None:
    """The starter model, as if it were no phrasebook's, beside the starter packages."""
    monkeypatch.setattr(choose, "_whisper_translator", lambda settings: WhisperTranslator([TERMS]))
    made = make_translator(Settings(), lambda event: None)
    assert made.capabilities.hears == made.capabilities.reads == {PAIR}
    made.load(*PAIR, lambda _: None)
    assert isinstance(made, SpeechTranslator)
    assert made.name == "Starter (phrasebook)"
    assert made.translate_speech(speech("es-03"), *PAIR)
    assert made.translate("Hay una playa cerca del baño.", *PAIR) == "There is a beach near the bathroom."
    assert made.translate("Hay una playa muy bonita.", *PAIR) is None
    made.close()


def test_whisper_takes_what_no_package_has(monkeypatch: pytest.MonkeyPatch, speech: Recordings) -> None:
    monkeypatch.setattr("desktop.engine.models.model_places.argos_directories", lambda problems: iter(()))
    made = make_translator(Settings(), lambda event: None)
    assert made.capabilities.hears == {PAIR}
    made.load(*PAIR, lambda _: None)
    assert isinstance(made, SpeechTranslator)
    assert made.translate_speech(speech("es-03"), *PAIR)
    with raises(EngineError, match="en→es"):
        made.load("en", "es", lambda _: None)
    made.close()


def test_whisper_takes_over_from_a_broken_package(monkeypatch: pytest.MonkeyPatch, speech: Recordings) -> None:
    from desktop.engine.translation.backends.argos import ArgosTranslator

    def broken(self: ArgosTranslator, source: str, target: str, progress: Callable[[float], None]) -> None:
        raise ModelBroken(verbatim("The translation package cannot be loaded; install it again or delete it."))

    monkeypatch.setattr(ArgosTranslator, "load", broken)
    told: list[ErrorEvent] = []
    made = make_translator(Settings(), told.append)
    made.load(*PAIR, lambda _: None)
    assert [event.code for event in told] == ["fallback"]
    assert text_of(told[0]).endswith("Meanwhile Starter (phrasebook) is used.")
    assert made.capabilities.hears == {PAIR}
    made.close()

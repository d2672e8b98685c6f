"""A Whisper model is in memory once, however many use it."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from desktop.engine.errors import ModelBroken, ModelMissing
from desktop.engine.events import Samples
from desktop.engine.recognition.backends.base import RecognitionRequest
from desktop.engine.recognition.backends.choose import make_recognizer
from desktop.engine.recognition.whisper import shared_models
from desktop.engine.recognition.whisper.recognizer import WhisperRecognizer
from desktop.engine.recognition.whisper.shared_models import Terms
from desktop.engine.translation.backends.base import SpeechTranslator
from desktop.engine.translation.backends.choose import make_translator
from desktop.engine.translation.backends.whisper import WhisperTranslator
from desktop.settings.declaration import Settings
from desktop.settings.store import changed
from desktop.system.paths import RESOURCES

Recordings = Callable[[str], Samples]
STARTER = RESOURCES / "starter" / "whisper"
TERMS = Terms(STARTER, "cpu", "default", 1)
PAIR = ("es", "en")


@pytest.fixture(autouse=True)
def nothing_stays_open() -> Iterator[None]:
    assert shared_models.in_use() == ()
    yield
    assert shared_models.in_use() == ()


def test_recognition_and_translation_share_the_model(speech: Recordings) -> None:
    recognizer, translator = WhisperRecognizer(STARTER), WhisperTranslator([TERMS])
    recognizer.load(lambda _: None)
    translator.load(*PAIR, lambda _: None)
    assert shared_models.in_use() == (TERMS,)
    assert recognizer._lease is not None
    assert translator._lease is not None
    model = recognizer._lease.whisper.model
    assert translator._lease.whisper.model is model
    recognizer.close()
    assert model.model_is_loaded
    assert translator.translate_speech(speech("es-03"), *PAIR)
    translator.close()
    assert not model.model_is_loaded
    assert shared_models.in_use() == ()


def test_the_translator_follows_the_recogniser(speech: Recordings) -> None:
    """Opened anew with other threads: the old one leaves the memory as soon as something is translated."""
    first, second = WhisperRecognizer(STARTER), WhisperRecognizer(STARTER, threads=2)
    translator = WhisperTranslator([TERMS])
    first.load(lambda _: None)
    translator.load(*PAIR, lambda _: None)
    second.load(lambda _: None)
    first.close()
    assert len(shared_models.in_use()) == 2
    assert translator.translate_speech(speech("es-03"), *PAIR)
    assert shared_models.in_use() == (Terms(STARTER, "cpu", "default", 2),)
    second.close()
    translator.close()
    assert shared_models.in_use() == ()


def test_both_work_at_a_time(speech: Recordings) -> None:
    recognizer, translator = WhisperRecognizer(STARTER), WhisperTranslator([TERMS])
    recognizer.load(lambda _: None)
    translator.load(*PAIR, lambda _: None)
    request = RecognitionRequest("es", is_final=True)
    alone = recognizer.transcribe(speech("es-03"), request)
    translated = translator.translate_speech(speech("es-03"), *PAIR)
    found: list[str] = []

    def translate() -> None:
        found.extend(translator.translate_speech(speech("es-03"), *PAIR) for _ in range(5))

    thread = threading.Thread(target=translate)
    thread.start()
    heard = [recognizer.transcribe(speech("es-03"), request) for _ in range(5)]
    thread.join()
    assert [one.words for one in heard] == [alone.words] * 5
    assert found == [translated] * 5
    recognizer.close()
    translator.close()


def test_a_model_that_cannot_be_opened_leaves_nothing_behind(tmp_path: Path) -> None:
    translator = WhisperTranslator([Terms(tmp_path / "none", "cpu", "default", 1)])
    with pytest.raises(ModelMissing):
        translator.load("es", "en", lambda _: None)
    broken = tmp_path / "model"
    broken.mkdir()
    with pytest.raises(ModelBroken):
        WhisperTranslator([Terms(broken, "cpu", "default", 1)]).load("es", "en", lambda _: None)
    assert shared_models.in_use() == ()


def test_two_that_open_it_at_once_get_one() -> None:
    leases: list[shared_models.Lease] = []
    threads = [
        threading.Thread(target=lambda: leases.append(shared_models.lease(TERMS, lambda _: None, None)))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({id(one.whisper) for one in leases}) == 1
    model = leases[0].whisper.model
    for one in leases[:-1]:
        one.release()
        one.release()
    assert model.model_is_loaded
    leases[-1].release()
    assert not model.model_is_loaded


@pytest.mark.parametrize("first", ["recognition", "translation"])
def test_the_engines_own_backends_share_whichever_loads_first(first: str, speech: Recordings) -> None:
    chosen = changed(Settings(), {"translation.backend": "whisper"})
    recognizer = make_recognizer(chosen.recognition, lambda event: None)
    translator = make_translator(chosen, lambda event: None)
    loads = [lambda: recognizer.load(lambda _: None), lambda: translator.load(*PAIR, lambda _: None)]
    for load in loads if first == "recognition" else reversed(loads):
        load()
    assert len(shared_models.in_use()) == 1
    assert isinstance(translator, SpeechTranslator)
    assert translator.translate_speech(speech("es-03"), *PAIR)
    assert len(shared_models.in_use()) == 1
    recognizer.close()
    translator.close()

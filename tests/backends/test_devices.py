"""Whisper where the graphics card or the number format that was asked for is not there, on real parts."""

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import ctranslate2
import pytest

from desktop.bench.make_model import BASE, TINY, make_whisper
from desktop.engine.errors import BackendFailed, GraphicsCardFailed, ModelBroken
from desktop.engine.events import ErrorEvent, Samples, Severity
from desktop.engine.models.speed import tuning_cache
from desktop.engine.models.speed.tuning import Choice, Timing, Tuning, has_card
from desktop.engine.recognition.backends.base import RecognitionRequest
from desktop.engine.recognition.backends.choose import make_recognizer, tune_recognizer
from desktop.engine.recognition.whisper import shared_models
from desktop.engine.recognition.whisper.decoder import WhisperDecoder
from desktop.engine.recognition.whisper.recognizer import WhisperRecognizer
from desktop.engine.recognition.whisper.shared_models import Terms
from desktop.messages import text_of
from desktop.settings.declaration import RecognitionSettings
from desktop.system.paths import RESOURCES
from tests.raising import raises

STARTER = RESOURCES / "starter" / "whisper"


def quiet(_: float) -> None:
    pass


@pytest.fixture(autouse=True)
def no_card(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where there is a card, CTranslate2 cannot reach it."""
    if has_card():
        monkeypatch.setattr(ctranslate2.models, "Whisper", _without_card(ctranslate2.models.Whisper))


def _without_card(real: type) -> object:
    def opened(path: str, device: str = "cpu", **rest: object) -> object:
        if device == "cuda":
            raise RuntimeError("CUDA driver version is insufficient for CUDA runtime version")
        return real(path, device=device, **rest)

    return opened


def test_a_card_that_cannot_be_used_is_named() -> None:
    recognizer = WhisperRecognizer(STARTER, device="cuda")
    with raises(GraphicsCardFailed, match="graphics card"):
        recognizer.load(quiet)


def test_the_processor_takes_over_and_says_so(speech: Callable[[str], Samples]) -> None:
    told: list[ErrorEvent] = []
    chain = make_recognizer(RecognitionSettings(device="cuda", model=str(STARTER)), told.append)
    chain.load(quiet)
    assert [(event.code, event.severity) for event in told] == [("fallback", Severity.WARNING)]
    assert text_of(told[0]) == (
        "The graphics card cannot be used for recognition; check its driver and the CUDA libraries, or set the device "
        "to cpu. Meanwhile Starter (phrasebook) on the processor is used."
    )
    samples: Samples = speech("en-00")
    assert chain.transcribe(samples, RecognitionRequest("en", is_final=True)).words
    chain.close()


def test_a_card_that_fails_later_is_replaced_by_the_processor(
    speech: Callable[[str], Samples], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A card that CTranslate2 opens and that then runs out of memory, played by the processor."""
    devices: list[str] = []
    on_card: list[object] = []
    real = shared_models._open

    def open_anywhere(terms: Terms, notify: Callable[[ErrorEvent], None] | None) -> object:
        devices.append(terms.device)
        whisper = real(replace(terms, device="cpu"), notify)
        if terms.device == "cuda":
            on_card.append(whisper)
        return whisper

    monkeypatch.setattr(shared_models, "_open", open_anywhere)
    told: list[ErrorEvent] = []
    chain = make_recognizer(RecognitionSettings(device="cuda", model=str(STARTER)), told.append)
    chain.load(quiet)
    assert told == []

    def fails(self: WhisperDecoder, *rest: object) -> object:
        if any(self._whisper is one for one in on_card):
            raise RuntimeError("CUDA out of memory")
        return encode(self, *rest)  # type: ignore[arg-type]

    encode = WhisperDecoder.encode
    monkeypatch.setattr(WhisperDecoder, "encode", fails)
    samples: Samples = speech("en-00")
    with pytest.raises(BackendFailed):
        chain.transcribe(samples, RecognitionRequest("en"))
    assert devices == ["cuda"], "whoever streams decodes the whole utterance first"
    assert chain.transcribe(samples, RecognitionRequest("en", is_final=True, is_buffered=True)).words
    assert devices == ["cuda", "cpu"]
    assert [event.code for event in told] == ["fallback"]
    assert text_of(told[0]).endswith("Meanwhile Starter (phrasebook) on the processor is used.")
    chain.close()


def test_a_broken_model_is_not_blamed_on_the_card(tmp_path: Path) -> None:
    broken = make_whisper(tmp_path / "broken", TINY)
    content = (broken / "tokenizer.json").read_text()
    (broken / "tokenizer.json").write_text(content[:-200] + "}]}")
    told: list[ErrorEvent] = []
    chain = make_recognizer(RecognitionSettings(device="cuda", backend="whisper", model=str(broken)), told.append)
    with pytest.raises(ModelBroken):
        chain.load(quiet)
    assert told == []


def test_a_number_format_that_the_processor_lacks_is_replaced_and_said() -> None:
    if "float16" in ctranslate2.get_supported_compute_types("cpu"):
        pytest.fail("this processor calculates in float16: name another format here")
    told: list[ErrorEvent] = []
    recognizer = WhisperRecognizer(STARTER, compute_type="float16", notify=told.append)
    recognizer.load(quiet)
    recognizer.close()
    assert [event.code for event in told] == ["fallback"]
    assert "float16" in text_of(told[0])


def test_auto_is_what_was_measured(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "tuning.json"
    monkeypatch.setattr(tuning_cache.paths, "tuning_file", lambda: file)
    choice = Choice("cpu", "float32", 2)
    tuning_cache.TuningCache().put(STARTER, Tuning(choice, (Timing(choice, 0.1, 0.01),)))
    chain = make_recognizer(RecognitionSettings(model=str(STARTER), device="cpu"), lambda _: None)
    chain.load(quiet)
    active = chain._active.recognizer  # type: ignore[attr-defined]
    assert active._terms == Terms(STARTER, "cpu", "float32", 2)
    assert active._lease.whisper.model.compute_type == "float32"
    chain.close()


def test_loading_tells_how_far_it_is(tmp_path: Path) -> None:
    shares: list[float] = []
    recognizer = WhisperRecognizer(make_whisper(tmp_path / "base", BASE))
    recognizer.load(shares.append)
    recognizer.close()
    assert shares[0] == 0.0
    assert shares[-1] == 1.0
    assert shares == sorted(shares)
    assert len([share for share in shares if 0.05 < share < 0.65]) >= 10  # 86 MB, read in blocks of 4


def test_the_real_model_is_measured_at_rest_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "tuning.json"
    monkeypatch.setattr(tuning_cache.paths, "tuning_file", lambda: file)
    chosen, wanted = RecognitionSettings(model=str(STARTER)), threading.Event()
    tune_recognizer(chosen.model_copy(update={"backend": "pocketsphinx"}), wanted)
    tune_recognizer(RecognitionSettings(model=str(STARTER), device="cpu", compute_type="int8", threads=2), wanted)
    tune_recognizer(RecognitionSettings(model=str(tmp_path)), wanted)
    assert not file.exists()
    tune_recognizer(chosen, wanted)
    found = tuning_cache.TuningCache().get(STARTER)
    assert found is not None
    written = file.stat().st_mtime_ns
    tune_recognizer(chosen, wanted)
    assert file.stat().st_mtime_ns == written
    file.unlink()
    wanted.set()
    tune_recognizer(chosen, wanted)
    assert not file.exists()

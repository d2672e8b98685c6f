"""What every recogniser must do, on real audio: one suite, run on each backend."""

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import jiwer
import numpy as np
import pytest

from desktop.engine.errors import BackendFailed, EngineError, ModelBroken, ModelError, ModelMissing
from desktop.engine.events import SAMPLE_RATE, Samples
from desktop.engine.recognition.backends.base import Hypothesis, RecognitionRequest, Recognizer
from desktop.engine.recognition.backends.cloud.openai import OpenAIRecognizer
from desktop.engine.recognition.backends.pocketsphinx import PocketSphinxRecognizer
from desktop.engine.recognition.backends.remote import RemoteRecognizer
from desktop.engine.recognition.settling.stabilizer import normalized
from desktop.engine.recognition.whisper.recognizer import WhisperRecognizer
from desktop.messages import text_of
from desktop.system.paths import RESOURCES
from tests.cloud_peers.engines import RECOGNIZERS
from tests.raising import raises
from tests.serving import shared_client, shared_server

Recordings = Callable[[str], Samples]
STARTER = RESOURCES / "starter" / "whisper"


@dataclass(frozen=True)
class Backend:
    make: Callable[[], Recognizer]
    recordings: tuple[str, ...]
    """what it is measured on"""
    word_error_rate: float
    """at most"""
    sample: tuple[str, float, float]
    """a recording of a few words: name, from and to in seconds"""
    needs_network: bool = False


BACKENDS = {
    "whisper": Backend(
        lambda: WhisperRecognizer(STARTER),
        tuple(f"en-{n:02}" for n in range(12)) + tuple(f"es-{n:02}" for n in range(8)),
        0.03,
        ("en-00", 0, 3),
    ),
    "whisper-full-context": Backend(
        lambda: WhisperRecognizer(STARTER, context="full"),
        ("en-00", "en-05", "es-02", "digits-theo"),
        0.06,
        ("en-00", 0, 3),
    ),
    "server": Backend(
        lambda: RemoteRecognizer(shared_client()),
        ("en-00", "en-05", "en-07", "es-02", "es-04", "digits-theo"),
        0.06,
        ("en-00", 0, 3),
        needs_network=True,
    ),
    "openai": Backend(
        lambda: OpenAIRecognizer(replace(RECOGNIZERS["openai"].options(0), endpoint=f"{shared_server().url}v1")),
        ("en-00", "en-05", "en-07", "es-02", "es-04", "digits-theo"),
        0.06,
        ("en-00", 0, 3),
        needs_network=True,
    ),
    "pocketsphinx": Backend(PocketSphinxRecognizer, ("jfk",), 0.30, ("jfk", 0.2, 2.3)),
}


@pytest.fixture(scope="module", params=BACKENDS)
def backend(request: pytest.FixtureRequest) -> Backend:
    return BACKENDS[request.param]


@pytest.fixture(scope="module")
def recognizer(backend: Backend) -> Iterator[Recognizer]:
    progress: list[float] = []
    recognizer = backend.make()
    recognizer.load(progress.append)
    assert progress == sorted(progress)
    assert progress[-1] == 1.0
    yield recognizer
    recognizer.close()


@pytest.fixture
def sample(backend: Backend, speech: Recordings) -> Samples:
    """A few words that the backend can hear."""
    name, start, end = backend.sample
    return speech(name)[int(start * SAMPLE_RATE) : int(end * SAMPLE_RATE)]


def heard(hypothesis: Hypothesis) -> str:
    return spoken(" ".join(word.text for word in hypothesis.words))


def spoken(text: str) -> str:
    return " ".join(normalized(word) for word in text.replace("-", " ").split())


def noise(kind: str, seconds: float) -> Samples:
    generator = np.random.default_rng(5)
    count = int(seconds * SAMPLE_RATE)
    spectrum = np.fft.rfft(generator.normal(size=count))
    if kind == "pink":
        spectrum /= np.sqrt(np.maximum(np.arange(len(spectrum)), 1))
    samples = np.fft.irfft(spectrum, count)
    return (0.05 * samples / samples.std()).astype(np.float32)


def test_words_are_right(
    recognizer: Recognizer, backend: Backend, speech: Recordings, manifest: dict[str, dict[str, Any]]
) -> None:
    said, got = [], []
    for name in backend.recordings:
        entry = manifest[name]
        request = RecognitionRequest(language=entry["language"], is_final=True)
        said.append(spoken(entry["text"]))
        got.append(heard(recognizer.transcribe(speech(name), request)))
    rate = jiwer.wer(said, got)
    print(f"{recognizer.name}: word error rate {rate:.1%}")
    assert rate <= backend.word_error_rate


def test_words_have_times_and_probabilities(recognizer: Recognizer, sample: Samples) -> None:
    samples = sample
    words = recognizer.transcribe(samples, RecognitionRequest("en", is_final=True)).words
    seconds = len(samples) / SAMPLE_RATE
    assert len(words) > 3
    starts = [word.start for word in words]
    ends = [word.end for word in words]
    assert starts == sorted(starts)
    assert ends == sorted(ends)
    assert all(0 <= word.start <= word.end <= seconds for word in words)
    assert all(0 < word.probability <= 1 for word in words)
    assert all(word.text and word.text == word.text.strip() and " " not in word.text for word in words)
    assert ends[-1] > seconds / 2


def test_the_language_is_one_of_its_own(recognizer: Recognizer, backend: Backend, sample: Samples) -> None:
    assert "en" in recognizer.capabilities.languages
    assert recognizer.capabilities.needs_network == backend.needs_network
    hypothesis = recognizer.transcribe(sample, RecognitionRequest(None, ("en", "es", "xx")))
    assert hypothesis.language == "en"
    assert 0.5 < hypothesis.language_probability <= 1


def test_an_unknown_language_is_refused(recognizer: Recognizer, speech: Recordings) -> None:
    with raises(EngineError, match="xx|this language"):
        recognizer.transcribe(speech("en-00"), RecognitionRequest("xx"))


@pytest.mark.parametrize("seconds", [0, 0.00007, 0.01, 0.05, 0.15, 0.3])
def test_very_short_audio(recognizer: Recognizer, speech: Recordings, seconds: float) -> None:
    samples = speech("en-00")[8000 : 8000 + int(seconds * SAMPLE_RATE)]
    for final in (False, True):
        hypothesis = recognizer.transcribe(samples, RecognitionRequest("en", is_final=final))
        assert all(word.end <= seconds + 1e-6 for word in hypothesis.words)


@pytest.mark.parametrize("seconds", [0.5, 3, 30])
def test_silence_has_no_words(recognizer: Recognizer, seconds: float) -> None:
    silence = np.zeros(int(seconds * SAMPLE_RATE), np.float32)
    for samples in (silence, silence + 1e-5, noise("white", seconds) / 500):
        hypothesis = recognizer.transcribe(samples, RecognitionRequest(None, ("en",), is_final=True))
        assert hypothesis.words == ()
        assert hypothesis.no_speech == 1.0


@pytest.mark.parametrize("kind", ["white", "pink"])
@pytest.mark.parametrize("level", [0.2, 1.0, 6.0])
def test_noise_has_no_words(recognizer: Recognizer, kind: str, level: float) -> None:
    seconds = 4 if recognizer.capabilities.streaming else 2  # PocketSphinx takes many seconds for each
    samples = np.clip(noise(kind, seconds) * level, -1, 1)
    assert recognizer.transcribe(samples, RecognitionRequest("en", is_final=True)).words == ()


def test_samples_out_of_range_do_no_harm(recognizer: Recognizer, sample: Samples) -> None:
    samples = sample
    request = RecognitionRequest("en", is_final=True)
    broken = samples.copy()
    broken[::997] = np.nan
    broken[1::997] = np.inf
    recognizer.transcribe(broken, request)
    assert recognizer.transcribe(samples * 20, request).words
    assert recognizer.transcribe(samples.astype(np.float64), request).words  # type: ignore[arg-type]


def test_it_can_be_used_again(recognizer: Recognizer, sample: Samples) -> None:
    request = RecognitionRequest("en", is_final=True)
    samples = sample
    first = recognizer.transcribe(samples, request)
    recognizer.transcribe(noise("white", 0.5), request)
    assert heard(recognizer.transcribe(samples, request)) == heard(first)


def test_close_twice_and_work_after_it(backend: Backend, sample: Samples) -> None:
    recognizer = backend.make()
    with pytest.raises(BackendFailed):
        recognizer.transcribe(sample, RecognitionRequest("en"))
    recognizer.load(lambda fraction: None)
    recognizer.close()
    recognizer.close()
    with pytest.raises(BackendFailed):
        recognizer.transcribe(sample, RecognitionRequest("en"))
    recognizer.load(lambda fraction: None)
    assert recognizer.transcribe(sample, RecognitionRequest("en", is_final=True)).words
    recognizer.close()


def test_nothing_is_printed(backend: Backend, sample: Samples, capfd: pytest.CaptureFixture[str]) -> None:
    recognizer = backend.make()
    recognizer.load(lambda fraction: None)
    recognizer.transcribe(sample, RecognitionRequest("en", is_final=True))
    recognizer.close()
    assert capfd.readouterr() == ("", "")


# What only Whisper has: directories that can be wrong, a language to detect, growing audio, a prompt.


@pytest.fixture(scope="module")
def whisper() -> Iterator[WhisperRecognizer]:
    recognizer = WhisperRecognizer(STARTER)
    recognizer.load(lambda fraction: None)
    yield recognizer
    recognizer.close()


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """A copy of the starter model to break."""
    shutil.copytree(STARTER, tmp_path / "model")
    return tmp_path / "model"


def failure(path: Path) -> ModelError:
    recognizer = WhisperRecognizer(path)
    with pytest.raises(ModelError) as caught:
        recognizer.load(lambda fraction: None)
    assert str(path) in text_of(caught.value)
    assert text_of(caught.value).endswith(".")
    recognizer.close()
    return caught.value


def test_a_missing_directory(tmp_path: Path) -> None:
    assert isinstance(failure(tmp_path / "nowhere"), ModelMissing)


def test_an_empty_directory(tmp_path: Path) -> None:
    assert isinstance(failure(tmp_path), ModelBroken)


@pytest.mark.parametrize("size", [0, 3, 10, 40, 100_000, 14_000_000])
def test_truncated_weights(directory: Path, size: int) -> None:
    weights = directory / "model.bin"
    weights.write_bytes(weights.read_bytes()[:size])
    assert isinstance(failure(directory), ModelBroken)


@pytest.mark.parametrize("content", [b"<!doctype html><html>not found</html>", b"\0" * 5000, b"\xff" * 5000])
def test_weights_that_are_no_model(directory: Path, content: bytes) -> None:
    (directory / "model.bin").write_bytes(content)
    assert isinstance(failure(directory), ModelBroken)


@pytest.mark.parametrize("file", ["config.json", "tokenizer.json", "vocabulary.json"])
def test_missing_and_damaged_files(directory: Path, file: str) -> None:
    (directory / file).write_text('{"broken')
    assert isinstance(failure(directory), ModelBroken)
    (directory / file).unlink()
    assert isinstance(failure(directory), ModelBroken)


def test_a_tokenizer_of_another_kind(directory: Path) -> None:
    (directory / "tokenizer.json").write_text('{"model": {"type": "Nothing"}}')
    assert isinstance(failure(directory), ModelBroken)


def test_a_model_of_another_kind(directory: Path) -> None:
    error = failure(RESOURCES / "starter" / "argos" / "translate-en_es-1_0" / "model")
    assert "a model of another kind" in text_of(error)


def test_a_manifest_names_the_model(directory: Path) -> None:
    assert WhisperRecognizer(directory).name == "Starter (phrasebook)"
    assert WhisperRecognizer(directory).capabilities.languages == {"en", "es"}
    (directory / "parley.json").write_text(json.dumps({"name": 5, "languages": "all"}))
    assert WhisperRecognizer(directory).name == "Whisper model"
    assert "de" in WhisperRecognizer(directory).capabilities.languages
    assert WhisperRecognizer(directory, name="Mine").name == "Mine"


def test_languages_are_told_apart(
    whisper: WhisperRecognizer, speech: Recordings, manifest: dict[str, dict[str, Any]]
) -> None:
    request = RecognitionRequest(None, ("en", "es"))
    names = [name for name in manifest if name.startswith(("en-", "es-"))]
    assert len(names) == 20
    for name in names:
        assert whisper.transcribe(speech(name), request).language == manifest[name]["language"], name


def test_word_times_are_near_the_truth(
    whisper: WhisperRecognizer, speech: Recordings, manifest: dict[str, dict[str, Any]]
) -> None:
    errors = []
    for name in [name for name in manifest if name.startswith(("en-", "es-"))]:
        truth = manifest[name]["words"]
        words = whisper.transcribe(speech(name), RecognitionRequest(manifest[name]["language"])).words
        if [spoken(word.text) for word in words] == [spoken(entry["word"]) for entry in truth]:
            errors += [abs(word.end - entry["end"]) for word, entry in zip(words, truth, strict=True)]
    assert len(errors) > 100
    assert np.median(errors) < 0.15


def test_compounds_stay_one_word(whisper: WhisperRecognizer, speech: Recordings) -> None:
    words = whisper.transcribe(speech("en-10"), RecognitionRequest("en", is_final=True)).words
    assert any("-" in word.text[1:-1] for word in words)
    assert not any(word.text.startswith("-") for word in words)


def test_growing_audio_never_fails(whisper: WhisperRecognizer, speech: Recordings) -> None:
    samples = speech("stream-en")
    for seconds in (0.6, 1.0, 1.7, 2.9, 4.1, 7.7, 12.0, 29.9, 30.0, 31.0):
        window = samples[: int(seconds * SAMPLE_RATE)]
        hypothesis = whisper.transcribe(window, RecognitionRequest(None, ("en", "es")))
        assert all(0 <= word.start <= word.end <= seconds for word in hypothesis.words)


def test_a_prompt_does_no_harm(whisper: WhisperRecognizer, speech: Recordings) -> None:
    for prompt in ("My brother lives in Geneva.", "Parley, Kraków, 東京", "Kraków", "word " * 2000):
        request = RecognitionRequest("en", prompt=prompt, is_final=True)
        assert heard(whisper.transcribe(speech("en-02"), request)) == "my friends work at the police station"


def test_speech_it_cannot_know_ends_in_few_words(whisper: WhisperRecognizer, speech: Recordings) -> None:
    words = whisper.transcribe(speech("jfk"), RecognitionRequest("en", is_final=True)).words
    assert len(words) < 40


def test_unloaded_memory_comes_back() -> None:
    recognizer = WhisperRecognizer(STARTER)
    recognizer.load(lambda fraction: None)
    recognizer.close()
    recognizer.load(lambda fraction: None)
    assert "en" in recognizer.capabilities.languages
    recognizer.close()

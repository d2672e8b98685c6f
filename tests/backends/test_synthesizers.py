"""Every synthesizer, on real voices: one suite for all of them; the sound is measured, and where the voice is a
real one it is listened to by the starter recogniser. Those in clouds talk to peers that have the starter's voices."""

import json
import logging
import os
import shutil
import subprocess
import wave
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import jiwer
import numpy as np
import pytest
import soxr

from desktop.engine.errors import BackendFailed, ModelBroken, ModelMissing
from desktop.engine.events import ErrorEvent, Samples
from desktop.engine.speech.backends.base import Synthesizer
from desktop.engine.speech.backends.choose import make_synthesizer
from desktop.engine.speech.backends.espeak import EspeakSynthesizer, read_streamed_wav
from desktop.engine.speech.backends.piper import PiperSynthesizer
from desktop.engine.speech.backends.remote import RemoteSynthesizer
from desktop.engine.speech.backends.speakable import pieces, speakable, without_silence
from desktop.messages import text_of
from desktop.settings.declaration import SpeechSettings
from desktop.system import paths
from desktop.system.paths import RESOURCES
from tests.cloud_peers.engines import SYNTHESIZERS, at_peer
from tests.cloud_peers.hearing import real
from tests.raising import raises
from tests.serving import shared_client

STARTER = RESOURCES / "starter"
BACKENDS: dict[str, Callable[[], Synthesizer]] = {
    "piper": PiperSynthesizer,
    "espeak": EspeakSynthesizer,
    "server": lambda: RemoteSynthesizer(shared_client()),
}
LOCAL = sorted(set(BACKENDS) - {"server"})
"""whose voices can be chosen, and whose sound comes in pieces"""
SENTENCES = {
    "en": "I will go to the school in the afternoon.",
    "es": "Iré a la escuela por la tarde.",
}


def loaded(name: str) -> Iterator[Synthesizer]:
    with ExitStack() as kept:
        made: Synthesizer = (
            BACKENDS[name]() if name in BACKENDS else kept.enter_context(at_peer(SYNTHESIZERS[name], real()))
        )
        for language in SENTENCES:
            made.load(language, "", lambda _: None)
        yield made
        made.close()


@pytest.fixture(scope="module", params=[*sorted(BACKENDS), *SYNTHESIZERS])
def synthesizer(request: pytest.FixtureRequest) -> Iterator[Synthesizer]:
    yield from loaded(request.param)


@pytest.fixture(scope="module", params=LOCAL)
def local(request: pytest.FixtureRequest) -> Iterator[Synthesizer]:
    yield from loaded(request.param)


@pytest.fixture
def voices(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The directory of the user's voices, empty."""
    monkeypatch.setattr(paths, "models_dir", lambda: tmp_path)
    monkeypatch.setenv("HF_HOME", str(tmp_path / "huggingface"))
    (tmp_path / "voices").mkdir()
    return tmp_path / "voices"


def speak(synthesizer: Synthesizer, text: str, language: str, rate: float = 1.0) -> tuple[Samples, int]:
    chunks = list(synthesizer.synthesize(text, language, rate))
    assert chunks
    assert len({chunk.sample_rate for chunk in chunks}) == 1
    return np.concatenate([chunk.samples for chunk in chunks]), chunks[0].sample_rate


def loudness(samples: Samples, sample_rate: int) -> Samples:
    """RMS of each 20 ms."""
    size = sample_rate // 50
    return np.sqrt((samples[: len(samples) // size * size].reshape(-1, size) ** 2).mean(axis=1))


# Every synthesizer.


@pytest.mark.parametrize("language", sorted(SENTENCES))
def test_speech_sounds_like_speech(synthesizer: Synthesizer, language: str) -> None:
    for chunk in synthesizer.synthesize(SENTENCES[language], language):
        assert chunk.samples.dtype == np.float32
        assert chunk.samples.ndim == 1
        assert np.isfinite(chunk.samples).all()
    samples, rate = speak(synthesizer, SENTENCES[language], language)
    assert 16_000 <= rate <= 48_000
    seconds = len(samples) / rate
    words = len(SENTENCES[language].split())
    assert 0.15 <= seconds / words <= 0.5, f"{seconds:.2f} s for {words} words"
    peak = float(np.abs(samples).max())
    assert 0.1 < peak < 0.99
    assert (np.abs(samples) > 0.98).sum() == 0
    assert abs(float(samples.mean())) < 0.01
    volume = loudness(samples, rate)
    assert 0.02 < float(np.sqrt((samples**2).mean())) < 0.4
    assert (volume > 0.01).mean() > 0.6  # mostly voice
    assert volume.std() > 0.2 * volume.mean()  # syllables, no steady tone
    assert (volume[:3] > 0.003).any()  # begins at once
    assert len(samples) / rate - np.flatnonzero(np.abs(samples) > 0.003)[-1] / rate < 0.2


@pytest.mark.parametrize("language", sorted(SENTENCES))
def test_the_rate_changes_the_duration(synthesizer: Synthesizer, language: str) -> None:
    seconds = {}
    for rate in (0.5, 1.0, 1.5, 2.0):
        samples, sample_rate = speak(synthesizer, SENTENCES[language], language, rate)
        seconds[rate] = len(samples) / sample_rate
    print(f"{synthesizer.name} {language}: {seconds}")
    assert seconds[2.0] / seconds[1.0] == pytest.approx(0.5, rel=0.15)
    assert seconds[1.5] / seconds[1.0] == pytest.approx(1 / 1.5, rel=0.15)
    assert seconds[0.5] / seconds[1.0] == pytest.approx(2, rel=0.15)


def test_longer_text_takes_longer_and_sentences_come_apart(synthesizer: Synthesizer) -> None:
    one = speak(synthesizer, "Where is the beach?", "en")
    chunks = list(synthesizer.synthesize("Where is the beach? The contract is cheap. Turn right.", "en"))
    assert len(chunks) == 3 or (len(chunks) > 3 and synthesizer.capabilities.needs_network)  # it may stream
    assert sum(len(chunk.samples) for chunk in chunks) > 2 * len(one[0])
    assert len(speak(synthesizer, "Where?", "en")[0]) < len(one[0])


def test_the_first_sound_does_not_wait_for_the_rest(local: Synthesizer) -> None:
    first = next(iter(local.synthesize("Where is the beach? " * 100, "en")))
    assert len(first.samples) / first.sample_rate < 3


def test_the_same_text_sounds_as_long_each_time(synthesizer: Synthesizer) -> None:
    lengths = [len(speak(synthesizer, SENTENCES["en"], "en")[0]) for _ in range(3)]
    assert max(lengths) - min(lengths) <= 0.05 * min(lengths)


@pytest.mark.parametrize("text", ["", " \n", "...", "?!,", "😀", "\0", "—"])
def test_nothing_to_say_is_silence(synthesizer: Synthesizer, text: str) -> None:
    assert list(synthesizer.synthesize(text, "en")) == []


@pytest.mark.parametrize(
    "text",
    [
        "Hello 😀 world",
        "one\ntwo\r\nthree",
        "你好世界",
        "<b>bold</b> & [[h@loU]] $(ls) -v xx --help",
        "-f /etc/passwd",
        "1234567890",
        "x" * 2000,
        "word " * 400,
    ],
)
def test_odd_text_is_spoken(synthesizer: Synthesizer, text: str) -> None:
    total = sum(len(chunk.samples) / chunk.sample_rate for chunk in synthesizer.synthesize(text, "en"))
    assert 0.1 < total < 400


def test_voices_and_languages_agree(local: Synthesizer) -> None:
    found = local.voices()
    assert {voice.language for voice in found} == local.capabilities.languages
    assert {"en", "es"} <= local.capabilities.languages
    assert len({voice.id for voice in found}) == len(found)
    assert all(voice.label for voice in found)
    assert not local.capabilities.needs_network


def test_a_voice_of_another_language_is_replaced(local: Synthesizer) -> None:
    english = next(voice.id for voice in local.voices() if voice.language == "en")
    before = len(speak(local, SENTENCES["es"], "es")[0])
    local.load("es", english, lambda _: None)
    assert len(speak(local, SENTENCES["es"], "es")[0]) == pytest.approx(before, rel=0.05)


@pytest.mark.parametrize("name", sorted(BACKENDS))
def test_a_language_without_a_voice_says_what_to_do(name: str) -> None:
    for synthesizer in loaded(name):
        with raises(ModelMissing, match=r"Yoruba.*(install|copy)"):
            synthesizer.load("yo", "", lambda _: None)


def test_closing_twice_and_speaking_again(synthesizer: Synthesizer) -> None:
    synthesizer.close()
    synthesizer.close()
    assert len(speak(synthesizer, "Where is the beach?", "en")[0])
    progress: list[float] = []
    synthesizer.load("en", "", progress.append)
    assert progress[-1] == 1.0


# What the recogniser understands of it.


@pytest.mark.parametrize("language", sorted(SENTENCES))
def test_espeak_is_understood(manifest: dict[str, dict[str, Any]], language: str) -> None:
    from faster_whisper import WhisperModel

    model = WhisperModel(str(STARTER / "whisper"), device="cpu", cpu_threads=1)
    synthesizer = EspeakSynthesizer()
    said, heard = [], []
    for entry in manifest.values():
        if entry["language"] == language and "translation" in entry:
            samples, rate = speak(synthesizer, entry["text"], language)
            quiet = np.zeros(8000, np.float32)
            audio = np.concatenate([quiet, soxr.resample(samples, rate, 16_000).astype(np.float32), quiet])
            segments, _ = model.transcribe(audio, language=language, beam_size=5)
            said.append(_plain(entry["text"]))
            heard.append(_plain(" ".join(segment.text for segment in segments)))
    rate_of_errors = jiwer.wer(said, heard)
    print(f"espeak-ng {language}: WER {rate_of_errors:.1%} on {len(said)} sentences")
    assert len(said) >= 8
    assert rate_of_errors <= 0.1


def _plain(text: str) -> str:
    return " ".join("".join(c for c in text.casefold() if c.isalnum() or c in " '").split())


# Piper.


def test_piper_makes_a_pause_at_a_comma() -> None:
    synthesizer = PiperSynthesizer()
    plain, rate = speak(synthesizer, "The house is big and the beach is near", "en")
    paused, _ = speak(synthesizer, "The house is big, and the beach is near", "en")

    def longest_quiet(samples: Samples) -> float:
        quiet = loudness(without_silence(samples, rate, 100), rate) < 0.02
        runs = "".join("q" if one else " " for one in quiet).split()
        return max(map(len, runs), default=0) / 50

    assert longest_quiet(paused) >= longest_quiet(plain) + 0.08


def test_piper_uses_one_core_and_writes_no_text_to_the_log(caplog: pytest.LogCaptureFixture) -> None:
    synthesizer = PiperSynthesizer()
    with caplog.at_level(logging.DEBUG):
        speak(synthesizer, "My secret words are here.", "en")
    assert "secret" not in caplog.text
    (voice,) = synthesizer._voices.values()
    options = voice.session.get_session_options()
    assert (options.intra_op_num_threads, options.inter_op_num_threads) == (1, 1)
    assert os.environ["ORT_DISABLE_TELEMETRY"] == "1"


def test_piper_keeps_few_voices_and_takes_the_wanted_one(voices: Path) -> None:
    for number in range(5):
        _copy_voice(voices, f"en_US-copy{number}-low")
    synthesizer = PiperSynthesizer()
    for number in range(5):
        synthesizer.load("en", f"en_US-copy{number}-low", lambda _: None)
        assert speak(synthesizer, "Hello.", "en")[0].size
    assert [path.stem for path in synthesizer._voices] == ["en_US-copy2-low", "en_US-copy3-low", "en_US-copy4-low"]
    assert synthesizer._chosen["en"].name == "en_US-copy4-low"


def test_piper_refuses_broken_voices(voices: Path) -> None:
    file = _copy_voice(voices, "en_US-other-high")
    file.write_bytes(bytes([0x3A, 0x02, 0x0A, 0x00]))  # well-formed, but an empty graph
    synthesizer = PiperSynthesizer()
    with raises(ModelBroken, match=r"en_US-other-high\.onnx is damaged; install it again or delete it"):
        synthesizer.load("en", "en_US-other-high", lambda _: None)
    spelled = _copy_voice(voices, "ja_JP-spelled-high", phoneme_type="japanese", language={"family": "ja"})
    with raises(ModelBroken, match=r"needs a speller that Parley does not have \(japanese\)"):
        synthesizer.load("ja", spelled.stem, lambda _: None)
    file.unlink()
    synthesizer.load("en", "", lambda _: None)
    assert speak(synthesizer, "Hello.", "en")[0].size


def test_a_voice_that_fails_says_nothing_on_the_terminal(voices: Path, capfd: pytest.CaptureFixture[str]) -> None:
    _copy_voice(voices, "en_US-lost-high")
    synthesizer = PiperSynthesizer()
    synthesizer.load("en", "en_US-lost-high", lambda _: None)
    (voice,) = synthesizer._voices.values()
    voice.config.phoneme_id_map = {one: [5_000_000] for one in voice.config.phoneme_id_map}  # none that it knows
    with pytest.raises(BackendFailed):
        speak(synthesizer, "Hello.", "en")
    assert "onnxruntime" not in capfd.readouterr().err


def test_piper_speaks_with_the_first_of_several_speakers(voices: Path) -> None:
    file = _copy_voice(voices, "en_US-many-high", num_speakers=3, speaker_id_map={"ann": 0, "bob": 1, "2nd": 2})
    # Two graphs in one ONNX file are merged: this one adds an input `sid`, int64 of shape (1,).
    shape = bytes([0x0A, 0x02, 0x08, 0x01])
    tensor = bytes([0x08, 0x07, 0x12, len(shape)]) + shape
    kind = bytes([0x0A, len(tensor)]) + tensor
    value = b"\x0a\x03sid" + bytes([0x12, len(kind)]) + kind
    graph = bytes([0x5A, len(value)]) + value
    file.write_bytes(file.read_bytes() + bytes([0x3A, len(graph)]) + graph)
    synthesizer = PiperSynthesizer()
    synthesizer.load("en", "en_US-many-high", lambda _: None)
    (voice,) = synthesizer._voices.values()
    assert "sid" in {given.name for given in voice.session.get_inputs()}
    run, asked = voice.session.run, list[int]()

    def remember(outputs: object, inputs: dict[str, Any]) -> object:
        asked.append(int(inputs["sid"][0]))
        return run(outputs, inputs)

    voice.session.run = remember
    assert speak(synthesizer, "Hello.", "en")[0].size
    for wanted in ("#bob", "en_US-many-high#2", "en_US-many-high#2nd"):
        synthesizer.load("en", wanted, lambda _: None)
        assert speak(synthesizer, "Hello.", "en")[0].size
    assert asked == [0, 1, 2, 2]
    for wanted in ("#carol", "#3"):
        with raises(ModelMissing, match=r"has no speaker “(carol|3)”; choose one of its 3 \(ann, bob"):
            synthesizer.load("en", f"en_US-many-high{wanted}", lambda _: None)


def test_what_cannot_speak_is_never_preferred_to_what_can(voices: Path) -> None:
    """Better by its name, but: spelled by what is not there, without a description, or not loadable."""
    good = _copy_voice(voices, "en_US-good-low")
    _copy_voice(voices, "en_US-pinyin-high", phoneme_type="pinyin")
    _copy_voice(voices, "en_US-bare-high").with_name("en_US-bare-high.onnx.json").unlink()
    _copy_voice(voices, "en_US-hollow-high").write_bytes(bytes([0x3A, 0x02, 0x0A, 0x00]))
    synthesizer = PiperSynthesizer()
    synthesizer.load("en", "", lambda _: None)
    assert synthesizer._chosen["en"].path == good
    assert speak(synthesizer, "Hello.", "en")[0].size
    ids = {voice.id for voice in synthesizer.voices()}
    assert "en_US-good-low" in ids
    assert not ids & {"en_US-pinyin-high", "en_US-bare-high", "en_US-hollow-high"}


def test_a_voice_that_spells_letters_needs_no_espeak(voices: Path) -> None:
    file = _copy_voice(voices, "en_US-letters-high", phoneme_type="text")
    described = file.with_name(file.name + ".json")
    about = json.loads(described.read_text())
    for name in ("espeak", "num_symbols", "num_speakers", "speaker_id_map"):
        about.pop(name, None)
    described.write_text(json.dumps(about | {"language": {"code": "en_US", "family": "en"}}))
    synthesizer = PiperSynthesizer()
    synthesizer.load("en", "en_US-letters-high", lambda _: None)
    assert speak(synthesizer, "hello", "en")[0].size


def _copy_voice(place: Path, name: str, **about: object) -> Path:
    shutil.copy(STARTER / "voices" / "en_US-tiny-x_low.onnx", place / f"{name}.onnx")
    known = json.loads((STARTER / "voices" / "en_US-tiny-x_low.onnx.json").read_text())
    (place / f"{name}.onnx.json").write_text(json.dumps(known | about))
    return place / f"{name}.onnx"


# espeak-ng.


def test_espeak_is_named_as_basic() -> None:
    assert EspeakSynthesizer().name == "espeak-ng (basic voice)"


def test_without_the_program_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    synthesizer = EspeakSynthesizer()
    assert synthesizer.voices() == ()
    assert synthesizer.capabilities.languages == frozenset()
    for attempt in (
        lambda: synthesizer.load("en", "", lambda _: None),
        lambda: list(synthesizer.synthesize("Hello", "en")),
    ):
        with raises(ModelMissing, match=r"espeak-ng is not installed; install it \(sudo apt install espeak-ng\)"):
            attempt()


def test_a_program_that_fails_is_told_without_the_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "espeak-ng"
    program.write_text("#!/bin/sh\ncase $1 in --voices) exec /usr/bin/espeak-ng --voices;; esac\nexit 3\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    with pytest.raises(BackendFailed) as caught:
        list(EspeakSynthesizer().synthesize("my secret", "en"))
    assert "secret" not in text_of(caught.value)
    program.write_text("#!/bin/sh\nexit 3\n")
    monkeypatch.setenv("PATH", str(tmp_path))
    from desktop.engine.speech.backends import espeak

    espeak._voices.cache_clear()
    with raises(ModelBroken, match="lists no voices"):
        EspeakSynthesizer().load("en", "", lambda _: None)
    espeak._voices.cache_clear()


def test_the_text_is_on_no_command_line(monkeypatch: pytest.MonkeyPatch) -> None:
    commands: list[list[str]] = []
    run = subprocess.run

    def remember(command: list[str], **options: Any) -> object:
        commands.append(command)
        return run(command, **options)

    monkeypatch.setattr(subprocess, "run", remember)
    assert list(EspeakSynthesizer().synthesize("my secret words", "en"))
    assert commands
    assert "secret" not in str(commands)


def test_languages_that_espeak_calls_otherwise() -> None:
    synthesizer = EspeakSynthesizer()
    for language, text in (
        ("zh", "你好，世界。"),
        ("no", "God dag"),
        ("fr", "Bonjour"),
        ("pt", "Bom dia"),
        ("ja", "はい"),
    ):
        assert language in synthesizer.capabilities.languages
        assert speak(synthesizer, text, language)[0].size
    british = next(voice for voice in synthesizer.voices() if voice.id == "en-gb")
    synthesizer.load("en", british.label, lambda _: None)
    assert synthesizer._chosen["en"] == "en-gb"


def test_a_streamed_wav_is_read_whatever_its_header_says(tmp_path: Path) -> None:
    wave_file = tmp_path / "a.wav"
    with wave.open(str(wave_file), "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(22050)
        writer.writeframes(np.array([0, 16384, -32768], "<i2").tobytes())
    content = wave_file.read_bytes()
    streamed = content[:40] + b"\x00\xf0\xff\x7f" + content[44:]
    for given in (content, streamed, streamed + b"\x01"):
        samples, rate = read_streamed_wav(given)
        assert rate == 22050
        assert samples.tolist() == [0.0, 0.5, -1.0]
        assert samples.dtype == np.float32
    for bad in (b"", b"RIFF", b"<html>" * 20, content[:30]):
        with pytest.raises(BackendFailed):
            read_streamed_wav(bad)


# What both do to text and audio.


def test_speakable() -> None:
    assert speakable(" a\n\tb\0 c ") == "a b c"
    assert speakable("[[x]] 😀 5 €") == "[ [x] ] 5 €"
    assert speakable("20 °C, 30℃, № 5") == "20 °C, 30°C, № 5"
    assert speakable("Donau\u00addampf\u00adschiff a\u200bb \ufeffc\u2060d") == "Donaudampfschiff ab cd"
    for spelt in ("می\u200cخواهم", "ශ්\u200dරී ලංකා", "क्\u200dष"):
        assert speakable(spelt) == spelt
    assert speakable("👨\u200d👩\u200d👧 a\u200d b") == "a b"
    assert pieces("Yes. ... No!", "en") == ["Yes.", "No!"]
    assert all(len(piece) <= 300 for piece in pieces("ab " * 700, "en"))
    assert "".join(pieces("y" * 1000, "en")) == "y" * 1000


def test_silence_is_trimmed() -> None:
    samples = np.concatenate([np.zeros(1000), np.full(500, 0.5), np.zeros(1000)]).astype(np.float32)
    assert len(without_silence(samples, 1000, 1.0)) == 30 + 500 + 150
    assert len(without_silence(samples, 1000, 2.0)) == 30 + 500 + 75
    assert len(without_silence(np.zeros(500, np.float32), 1000, 1.0)) == 0


def test_a_starter_voice_speaks_only_where_it_is_asked_for() -> None:
    """Hardly anybody understands it: without a real voice espeak-ng speaks, and that is told."""
    for settings, speaker, warnings in (
        (SpeechSettings(), "espeak-ng (basic voice)", 1),
        (SpeechSettings(voice="es_ES-tiny-x_low"), "Piper", 0),
        (SpeechSettings(backend="piper"), "Piper", 0),
    ):
        told: list[ErrorEvent] = []
        synthesizer = make_synthesizer(settings, told.append)
        synthesizer.load("es", settings.voice, lambda _: None)
        assert list(synthesizer.synthesize("Buenos días.", "es"))
        assert (synthesizer.name, len(told)) == (speaker, warnings)
        synthesizer.close()

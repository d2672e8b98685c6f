"""Work and answers as messages: they come as they were, and what is none is refused."""

import json
import struct
from contextlib import suppress
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.engine.errors import BackendFailed, EngineError, LanguageUnknown, ModelMissing
from desktop.engine.events import Word
from desktop.engine.message import Message
from desktop.engine.recognition.backends.base import Hypothesis, RecognitionRequest, RecognizerCapabilities
from desktop.engine.recognition.work import Decode
from desktop.engine.remote import headers, wire
from desktop.engine.remote.deltas import Kept, Sent
from desktop.engine.remote.framing import WorkRefused, joined
from desktop.engine.remote.wire import Answered, Hello, Work
from desktop.engine.requests import Kind, Stage
from desktop.engine.speech.backends.base import SpeechChunk
from desktop.engine.speech.work import Speak
from desktop.engine.translation.backends.base import TranslatorCapabilities
from desktop.engine.translation.work import LoadTranslation, Translate, TranslateSpeech
from desktop.messages import text_of

SOUND = np.linspace(-0.5, 0.5, 1600, dtype=np.float32)
texts = st.text(max_size=40)
shares = st.floats(0, 1)
requests = st.builds(
    RecognitionRequest,
    language=st.none() | st.sampled_from(["en", "es"]),
    candidates=st.lists(st.sampled_from(["en", "es", "yue"]), max_size=3).map(tuple),
    prompt=texts,
    is_final=st.booleans(),
    may_widen=st.booleans(),
    is_buffered=st.booleans(),
    vocabulary=texts,
    is_thorough=st.booleans(),
    beam_size=st.integers(0, 10),
)
words = st.builds(
    Word,
    text=texts,
    start=st.just(0.25),
    end=st.floats(0.25, 30),
    probability=shares,
    mark=shares,
    is_spaced=st.none() | st.booleans(),
)
hypotheses = st.builds(
    Hypothesis,
    language=st.sampled_from(["en", "es"]),
    words=st.lists(words, max_size=5).map(tuple),
    no_speech=shares,
    log_probability=st.floats(-20, 0),
    language_probability=shares,
    has_repeated=st.booleans(),
    is_trusted=st.booleans(),
)


def sent(work: Work, number: int = 7, owner: int = 3, kind: Kind = Kind.PARTIAL) -> wire.Asked:
    part, data = Sent().part(work.samples) if isinstance(work, Decode | TranslateSpeech) else (None, b"")
    return wire.read_asked(wire.asked(number, owner, kind, work, part, data))


def came(asked: wire.Asked) -> Work:
    samples = Kept().window(asked.audio, asked.data) if asked.audio is not None else SOUND[:0]
    return asked.work(samples)


def told(answer: Any) -> Any:
    found = wire.read_told(wire.answered(9, answer))
    assert isinstance(found, Answered)
    assert found.id == 9
    return found.answer


@given(requests)
def test_a_decoding(request: RecognitionRequest) -> None:
    asked = sent(Decode(SOUND, request, 12.5))
    assert (asked.id, asked.owner, asked.kind, asked.stage) == (7, 3, Kind.PARTIAL, Stage.RECOGNITION)
    work = came(asked)
    assert isinstance(work, Decode)
    assert (work.request, work.end) == (request, 12.5)
    assert np.abs(work.samples - SOUND).max() < 1e-4


def test_a_decoding_and_what_was_heard_in_it() -> None:
    request = RecognitionRequest("en", prompt="My friends", is_final=True, vocabulary="Kraków", beam_size=5)
    work = came(sent(Decode(SOUND, request, 3.0)))
    assert isinstance(work, Decode)
    assert work.request == request
    heard = Hypothesis("en", (Word("Kraków,", 0.1, 0.5, 0.9, mark=0.5, is_spaced=True),), log_probability=-0.2)
    assert told(heard) == heard


def test_what_is_no_answer_of_a_model_is_a_mistake_here() -> None:
    with pytest.raises(TypeError):
        wire.answered(1, 5)
    with pytest.raises(ValueError):
        wire.asked(1, 0, Kind.FINAL, Decode(SOUND, RecognitionRequest("en"), 0.0))


@pytest.mark.parametrize(
    ("work", "stage"),
    [
        (LoadTranslation("en", "es"), Stage.TRANSLATION),
        (Translate("Where is the beach?", "en", "es", "¿Dónde", False), Stage.TRANSLATION),
        (Speak(4, "Hola", "es", is_last=False, rate=1.18), Stage.SPEECH),
    ],
)
def test_other_work(work: Work, stage: Stage) -> None:
    asked = sent(work)
    assert asked.stage is stage
    assert came(asked) == work


def test_speech_to_translate() -> None:
    work = came(sent(TranslateSpeech(SOUND, "es", "en", "hola")))
    assert isinstance(work, TranslateSpeech)
    assert (work.source, work.target, work.transcript) == ("es", "en", "hola")
    assert work.samples.shape == SOUND.shape


@given(hypotheses)
def test_what_was_heard(heard: Hypothesis) -> None:
    assert told(heard) == heard


def test_what_rounding_did_to_a_probability_does_no_harm() -> None:
    heard = Hypothesis("en", (Word("a", 0.0, 0.5, 1.0000001),), no_speech=-1e-9, log_probability=1e-9)
    assert told(heard) == Hypothesis("en", (Word("a", 0.0, 0.5, 1.0),))


def test_other_answers() -> None:
    able = TranslatorCapabilities(
        frozenset({("en", "es"), ("es", "en")}),
        forces_prefix=True,
        needs_network=True,
        hears=frozenset({("es", "en")}),
        phrasebook=frozenset({("en", "es")}),
        limits={("en", "es"): Message("voice-missing", language="es")},
    )
    assert told(able) == able
    assert told("¿Dónde?") == "¿Dónde?"
    assert told("") == ""
    assert told(None) is None
    chunks = (SpeechChunk(SOUND, 22_050), SpeechChunk(SOUND[:100], 22_050))
    got = told(chunks)
    assert [(len(one.samples), one.sample_rate) for one in got] == [(1600, 22_050), (100, 22_050)]
    assert np.abs(got[0].samples - SOUND).max() < 1e-4
    assert told(()) == ()


@pytest.mark.parametrize(
    "error",
    [
        ModelMissing("voice-missing", language="eu"),
        BackendFailed("recognition-failed", name="base", recoverable=True),
        LanguageUnknown("language-unknown-like", name="spanich", close=("es", "eu")),
        EngineError("takeover", failure=Message("voice-missing", language="es"), successor="espeak-ng"),
    ],
)
def test_errors_come_as_they_were(error: EngineError) -> None:
    got = told(error)
    assert type(got) is type(error)
    assert (got.code, got.message, got.recoverable) == (error.code, error.message, error.recoverable)
    assert text_of(got) == text_of(error)


def test_an_error_that_is_no_error_of_the_engine_says_nothing_of_what_it_was_about() -> None:
    got = told(ValueError("what somebody said"))
    assert isinstance(got, BackendFailed)
    assert "somebody" not in str(got)


def test_an_error_that_only_a_newer_server_knows_can_be_read() -> None:
    got = told(EngineError("quota-spent", code="quota", left=0))
    assert isinstance(got, BackendFailed)
    assert got.code == "quota"
    assert "quota-spent" in text_of(got)
    assert "elsewhere" in text_of(told(EngineError("voice-missing", tongue="es")))


def test_hello() -> None:
    able = RecognizerCapabilities(
        frozenset({"en", "es"}), detects_language=True, streaming=True, needs_network=True, reads_groups=True
    )
    assert wire.read_told(wire.hello("base", able, 2, 0.25)) == Hello("base", able, 2, 0.25)


def test_a_text_that_no_message_holds_is_refused_where_it_is_asked() -> None:
    with pytest.raises(WorkRefused):
        wire.asked(1, 0, Kind.FINAL, Translate("x" * 9000, "en", "es", "", True))


GOOD = {"v": 1, "type": "translate", "id": 1, "owner": 0, "kind": "final", "text": "a", "source": "en", "target": "es"}


def message(header: object, data: bytes = b"") -> bytes:
    text = json.dumps(header).encode()
    return struct.pack("<I", len(text)) + text + data


def test_the_good_message_is_one() -> None:
    assert isinstance(wire.read_asked(message(GOOD)).work(SOUND), Translate)


@pytest.mark.parametrize(
    "change",
    [
        {"v": 2},
        {"v": "1"},
        {"type": "run"},
        {"type": None},
        {"id": 0},
        {"id": 2**60},
        {"id": 1.5},
        {"owner": headers.OWNERS},
        {"owner": -1},
        {"kind": "urgent"},
        {"text": 5},
        {"text": "x" * 9000},
        {"source": None},
        {"more": 1},
        {"type": "decode"},
        {"type": "speak", "rate": 1e308},
    ],
)
def test_a_wrong_field_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(WorkRefused):
        wire.read_asked(message({**GOOD, **change}))


@pytest.mark.parametrize("beam_size", [-1, 11, 10**9, True, "5"])
def test_a_search_of_any_width_cannot_be_asked_for(beam_size: object) -> None:
    header = {
        "v": 1,
        "type": "decode",
        "id": 1,
        "owner": 0,
        "kind": "final",
        "audio": {"place": 0, "start": 0, "end": 1},
        "request": {"language": "en", "beam_size": beam_size},
    }
    with pytest.raises(WorkRefused):
        wire.read_asked(message(header, b"\0\0"))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0\0\0",
        struct.pack("<I", 5) + b"{}",
        struct.pack("<I", 2**31) + b"{}",
        struct.pack("<I", 2) + b"[]",
        struct.pack("<I", 4) + b"\xff\xfe\x00{",
        message([]),
        message("[" * 5000),
        struct.pack("<I", 10_000) + b"[" * 10_000,
        joined(headers.Hello(name="", languages=(), detects_language=False, streaming=False)),
    ],
)
def test_what_is_no_question_is_refused(data: bytes) -> None:
    with pytest.raises(WorkRefused):
        wire.read_asked(data)


@given(st.binary(max_size=60), st.integers(0, 300), st.integers(0, 255))
def test_a_damaged_message_is_refused_or_read(data: bytes, at: int, byte: int) -> None:
    whole = bytearray(message(GOOD, data))
    whole[at % len(whole)] = byte
    for reads in (wire.read_asked, wire.read_told):
        with suppress(WorkRefused):
            reads(bytes(whole))


@pytest.mark.parametrize(
    "header",
    [
        {"v": 1, "type": "answer", "id": 1, "heard": {"language": "en", "words": [{"text": "a", "start": 2.0}]}},
        {"v": 1, "type": "answer", "id": 1, "failure": {"code": "a", "message": "b"}},
        {"v": 1, "type": "answer", "id": 1, "failure": {"code": "a", "message": {"key": "b"}}},
        {
            "v": 1,
            "type": "answer",
            "id": 1,
            "failure": {"code": "a", "message": {"key": "b", "parameters": {"c": None}}},
        },
        {"v": 1, "type": "answer", "id": 1, "voice": {"rate": 22_050, "lengths": [5]}},
        {"v": 1, "type": "answer", "id": 1, "voice": {"rate": 0, "lengths": []}},
        {"v": 1, "type": "answer"},
        {"v": 1, "type": "hello", "name": "base"},
    ],
)
def test_what_is_no_answer_is_refused(header: object) -> None:
    with pytest.raises(WorkRefused):
        wire.read_told(message(header))


def test_a_word_ends_behind_its_beginning() -> None:
    word = {"text": "a", "start": 2.0, "end": 1.0, "probability": 0.5}
    header = {"v": 1, "type": "answer", "id": 1, "heard": {"language": "en", "words": [word]}}
    with pytest.raises(WorkRefused):
        wire.read_told(message(header))
    header["heard"]["words"][0]["end"] = float("nan")  # type: ignore[index]
    with pytest.raises(WorkRefused):
        wire.read_told(message(header))

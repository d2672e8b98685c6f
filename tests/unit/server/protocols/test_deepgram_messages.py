"""Deepgram's parameters, messages and answers."""

import pytest
from starlette.datastructures import QueryParams

from desktop.engine.errors import AudioError, EngineError, LanguageUnknown
from desktop.engine.transcript.export import Utterance
from desktop.server.audio.pcm import PcmFormat
from desktop.server.protocols import deepgram_messages as messages
from desktop.server.protocols.native.messages import BadMessage
from tests.unit.server.protocols.updates import update


def parameters(query: str) -> messages.Parameters:
    return messages.parameters(QueryParams(query))


@pytest.mark.parametrize(
    ("query", "raw"),
    [
        ("encoding=linear16&sample_rate=44100&channels=2", PcmFormat("s16le", 44_100, 2)),
        ("encoding=linear32&sample_rate=16000", PcmFormat("s32le", 16_000)),
        ("encoding=mulaw&sample_rate=8000", PcmFormat("mulaw", 8_000)),
        ("encoding=ogg-opus", None),
        ("model=nova-3&smart_format=true&punctuate=1", None),
    ],
)
def test_how_audio_is_written(query: str, raw: PcmFormat | None) -> None:
    assert parameters(query).raw == raw


def test_what_is_spoken() -> None:
    assert parameters("language=en-US").options.language == "en"
    assert parameters("language=multi").options.language == "auto"
    assert parameters("language=es&detect_language=true").options.language == "auto"
    assert parameters("keyterm=Ann&keyterm=Bob&keywords=Cy:2").options.vocabulary == "Ann, Bob, Cy"


@pytest.mark.parametrize(
    ("query", "kind", "key"),
    [
        ("encoding=linear16", BadMessage, "rate-missing"),
        ("encoding=amr-nb&sample_rate=8000", BadMessage, "stream-encoding"),
        ("encoding=linear16&sample_rate=5", BadMessage, "message-wrong"),
        ("channels=0", BadMessage, "message-wrong"),
        ("interim_results=maybe", BadMessage, "message-wrong"),
        ("multichannel=true&channels=2", BadMessage, "not-offered"),
        ("callback=http://x", BadMessage, "not-offered"),
        ("language=klingon", LanguageUnknown, "language-unknown"),
    ],
)
def test_what_is_wrong_is_said(query: str, kind: type[EngineError], key: str) -> None:
    with pytest.raises((BadMessage, AudioError, LanguageUnknown)) as error:
        _ = parameters(query).options
    assert isinstance(error.value, kind)
    assert error.value.message.key == key


def test_messages() -> None:
    assert isinstance(messages.read('{"type": "KeepAlive"}'), messages.KeepAlive)
    assert messages.read('{"type": "Configure", "keyterms": ["x"]}') == messages.Configure(
        type="Configure", keyterms=("x",)
    )
    for text in ("", "[]", '{"type": "Speak"}', '{"type": "Configure", "keyterms": "x"}', "[" * 100_000):
        with pytest.raises(BadMessage):
            messages.read(text)


def test_results_say_words_with_and_without_their_marks() -> None:
    result = messages.results(update(1, "Hello,", "world"), "r", "base")
    assert not result["is_final"]
    assert not result["speech_final"]
    (alternative,) = result["channel"]["alternatives"]
    assert alternative["transcript"] == "Hello, world"
    assert [word["word"] for word in alternative["words"]] == ["hello", "world"]
    assert [word["punctuated_word"] for word in alternative["words"]] == ["Hello,", "world"]
    assert alternative["confidence"] == 0.5
    final = messages.results(update(1, "...", final=True, final_text="Hi."), "r", "base", from_finalize=True)
    assert final["speech_final"]
    assert final["from_finalize"]
    assert final["channel"]["alternatives"][0]["transcript"] == "Hi."
    assert final["channel"]["alternatives"][0]["words"][0]["word"] == "..."
    assert messages.nothing(3.0, "r", "base")["channel"]["alternatives"][0]["transcript"] == ""


def test_a_recording() -> None:
    said = [Utterance(0, 1, "es", "Hola."), Utterance(2, 3, "es", "Adiós.")]
    wanted = parameters("utterances=true&detect_language=true")
    answer = messages.recorded(said, 3.5, "r", "digest", "now", "base", wanted)
    (channel,) = answer["results"]["channels"]
    assert channel["alternatives"][0]["transcript"] == "Hola. Adiós."
    assert channel["detected_language"] == "es"
    assert [one["transcript"] for one in answer["results"]["utterances"]] == ["Hola.", "Adiós."]
    assert answer["metadata"]["duration"] == 3.5
    assert answer["metadata"]["sha256"] == "digest"
    silent = messages.recorded([], 1.0, "r", "", "now", "base", parameters("detect_language=true"))
    assert silent["results"] == {"channels": [{"alternatives": [{"transcript": "", "confidence": 0.0, "words": []}]}]}

"""OpenAI's requests and answers."""

import json

import pytest
from pydantic import ValidationError

from desktop.engine.errors import AudioError, BackendFailed, LanguageUnknown, ModelMissing
from desktop.engine.events import Word
from desktop.engine.transcript.export import Utterance
from desktop.server.protocols.openai import messages as messages
from desktop.server.streams.hub import ServerBusy

SAID = (
    Utterance(0, 1, "en", "Hello.", (Word("Hello.", 0.1, 0.5, 0.5),)),
    Utterance(2, 3, "en", "Bye.", (Word("Bye.", 2.1, 2.5, 0.0),)),
)


def test_verbose_answers_have_what_was_asked_for() -> None:
    answer = messages.verbose("transcribe", SAID, 3.21, ("segment",))
    assert answer["text"] == "Hello. Bye."
    assert answer["language"] == "english"
    assert answer["duration"] == 3.21
    assert answer["usage"] == {"type": "duration", "seconds": 4}
    assert [one["text"] for one in answer["segments"]] == ["Hello.", "Bye."]
    assert answer["segments"][0]["avg_logprob"] == pytest.approx(-0.693)
    assert "words" not in answer
    answer = messages.verbose("transcribe", SAID, 3.0, ("word",))
    assert answer["words"] == [
        {"word": "Hello.", "start": 0.1, "end": 0.5},
        {"word": "Bye.", "start": 2.1, "end": 2.5},
    ]
    assert "segments" not in answer
    silent = messages.verbose("transcribe", (), 0.0, ("word", "segment"))
    assert (silent["text"], silent["language"], silent["words"]) == ("", "", [])
    assert messages.verbose("x", (Utterance(0, 1, "en", "a"),), 1, ("segment",))["segments"][0]["avg_logprob"] == 0.0


def test_text_without_spaces_is_joined_without() -> None:
    assert messages.whole_text([Utterance(0, 1, "ja", "はい。"), Utterance(1, 2, "ja", "どうも。")]) == "はい。どうも。"


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (ServerBusy("server-full"), 503, "server_busy"),
        (AudioError("stream-not-audio"), 400, "audio"),
        (LanguageUnknown("no-language"), 400, "language-unknown"),
        (ModelMissing("voice-missing", language="eu"), 400, "model-missing"),
        (BackendFailed("translation-failed", source="en", target="es", error="x"), 500, "backend-failed"),
    ],
)
def test_errors_are_as_the_clients_read_them(error: AudioError, status: int, code: str) -> None:
    response = messages.refused(error)
    record = json.loads(bytes(response.body))["error"]
    assert response.status_code == status
    assert record["code"] == code
    assert record["message"]
    assert record["type"] == ("server_error" if status >= 500 else "invalid_request_error")
    assert ("retry-after" in response.headers) == (code == "server_busy")


def test_a_wrong_field_is_named_and_what_it_held_is_not() -> None:
    with pytest.raises(ValidationError) as error:
        messages.Speech.model_validate_json('{"input": "secret", "speed": 9}')
    record = json.loads(bytes(messages.invalid(error.value).body))["error"]
    assert record["param"] == "speed"
    assert "secret" not in record["message"]
    with pytest.raises(ValidationError) as error:
        messages.Speech.model_validate_json("x")
    assert messages.first_fault(error.value)[0] == "body"


def test_forms_hold_text() -> None:
    wanted = messages.Transcription.model_validate(
        {"temperature": "0.5", "stream": "true", "timestamp_granularities": ["word"], "include": "logprobs"}
    )
    assert wanted.stream
    assert wanted.timestamp_granularities == ("word",)
    for name, value in (("temperature", "nan"), ("stream", "maybe"), ("response_format", "diarized_json")):
        with pytest.raises(ValidationError):
            messages.Transcription.model_validate({name: value})

"""Messages of OpenAI's Realtime interface."""

import json
from typing import Any

import pytest

from desktop.server.audio.pcm import PcmFormat
from desktop.server.protocols.native.messages import BadMessage
from desktop.server.protocols.openai import realtime_messages as messages


def read(event: Any) -> Any:
    return messages.read(json.dumps(event))


@pytest.mark.parametrize(
    ("form", "pcm"),
    [
        ({"type": "audio/pcm"}, PcmFormat("s16le", 24_000)),
        ({"type": "audio/pcm", "rate": 16_000}, PcmFormat("s16le", 16_000)),
        ({"type": "audio/pcmu"}, PcmFormat("mulaw", 8_000)),
        ({"type": "audio/pcma"}, PcmFormat("alaw", 8_000)),
    ],
)
def test_formats(form: dict[str, Any], pcm: PcmFormat) -> None:
    session = {"type": "transcription", "audio": {"input": {"format": form, "noise_reduction": None}}}
    assert read({"type": "session.update", "session": session}).session.audio.input.format.pcm == pcm


def test_the_beta_means_the_same() -> None:
    event = {
        "type": "transcription_session.update",
        "event_id": "e",
        "session": {
            "input_audio_format": "g711_alaw",
            "input_audio_transcription": {"model": "whisper-1", "language": "es"},
            "turn_detection": None,
            "include": ["item.input_audio_transcription.logprobs"],
        },
    }
    audio = read(event).session.audio
    assert audio.format.pcm == PcmFormat("alaw", 8_000)
    assert audio.transcription.language == "es"
    assert "turn_detection" in audio.model_fields_set
    told = messages.beta_session("s", audio)
    assert told["input_audio_format"] == "g711_alaw"
    assert told["input_audio_transcription"]["model"] == "whisper-1"
    assert told["turn_detection"] is None
    nothing = messages.BetaSession().audio
    assert not nothing.model_fields_set
    told = messages.beta_session("s", messages.AudioInput(turn_detection=messages.TurnDetection()))
    assert told["input_audio_format"] == "pcm16"
    assert told["turn_detection"] == {"type": "server_vad"}


def test_audio_is_base64() -> None:
    assert read({"type": "input_audio_buffer.append", "audio": "AAE="}).data == b"\x00\x01"
    for audio in ("%", "AAE", "AAE=\n"):
        with pytest.raises(BadMessage) as error:
            read({"type": "input_audio_buffer.append", "audio": audio}).data  # noqa: B018
        assert error.value.message.key == "audio-not-base64"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "null",
        "{}",
        '{"type": "response.create"}',
        '{"type": "input_audio_buffer.append"}',
        '{"type": "input_audio_buffer.append", "audio": 5}',
        '{"type": "session.update", "session": {"type": "realtime"}}',
        '{"type": "session.update", "session": {"type": "transcription", "audio": {"input": {"format": {"rate": 5}}}}}',
        "[" * 100_000,
    ],
)
def test_what_is_wrong_is_said_without_what_was_sent(text: str) -> None:
    with pytest.raises(BadMessage) as error:
        messages.read(text)
    assert error.value.message.key in ("message-wrong", "message-not-json")
    assert len(str(error.value.message)) < 400

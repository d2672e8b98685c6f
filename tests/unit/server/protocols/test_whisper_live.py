"""What WhisperLive's clients are told: they keep what is completed, and drop what begins before the end of the last."""

import pytest
from pydantic import ValidationError

from desktop.engine.transcript.reducer import TranscriptReducer
from desktop.server.protocols.whisper_live import Wanted, shown
from tests.unit.server.protocols.updates import translation, update


def test_segments_follow_each_other() -> None:
    reducer = TranscriptReducer()
    for one in (
        update(1, "one", final=True),
        update(2, "", final=True, start=0.5),
        update(3, "three", "more", start=0.5),
    ):
        reducer.add(one)
    found = shown(reducer.segments(), Wanted(uid="u", word_timestamps=True), translated=False)
    assert [(one["start"], one["end"], one["text"], one["completed"]) for one in found] == [
        ("0.000", "1.000", " one", True),
        ("1.000", "1.500", " three more", False),
    ]
    assert [word["word"] for word in found[1]["words"]] == ["three", "more"]
    reducer.add(translation(1, "uno", final=True))
    (translated,) = shown(reducer.segments(), Wanted(uid="u"), translated=True)
    assert translated == {"start": "0.000", "end": "1.000", "text": " uno", "completed": True}


def test_the_last_ones_are_sent() -> None:
    reducer = TranscriptReducer()
    for number in range(5):
        reducer.add(update(number, str(number), final=True, start=number))
    found = shown(reducer.segments(), Wanted(uid="u", send_last_n_segments=2), translated=False)
    assert [one["text"] for one in found] == [" 3", " 4"]


def test_what_is_wanted() -> None:
    assert Wanted(uid="u").options.language == "auto"
    assert Wanted(uid="u", language="en", task="translate").options.target == "en"
    assert Wanted(uid="u", enable_translation=True, target_language="es").options.target == "es"
    assert Wanted(uid="u", hotwords="a", initial_prompt="b").options.vocabulary == "a, b"
    for text in (
        '{"uid": ""}',
        '{"uid": 5}',
        '{"uid": "u", "task": "sing"}',
        '{"uid": "u", "use_vad": 1, "language": 1}',
    ):
        with pytest.raises(ValidationError):
            Wanted.model_validate_json(text)

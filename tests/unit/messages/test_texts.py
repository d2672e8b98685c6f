"""Each message of the engine has a text, and each text gets what it needs."""

from string import Formatter

import pytest

from desktop.engine.errors import DeviceMissing
from desktop.engine.events import ErrorEvent, Severity
from desktop.engine.message import Message, Value, verbatim
from desktop.messages import english, text_of
from desktop.messages.english import TEXTS
from tests.unit.messages.engine_messages import ENGINE, Made, made

MADE = tuple(made())
SAMPLES: dict[str, Value] = {
    "arrows": ("en-es", "es-fr"), "bytes": 14_000, "clause": Message("disk-full", place="/"), "kind": "voice",
    "language": "es", "languages": ("es", "eu"), "list": ("small", "base"), "or": ("a", "b"),
    "words": ("en-es", "es-fr"), "g": 60.0, ".1f": 1.25, "": "it",
}  # fmt: skip
"""a value for each way to write one"""


def places(key: str) -> dict[str, str]:
    """name of each place in a text -> how it is written"""
    found = Formatter().parse(TEXTS[key])
    return {name: way or "" for _, name, way, _ in found if name is not None}


def test_messages_are_found() -> None:
    assert len(MADE) > 200
    assert len({key for one in MADE for key in one.keys}) > 180


@pytest.mark.parametrize("one", [one for one in MADE if one.keys], ids=lambda one: one.place)
def test_each_message_has_a_text_and_gives_what_is_in_it(one: Made) -> None:
    for key in one.keys:
        assert key in TEXTS, f"{key!r} has no text, or is a sentence"
        assert set(places(key)) == one.parameters, key


def test_each_text_is_of_a_message() -> None:
    assert set(TEXTS) == {key for one in MADE for key in one.keys}


def test_the_engine_makes_no_text() -> None:
    assert [one.place.partition(":")[0] for one in MADE if "verbatim" in one.keys] == ["engine/message.py"]
    for file in ENGINE.rglob("*.py"):
        assert file.name == "message.py" or "verbatim" not in file.read_text(encoding="utf-8"), file


@pytest.mark.parametrize("key", sorted(TEXTS))
def test_each_text_can_be_written(key: str) -> None:
    said = text_of(Message(key, **{name: SAMPLES[way] for name, way in places(key).items()}))
    assert said
    assert "{" not in said


def test_no_key_has_two_texts() -> None:
    files = [vars(english)[name].TEXTS for name in vars(english) if hasattr(vars(english)[name], "TEXTS")]
    assert sum(len(one) for one in files) == len(TEXTS)


@pytest.mark.parametrize(
    ("message", "words"),
    [
        (Message("voice-missing", language="eu"), "No voice for Basque is installed; install one."),
        (
            Message("disk-too-small", label="Small", needed=480_000_000, there="/home", free=30_000_000),
            "Small needs 480 MB more on the disk of /home and 30 MB are free; "
            "free some space or choose a smaller model.",
        ),
        (
            Message("whisper-model-missing", name="small", there=()),
            "The Whisper model “small” is not installed; choose one that is (none).",
        ),
        (
            Message("language-unknown-like", name="spanich", close=("es", "eu")),
            "“spanich” is not a language that Parley knows; did you mean Spanish (es) or Basque (eu)?",
        ),
        (
            Message("takeover", failure=Message("voice-missing", language="es"), successor="espeak-ng"),
            "No voice for Spanish is installed; install one. Meanwhile espeak-ng is used.",
        ),
        (
            Message("download-retrying", problem=Message("server-silent", host="hub.invalid")),
            "hub.invalid does not answer; trying again.",
        ),
        (verbatim("Braces {stay} as they are."), "Braces {stay} as they are."),
    ],
)
def test_values_are_written_as_people_read_them(message: Message, words: str) -> None:
    assert text_of(message) == words


def test_errors_and_events_have_the_text_of_their_message() -> None:
    error = DeviceMissing("output-missing", name="Headset")
    event = ErrorEvent(error.code, error.message, Severity.ERROR)
    assert (error.code, error.message) == ("device-missing", Message("output-missing", name="Headset"))
    assert text_of(error) == text_of(event) == text_of(error.message)
    assert text_of(error).startswith("The output Headset is not connected")
    assert text_of(None) == ""
    assert str(error) == "output-missing (name=Headset)"


def test_messages_are_values() -> None:
    one = Message("takeover", failure=Message("no-address"), successor="a")
    same = Message("takeover", successor="a", failure=Message("no-address"))
    assert one == same
    assert len({one, same, Message("no-address")}) == 2
    assert one.as_json() == {
        "key": "takeover",
        "parameters": {"failure": {"key": "no-address", "parameters": {}}, "successor": "a"},
    }

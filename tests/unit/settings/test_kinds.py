"""Values with a form of their own: places on the screen, devices and files."""

import pytest
from pydantic import TypeAdapter, ValidationError

from desktop.settings.declaration.kinds import Output, Place, PlaceOnScreen, Source, about, reloads
from desktop.settings.declaration.recognition import RecognitionSettings


def test_a_place_is_four_numbers_that_x11_can_hold() -> None:
    place = TypeAdapter(Place)
    assert place.validate_python((1, -2, 30, 40)) == (1, -2, 30, 40)
    assert place.validate_python(()) == ()
    for wrong in ((1, 2, 3), (1, 2, 3, 40_000), (1, 2, 3, 4, 5, 6)):
        with pytest.raises(ValidationError, match="four numbers"):
            place.validate_python(wrong)


def test_the_size_of_the_screen_may_follow() -> None:
    place = TypeAdapter(PlaceOnScreen)
    assert place.validate_python((1, 2, 3, 4, 1920, 1080)) == (1, 2, 3, 4, 1920, 1080)
    assert place.validate_python((1, 2, 3, 4)) == (1, 2, 3, 4)
    for wrong in ((1, 2, 3, 4, 0, 5), (1, 2, 3, 4, 5, 40_000), (1, 2, 3, 40_000, 5, 5), (1, 2, 3, 4, 5)):
        with pytest.raises(ValidationError):
            place.validate_python(wrong)


def test_a_device_or_a_file() -> None:
    source = TypeAdapter(Source)
    assert source.validate_python("microphone") == "microphone:"
    assert source.validate_python("loopback:Speakers") == "loopback:Speakers"
    assert source.validate_python("file:/a b:c.wav") == "file:/a b:c.wav"
    for wrong in ("file", "file:", "radio:x", ""):
        with pytest.raises(ValidationError, match="microphone:NAME or loopback:NAME or file:PATH"):
            source.validate_python(wrong)
    assert TypeAdapter(Output).validate_python("output") == "output:"


def test_what_is_known_of_a_setting() -> None:
    assert reloads(about(applies="reload"))
    assert not reloads(about(unit="s"))


def test_what_the_loaded_model_depends_on() -> None:
    terms = RecognitionSettings(model="tiny").model_terms
    assert "tiny" in terms
    assert terms != RecognitionSettings(model="base").model_terms
    assert terms == RecognitionSettings(model="tiny", step=0.5).model_terms

"""The app's settings and the engine's options say the same, defaults included."""

import dataclasses

import pytest

from desktop.engine.options import ModelOptions, SessionOptions
from desktop.engine.settings_options import model_options, session_options, settings_of
from desktop.settings.declaration import Settings
from desktop.settings.store import changed


def test_the_defaults_are_the_same() -> None:
    assert session_options(Settings()) == SessionOptions()
    assert model_options(Settings()) == ModelOptions()
    assert settings_of(ModelOptions()) == Settings()


@pytest.mark.parametrize(
    ("key", "value", "name"),
    [
        ("recognition.language", "es", "language"),
        ("translation.target", "en", "target"),
        ("translation.live", False, "live_translation"),
        ("speech.enabled", True, "speaks"),
        ("recognition.vocabulary", "Parley", "vocabulary"),
        ("recognition.mode", "buffered", "mode"),
        ("recognition.step", 0.7, "step"),
        ("audio.level_hz", 5.0, "level_hz"),
    ],
)
def test_a_setting_reaches_the_session(key: str, value: object, name: str) -> None:
    options = session_options(changed(Settings(), {key: value}))
    assert getattr(options, name) == value
    others = dataclasses.replace(options, **{name: getattr(SessionOptions(), name)})
    assert others == SessionOptions()


def test_speech_detection_reaches_the_session() -> None:
    assert session_options(changed(Settings(), {"vad.hangover": 1.5})).voice.hangover == 1.5


def test_each_option_of_the_models_comes_back_as_it_was() -> None:
    options = ModelOptions(
        recognition="base",
        languages=("es",),
        server="https://cellar:5026",
        server_certificate="/etc/parley.pem",
        cloud={"recognition": ("deepgram",), "daily_cap": 2.5},
        recognizer="whisper",
        translator="argos",
        synthesizer="piper",
        voice="joe",
        device="cpu",
        compute_type="int8",
        threads=2,
        context="short",
        context_floor=800,
        context_pad=1.0,
        beam_size=2,
        step=0.5,
        window=8.0,
        mode="streaming",
        may_lower_model=False,
    )
    assert model_options(settings_of(options)) == options
    assert all(
        getattr(options, field.name) != getattr(ModelOptions(), field.name)
        for field in dataclasses.fields(options)
        if field.name not in ("lowers_load", "workers")
    ), "each of them was tried"

import string
from pathlib import Path
from typing import Any

import pytest
import tomlkit
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desktop.settings.declaration import Settings
from desktop.settings.store import SettingInvalid, SettingsStore, fields, get, parse, validate


def store(file: Path | None = None, environment: dict[str, str] | None = None, **flags: Any) -> SettingsStore:
    return SettingsStore(file, environment or {}, {key.replace("__", "."): value for key, value in flags.items()})


def test_every_setting_has_a_help_text_and_a_valid_default() -> None:
    defaults = Settings()
    for key, field in fields():
        assert field.description, key
        assert validate(key, get(defaults, key)) == get(defaults, key)


def test_layers_win_in_order(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text("[speech]\nrate = 0.7\nvolume = 0.5\n[vad]\nonset = 0.2\n")
    made = store(file, {"PARLEY_SPEECH__VOLUME": "0.6", "PARLEY_VAD__ONSET": "0.3"}, vad__onset=0.4)
    assert (made.current.speech.rate, made.current.speech.volume, made.current.vad.onset) == (0.7, 0.6, 0.4)
    assert made.problems == []


def test_a_change_is_saved_alone_and_keeps_the_rest_of_the_file(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "settings.toml"
    file.parent.mkdir()
    file.write_text("# mine\n[speech]\nrate = 0.7 # slow\nfuture = 1\n")
    made = store(file, vad__onset=0.4)
    made.set("speech.volume", 0.25)
    made.set("subtitles.geometry", (1, 2, 3, 4))
    text = file.read_text()
    assert "# mine" in text
    assert "rate = 0.7 # slow" in text
    assert "future = 1" in text
    assert "onset" not in text
    again = store(file)
    assert again.current.speech.volume == 0.25
    assert again.current.subtitles.geometry == (1, 2, 3, 4)
    assert [problem for problem in again.problems if "speech.future" in problem]


def test_a_change_wins_over_environment_and_flag_from_then_on() -> None:
    made = store(None, {"PARLEY_SPEECH__RATE": "1.5"}, speech__volume=0.5)
    made.set("speech.rate", 0.8)
    made.set("speech.volume", 1.0)
    assert (made.current.speech.rate, made.current.speech.volume) == (0.8, 1.0)


def test_reset_goes_back_to_the_default_and_leaves_the_file(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    made = store(file)
    made.set("speech.rate", 0.8)
    made.reset("speech.rate")
    assert made.current.speech.rate == 1.0
    assert "rate" not in file.read_text()


def test_listeners_get_the_new_settings() -> None:
    made = store()
    heard: list[float] = []
    made.subscribe(lambda new: heard.append(new.speech.rate))
    made.set("speech.rate", 1.25)
    assert heard == [1.25]


@pytest.mark.parametrize(
    ("key", "value", "reason"),
    [
        ("speech.rate", 9, "less than or equal to 2"),
        ("window.theme", "pink", "one of system, light, dark, contrast"),
        ("subtitles.text_color", "red", "pattern"),
        ("speech.nothing", 1, "no setting called"),
        ("nothing", 1, "no setting called"),
    ],
)
def test_a_bad_value_is_refused_with_the_reason(key: str, value: Any, reason: str) -> None:
    made = store()
    with pytest.raises(SettingInvalid, match=reason):
        made.set(key, value)
    assert made.current == Settings()


def test_a_bad_key_falls_back_and_the_file_is_kept(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    text = "stray = 1\n[speech]\nrate = 'fast'\nvolume = 0.5\n"
    file.write_text(text)
    made = store(file)
    assert made.current.speech.rate == 1.0
    assert made.current.speech.volume == 0.5
    assert len(made.problems) == 2
    assert file.read_text() == text


def test_a_file_that_is_not_toml_is_set_aside_before_anything_is_saved(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text("[[[ not toml")
    made = store(file)
    assert made.current == Settings()
    assert str(file) in made.problems[0]
    made.set("speech.rate", 1.5)
    assert (tmp_path / "settings.broken.toml").read_text() == "[[[ not toml"
    assert store(file).current.speech.rate == 1.5


def test_a_list_comes_from_text_with_commas() -> None:
    assert parse("recognition.languages", "en, fr,de") == ("en", "fr", "de")


toml_values = st.recursive(
    st.booleans() | st.integers(-(2**40), 2**40) | st.floats(allow_nan=False) | st.text(string.printable, max_size=10),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(string.ascii_letters, min_size=1), inner, max_size=3)
    ),
    max_leaves=5,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
@given(st.dictionaries(st.sampled_from([key for key, _ in fields()]), toml_values, max_size=6))
def test_whatever_the_file_holds_it_is_read_without_a_crash_and_kept(tmp_path: Path, content: dict[str, Any]) -> None:
    file = tmp_path / "settings.toml"
    document: dict[str, dict[str, Any]] = {}
    for key, value in content.items():
        group, name = key.split(".")
        document.setdefault(group, {})[name] = value
    text = tomlkit.dumps(document)
    file.write_text(text, encoding="utf-8")
    made = store(file)
    for key, _ in fields():
        value = get(made.current, key)
        assert validate(key, value) == value
    assert file.read_text(encoding="utf-8") == text


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=100)
@given(st.binary(max_size=200))
def test_any_bytes_as_a_settings_file_give_the_defaults_or_a_message(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "settings.toml"
    file.write_bytes(content)
    made = store(file)
    assert made.problems or made.current == Settings()
    assert file.read_bytes() == content

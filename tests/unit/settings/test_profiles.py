"""Profiles: layers with a name, switched while running, and what becomes of them on disk."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desktop.settings.content import is_shared
from desktop.settings.declaration import Settings
from desktop.settings.profiles import EXAMPLES
from desktop.settings.store import DEFAULT, SettingInvalid, SettingsStore, fields, get, validate


def store(file: Path | None = None, environment: dict[str, str] | None = None, **more: Any) -> SettingsStore:
    return SettingsStore(file, environment or {}, **more)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "settings.toml"


def test_the_examples_are_valid_and_name_nothing_shared() -> None:
    assert {"Meeting", "Dictation", "Stream"} == set(EXAMPLES)
    for values in EXAMPLES.values():
        for key, value in values.items():
            assert validate(key, value) == value
            assert not is_shared(key)


def test_the_meeting_is_heard_from_the_speakers_and_subtitled_in_spanish() -> None:
    made = store()
    heard: list[Settings] = []
    made.subscribe(heard.append)
    made.use("Meeting")
    (new,) = heard
    assert (new.audio.source, new.recognition.language, new.translation.target) == ("loopback:", "en", "es")
    assert new.subtitles.enabled
    made.use(DEFAULT)
    assert made.current == Settings()


def test_default_comes_first_and_names_are_found_however_written(file: Path) -> None:
    made = store(file)
    assert made.profiles() == (DEFAULT, "Dictation", "Meeting", "Stream")
    made.use(" mEETING ")
    assert made.profile == "Meeting"
    made.save_as("lecture")
    assert made.profiles() == (DEFAULT, "Dictation", "lecture", "Meeting", "Stream")
    made.save_as("Lecture")
    assert made.profile == "lecture"
    assert store(file).profile == "lecture"


def test_the_order_of_all_layers(file: Path) -> None:
    file.write_text(
        "[speech]\nrate = 0.6\nvolume = 0.6\n[vad]\nonset = 0.6\nhangover = 0.6\npreroll = 0.6\n"
        "[profiles.A.speech]\nvolume = 0.7\n[profiles.A.vad]\nonset = 0.7\nhangover = 0.7\n"
    )
    made = store(
        file, {"PARLEY_VAD__ONSET": "0.8", "PARLEY_VAD__HANGOVER": "0.8"}, flags={"vad.hangover": 0.9}, profile="A"
    )
    current = made.current
    assert (current.speech.rate, current.speech.volume) == (0.6, 0.7)
    assert (current.vad.onset, current.vad.hangover, current.vad.preroll) == (0.8, 0.9, 0.6)
    keys = ("vad.threshold", "speech.rate", "speech.volume", "vad.onset", "vad.hangover")
    assert [made.origin(key) for key in keys] == ["default", "file", "profile", "environment", "flag"]
    with pytest.raises(SettingInvalid):
        made.origin("speech.nothing")


def test_a_bad_value_of_a_layer_lets_the_one_below_through_and_is_no_origin(file: Path) -> None:
    file.write_text("profile = 'A'\n[speech]\nrate = 0.6\n[profiles.A.speech]\nrate = 'fast'\n")
    made = store(file, {"PARLEY_SPEECH__RATE": "99"})
    assert (made.current.speech.rate, made.origin("speech.rate")) == (0.6, "file")
    assert len(made.problems) == 2


def test_which_profile_is_in_use(file: Path) -> None:
    file.write_text("profile = 'Stream'\n")
    assert store(file).profile == "Stream"
    assert store(file, {"PARLEY_PROFILE": "meeting"}).profile == "Meeting"
    assert store(file, {"PARLEY_PROFILE": "Meeting"}, profile="Dictation").profile == "Dictation"
    assert store(file, profile=DEFAULT).profile == DEFAULT
    gone = store(file, {"PARLEY_PROFILE": "Gone"})
    assert gone.profile == "Stream"
    assert "no profile called 'Gone'" in gone.problems[0]
    with pytest.raises(SettingInvalid, match="no profile called 'Gone'; there are Default, Dictation"):
        store(file, profile="Gone")
    assert file.read_text() == "profile = 'Stream'\n"


def test_a_change_is_kept_in_the_profile_in_use_and_nowhere_else(file: Path) -> None:
    made = store(file)
    made.set("speech.rate", 0.6)
    made.use("Meeting")
    made.set("speech.rate", 0.7)
    made.set("window.theme", "dark")
    assert (made.saved_in("speech.rate"), made.saved_in("window.theme")) == ("Meeting", DEFAULT)
    made.use("Stream")
    assert (made.current.speech.rate, made.current.window.theme) == (0.6, "dark")
    made.use("Meeting")
    assert made.current.speech.rate == 0.7
    assert store(file).current == made.current


def test_reset_in_a_profile_gives_the_default_and_keeps_the_file_s_value_for_the_others(file: Path) -> None:
    made = store(file)
    made.set("speech.rate", 0.6)
    made.use("Meeting")
    made.set("speech.rate", 0.7)
    made.reset("speech.rate")
    made.reset("translation.target")
    assert (made.current.speech.rate, made.current.translation.target) == (1.0, "")
    made.use(DEFAULT)
    assert made.current.speech.rate == 0.6


def test_a_profile_of_this_run_is_changed_but_not_in_use_afterwards(file: Path) -> None:
    made = store(file, profile="Meeting")
    made.set("speech.rate", 0.7)
    assert store(file).profile == DEFAULT
    assert store(file, profile="Meeting").current == made.current
    assert made.current.translation.target == "es"


def test_save_as_keeps_what_is_seen_with_flags_and_environment(file: Path) -> None:
    made = store(file, {"PARLEY_SPEECH__RATE": "1.5"}, flags={"translation.target": "fr", "window.theme": "dark"})
    seen = made.current
    assert made.save_as(" Work ") == "Work"
    assert made.current == seen
    again = store(file)
    assert again.profile == "Work"
    assert (again.current.speech.rate, again.current.translation.target) == (1.5, "fr")
    assert again.current.window.theme == "system"  # belongs to no profile


def test_what_is_removed_is_gone_and_an_example_is_as_it_was(file: Path) -> None:
    made = store(file)
    made.save_as("Work")
    made.use("Meeting")
    made.set("translation.target", "fr")
    made.remove("work")
    assert made.profiles() == (DEFAULT, "Dictation", "Meeting", "Stream")
    assert made.profile == "Meeting"
    made.remove("Meeting")
    assert made.profile == DEFAULT
    assert made.current == Settings()
    made.use("Meeting")
    assert made.current.translation.target == "es"
    for name in (DEFAULT, "Stream", "Gone"):
        with pytest.raises(SettingInvalid):
            made.remove(name)


@pytest.mark.parametrize("name", ["", "  ", "default", "Default", "a\nb", "x" * 41, "\x00"])
def test_a_name_that_is_none_is_refused(file: Path, name: str) -> None:
    made = store(file)
    with pytest.raises(SettingInvalid, match="a profile cannot be called"):
        made.save_as(name)
    assert not file.exists()


@pytest.mark.parametrize("name", ["a.b", 'quo"te', "été", "日本語", "a'b", "[x]", "#1", "x" * 40, "Meeting 2"])
def test_any_other_name_comes_back(file: Path, name: str) -> None:
    made = store(file)
    made.set("speech.rate", 0.6)
    made.save_as(name)
    made.set("speech.volume", 0.5)
    again = store(file)
    assert again.profile == name
    assert again.current == made.current
    assert again.problems == []
    again.remove(name)
    assert name not in store(file).profiles()


def test_an_update_is_all_or_nothing(file: Path) -> None:
    made = store(file)
    with pytest.raises(SettingInvalid):
        made.update({"speech.rate": 0.6, "speech.volume": 9})
    assert made.current == Settings()
    heard: list[Settings] = []
    made.subscribe(heard.append)
    made.update({"speech.rate": 0.6, "speech.volume": 0.5})
    assert len(heard) == 1


VALUES: dict[str, tuple[Any, ...]] = {
    "speech.rate": (0.5, 1.0, 1.25),
    "speech.enabled": (True, False),
    "recognition.languages": (("en", "es"), ("de",), ()),
    "subtitles.geometry": ((), (1, -2, 3, 4)),
    "subtitles.text_color": ("#ffffff", "#123456"),
    "translation.target": ("", "es", "日本"),
    "window.theme": ("system", "dark"),
    "hotkeys.stop_speaking": ("", "<ctrl>+s"),
}
NAMES = ("Meeting", "Stream", "A", "b c", DEFAULT)
OPERATIONS = st.lists(
    st.one_of(
        st.sampled_from([("set", key, value) for key, values in VALUES.items() for value in values]),
        st.sampled_from([("reset", key) for key in VALUES]),
        st.sampled_from([(name, profile) for name in ("use", "save_as", "remove") for profile in NAMES]),
        st.just(("reload",)),
    ),
    max_size=12,
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(OPERATIONS)
def test_whatever_is_done_a_reload_gives_the_same(tmp_path: Path, operations: list[tuple[Any, ...]]) -> None:
    file = tmp_path / "settings.toml"
    file.unlink(missing_ok=True)
    made, memory = store(file), store(None)
    for name, *arguments in operations:
        outcomes = []
        for one in (made, memory):
            before = one.current
            try:
                getattr(one, name)(*arguments)
                outcomes.append("done")
            except SettingInvalid:
                assert one.current == before
                outcomes.append("refused")
            if name == "reset":
                key = arguments[0]
                assert get(one.current, key) == dict(fields())[key].default
            elif name == "set":
                assert get(one.current, arguments[0]) == arguments[1]
            elif name == "save_as":
                assert one.current == before
        assert outcomes[0] == outcomes[1]
        again = store(file)
        assert again.current == made.current == memory.current
        assert again.profile == made.profile == memory.profile
        assert again.profiles() == made.profiles() == memory.profiles()
        assert again.problems == made.problems == []

"""Older settings files, and newer ones."""

import tomllib
from pathlib import Path
from typing import Any

import pytest
import tomlkit
from hypothesis import example, given
from hypothesis import strategies as st

from desktop.settings import file as settings_file
from desktop.settings.migration import STEPS, VERSION, Convert, Rename, migrate, version_of
from desktop.settings.store import SettingsStore

STEPS_FOR_TEST = (
    (Rename("voice.speed", "speech.rate"), Rename("vad.silence", "vad.hangover")),
    (Convert("speech.rate", lambda percent: percent / 100),),
)


def migrated(content: dict[str, Any]) -> dict[str, Any]:
    migrate(content, STEPS_FOR_TEST)
    return content


def test_the_version_is_the_number_of_steps() -> None:
    assert len(STEPS) + 1 == VERSION
    assert version_of({}) == 1


def test_every_step_is_taken_in_order_and_in_profiles_too() -> None:
    old = {"voice": {"speed": 150}, "vad": {"silence": 0.5}, "profiles": {"A": {"voice": {"speed": 50}}, "B": 1}}
    assert migrated(old) == {
        "version": 3,
        "speech": {"rate": 1.5},
        "vad": {"hangover": 0.5},
        "profiles": {"A": {"speech": {"rate": 0.5}}, "B": 1},
    }


def test_only_the_steps_that_are_missing_are_taken() -> None:
    assert migrated({"version": 2, "speech": {"rate": 150}}) == {"version": 3, "speech": {"rate": 1.5}}
    assert migrated({"version": 3, "speech": {"rate": 150}}) == {"version": 3, "speech": {"rate": 150}}


@pytest.mark.parametrize("version", [99, "2", 0, -1, True, 1.0, None])
def test_a_version_that_is_newer_or_none_changes_nothing(version: Any) -> None:
    content = {"version": version, "voice": {"speed": 150}}
    assert migrated(dict(content)) == content


def test_what_cannot_be_converted_stays_for_the_reader_to_name() -> None:
    assert migrated({"version": 2, "speech": {"rate": "fast"}})["speech"] == {"rate": "fast"}
    assert migrated({"voice": 5, "vad": {"silence": 1, "hangover": 2}}) == {
        "version": 3,
        "voice": 5,
        "vad": {"hangover": 2},
    }


@given(
    st.dictionaries(
        st.sampled_from(["version", "voice", "speech", "vad", "profiles"]),
        st.integers() | st.text() | st.dictionaries(st.sampled_from(["speed", "rate", "silence"]), st.integers()),
    )
)
@example({"version": 1, "voice": {"speed": 150}})
def test_documents_and_plain_tables_become_the_same(content: dict[str, Any]) -> None:
    document = tomlkit.parse(tomlkit.dumps(content))
    migrate(document, STEPS_FOR_TEST)
    assert tomllib.loads(tomlkit.dumps(document)) == migrated(content)
    once = dict(content)
    assert migrated(content) == once  # a second time changes nothing


@pytest.mark.parametrize("head", ["", "version = 1\n"])
def test_an_old_file_is_read_as_it_is_and_brought_up_to_date_when_something_is_saved(
    head: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings_file, "migrate", lambda content: migrate(content, STEPS_FOR_TEST))
    monkeypatch.setattr(settings_file, "VERSION", 3)
    file = tmp_path / "settings.toml"
    text = f"{head}# mine\n[voice]\nspeed = 150 # quick\n[speech]\nvolume = 0.5\n"
    file.write_text(text)
    made = SettingsStore(file, {})
    assert (made.current.speech.rate, made.current.speech.volume, made.problems) == (1.5, 0.5, [])
    assert file.read_text() == text
    made.set("vad.onset", 0.2)
    saved = file.read_text()
    assert "# mine" in saved
    assert "rate = 1.5 # quick" in saved
    assert tomllib.loads(saved) == {
        "version": 3,
        "speech": {"volume": 0.5, "rate": 1.5},
        "vad": {"onset": 0.2},
    }
    assert (tmp_path / "settings.version-1.toml").read_text() == text
    made.set("vad.onset", 0.3)
    assert len(list(tmp_path.glob("*.toml"))) == 2


def test_a_newer_file_is_kept_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text("version = 99\n[speech]\nrate = 1.5\nfuture = 1\n")
    made = SettingsStore(file, {})
    assert "newer Parley" in made.problems[0]
    made.set("speech.rate", 0.5)
    assert file.read_text() == "version = 99\n[speech]\nrate = 0.5\nfuture = 1\n"

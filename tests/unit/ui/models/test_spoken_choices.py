"""Which spoken languages are offered: those of the model that will be used."""

import json
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.engine.text.languages import CODES, language_name
from desktop.settings.declaration import Settings
from desktop.settings.values import changed
from desktop.system import paths
from desktop.system.paths import RESOURCES
from desktop.ui.models import installed_choices
from desktop.ui.models.spoken_choices import any_words, known_languages, narrowed, spoken_choices

codes = st.sampled_from(CODES)


@given(known=st.sets(codes), detected=st.lists(codes, unique=True), chosen=st.one_of(st.just("auto"), codes))
def test_every_language_is_there_once_and_what_is_chosen_always(
    known: set[str], detected: list[str], chosen: str
) -> None:
    values = [choice.value for choice in spoken_choices(known, detected, chosen)]
    assert len(values) == len(set(values))
    assert chosen in values
    assert set(values) - {"auto"} == known | ({chosen} - {"auto"})
    assert ("auto" in values) == (len(detected) != 1 or chosen == "auto")
    names = [language_name(value) for value in values if value != "auto"]
    assert names == sorted(names)


@given(detected=st.lists(codes, unique=True, min_size=1, max_size=8))
def test_few_languages_are_named_many_are_not(detected: list[str]) -> None:
    words = any_words(detected)
    if len({language_name(code) for code in detected}) > 3:
        assert words == "Any language"
    else:
        assert all(language_name(code) in words for code in detected)


def test_what_any_language_is_called() -> None:
    assert any_words(()) == "Any language"
    assert any_words(("en",)) == "English only"
    assert any_words(("es", "en")) == "English or Spanish"
    assert any_words(("es", "en", "de")) == "English, German or Spanish"


@given(known=st.lists(codes, unique=True), wanted=st.lists(codes, unique=True))
def test_detection_is_narrowed_to_what_is_wanted_and_known(known: list[str], wanted: list[str]) -> None:
    both = [code for code in known if code in wanted]
    assert list(narrowed(known, wanted)) == (both or known)


# With models on the disk.


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty models directory."""
    place = tmp_path / "models"
    monkeypatch.setattr(paths, "models_dir", lambda: place)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("HF_HOME", str(tmp_path / "huggingface"))
    monkeypatch.delenv("HF_HUB_CACHE", raising=False)
    monkeypatch.setenv("ARGOS_PACKAGES_DIR", str(tmp_path / "argos-packages"))
    return place


def whisper(home: Path, name: str, languages: tuple[str, ...]) -> None:
    """The starter's network as if it were a real model of that name, which says that it knows these languages."""
    place = home / "whisper" / name
    shutil.copytree(RESOURCES / "starter" / "whisper", place)
    about = {"name": f"Whisper {name}", "languages": languages}
    (place / "parley.json").write_text(json.dumps(about), encoding="utf-8")


def with_values(**values: object) -> Settings:
    return changed(Settings(), {key.replace("__", "."): value for key, value in values.items()})


def test_the_languages_are_those_of_the_model_that_is_named(home: Path) -> None:
    whisper(home, "wide", ("en", "de", "fr"))
    whisper(home, "narrow", ("en",))
    named = with_values(recognition__model="narrow").recognition
    assert known_languages(named) == (("en",), ("en",))
    assert set(known_languages(Settings().recognition)[0]) == {"en", "de", "fr"}


def test_a_language_of_another_model_is_offered_where_the_choice_is_automatic(home: Path) -> None:
    whisper(home, "one", ("en", "de", "fr"))
    whisper(home, "two", ("en", "it"))
    known, detected = known_languages(Settings().recognition)
    assert set(known) == {"en", "de", "fr", "it"}  # Italian would be recognised by the other one
    assert set(detected) == {"en", "de", "fr"}


def test_the_starters_languages_do_not_count_beside_a_real_model(home: Path) -> None:
    assert set(known_languages(Settings().recognition)[0]) == {"en", "es"}
    whisper(home, "narrow", ("en",))
    assert known_languages(Settings().recognition) == (("en",), ("en",))


def test_basic_english_knows_english(home: Path) -> None:
    assert known_languages(with_values(recognition__backend="pocketsphinx").recognition) == (("en",), ("en",))


def test_the_window_says_whether_there_is_only_a_phrasebook(home: Path) -> None:
    assert installed_choices.find(Settings()).is_phrasebook
    assert not installed_choices.find(with_values(recognition__model="starter")).is_phrasebook
    assert not installed_choices.find(with_values(recognition__backend="pocketsphinx")).is_phrasebook
    whisper(home, "wide", ("en", "de", "fr"))
    assert not installed_choices.find(Settings()).is_phrasebook


def test_a_starter_model_is_in_no_list_beside_a_real_one_unless_it_is_chosen(home: Path) -> None:
    whisper(home, "wide", ("en", "de", "fr"))
    found = installed_choices.find(Settings())
    assert [choice.value for choice in found.models] == ["", "wide"]
    assert found.preset_models == ("wide",)
    named = installed_choices.find(with_values(recognition__model="starter"))
    assert [choice.label for choice in named.models][-1] == "Starter (phrasebook)"


def test_presets_may_take_what_knows_the_language(home: Path) -> None:
    whisper(home, "wide", ("en", "de", "fr"))
    whisper(home, "narrow", ("en",))
    assert set(installed_choices.find(with_values(recognition__language="en")).preset_models) == {"wide", "narrow"}
    assert installed_choices.find(with_values(recognition__language="de")).preset_models == ("wide",)
    assert installed_choices.find(with_values(recognition__language="it")).preset_models == ()

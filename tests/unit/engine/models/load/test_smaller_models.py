"""Which models stand in for one that is too slow, on real model directories and by their descriptions."""

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.bench.make_model import BASE, TINY, make_whisper
from desktop.engine.models.installed import InstalledModel, installed
from desktop.engine.models.load.smaller_models import chain, models_to_use
from desktop.settings.declaration import RecognitionSettings


def model(name: str, size: int, languages: tuple[str, ...] = ("en", "es"), *, starter: bool = False) -> InstalledModel:
    return InstalledModel("whisper", name, f"Whisper {name}", Path(name), languages, size, starter)


SMALL, BASE_, TINY_ = model("small", 480), model("base", 145), model("tiny", 75)


def names(models: tuple[InstalledModel, ...]) -> list[str]:
    return [one.name for one in models]


def test_each_is_smaller_than_the_one_before() -> None:
    assert names(chain(SMALL, (TINY_, SMALL, BASE_, model("small-int8", 460)), ("en",))) == ["small", "base", "tiny"]
    assert names(chain(TINY_, (TINY_, SMALL, BASE_), ("en",))) == ["tiny"]


def test_a_stand_in_knows_every_language_that_may_be_spoken() -> None:
    english = model("base.en", 145, ("en",))
    assert names(chain(SMALL, (english, TINY_), ("en", "es"))) == ["small", "tiny"]
    assert names(chain(SMALL, (english, TINY_), ("en",))) == ["small", "base.en", "tiny"]


def test_what_the_chosen_model_does_not_know_is_not_asked_of_the_others() -> None:
    english = model("small.en", 480, ("en",))
    assert names(chain(english, (model("tiny.en", 75, ("en",)),), ("en", "es"))) == ["small.en", "tiny.en"]


def test_a_phrasebook_stands_in_for_no_real_model() -> None:
    assert names(chain(SMALL, (model("starter", 20, starter=True),), ("en",))) == ["small"]


@given(st.lists(st.integers(1, 1000), max_size=8), st.integers(1, 1000))
def test_a_chain_begins_with_the_chosen_one_and_shrinks(sizes: list[int], chosen: int) -> None:
    found = chain(model("chosen", chosen), [model(f"m{n}", size) for n, size in enumerate(sizes)], ("en",))
    assert found[0].name == "chosen"
    for larger, smaller in pairwise(found):
        assert smaller.size_bytes <= 0.7 * larger.size_bytes


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("desktop.system.paths.models_dir", lambda: tmp_path)
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hub"))
    make_whisper(tmp_path / "whisper" / "base", BASE)
    make_whisper(tmp_path / "whisper" / "tiny", TINY)
    return tmp_path / "whisper"


def test_the_models_on_the_disk(made: Path) -> None:
    assert names(installed("whisper"))[:2] == ["base", "tiny"]
    assert names(models_to_use(RecognitionSettings())) == ["base", "tiny"]
    assert names(models_to_use(RecognitionSettings(model="base"))) == ["base", "tiny"]
    assert names(models_to_use(RecognitionSettings(model=str(made / "base")))) == ["base", "tiny"]
    assert names(models_to_use(RecognitionSettings(model="tiny"))) == ["tiny"]
    assert names(models_to_use(RecognitionSettings(may_lower_model=False))) == ["base"]
    assert models_to_use(RecognitionSettings(model="large-v3")) == ()
    assert models_to_use(RecognitionSettings(backend="pocketsphinx")) == ()

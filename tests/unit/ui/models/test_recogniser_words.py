"""Sizes of models in a user's words."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from desktop.engine.models.catalogue import Entry, load
from desktop.engine.models.installed import InstalledModel
from desktop.engine.models.speed.speed_class import SpeedClass
from desktop.engine.text.languages import CODES, language_name
from desktop.ui.models.recogniser_sizes import here_words, recognisers_of, understood_words

ENTRIES = load().entries


def model(name: str, languages: tuple[str, ...], *, starter: bool = False) -> InstalledModel:
    return InstalledModel("whisper", name, f"Whisper {name}", Path(name), languages, 10, starter)


def unknown(_: Entry) -> SpeedClass:
    return SpeedClass.UNKNOWN


@given(
    source=st.sampled_from(("auto", *CODES)),
    fast=st.booleans(),
    here=st.sets(st.sampled_from([one.id for one in ENTRIES if one.kind == "whisper"])),
)
def test_every_size_that_is_shown_understands_what_is_spoken(source: str, fast: bool, here: set[str]) -> None:
    installed = [model(name, ("en",)) for name in here]
    found = recognisers_of(ENTRIES, installed, source, unknown, fast=fast)
    assert 1 <= len(found) <= 3
    for one in found:
        assert source in one.entry.languages or (source == "auto" and len(one.entry.languages) > 1)
        assert one.is_installed == (one.entry.id in here)
    sizes = [one.entry.size_bytes or 0 for one in found]
    assert sizes == sorted(sizes)


def test_a_slow_computer_is_shown_smaller_sizes() -> None:
    fast = [one.entry.id for one in recognisers_of(ENTRIES, (), "es", unknown, fast=True)]
    slow = [one.entry.id for one in recognisers_of(ENTRIES, (), "es", unknown, fast=False)]
    assert fast == ["base", "small", "large-v3-turbo"]
    assert slow == ["tiny", "base", "small"]


def test_the_words_say_how_it_does_here_once_that_is_measured() -> None:
    (one,) = recognisers_of(
        [entry for entry in ENTRIES if entry.id == "small"], (), "es", lambda _: SpeedClass.SLOWER, fast=True
    )
    assert one.meaning == ("More accurate, at three times the work of base. Too slow for live speech here.")
    said = [here_words(speed) for speed in SpeedClass]
    assert here_words(SpeedClass.UNKNOWN) == ""
    assert len(set(said)) == len(said)


def test_a_starter_model_counts_as_no_installed_size() -> None:
    found = recognisers_of(ENTRIES, [model("base", ("en",), starter=True)], "en", unknown, fast=True)
    assert not any(one.is_installed for one in found)


def test_what_is_installed_is_said_with_what_it_understands() -> None:
    def words(one: InstalledModel | None, source: str) -> str:
        return understood_words(one, source, language_name)

    base, english = model("base", CODES), model("tiny.en", ("en",))
    assert words(base, "es") == "Whisper base is installed and understands Spanish."
    assert understood_words(base, "es", language_name, translates=True) == (
        "Whisper base is installed, understands Spanish and translates it into English."
    )
    assert words(base, "auto") == f"Whisper base is installed and understands {len(CODES)} languages."
    assert words(english, "es") == "Whisper tiny.en is installed and does not understand Spanish."
    assert words(english, "auto") == "Whisper tiny.en is installed and understands English only."
    assert words(model("starter", ("en", "es"), starter=True), "en") == ""
    assert words(None, "en") == ""

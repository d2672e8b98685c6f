"""Which installed model is used and offered: real before starter, what knows the language, what keeps up."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from desktop.engine.models.choice import best, real_first
from desktop.engine.models.installed import InstalledModel, Kind
from desktop.engine.text.languages import CODES


def model(
    name: str, languages: tuple[str, ...] = CODES, size: int = 100, *, starter: bool = False, kind: Kind = "whisper"
) -> InstalledModel:
    return InstalledModel(kind, name, name, Path(name), languages, size, starter)


STARTER = model("starter", ("en", "es"), 20, starter=True)
TINY_EN = model("tiny.en", ("en",), 78)
BASE = model("base", size=150)
SMALL = model("small", size=480)


def chosen(*candidates: InstalledModel, spoken: tuple[str, ...] = (), slow: tuple[str, ...] = ()) -> str:
    found = best(candidates, spoken, lambda one: one.size_bytes / 100 if one.name in slow else None)
    return found.name if found is not None else ""


def test_a_real_model_comes_before_the_starter() -> None:
    assert chosen(STARTER, TINY_EN) == "tiny.en"
    assert chosen(STARTER, TINY_EN, spoken=("es",)) == "tiny.en"  # it says that it does not know Spanish
    assert chosen(STARTER) == "starter"
    assert chosen() == ""


def test_it_knows_what_is_spoken() -> None:
    assert chosen(TINY_EN, BASE, spoken=("fr",)) == "base"
    assert chosen(TINY_EN, BASE, spoken=("en", "fr")) == "base"
    assert chosen(TINY_EN, BASE) == "base"  # any language
    assert chosen(TINY_EN, BASE, spoken=("en",)) == "tiny.en"  # the order of the candidates counts


def test_it_keeps_up_with_speech_here() -> None:
    assert chosen(SMALL, BASE, TINY_EN, slow=("small",)) == "base"
    assert chosen(SMALL, BASE, TINY_EN, spoken=("en",), slow=("small", "base")) == "tiny.en"
    assert chosen(SMALL, BASE, slow=("small", "base")) == "base"  # none does: the cheapest


@given(
    st.lists(
        st.tuples(st.sets(st.sampled_from(["en", "es", "fr"]), min_size=1), st.booleans(), st.floats(0, 3) | st.none()),
        max_size=6,
    ),
    st.sets(st.sampled_from(["en", "es", "fr"])),
)
def test_whatever_is_installed(kinds: list[tuple[set[str], bool, float | None]], spoken: set[str]) -> None:
    found = [
        model(str(number), tuple(sorted(languages)), starter=starter)
        for number, (languages, starter, _) in enumerate(kinds)
    ]
    costs = {str(number): cost for number, (_, _, cost) in enumerate(kinds)}
    one = best(found, tuple(spoken), lambda model: costs[model.name])
    assert (one is None) == (not found)
    if one is None:
        return
    real = [other for other in found if not other.is_starter]
    assert one.is_starter == (not real)
    for other in real or found:
        known, others = len(spoken & set(one.languages)), len(spoken & set(other.languages))
        assert known >= others


def test_starter_models_are_offered_only_where_there_is_nothing_real() -> None:
    assert real_first([BASE, STARTER]) == (BASE,)
    assert real_first([STARTER]) == (STARTER,)
    joe = model("joe", ("en",), kind="voice")
    tiny, tina = (model(name, (code,), starter=True, kind="voice") for name, code in (("tiny", "en"), ("tina", "es")))
    assert real_first([joe, tiny, tina]) == (joe, tina)
    there, back = (model(str(pair), pair, starter=True, kind="argos") for pair in (("en", "es"), ("es", "en")))
    real = model("en-es", ("en", "es"), kind="argos")
    assert real_first([real, there, back]) == (real, back)

"""Which language an utterance is in: decided once, and not changed without need."""

from hypothesis import given
from hypothesis import strategies as st

from desktop.engine.options import SessionOptions
from desktop.engine.recognition.spoken_language import SpokenLanguage

AUTO = SessionOptions(language="auto", languages=("en", "es", "de"))


def after(language: str) -> SpokenLanguage:
    """The utterance before was in that language."""
    spoken = SpokenLanguage(AUTO)
    spoken.choose(language, 1.0, 4.0, True)
    spoken.begin()
    return spoken


def test_a_language_that_is_set_is_never_in_doubt() -> None:
    spoken = SpokenLanguage(SessionOptions(language="de"))
    assert (spoken.is_decided, spoken.fixed, spoken.current, spoken.candidates) == (True, "de", "de", ("de",))
    spoken.begin()
    assert spoken.fixed == "de"


def test_one_language_to_choose_from_is_set() -> None:
    assert SpokenLanguage(SessionOptions(language="auto", languages=("es",))).fixed == "es"


def test_the_decision_waits_for_enough_speech() -> None:
    spoken = SpokenLanguage(AUTO)
    assert spoken.choose("es", 0.99, 0.7, False) == "es"
    assert not spoken.is_decided
    assert spoken.choose("es", 0.99, 1.0, False) == "es"
    assert not spoken.is_decided
    spoken.choose("es", 0.99, 1.6, False)
    assert spoken.fixed == "es"


def test_staying_is_decided_sooner_than_changing() -> None:
    same, other = after("es"), after("es")
    same.choose("es", 0.95, 1.35, False)
    other.choose("en", 0.95, 1.35, False)
    assert same.fixed == "es"
    assert not other.is_decided
    other.choose("en", 0.95, 1.6, False)
    assert other.fixed == "en"


def test_an_unsure_guess_does_not_change_what_is_shown() -> None:
    spoken = after("es")
    assert spoken.choose("en", 0.6, 1.0, False) == "es"
    assert not spoken.is_decided


def test_two_guesses_that_differ_decide_nothing() -> None:
    spoken = SpokenLanguage(AUTO)
    spoken.choose("es", 0.95, 1.6, False)
    spoken.choose("en", 0.95, 1.9, False)
    assert not spoken.is_decided
    spoken.choose("en", 0.95, 2.2, False)
    assert spoken.fixed == "en"


def test_time_and_the_end_decide() -> None:
    late, ended = SpokenLanguage(AUTO), SpokenLanguage(AUTO)
    late.choose("de", 0.4, 3.1, False)
    ended.choose("de", 0.4, 0.8, True)
    assert late.fixed == ended.fixed == "de"


def test_a_change_has_a_rival_that_may_overrule_it() -> None:
    spoken = after("es")
    assert spoken.rival is None
    spoken.choose("en", 0.95, 1.6, False)
    spoken.choose("en", 0.95, 1.9, False)
    assert spoken.rival == "es"
    spoken.overrule("es")
    assert (spoken.fixed, spoken.rival) == ("es", None)


DETECTIONS = st.lists(
    st.tuples(st.sampled_from(["en", "es", "de"]), st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=12
)


@given(DETECTIONS, st.sampled_from([None, "en", "es"]))
def test_once_decided_it_stays(detections: list[tuple[str, float, float]], before: str | None) -> None:
    spoken = after(before) if before else SpokenLanguage(AUTO)
    seconds, decided = 0.5, None
    for language, probability, more in detections:
        seconds += more
        if spoken.is_decided:  # who asks, asks no more
            break
        spoken.choose(language, probability, seconds, False)
        assert spoken.current in AUTO.languages
        decided = spoken.fixed
    assert spoken.fixed == decided
    assert (seconds < 3.0) or spoken.is_decided

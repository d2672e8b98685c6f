"""Which results can stand."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.engine.events import SAMPLE_RATE, Word
from desktop.engine.recognition.whisper import result_checks


@pytest.mark.parametrize(
    ("tokens", "kept"),
    [
        ([], []),
        ([1, 2, 3], [1, 2, 3]),
        ([4] * 6, [4] * 6),
        ([4] * 7, [4]),
        ([9, *[4] * 20, 5], [9, 4, 5]),
        ([1, 2] * 4, [1, 2] * 4),
        ([1, 2] * 5, [1, 2]),
        ([7, *[1, 2, 3] * 4], [7, 1, 2, 3]),
        ([1, 2, 3] * 3, [1, 2, 3] * 3),
    ],
)
def test_loops(tokens: list[int], kept: list[int]) -> None:
    assert result_checks.without_loops(tokens) == kept


@given(st.lists(st.integers(0, 3), max_size=60))
def test_without_loops_only_repeats_go(tokens: list[int]) -> None:
    kept = result_checks.without_loops(tokens)
    rest = iter(tokens)
    assert all(token in rest for token in kept)
    assert set(kept) == set(tokens)


def spoken(text: str, pace: float) -> list[Word]:
    return [Word(word, pace * n, pace * (n + 1), 0.9) for n, word in enumerate(text.split())]


NUMBER = "My number is 7 7 7 7 7 7 7 7 please call me"
LOUD = (0.1 * np.random.default_rng(2).standard_normal(10 * SAMPLE_RATE)).astype(np.float32)


def test_what_people_repeat_stays_and_what_comes_behind_it_always() -> None:
    assert list(result_checks.without_repeats(spoken(NUMBER, 0.3), LOUD)) == spoken(NUMBER, 0.3)
    for words, samples in ((spoken(NUMBER, 0.05), LOUD), (spoken(NUMBER, 0.3), 0 * LOUD)):
        kept = [word.text for word in result_checks.without_repeats(words, samples)]
        assert kept == ["My", "number", "is", "7", "please", "call", "me"]
    one = "la la la la la la so do so do so do so do end"
    assert [word.text for word in result_checks.without_repeats(spoken(one, 0.01), LOUD)] == ["la", "so", "do", "end"]
    assert result_checks.without_repeats((), LOUD) == ()


def test_what_is_trusted() -> None:
    text, tokens = "I will go to the school.", list(range(7))
    assert result_checks.is_trusted(text, tokens, -0.2, 30)
    assert not result_checks.is_trusted(text, tokens, -1.2, 30)
    assert not result_checks.is_trusted(text, tokens, -0.2, 7)
    assert not result_checks.is_trusted("and so " * 40, list(range(90)), -0.2, 100)
    assert not result_checks.is_trusted("no no no no no no no", [5] * 7, -0.2, 100)


def test_no_speech_needs_doubt_about_the_words() -> None:
    assert result_checks.is_no_speech(0.9, -1.5)
    assert not result_checks.is_no_speech(0.9, -0.2)
    assert not result_checks.is_no_speech(0.1, -1.5)


def test_a_prompt_is_doubted_earlier_for_a_final() -> None:
    assert result_checks.may_be_confused(-0.6, trusted=True, is_final=True)
    assert not result_checks.may_be_confused(-0.6, trusted=True, is_final=False)
    assert result_checks.may_be_confused(-0.1, trusted=False, is_final=False)


def test_as_many_tokens_as_can_be_spoken() -> None:
    assert result_checks.most_tokens(0, "en") == 8
    assert result_checks.most_tokens(3 * SAMPLE_RATE, "es") == 32


def test_repetition_compresses() -> None:
    assert result_checks.compression_ratio("") == 0.0
    assert result_checks.compression_ratio("I will go to the school.") < 1.5
    assert result_checks.compression_ratio("and so on " * 20) > 2.4


def test_silence_is_told_by_its_loudest_tenth_of_a_second() -> None:
    audio = np.zeros(3 * SAMPLE_RATE, np.float32)
    assert result_checks.is_silent(audio)
    assert result_checks.is_silent(audio[:0])
    audio[20_000:20_800] = 0.01
    assert not result_checks.is_silent(audio)
    assert not result_checks.is_silent(np.full(50, 0.01, np.float32))


def timed(text: str, pace: float, begin: float = 0.0) -> tuple[Word, ...]:
    """The words of a text, so many seconds each."""
    return tuple(Word(word, begin + pace * at, begin + pace * (at + 1), 0.9) for at, word in enumerate(text.split()))


SENTENCE = "Por favor, ingrese su número de agente."


@pytest.mark.parametrize(
    ("again", "pace", "kept"),
    [
        ("por favor ingrese su número de agente", 0.0, False),
        ("por favor ingrese su número de agente", 0.02, False),
        ("por favor ingrese su número de agente", 0.3, True),  # somebody does say it twice
        ("Por favor, ingrese", 0.0, False),  # cut off while it came again
        ("y espere por favor", 0.0, True),  # something else, whose alignment ran out
    ],
)
def test_a_sentence_that_takes_no_time_is_not_written_twice(again: str, pace: float, kept: bool) -> None:
    once = timed(SENTENCE, 0.3)
    words = once + timed(again, pace, once[-1].end)
    assert result_checks.without_echo(words) == (words if kept else once)


def spread(text: str, times: Sequence[float]) -> tuple[Word, ...]:
    """The words of a text, each from the end of the one before up to its time."""
    ends = (0.0, *times)
    return tuple(Word(word, ends[at], ends[at + 1], 0.9) for at, word in enumerate(text.split()))


def test_a_sentence_written_twice_over_the_sound_of_one_is_written_once() -> None:
    """Times as Whisper base gave them for one Italian sentence of 3.9 s."""
    sentence = "Prego digitare la nuova password seguita dal tasto cancelletto."
    times = [0.68, 1.18, 1.34, 1.58, 1.96, 2.68, *[2.76] * 9, 2.76, 2.78, 3.18, 3.88]
    found = result_checks.without_echo(spread(f"{sentence} {sentence}", times[:18]))
    assert " ".join(word.text for word in found) == sentence
    for before, after in pairwise(found):
        assert before.end <= after.start + 1e-9


def test_what_comes_behind_a_doubled_sentence_stays() -> None:
    words = timed(SENTENCE, 0.3) + timed(SENTENCE, 0.01, 2.1)
    rest = timed("Gracias por llamar.", 0.3, 2.2)
    found = result_checks.without_echo(words + rest)
    assert " ".join(word.text for word in found) == f"{SENTENCE} Gracias por llamar."


@given(st.lists(st.sampled_from(["uno", "dos", "tres"]), max_size=8), st.integers(0, 3), st.floats(0.07, 0.5))
def test_what_has_its_time_stays(said: list[str], times: int, pace: float) -> None:
    words = timed(" ".join(said * (times + 1)), pace)
    assert result_checks.without_echo(words) == words


@given(
    st.lists(st.tuples(st.sampled_from(["uno", "dos", "tres"]), st.sampled_from([0.0, 0.02, 0.3])), max_size=14),
)
def test_no_word_is_lost_for_good_and_times_never_run_backwards(said: list[tuple[str, float]]) -> None:
    ends, now = [], 0.0
    for _, seconds in said:
        now += seconds
        ends.append(now)
    words = spread(" ".join(word for word, _ in said), ends)
    found = result_checks.without_echo(words)
    assert {word.text for word in found} == {word.text for word in words}
    for before, after in pairwise(found):
        assert before.end <= after.start + 1e-9
    assert result_checks.without_echo(found) == found


SENTENCES = {
    "bn": ("আমি প্রতিদিন সকালে ঘুম থেকে উঠে বাজারে যাই এবং সেখানে মাছ আর সবজি কিনি", 136, 4.5),
    "ka": ("მე ყოველდღე დილით ვდგები და მივდივარ ბაზარში სადაც ვყიდულობ ხილს და ბოსტნეულს", 191, 4.5),
    "am": ("እኔ በየቀኑ ጠዋት ተነስቼ ወደ ገበያ ሄጄ አትክልትና ፍራፍሬ እገዛለሁ", 104, 3.5),
    "te": ("నేను ప్రతిరోజూ ఉదయం లేచి మార్కెట్‌కు వెళ్లి కూరగాయలు కొంటాను", 113, 3.5),
    "ta": ("நான் தினமும் காலையில் எழுந்து சந்தைக்குச் சென்று காய்கறிகள் வாங்குவேன்", 62, 3.5),
    "hi": ("मैं हर दिन सुबह उठकर बाज़ार जाता हूँ और वहाँ से सब्ज़ियाँ और फल खरीदता हूँ", 83, 3.5),
    "ru": ("Каждое утро я встаю и иду на рынок, где покупаю овощи и фрукты для всей семьи", 32, 3.5),
}
"""a sentence, its tokens in Whisper's vocabulary, and the seconds in which somebody in a hurry says it"""


@pytest.mark.parametrize("language", SENTENCES)
def test_what_is_said_in_any_script_fits_and_is_no_loop(language: str) -> None:
    text, tokens, seconds = SENTENCES[language]
    assert tokens < result_checks.most_tokens(round(seconds * SAMPLE_RATE), language)
    assert result_checks.is_trusted(text * 2, range(tokens), -0.3, tokens + 1)
    assert not result_checks.is_trusted(text[:20] * 20, range(tokens), -0.3, tokens + 1)


def test_a_window_is_full_where_whisper_writes_no_more() -> None:
    text = SENTENCES["bn"][0]
    assert result_checks.is_full(text, range(224), -0.3)
    assert not result_checks.is_full(text, range(223), -0.3)
    assert not result_checks.is_full(text, [7] * 224, -0.3)
    assert not result_checks.is_full(text, range(224), -1.3)

"""What an engine has said of an utterance, over several connections."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from desktop.engine.events import Word
from desktop.engine.recognition.backends.cloud.heard import Answer, Heard, rest_after, spread
from desktop.engine.recognition.backends.cloud.realtime import Turn

WORDS = st.lists(st.sampled_from(["the", "house", "is", "big", "near", "a", "beach"]), min_size=1, max_size=30)


def words(texts: list[str], start: float = 0.0) -> tuple[Word, ...]:
    """One each second."""
    return tuple(Word(text, start + n, start + n + 0.8, 0.9) for n, text in enumerate(texts))


def texts(heard: Heard, seconds: float = 100.0) -> list[str]:
    return [word.text for word in heard.result(seconds, is_last=False).words]


@given(WORDS, st.data())
def test_what_is_settled_stays_and_what_is_open_is_replaced(said: list[str], data: st.DataObject) -> None:
    heard = Heard("en")
    heard.connect()
    settled = 0
    for _ in range(4):
        count = data.draw(st.integers(0, len(said) - settled))
        is_open = data.draw(st.integers(0, len(said) - settled - count))
        until = float(settled + count) if count else None
        answer = Answer(words(said[settled : settled + count], settled), words(said[:is_open], settled + count), until)
        heard.take(answer)
        settled += count
        result = heard.result(float(len(said)), is_last=False)
        assert [word.text for word in result.words[: result.committed]] == said[:settled]
        assert len(result.words) == settled + is_open
        assert heard.covered == settled


@given(WORDS, st.data())
def test_a_connection_that_is_lost_loses_and_doubles_nothing(said: list[str], data: st.DataObject) -> None:
    """The next one hears all that no final covered, and what was said of it again."""
    heard = Heard("en")
    settled = 0
    for _ in range(3):
        begin = heard.connect()
        assert begin == settled
        more = data.draw(st.integers(0, len(said) - settled))
        still_open = data.draw(st.integers(0, len(said) - settled - more))
        if more:
            placed = words(said[settled : settled + more])
            heard.take(Answer(placed, words(said[settled + more : settled + more + still_open], more), float(more)))
            settled += more
    heard.connect()
    heard.take(Answer(words(said[settled:]), (), float(len(said) - settled)))
    heard.done(float(len(said)))
    result = heard.result(float(len(said)), is_last=True)
    assert [word.text for word in result.words] == said
    assert result.committed == len(said)
    assert heard.is_settled


NUMBERS = st.integers(1, 20).map(lambda count: [f"w{n}" for n in range(count)])


@given(NUMBERS, st.data())
def test_words_that_were_settled_before_their_sound_was_are_not_said_twice(
    said: list[str], data: st.DataObject
) -> None:
    heard = Heard("en")
    heard.connect()
    early = data.draw(st.integers(0, len(said)))
    heard.take(Answer(words(said[:early])))
    assert heard.connect() == 0.0
    at = 0
    while at < len(said):
        count = data.draw(st.integers(1, len(said) - at))
        heard.take(Answer(words(said[at : at + count], at)))
        at += count
        shown = texts(heard)
        assert shown == said[: max(early, at)]
    heard.take(Answer((), (), float(len(said))))
    assert texts(heard) == said


@given(WORDS, st.floats(0, 50), st.floats(0, 50))
def test_words_without_times_are_spread_in_order(said: list[str], start: float, length: float) -> None:
    placed = spread(" ".join(said), start, start + length, "en")
    assert [word.text for word in placed] == said
    assert all(one.end <= other.start + 1e-6 for one, other in pairwise(placed))
    assert placed[0].start == start
    assert abs(placed[-1].end - (start + length)) < 1e-6


def test_a_language_without_spaces_is_one_piece() -> None:
    assert [word.text for word in spread("你好世界", 0, 1, "zh")] == ["你好世界"]
    assert spread("  ", 0, 1, "zh") == spread("", 0, 1, "en") == ()


@given(WORDS, st.integers(0, 30))
def test_the_rest_of_the_same_words_begins_behind_them(said: list[str], count: int) -> None:
    assert rest_after(said[:count], said) == min(count, len(said))


def test_a_transcript_that_corrects_itself_says_nothing_twice() -> None:
    assert rest_after(["the", "hose", "is"], ["The", "house", "is", "big"]) == 3
    assert rest_after(["for", "two"], ["42", "and", "more"]) == 2
    assert rest_after([], ["a"]) == 0
    assert rest_after(["a"], []) == 0


@given(NUMBERS, st.lists(st.integers(1, 6)))
def test_deltas_and_the_transcript_give_each_word_once(said: list[str], cuts: list[int]) -> None:
    turn, heard = Turn("en"), Heard("en")
    heard.connect()
    text = " ".join(said)
    at, seconds = 0, 0.0
    for cut in cuts:
        seconds += 0.5
        heard.take(turn.grown(text[at : at + cut], seconds))
        at += cut
        result = heard.result(seconds, is_last=False)
        assert [word.text for word in result.words[: result.committed]] == said[: result.committed]
    heard.take(turn.completed(text, seconds + 1))
    assert texts(heard) == said
    assert heard.is_settled
    assert heard.covered == seconds + 1


@given(WORDS, st.floats(0.1, 60))
def test_no_word_is_outside_the_sound(said: list[str], seconds: float) -> None:
    heard = Heard("en")
    heard.connect()
    heard.take(Answer(words(said), (), 0.0))
    result = heard.result(seconds, is_last=True)
    assert all(0 <= word.start <= word.end <= seconds for word in result.words)
    starts = [word.start for word in result.words]
    assert starts == sorted(starts)


def test_an_utterance_over_three_connections() -> None:
    heard = Heard("en")
    assert heard.connect() == 0.0
    heard.take(Answer((), words(["the"])))
    heard.take(Answer())  # a sign of life
    assert texts(heard) == ["the"]
    assert not heard.is_settled
    heard.take(Answer(words(["the", "house"]), words(["is"], 2), 2.0, "nl"))
    assert heard.language == "nl"
    assert heard.connect() == 2.0  # the connection broke: what was open stays until it is heard again
    assert texts(heard) == ["the", "house", "is"]
    heard.take(Answer(words(["is", "big"]), words(["so"], 2)))  # settled, but not its sound
    assert heard.connect() == 2.0
    heard.take(Answer(words(["is"]), words(["big"], 1)))
    assert texts(heard) == ["the", "house", "is", "big"], "heard again, and said once"
    heard.take(Answer(words(["big", "so", "we"], 1), (), 4.0))
    heard.done(7.0)
    result = heard.result(7.0, is_last=True)
    assert [word.text for word in result.words] == ["the", "house", "is", "big", "so", "we"]
    assert result.committed == 6
    assert heard.covered == 7.0


def test_words_are_spread_by_their_length() -> None:
    placed = spread("a house", 1.0, 2.2, "en", 0.5)
    assert [(word.text, round(word.start, 2), round(word.end, 2)) for word in placed] == [
        ("a", 1.0, 1.2),
        ("house", 1.2, 2.2),
    ]

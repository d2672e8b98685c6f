"""LocalAgreement-2, as the paper has it."""

from hypothesis import given
from hypothesis import strategies as st

from desktop.bench.peers.local_agreement import PROMPT_LENGTH, LocalAgreement, TimedWord


def words(text: str, start: float = 0.0) -> list[TimedWord]:
    """Half a second each."""
    return [
        TimedWord(start + index / 2, start + index / 2 + 0.5, f" {word}") for index, word in enumerate(text.split())
    ]


def said(policy: LocalAgreement) -> str:
    return "".join(word.text for word in policy.committed).strip()


def test_nothing_is_committed_at_first_sight() -> None:
    policy = LocalAgreement()
    policy.update(words("one two three"))
    assert said(policy) == ""
    assert [word.text for word in policy.unconfirmed] == [" one", " two", " three"]


def test_what_two_hypotheses_agree_on_is_committed() -> None:
    policy = LocalAgreement()
    policy.update(words("one two tree"))
    policy.update(words("one two three four"))
    assert said(policy) == "one two"
    policy.update(words("one two three four five"))
    assert said(policy) == "one two three four"


def test_punctuation_counts() -> None:
    policy = LocalAgreement()
    policy.update(words("one two."))
    policy.update(words("one two three"))
    assert said(policy) == "one"


def test_committed_words_that_are_heard_again_are_not_said_twice() -> None:
    policy = LocalAgreement()
    policy.update(words("one two three"))
    policy.update(words("one two three four"))
    # Whisper's times are rough: "three" seems to begin where it ended before.
    moved = [TimedWord(1.45, 1.7, " three"), TimedWord(1.7, 2.0, " four"), TimedWord(2.0, 2.5, " five")]
    policy.update(moved)
    assert said(policy) == "one two three four"
    assert [word.text for word in policy.unconfirmed] == [" five"]


def test_the_end_commits_the_rest() -> None:
    policy = LocalAgreement()
    policy.update(words("one two"))
    policy.finish()
    assert said(policy) == "one two"
    assert policy.unconfirmed == ()


def test_the_buffer_is_cut_after_the_last_whole_committed_segment() -> None:
    policy = LocalAgreement()
    text = " ".join(f"w{index}" for index in range(34))
    policy.update(words(text))
    policy.update(words(f"{text} tail"))
    policy.trim((5.0, 10.0, 17.5), 16.0)
    assert policy.buffer_start == 10.0
    assert policy.prompt().split() == [f"w{index}" for index in range(20)]


def test_a_short_buffer_is_left_alone() -> None:
    policy = LocalAgreement()
    policy.update(words("one two"))
    policy.update(words("one two three"))
    policy.trim((0.5, 1.5), 14.9)
    assert policy.buffer_start == 0.0


def test_uncommitted_segments_stay() -> None:
    policy = LocalAgreement()
    policy.update(words("one two"))
    policy.update(words("one two"))
    policy.trim((3.0, 9.0, 16.0), 17.0)
    assert policy.buffer_start == 0.0


def test_the_prompt_is_not_longer_than_200_characters_and_begins_with_a_word() -> None:
    policy = LocalAgreement()
    text = " ".join(f"word{index}" for index in range(60))
    policy.update(words(text))
    policy.update(words(text))
    policy.buffer_start = 30.0
    prompt = policy.prompt()
    assert len(prompt) <= PROMPT_LENGTH
    assert prompt.endswith(" word59")
    assert set(prompt.split()) <= set(text.split())


@given(st.lists(st.lists(st.sampled_from("abcd"), max_size=8), max_size=12))
def test_committed_words_only_grow(hypotheses: list[list[str]]) -> None:
    policy = LocalAgreement()
    for hypothesis in hypotheses:
        before = list(policy.committed)
        policy.update(words(" ".join(hypothesis)))
        assert policy.committed[: len(before)] == before

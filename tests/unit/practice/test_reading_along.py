"""A reader is followed: what is marked when."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.engine.events import TranscriptUpdate
from desktop.engine.options import SessionOptions
from desktop.practice.feedback import WordStatus
from desktop.practice.options import Following, ReadingOptions
from desktop.practice.reading import Reading
from desktop.practice.text import PracticeText
from tests.unit.practice.speech import Speaker, marks, text_of

FOX = text_of("The quick brown fox jumps over the lazy dog.")
LINES = text_of("Please hold the line and wait.", "Nobody is here to answer you.", "Leave your message after the tone.")


def read(text: PracticeText, *said: str, options: ReadingOptions | None = None) -> list[str]:
    """The marks after each window of one utterance; the last one is final."""
    reading, speaker = Reading(text, options), Speaker(text.language)
    shown = []
    for number, one in enumerate(said):
        reading.hear(speaker.says(one, is_final=number + 1 == len(said)))
        shown.append(marks(reading.feedback))
    return shown


def test_right_words_are_marked_at_once() -> None:
    assert read(FOX, "The quick", "The quick brown fox")[0] == "The quick"


def test_a_word_is_wrong_when_two_windows_say_so() -> None:
    shown = read(FOX, "The quick potato fox", "The quick potato fox jumps", "The quick potato fox jumps over")
    assert shown == ["The quick fox", "The quick !brown fox jumps", "The quick !brown fox jumps over"]


def test_one_window_that_mishears_marks_nothing() -> None:
    shown = read(FOX, "The quick potato fox", "The quick brown fox jumps", "The quick potato fox jumps over the")
    assert shown[-1] == "The quick brown fox jumps over the"


def test_a_word_that_is_wrong_turns_right_at_once() -> None:
    shown = read(FOX, "The big red fox", "The big red fox jumps", "The quick brown fox jumps")
    assert shown[1:] == ["The !quick !brown fox jumps", "The quick brown fox jumps"]


def test_the_last_word_of_a_window_is_not_yet_judged() -> None:
    assert read(FOX, "The quick bro", "The quick bro", "The quick brown")[:2] == ["The quick", "The quick"]


def test_a_word_is_missing_when_what_follows_was_read() -> None:
    shown = read(FOX, "The quick fox", "The quick fox jumps", "The quick fox jumps")
    assert shown == ["The quick fox", "The quick -brown fox jumps", "The quick -brown fox jumps"]


def test_nearly_right_is_a_minor_mistake() -> None:
    assert read(FOX, "The quick browns fox", "The quick browns fox jumps", "")[1] == "The quick ~brown fox jumps"


def test_homophones_are_right_where_the_sounds_are_known() -> None:
    def sounds(words: Sequence[str]) -> list[str]:
        return [{"their": "ðɛɹ", "there": "ðɛɹ", "sea": "siː", "hen": "hɛn"}.get(word, "") for word in words]

    text = text_of("Their hen is here now.")
    for known, expected in ((sounds, "Their hen is here now."), (None, "!Their hen is here now.")):
        reading, speaker = Reading(text, None, known), Speaker()
        reading.hear(speaker.says("There hen is here"))
        reading.hear(speaker.says("There hen is here now", is_final=True))
        assert marks(reading.feedback) == expected


def test_an_extra_word_is_told_when_two_windows_have_it() -> None:
    shown = read(FOX, "The um quick brown", "The um quick brown fox", "The um quick brown fox jumps")
    assert shown == ["The quick brown", "The +um quick brown fox", "The +um quick brown fox jumps"]


def test_words_said_again_are_no_mistakes() -> None:
    shown = read(FOX, "The quick the quick brown", "The quick the quick brown fox", "The quick the quick brown fox")
    assert shown[-1] == "The quick brown fox"


def test_a_line_that_is_begun_again_is_corrected() -> None:
    reading, speaker = Reading(LINES), Speaker()
    for said in ("Please fold the line", "Please fold the line and", "Please fold the line and wait"):
        reading.hear(speaker.says(said))
    assert marks(reading.feedback) == "Please ~hold the line and wait."
    reading.hear(speaker.says("Please fold the line and wait", is_final=True))
    reading.hear(speaker.says("Please hold the line and"))
    assert marks(reading.feedback) == "Please hold the line and wait."


def test_a_line_that_is_skipped_is_missing_until_it_is_read() -> None:
    reading, speaker = Reading(LINES), Speaker()
    reading.hear(speaker.says("Please hold the line and wait", is_final=True))
    reading.hear(speaker.says("Leave your message after"))
    reading.hear(speaker.says("Leave your message after the tone", is_final=True))
    assert {one.status for one in reading.feedback.words[6:12]} == {WordStatus.MISSING}
    reading.hear(speaker.says("Nobody is here to answer"))
    assert {one.status for one in reading.feedback.words[6:11]} == {WordStatus.CORRECT}
    assert reading.feedback.position == 11


def test_numbers_are_read_in_words_or_digits() -> None:
    text = text_of("There are 21 messages of 105 here.")
    for said in (
        "twenty one messages of 105",
        "21 messages of one hundred and five",
        "21 messages of one hundred five",
    ):
        assert read(text, f"There are {said} here")[-1] == "There are 21 messages of 105 here."


def test_older_updates_are_left_out() -> None:
    reading, speaker = Reading(FOX), Speaker()
    older, newer = speaker.says("The"), speaker.says("The quick")
    reading.hear(newer)
    assert reading.hear(older) is None
    assert reading.hear(newer) is None
    assert marks(reading.feedback) == "The quick"


def test_nothing_new_is_told_once() -> None:
    reading, speaker = Reading(FOX), Speaker()
    assert reading.hear(speaker.says("The")) is not None
    assert reading.hear(speaker.says("The")) is None


def test_the_reader_goes_on_where_a_line_was_tapped() -> None:
    reading, speaker = Reading(LINES), Speaker()
    reading.hear(speaker.says("Please hold"))
    moved = reading.move_to(12)
    assert moved.position == 12
    reading.hear(speaker.says("Please hold leave your"))
    assert marks(reading.feedback) == "Please hold Leave your"
    reading.hear(speaker.says("Please hold leave your message", is_final=True))
    assert marks(reading.feedback) == "Please hold Leave your message"
    for index in (-1, len(LINES.words)):
        with pytest.raises(IndexError):
            reading.move_to(index)


def test_calm_marks_wait_longer() -> None:
    calm = ReadingOptions(Following.CALM)
    shown = read(FOX, "The red", "The red brown", "The red brown fox", "The red brown fox", options=calm)
    assert shown[0] == ""
    assert shown[1] == "The"
    assert "!quick" not in shown[2]
    assert "!quick" in shown[3]


def test_the_session_knows_language_and_pace() -> None:
    options = SessionOptions(language="auto", vocabulary="Parley")
    plain = Reading(FOX).session_options(options)
    assert (plain.language, plain.step, plain.vocabulary) == ("en", 0.3, "Parley")
    quick = Reading(FOX, ReadingOptions(Following.QUICK)).session_options(options)
    assert quick.step == 0.2


def test_the_prompt_is_what_comes_next() -> None:
    reading, speaker = Reading(LINES, ReadingOptions(uses_prompt=True)), Speaker()
    assert reading.prompt.startswith("Please hold the line")
    reading.hear(speaker.says("Please hold the line and wait"))
    assert reading.prompt.startswith("Please hold the line")
    reading.hear(speaker.says("Please hold the line and wait", is_final=True))
    assert reading.prompt.startswith("Nobody is here")
    assert reading.session_options(SessionOptions()).vocabulary == reading.prompt
    assert Reading(LINES).prompt == ""


def test_a_verse_of_the_quran_is_followed() -> None:
    text = text_of("بِسْمِ ٱللَّهِ ٱلرَّحْمَٰنِ ٱلرَّحِيمِ", "ٱلْحَمْدُ لِلَّهِ رَبِّ ٱلْعَٰلَمِينَ", language="ar")
    reading, speaker = Reading(text), Speaker("ar")
    reading.hear(speaker.says("بسم الله الرحمن الرحيم", is_final=True))
    reading.hear(speaker.says("الحمد لله ملك العالمين"))
    reading.hear(speaker.says("الحمد لله ملك العالمين", is_final=True))
    reading.hear(speaker.says(""))
    found = [one.status for one in reading.feedback.words]
    assert found[:6] == [WordStatus.CORRECT] * 6
    assert found[6] is WordStatus.WRONG
    assert found[7] is WordStatus.CORRECT


def test_languages_without_spaces_are_marked_by_character() -> None:
    text = text_of("今天天气很好。", language="zh")
    reading, speaker = Reading(text), Speaker("zh")
    reading.hear(speaker.says("今天 天氣 很 好", is_final=True))
    reading.hear(speaker.says(""))
    assert [one.word for one in reading.feedback.words] == ["今", "天", "天", "气", "很", "好"]
    assert marks(reading.feedback) == "今 天 天 !气 很 好"


WORDS = st.sampled_from(["the", "quick", "brown", "fox", "jumps", "over", "lazy", "dog", "red", "um"])
WINDOWS = st.lists(st.tuples(st.lists(WORDS, max_size=8), st.booleans()), max_size=12)


@given(WINDOWS)
@settings(max_examples=150, deadline=None)
def test_no_mark_turns_wrong_before_two_windows_say_so(windows: list[tuple[list[str], bool]]) -> None:
    reading, speaker = Reading(FOX), Speaker()
    updates: list[TranscriptUpdate] = []
    before = reading.feedback
    for said, is_final in windows:
        updates.append(speaker.says(" ".join(said), is_final=is_final))
        told = reading.hear(updates[-1])
        assert (told is None) == (told is not reading.feedback)
        after = reading.feedback
        for old, new in zip(before.words, after.words, strict=True):
            if new.status is WordStatus.WRONG and old.status is not WordStatus.WRONG:
                assert says(updates, new.index) is says(updates[:-1], new.index) is WordStatus.WRONG
        assert [one.index for one in after.words] == list(range(len(FOX.words)))
        assert all(one.status is WordStatus.EXTRA for one in after.extra)
        assert 0 <= after.position <= len(FOX.words)
        before = after


def says(updates: list[TranscriptUpdate], index: int) -> WordStatus:
    """What the newest window says of a word, looked at without those before it."""
    reading = Reading(FOX)
    for update in {one.segment_id: one for one in updates}.values():
        reading.hear(update)
    nothing = replace(updates[-1], segment_id=1000, revision=1, words=(), is_final=False) if updates else None
    if nothing is not None:
        reading.hear(nothing)
    return reading.feedback.words[index].status


def test_a_long_text_is_followed_to_its_end() -> None:
    lines = [" ".join(f"{one}{other}" for one in "abcdefghij") for other in "klmnopqrstuvwxyz"]
    text = text_of(*lines)
    reading, speaker = Reading(text), Speaker()
    for number, line in enumerate(lines):
        said = line if number % 3 else line.replace("d", "potato ", 1)
        reading.hear(speaker.says(" ".join(said.split()[:6])))
        reading.hear(speaker.says(said, is_final=True))
    reading.hear(speaker.says(""))
    wrong = [index for index, one in enumerate(reading.feedback.words) if one.status is not WordStatus.CORRECT]
    assert wrong == [index for index in range(0, 160, 30) for index in (index + 3,)]
    assert reading.feedback.is_complete


def test_a_word_of_several_parts_is_right_when_all_are() -> None:
    text = text_of("Use the check-in desk at once, please wait.")
    for said, expected in (
        ("check in", "Use the check-in desk at"),
        ("checking", "Use the ~check-in desk at"),
        ("check", "Use the !check-in desk at"),
        ("potato in", "Use the !check-in desk at"),
        ("", "Use the -check-in desk at"),
    ):
        sentence = f"Use the {said} desk at"
        assert read(text, sentence, sentence, sentence)[1] == expected, said


def test_nearly_right_by_sound() -> None:
    def sounds(words: Sequence[str]) -> list[str]:
        return [{"knight": "naɪt", "nights": "naɪts"}.get(word, "") for word in words]

    reading, speaker = Reading(text_of("The knight is here now."), None, sounds), Speaker()
    for _ in range(2):
        reading.hear(speaker.says("The nights is here"))
    assert marks(reading.feedback) == "The ~knight is here"

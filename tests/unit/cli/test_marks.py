"""A text with its marks in the terminal."""

from desktop.cli.marks import around, marked_lines, marked_word
from desktop.practice.feedback import WordFeedback, WordStatus
from desktop.practice.reading import Reading
from tests.unit.practice.speech import Speaker, text_of


def test_each_mark_has_a_sign_and_says_what_was_heard() -> None:
    shown = {
        status: marked_word(WordFeedback(0, "word", status, "heard")) for status in WordStatus if status != "extra"
    }
    assert shown == {
        WordStatus.PENDING: "word",
        WordStatus.CORRECT: "word",
        WordStatus.MINOR_MISTAKE: "~word (heard)",
        WordStatus.WRONG: "✗word (heard)",
        WordStatus.MISSING: "–word",
    }
    assert marked_word(WordFeedback(0, "", WordStatus.EXTRA, "um")) == "+um"


def test_nothing_in_a_text_steers_the_terminal() -> None:
    assert "\x1b" not in marked_word(WordFeedback(0, "\x1b[2Jword", WordStatus.WRONG, "\x1b]0;x"))


def test_the_lines_near_the_reader_are_shown() -> None:
    text = text_of(*(f"line number {number} of the text" for number in "abcdefghij"))
    reading, speaker = Reading(text), Speaker()
    assert [str(line) for line in around(text, reading.feedback)] == [
        f"line number {number} of the text" for number in "abcd"
    ]
    reading.hear(speaker.says("line number a of the text line number b of the text line number c of", is_final=True))
    shown = around(text, reading.feedback)
    assert [str(line)[:13] for line in shown] == [f"line number {number}" for number in "abcdef"]
    assert any(span.style == "bold reverse" for span in shown[2].spans)
    assert around(text_of(), Reading(text_of()).feedback) == []


def test_words_that_were_said_behind_the_text_stand_with_its_last_line() -> None:
    text = text_of("one two", "", "three four")
    reading, speaker = Reading(text), Speaker()
    for _ in range(2):
        reading.hear(speaker.says("one two three four thanks"))
    reading.hear(speaker.says("one two three four thanks", is_final=True))
    reading.hear(speaker.says(""))
    assert [str(line) for line in marked_lines(text, reading.feedback)] == ["one two", "three four +thanks"]

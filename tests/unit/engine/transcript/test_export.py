"""Captions and transcripts: nothing is lost, everything fits, files read back as they were written."""

import itertools
import json
from dataclasses import replace

import pysubs2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.engine.events import TranscriptUpdate, TranslationUpdate, Word
from desktop.engine.text.graphemes import NO_LINE_BEGINS_WITH, clusters, columns, extends
from desktop.engine.transcript.export import (
    LINE_LENGTH,
    LINES,
    Format,
    Transcript,
    Utterance,
    captions,
    form_of,
    rendered,
    wrapped,
)

LONG = (
    "The train from New York to Chicago arrives at five twenty, and after that we will go to the school. "
    "Turn right after the bathroom. Where is it?"
)
LONG_ES = (
    "El tren de Nueva York a Chicago llega a las cinco y veinte, y después de eso iremos a la escuela. "
    "Gire a la derecha después del baño. ¿Dónde está?"
)


def utterance(text: str, translation: str = "", start: float = 1.0, rate: float = 0.3) -> Utterance:
    words, at = [], start
    for word in text.split():
        words.append(Word(word, at, at + rate, 0.9))
        at += rate
    return Utterance(start, at, "en", text, tuple(words), translation, "es" if translation else "", bool(translation))


def transcript_update(segment_id: int, revision: int, committed: str, unconfirmed: str = "") -> TranscriptUpdate:
    return TranscriptUpdate(segment_id, revision, "en", committed, unconfirmed, (), 0.0, 1.0, not unconfirmed)


def test_a_short_utterance_is_one_caption_with_the_times_of_its_words() -> None:
    (caption,) = captions([utterance("Where is the station?", "¿Dónde está la estación?")])
    assert (caption.start, caption.text, caption.translation) == (
        1.0,
        "Where is the station?",
        "¿Dónde está la estación?",
    )
    assert caption.end == pytest.approx(2.2)


def test_sentences_become_captions_beside_their_translations() -> None:
    cut = captions([utterance(LONG, LONG_ES)])
    assert ("Turn right after the bathroom.", "Gire a la derecha después del baño.") in [
        (caption.text, caption.translation) for caption in cut
    ]
    assert cut[-1].translation == "¿Dónde está?"


def test_a_caption_stays_a_second_but_never_into_the_next_one() -> None:
    short, tight = utterance("Yes.", start=1.0, rate=0.2), utterance("No.", start=1.5, rate=0.2)
    first, second = captions([short, tight])
    assert first.end == pytest.approx(1.5)
    assert second.end == pytest.approx(2.5)


def test_text_without_words_is_spread_over_the_utterance() -> None:
    cut = captions([Utterance(10.0, 20.0, "en", LONG)])
    assert cut[0].start == 10.0
    assert 20.0 <= cut[-1].end <= cut[-1].start + 1.0
    assert " ".join(caption.text for caption in cut) == LONG


def test_chinese_is_cut_between_characters() -> None:
    text = "今天天气很好我们一起去公园散步吧" * 12
    cut = captions([Utterance(0.0, 9.0, "zh", text)])
    assert len(cut) > 1
    assert "".join(caption.text for caption in cut) == text


words = st.text(st.characters(codec="ascii", categories=("L", "N", "P")), min_size=1, max_size=12)
texts = st.lists(words, min_size=1, max_size=60).map(" ".join)


@given(texts, st.one_of(st.just(""), texts))
def test_no_word_is_lost_no_caption_overflows_and_none_overlap(text: str, translation: str) -> None:
    said = utterance(text, translation)
    cut = captions([said, utterance("The end.", start=said.end + 0.1)])
    own = cut[:-1]
    assert " ".join(caption.text for caption in own if caption.text) == text
    assert " ".join(caption.translation for caption in own if caption.translation) == translation
    for caption in own:
        assert len(wrapped(caption.text)) <= LINES
    for one, following in itertools.pairwise(cut):
        assert one.start < one.end <= max(following.start, one.start + 0.001)


letters = st.lists(st.text("abcxyz", min_size=1, max_size=12), min_size=60, max_size=60).map(" ".join)


@given(letters, letters)
def test_a_translation_fits_where_its_original_has_enough_words(text: str, translation: str) -> None:
    for caption in captions([utterance(text, translation)]):
        assert len(wrapped(caption.text)) <= LINES
        assert len(wrapped(caption.translation)) <= LINES


@given(texts, st.integers(12, 60))
def test_wrapping_keeps_the_text_and_the_width(text: str, width: int) -> None:
    lines = wrapped(text, width)
    assert " ".join(lines) == text
    assert all(len(line) <= width for line in lines)


def test_wrapping_makes_lines_even() -> None:
    first, second = wrapped("one two three four five six seven eight nine ten eleven")
    assert abs(len(first) - len(second)) < 10


@pytest.mark.parametrize("form", [Format.SRT, Format.VTT, Format.ASS])
def test_subtitles_read_back(form: Format) -> None:
    said = [utterance(LONG, LONG_ES), utterance("a < b && {c} --> d", start=60.0)]
    read = pysubs2.SSAFile.from_string(rendered(said, form), format_=form.value)
    cut = captions(said)
    assert [event.start for event in read] == [round(caption.start * 1000) for caption in cut]
    assert all(len(line) <= LINE_LENGTH for event in read for line in event.plaintext.split("\n"))


def test_markup_in_speech_is_escaped_in_vtt_and_kept_in_srt() -> None:
    said = [utterance("a < b & {c}")]
    assert "a &lt; b &amp; {c}" in rendered(said, Format.VTT)
    assert "a < b & {c}" in rendered(said, Format.SRT)


def test_ass_shows_what_was_said_and_nothing_is_styling() -> None:
    text = rendered([utterance(r"a {\b1}bold b, C:\new \N c")], Format.ASS)
    assert text.startswith("[Script Info]\n")
    (line,) = (line for line in text.splitlines() if line.startswith("Dialogue:"))
    shown = line.split(",", 9)[9]
    assert shown == "a \\{\\\u2060b1\\}bold b, C:\\\u2060new \\\u2060N c"


@pytest.mark.parametrize("form", list(Format))
def test_what_a_format_ends_in_is_known_in_any_case(form: Format) -> None:
    assert form_of(f".{form.value}") is form_of(f".{form.value.upper()}") is form
    assert form_of("") is form_of(form.value) is form_of(".doc") is None


def test_nothing_said_is_an_empty_document() -> None:
    assert rendered([], Format.TEXT) == ""
    assert rendered([], Format.SRT) == ""
    assert rendered([], Format.VTT) == "WEBVTT\n"
    assert json.loads(rendered([], Format.JSON)) == {"utterances": []}


def test_text_marks_what_is_not_translated() -> None:
    said = Utterance(0, 1, "en", "Hello.", (), "Hello.", "fr", is_translated=False)
    assert rendered([said], Format.TEXT) == "Hello.\n[not translated into French]\n"
    assert rendered([said], Format.SRT).count("Hello.") == 1


def test_json_says_everything() -> None:
    (record,) = json.loads(rendered([utterance("Where is it?", "¿Dónde está?")], Format.JSON))["utterances"]
    assert record["text"] == "Where is it?"
    assert record["translation"] == {"language": "es", "text": "¿Dónde está?", "is_translated": True}
    assert record["words"][0] == {"text": "Where", "start": 1.0, "end": 1.3, "probability": 0.9}


def test_the_newest_revision_counts_and_order_is_by_segment() -> None:
    transcript = Transcript()
    transcript.add(transcript_update(1, 1, "Second", "one"))
    transcript.add(transcript_update(0, 2, "First one."))
    transcript.add(transcript_update(0, 1, "First", "wan"))
    transcript.add(transcript_update(2, 1, ""))
    transcript.add(TranslationUpdate(0, 1, "en", "es", "Primero.", "", True))
    said = transcript.utterances()
    assert [one.text for one in said] == ["First one.", "Second one"]
    assert said[0].translation == "Primero."
    assert said[1].target_language == ""


def test_what_is_kept_of_an_utterance_is_exported_with_its_own_times() -> None:
    words = (Word("Lo", 0.1, 0.3, 0.9), Word("siento.", 0.4, 0.9, 0.9))
    committed = transcript_update(0, 1, "lo siento ese")
    transcript = Transcript()
    transcript.add(replace(committed, final_text="Lo siento.", final_words=words))
    (utterance,) = transcript.utterances()
    assert (utterance.text, utterance.words) == ("Lo siento.", words)


UNSPACED = {
    "zh": "今天天气很好，我们一起去公园散步吧。然后我们去 Google 看看（真的）！",
    "ja": "「はい、そうです。」と彼は言った。ちょっと待ってください、もうすぐです。",
    "th": "ที่นี่มีน้ำดื่มสำหรับทุกคน กรุณาช่วยกันประหยัดน้ำ และรักษาความสะอาดด้วยครับ",
    "km": "ខ្ញុំចង់ទៅផ្សារនៅថ្ងៃនេះ។ តើអ្នកចង់ទៅជាមួយខ្ញុំទេ?",
}


def unspaced(language: str, text: str, parted: bool) -> Utterance:
    """parted: as recognisers give words there, each code point for itself."""
    spoken = [(at, letter) for at, letter in enumerate(text) if not letter.isspace()]
    words = tuple(Word(letter, 0.2 * at, 0.2 * (at + 1), 0.9) for at, letter in spoken) if parted else ()
    return Utterance(0.0, 0.2 * len(text), language, text, words)


@pytest.mark.parametrize("language", UNSPACED)
@pytest.mark.parametrize("parted", [True, False])
def test_lines_of_scripts_without_spaces(language: str, parted: bool) -> None:
    text = " ".join([UNSPACED[language]] * 4)
    cut = captions([unspaced(language, text, parted)])
    assert "".join("".join(caption.text for caption in cut).split()) == "".join(text.split())
    for caption in cut:
        lines = wrapped(caption.text)
        assert len(lines) <= LINES
        assert "".join("".join(lines).split()) == "".join(caption.text.split())
        for line in lines:
            assert columns(line) <= LINE_LENGTH
            assert not extends(line[0])
            assert line[0] not in NO_LINE_BEGINS_WITH


@given(
    st.text(st.sampled_from("aé你。「」กำี่́👩🏽한 ,ー"), max_size=120),
    st.integers(8, 42),
)
def test_wide_lines_keep_the_width_and_their_characters(text: str, width: int) -> None:
    lines = wrapped(" ".join(text.split()), width)
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(columns(line) <= width for line in lines)
    characters = [cluster for word in text.split() for cluster in clusters(word)]
    whole = {sum(map(len, characters[:count])) for count in range(len(characters) + 1)}
    assert {sum(len("".join(line.split())) for line in lines[:count]) for count in range(len(lines) + 1)} <= whole


def test_short_sentences_share_a_caption_where_each_would_flash_by() -> None:
    (caption,) = captions([utterance("Yes. No. I see.", rate=0.2)])
    assert (caption.text, caption.end) == ("Yes. No. I see.", pytest.approx(2.0))
    slow = captions([utterance("Yes. No. I see.", rate=1.2)])
    assert [one.text for one in slow] == ["Yes.", "No.", "I see."]


def test_what_is_longer_than_a_line_is_broken_inside() -> None:
    assert [len(line) for line in wrapped("x" * 100)] == [34, 34, 32]
    assert [columns(line) for line in wrapped("好" * 30)] == [30, 30]


def test_a_language_without_spaces_keeps_those_that_are_written() -> None:
    (caption,) = captions([Utterance(0.0, 4.0, "th", "สวัสดีครับ ผมชื่อ John Smith ครับ")])
    assert caption.text == "สวัสดีครับ ผมชื่อ John Smith ครับ"

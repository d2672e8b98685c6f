"""Which line an event changes, and what is saved."""

import json
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.engine.events import TranscriptUpdate, TranslationUpdate
from desktop.engine.transcript.export import Format, rendered
from desktop.ui.transcript.lines import Recording, TranscriptLines, with_note

NOW = datetime(2026, 1, 2, 14, 2, 11)


def heard(segment: int, committed: str, unconfirmed: str = "", revision: int = 1) -> TranscriptUpdate:
    final = "" if unconfirmed else committed
    return TranscriptUpdate(
        segment, revision, "en", committed, unconfirmed, (), 10.0, 12.0, not unconfirmed, final_text=final
    )


def translated(segment: int, committed: str, revision: int = 1, *, is_translated: bool = True) -> TranslationUpdate:
    return TranslationUpdate(segment, revision, "en", "es", committed, "", True, is_translated)


def test_an_utterance_is_one_line() -> None:
    lines = TranscriptLines()
    assert lines.heard(heard(3, "Where", "is the"), NOW) == 0
    assert lines.heard(heard(3, "Where is", "the train", 2), NOW) == 0
    assert lines.heard(heard(4, "Hello."), NOW) == 1
    assert lines.translated(translated(4, "Hola.")) == 1
    assert [line.original.text for line in lines] == ["Where is the train", "Hello."]
    assert lines[0].original.committed == len("Where is")


def test_the_time_is_when_the_words_began() -> None:
    lines = TranscriptLines()
    lines.heard(heard(0, "Hello."), NOW)
    assert lines[0].time == NOW - timedelta(seconds=2)


def test_older_revisions_are_dropped() -> None:
    lines = TranscriptLines()
    lines.heard(heard(0, "Hello there.", revision=5), NOW)
    assert lines.heard(heard(0, "Hello", revision=4), NOW) is None
    lines.translated(translated(0, "Hola.", 5))
    assert lines.translated(translated(0, "Ho", 4)) is None
    assert lines[0].original.text == "Hello there."


def test_a_translation_that_came_first_is_shown_with_its_line() -> None:
    lines = TranscriptLines()
    assert lines.translated(translated(0, "Hola.")) is None
    lines.heard(heard(0, "Hello."), NOW)
    assert lines[0].translation is not None
    assert lines[0].translation.text == "Hola."


def test_nothing_said_is_no_line() -> None:
    lines = TranscriptLines()
    assert lines.heard(heard(0, ""), NOW) is None
    assert lines.translated(translated(0, "Hola.")) is None
    assert not lines


def test_what_could_not_be_translated_is_marked() -> None:
    lines = TranscriptLines()
    lines.heard(heard(0, "Hello."), NOW)
    lines.translated(translated(0, "Hello.", is_translated=False))
    assert lines[0].translation is None
    assert lines[0].untranslated == "es"


def test_everything_is_there_for_saving() -> None:
    lines = TranscriptLines()
    lines.heard(heard(0, "Hello."), NOW)
    lines.translated(translated(0, "Hola."))
    lines.heard(heard(1, "How are", "you"), NOW)
    saved = lines.utterances()
    assert [(one.text, one.translation, one.start) for one in saved] == [
        ("Hello.", "Hola.", 10.0),
        ("How are you", "", 10.0),
    ]


def test_what_the_user_corrected_is_saved() -> None:
    lines = TranscriptLines()
    lines.heard(heard(0, "How are shoe?"), NOW)
    lines.heard(heard(1, "Um."), NOW)
    lines.correct(0, "How are you?")
    lines.correct(1, "")
    assert [one.text for one in lines.utterances()] == ["How are you?"]


def test_where_a_line_says_something_else_than_was_shown_live() -> None:
    lines = TranscriptLines()
    update = replace(heard(0, "And the weather sunny"), final_text="And the weather is sunny")
    lines.heard(update, NOW)
    assert [lines[0].original.text[one.start : one.end] for one in lines[0].revised] == ["is"]
    lines.correct(0, "And it is sunny")
    assert lines[0].revised == ()


def test_what_was_cleared_comes_back_before_what_was_said_since() -> None:
    lines = TranscriptLines()
    lines.heard(heard(0, "One."), NOW)
    lines.translated(translated(0, "Uno."))
    lines.heard(heard(1, "Two", "and"), NOW)
    lines.clear()
    assert not lines
    lines.heard(heard(1, "Two and a half.", revision=2), NOW)
    lines.heard(heard(2, "Three."), NOW)
    assert lines.undo()
    assert [line.original.text for line in lines] == ["One.", "Two and a half.", "Three."]
    assert lines[0].translation is not None
    lines.translated(translated(0, "Uno, corregido.", 2))
    assert lines[0].translation.text == "Uno, corregido."
    assert not lines.undo()


def test_a_correction_is_undone_with_its_translation() -> None:
    lines = TranscriptLines()
    lines.heard(heard(0, "How are shoe?"), NOW)
    lines.translated(translated(0, "Cómo zapato."))
    lines.correct(0, "How are you?")
    lines.correct(0, "")
    assert lines.undo()
    assert lines[0].original.text == "How are you?"
    assert lines.undo()
    assert lines[0].original.text == "How are shoe?"
    assert lines[0].translation is not None


@given(st.lists(st.sampled_from(["say", "correct", "clear"]), max_size=20))
def test_all_that_the_user_did_can_be_undone(acts: list[str]) -> None:
    lines, untouched = TranscriptLines(), TranscriptLines()
    for number, act in enumerate(acts):
        if act == "say":
            for some in (lines, untouched):
                some.heard(heard(number, f"Line {number}."), NOW)
        elif act == "clear":
            lines.clear()
        elif len(lines):
            lines.correct(lines[-1].heard.segment_id, f"Corrected {number}.")
    while lines.can_undo:
        lines.undo()
    assert [line.original.text for line in lines] == [line.original.text for line in untouched]
    assert lines.utterances() == untouched.utterances()


def test_a_transcript_knows_whether_a_phrasebook_was_used() -> None:
    lines = TranscriptLines()
    lines.heard(heard(0, "Hello."), NOW)
    assert not lines.has_phrasebook
    lines.heard(heard(1, "Hello."), NOW, is_phrasebook=True)
    lines.heard(heard(2, "Hello."), NOW)
    assert lines.has_phrasebook
    lines.clear()
    assert not lines.has_phrasebook


@pytest.mark.parametrize("form", list(Format))
@given(texts=st.lists(st.sampled_from(["Hello.", "How are you?", "NOTE this", "[x]", "{}"]), max_size=4))
def test_a_remark_changes_nothing_else_of_what_is_saved(form: Format, texts: list[str]) -> None:
    lines = TranscriptLines()
    for number, text in enumerate(texts):
        lines.heard(heard(number, text), NOW)
    content = rendered(lines.utterances(), form)
    assert with_note(content, str(form), "") == content
    noted = with_note(content, str(form), "A remark.")
    match form:
        case Format.TEXT:
            assert noted == f"[A remark.]\n{content}"
        case Format.VTT:
            assert noted.startswith("WEBVTT\n\nNOTE A remark.\n")
            assert noted.split("NOTE A remark.")[1].strip() == content.removeprefix("WEBVTT").strip()
        case Format.ASS:
            assert noted.replace("; A remark.\n", "") == content
            assert ("; A remark.\n" in noted) == bool(content)
        case Format.JSON:
            assert json.loads(noted) == {"note": "A remark.", **json.loads(content)}
        case Format.SRT:
            assert noted == content


def test_lines_of_a_recording_have_its_times_also_when_they_are_saved() -> None:
    lines = TranscriptLines()
    talk = Recording("/home/ana/talk.mp3", 100.0)
    lines.heard(replace(heard(0, "One."), start=103.0, end=104.0), NOW, recording=talk)
    lines.heard(replace(heard(1, "Two."), start=3_825.0, end=3_826.0), NOW, recording=talk)
    assert [line.stamp for line in lines] == ["00:00:03", "01:02:05"]
    assert lines.recording == "/home/ana/talk.mp3"
    assert [(one.start, one.end) for one in lines.utterances()] == [(3.0, 4.0), (3_725.0, 3_726.0)]
    lines.heard(heard(2, "Live."), NOW)
    assert lines[2].stamp == "14:02:09"
    assert lines.recording == ""  # no single one any more
    assert lines.utterances()[0].start == 103.0

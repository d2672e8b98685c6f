"""What is shown when: single cases that a reader would notice."""

from desktop.engine.events import TranscriptUpdate, TranslationUpdate
from desktop.overlay.subtitles import Layout, SubtitleFrame, Subtitles


def heard(
    committed: str, unconfirmed: str = "", *, segment: int = 0, revision: int = 0, final: bool = False
) -> TranscriptUpdate:
    return TranscriptUpdate(segment, revision, "en", committed, unconfirmed, (), 0.0, 0.0, final)


def translated(
    committed: str, *, segment: int = 0, revision: int = 0, language: str = "es", is_translated: bool = True
) -> TranslationUpdate:
    return TranslationUpdate(segment, revision, "en", language, committed, "", False, is_translated)


def texts(frame: SubtitleFrame) -> list[str]:
    return frame.text.splitlines()


def test_original_above_translation_or_below() -> None:
    for first, expected in ((False, ["Yes.", "Sí."]), (True, ["Sí.", "Yes."])):
        subtitles = Subtitles(Layout(translation_first=first))
        subtitles.update(heard("Yes."), 0.0)
        subtitles.update(translated("Sí."), 0.0)
        assert texts(subtitles.frame(0.0)) == expected


def test_only_what_is_asked_for() -> None:
    for show, expected in (("original", ["Yes."]), ("translation", ["Sí."])):
        subtitles = Subtitles(Layout(show=show))  # type: ignore[arg-type]
        subtitles.update(heard("Yes."), 0.0)
        subtitles.update(translated("Sí."), 0.0)
        assert texts(subtitles.frame(0.0)) == expected


def test_unconfirmed_words_are_told_apart_or_hidden() -> None:
    subtitles = Subtitles(Layout())
    subtitles.update(heard("Where is", "the train"), 0.0)
    row = subtitles.frame(0.0).blocks[0].rows[0]
    assert (row.committed, row.unconfirmed) == ("Where is", " the train")
    hidden = Subtitles(Layout(show_unconfirmed=False))
    hidden.update(heard("Where is", "the train"), 0.0)
    assert texts(hidden.frame(0.0)) == ["Where is"]


def test_an_older_revision_and_anything_after_the_final_one_change_nothing() -> None:
    subtitles = Subtitles(Layout())
    subtitles.update(heard("Where is", revision=5), 0.0)
    subtitles.update(heard("Where", "was", revision=4), 0.1)
    subtitles.update(heard("Where is he?", revision=6, final=True), 0.2)
    subtitles.update(heard("Where is he? No.", revision=7), 0.3)
    assert texts(subtitles.frame(0.3)) == ["Where is he?"]


def test_an_utterance_begins_on_a_new_line_and_drops_what_the_last_one_did_not_confirm() -> None:
    subtitles = Subtitles(Layout())
    subtitles.update(heard("One", "maybe"), 0.0)
    subtitles.update(heard("Two", segment=1), 0.1)
    assert texts(subtitles.frame(0.1)) == ["One", "Two"]


def test_it_is_cleared_after_a_pause_for_both_languages_at_once() -> None:
    subtitles = Subtitles(Layout(clear_after=4))
    subtitles.update(heard("Yes.", final=True), 10.0)
    subtitles.update(translated("Sí."), 11.0)
    subtitles.frame(11.0)
    assert subtitles.next_change() == 15.0
    assert subtitles.frame(14.9)
    assert not subtitles.frame(15.0)
    assert subtitles.next_change() is None


def test_the_same_words_again_do_not_bring_cleared_text_back() -> None:
    subtitles = Subtitles(Layout(clear_after=1))
    subtitles.update(heard("Well", "er"), 0.0)
    subtitles.frame(0.0)
    assert not subtitles.frame(2.0)
    subtitles.update(heard("Well", "er", revision=1), 3.0)
    assert not subtitles.frame(3.0)
    subtitles.update(heard("Well then", revision=2), 4.0)
    assert texts(subtitles.frame(4.0)) == ["then"]


def test_a_long_last_line_stays_until_it_can_be_read() -> None:
    subtitles = Subtitles(Layout(clear_after=1, lines=1, width=80))
    subtitles.update(heard("one two three four five six seven eight nine ten", final=True), 0.0)
    subtitles.frame(0.0)
    assert subtitles.next_change() == 3.0


def test_a_line_scrolls_away_once_it_was_read_and_not_before() -> None:
    subtitles = Subtitles(Layout(width=20, lines=1))
    subtitles.update(heard("one two three four", final=True), 0.0)
    subtitles.frame(0.0)
    subtitles.update(heard("five", segment=1), 0.5)
    assert texts(subtitles.frame(0.5)) == ["one two three four"]
    assert subtitles.next_change() == 1.2
    assert texts(subtitles.frame(1.2)) == ["five"]


def test_a_new_session_counts_its_utterances_from_the_start() -> None:
    subtitles = Subtitles(Layout())
    subtitles.update(heard("Before.", segment=7, revision=3, final=True), 0.0)
    subtitles.update(heard("Zero.", segment=0, revision=9, final=True), 0.0)
    subtitles.new_session()
    subtitles.update(heard("After.", "maybe", segment=0, revision=0), 1.0)
    subtitles.frame(1.0)
    assert "After. maybe" in subtitles.frame(9.0).text or "After." in subtitles.frame(2.0).text


def test_every_line_that_is_not_translated_is_marked_and_fits() -> None:
    subtitles = Subtitles(Layout(width=20, show="translation"))
    subtitles.update(translated("there is no package for it", language="fi", is_translated=False), 0.0)
    rows = texts(subtitles.frame(0.0))
    assert len(rows) == 2
    assert all(row.startswith("[EN] ") and len(row) <= 20 for row in rows)


def test_arabic_runs_from_right_to_left_and_english_does_not() -> None:
    subtitles = Subtitles(Layout())
    subtitles.update(heard("Good morning"), 0.0)
    subtitles.update(translated("صباح الخير", language="ar"), 0.0)
    original, translation = subtitles.frame(0.0).blocks
    assert not original.rows[0].right_to_left
    assert translation.rows[0].right_to_left


def test_another_width_lays_the_visible_lines_out_anew_and_loses_no_word() -> None:
    subtitles = Subtitles(Layout(width=40))
    text = "The meeting starts at three and everybody comes"
    subtitles.update(heard(text), 0.0)
    subtitles.frame(0.0)
    subtitles.configure(Layout(width=32), 0.1)
    frame = subtitles.frame(0.1)
    assert all(len(row) <= 32 for row in texts(frame))
    subtitles.update(heard(text + " tomorrow", revision=1), 0.2)
    seen = " ".join(texts(subtitles.frame(0.2)))
    assert (text + " tomorrow") == seen


def test_words_that_were_not_in_the_committed_text_do_not_replace_it() -> None:
    subtitles = Subtitles(Layout())
    subtitles.update(heard("I heard this"), 0.0)
    subtitles.update(heard("I herd this today", revision=1), 0.1)
    assert texts(subtitles.frame(0.1)) == ["I heard this today"]


def said(subtitles: Subtitles, text: str, translation: str, segment: int, at: float) -> None:
    subtitles.update(heard(text, segment=segment, final=True), at)
    subtitles.frame(at)
    subtitles.update(translated(translation, segment=segment), at + 0.8)
    subtitles.frame(at + 0.8)


def settled(subtitles: Subtitles, now: float, until: float) -> list[str]:
    """What is shown at a time, after every change before it."""
    frame = subtitles.frame(now)
    while (change := subtitles.next_change()) is not None and change <= until:
        frame = subtitles.frame(max(now, change))
    return texts(frame)


LONG = "Please send me the letter that was forwarded to you yesterday."
LARGA = "Por favor envíeme la carta que le reenviaron ayer a usted mismo."


def test_the_end_of_a_sentence_does_not_stay_behind_when_the_next_one_is_there() -> None:
    subtitles = Subtitles(Layout(width=32, clear_after=60))
    said(subtitles, LONG, LARGA, 0, 0.0)
    assert settled(subtitles, 0.8, 5.0)[1::2] == ["yesterday.", "mismo."]
    said(subtitles, "It is here.", "Está aquí.", 1, 6.0)
    assert settled(subtitles, 6.8, 9.9) == ["It is here.", "Está aquí."]


def test_a_translation_goes_with_its_original() -> None:
    subtitles = Subtitles(Layout(width=32))
    said(subtitles, "It is late.", "Es tarde.", 0, 0.0)
    subtitles.update(heard("We all have to go home now because it rains.", segment=1, final=True), 5.0)
    shown = settled(subtitles, 5.0, 6.5)
    assert "Es tarde." not in shown
    assert "It is late." not in shown
    subtitles.update(translated("Tenemos que irnos a casa.", segment=1), 6.6)
    assert settled(subtitles, 6.6, 6.6)[-1] == "Tenemos que irnos a casa."


def test_pairs_that_fit_stay() -> None:
    subtitles = Subtitles(Layout(clear_after=60))
    said(subtitles, "Yes.", "Sí.", 0, 0.0)
    said(subtitles, "It is here.", "Está aquí.", 1, 3.0)
    assert settled(subtitles, 4.0, 20.0) == ["Yes.", "It is here.", "Sí.", "Está aquí."]


def test_what_is_in_the_target_language_already_is_shown_once() -> None:
    for show, expected in (("both", ["Yes."]), ("translation", ["Yes."]), ("original", ["Yes."])):
        subtitles = Subtitles(Layout(show=show))  # type: ignore[arg-type]
        subtitles.update(heard("Yes."), 0.0)
        subtitles.update(translated("Yes.", language="en"), 0.0)
        assert texts(subtitles.frame(0.0)) == expected


def test_the_space_between_sentences_of_thai_is_kept_where_certain_words_end() -> None:
    subtitles = Subtitles(Layout(width=80))
    update = TranscriptUpdate(0, 0, "th", "สวัสดีครับ", " ยินดีต้อนรับ", (), 0.0, 0.0, False)
    subtitles.update(update, 0.0)
    assert texts(subtitles.frame(0.0)) == ["สวัสดีครับ ยินดีต้อนรับ"]


def test_words_of_thai_stay_whole_also_where_the_layout_is_known_later() -> None:
    subtitles = Subtitles(Layout())
    subtitles.configure(Layout(width=8, lines=4, word_ends=lambda text: [*range(4, len(text), 4), len(text)]), 0.0)
    subtitles.update(TranscriptUpdate(0, 0, "th", "กขคงจฉชซญฎฏฐ", "", (), 0.0, 0.0, False), 0.0)
    assert texts(subtitles.frame(0.0)) == ["กขคงจฉชซ", "ญฎฏฐ"]
    subtitles.configure(Layout(width=6, lines=4, word_ends=lambda text: [*range(4, len(text), 4), len(text)]), 0.0)
    subtitles.update(TranscriptUpdate(0, 1, "th", "กขคงจฉชซญฎฏฐ", "ฑฒณด", (), 0.0, 0.0, False), 0.0)
    assert texts(subtitles.frame(0.0)) == ["กขคง", "จฉชซ", "ญฎฏฐ", "ฑฒณด"]


def test_another_width_lays_out_anew_what_is_there() -> None:
    subtitles = Subtitles(Layout(width=80))
    subtitles.update(heard("Where is the train station,", "please tell me"), 0.0)
    subtitles.frame(0.0)
    subtitles.configure(Layout(width=20, lines=4), 1.0)
    shown = texts(subtitles.frame(1.0))
    assert " ".join(shown) == "Where is the train station, please tell me"
    assert len(shown) > 2

"""The transcript on screen: only what changed is replaced, and it is what the lines say."""

import os
import time
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PyQt6.QtCore import QEvent, Qt
from PyQt6.QtGui import QColor, QTextCharFormat
from PyQt6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from desktop.engine.events import SourceOpened, TranscriptUpdate, TranslationUpdate
from desktop.ui.transcript.panel import TranscriptPanel
from desktop.ui.transcript.view import TranscriptView
from desktop.ui.widgets import theme


@pytest.fixture
def view(qtbot: QtBot) -> TranscriptView:
    theme.apply("light")
    view = TranscriptView()
    view.resize(700, 400)
    qtbot.addWidget(view)
    view.show()
    qtbot.waitExposed(view)
    return view


def heard(segment: int, committed: str, unconfirmed: str = "", revision: int = 1) -> TranscriptUpdate:
    final = "" if unconfirmed else committed
    return TranscriptUpdate(
        segment, revision, "en", committed, unconfirmed, (), 10.0, 12.0, not unconfirmed, final_text=final
    )


def translated(
    segment: int,
    committed: str,
    unconfirmed: str = "",
    revision: int = 1,
    language: str = "es",
    is_translated: bool = True,
) -> TranslationUpdate:
    return TranslationUpdate(segment, revision, "en", language, committed, unconfirmed, True, is_translated)


def shown(view: TranscriptView) -> list[str]:
    """The text of each block, without the times."""
    return [line.partition("\t")[2] or line for line in view.toPlainText().split("\n")] if view.toPlainText() else []


def test_lines_and_their_translations(view: TranscriptView) -> None:
    view.heard(heard(0, "Hello there."))
    view.heard(heard(1, "How are", "you"))
    view.translated(translated(0, "Hola."))
    view.translated(translated(1, "Cómo", "estás"))
    assert shown(view) == ["Hello there.", "Hola.", "How are you", "Cómo estás"]
    view.heard(heard(1, "How are you?", revision=2))
    assert shown(view) == ["Hello there.", "Hola.", "How are you?", "Cómo estás"]


def underlined(view: TranscriptView) -> list[tuple[str, str]]:
    """(text, its tool tip) of each stretch with dots under it."""
    document = view.document()
    assert document is not None
    found = []
    block = document.begin()
    while block.isValid():
        fragments = block.begin()
        while not fragments.atEnd():
            fragment = fragments.fragment()
            if fragment.charFormat().underlineStyle() == QTextCharFormat.UnderlineStyle.DotLine:
                found.append((fragment.text(), fragment.charFormat().toolTip()))
            fragments += 1
        block = block.next()
    return found


def test_what_the_final_decoding_changed_is_marked_quietly(view: TranscriptView) -> None:
    view.heard(heard(0, "Press", "on tree", revision=1))
    view.heard(replace(heard(0, "Press on 😀 tree", revision=2), final_text="Press one 😀 for three"))
    view.heard(heard(1, "Nothing here."))
    assert shown(view) == ["Press one 😀 for three", "Nothing here."]
    assert underlined(view) == [("one", "Shown live: on"), ("for three", "Shown live: tree")]
    theme.apply("dark")
    view.changeEvent(QEvent(QEvent.Type.PaletteChange))
    assert len(underlined(view)) == 2
    view.edit_line(0)
    view._save_edit("Press one 😀 for tea")
    assert shown(view)[0] == "Press one 😀 for tea"
    assert underlined(view) == []


def test_unconfirmed_words_are_italic_and_dimmed(view: TranscriptView) -> None:
    view.heard(heard(0, "How are", "you"))
    cursor = view.textCursor()
    for word, is_certain in (("are", True), ("you", False)):
        found = view.document().find(word, 0)
        form = found.charFormat()
        assert form.fontItalic() is not is_certain, word
        expected = theme.colors().text if is_certain else theme.colors().muted
        assert form.foreground().color() == QColor(expected)
    view.heard(heard(0, "How are you", revision=2))
    assert not view.document().find("you", 0).charFormat().fontItalic()
    assert not cursor.hasSelection()


def test_a_selection_survives_what_is_said_next(view: TranscriptView) -> None:
    view.heard(heard(0, "Hello there, my", "friend"))
    assert view.find_text("there")
    view.heard(heard(0, "Hello there, my friends", "and all", revision=2))
    view.translated(translated(0, "Hola"))
    view.heard(heard(1, "More."))
    assert view.textCursor().selectedText() == "there"


def test_what_cannot_be_translated_says_so(view: TranscriptView) -> None:
    view.heard(heard(0, "Hello there."))
    view.translated(translated(0, "Hello there.", is_translated=False))
    assert shown(view) == ["Hello there.", "[not translated into Spanish]"]

    def color_of_last() -> str:
        cursor = view.textCursor()
        cursor.movePosition(cursor.MoveOperation.End)
        return cursor.charFormat().foreground().color().name()

    assert color_of_last() == theme.colors().warning
    view.translated(translated(0, "[nada]", revision=2))  # begins as the mark does and has another colour
    assert shown(view) == ["Hello there.", "[nada]"]
    cursor = view.textCursor()
    cursor.setPosition(view.toPlainText().index("[nada]") + 1)
    assert cursor.charFormat().foreground().color().name() == color_of_last() == theme.colors().accent


def test_an_untranslated_line_has_a_sign_beside_it(view: TranscriptView) -> None:
    view.heard(heard(0, "Hello there."))
    view.translated(translated(0, "Hello there."))
    before = view.grab().toImage()
    view.clear_lines()
    view.heard(heard(0, "Hello there."))
    view.translated(translated(0, "Hello there.", is_translated=False))
    after = view.grab().toImage()
    # Left of the second block, below the time, there is nothing but the sign.
    cursor = view.textCursor()
    cursor.movePosition(cursor.MoveOperation.End)
    cursor.movePosition(cursor.MoveOperation.StartOfBlock)
    area = view.cursorRect(cursor)
    beside = [(x, y) for x in range(3, area.left() - 2) for y in range(area.top() + 2, area.bottom())]
    paper = QColor(theme.colors().base)
    assert all(before.pixelColor(*place) == paper for place in beside)
    assert sum(after.pixelColor(*place) != paper for place in beside) > 20


def test_a_phrasebook_is_told_before_the_first_word_and_in_what_is_saved(view: TranscriptView, tmp_path: Path) -> None:
    before = view.hint()
    view.show_phrasebook(True)
    assert view.hint() != before
    assert "phrasebook" in view.hint()[0]
    assert "phrasebook" in view.accessibleDescription()
    assert view.note() == ""
    view.heard(heard(0, "Hello there."))
    assert "phrasebook" in view.note()
    assert view.accessibleDescription() == ""
    view.save(tmp_path / "said.txt")
    assert (tmp_path / "said.txt").read_text(encoding="utf-8") == f"[{view.note()}]\nHello there.\n"
    view.show_phrasebook(False)
    assert "phrasebook" in view.note()  # what is there was recognised by it
    view.clear_lines()
    assert view.note() == ""
    assert view.hint() == before


def test_right_to_left_translations_are_set_right(view: TranscriptView) -> None:
    view.heard(heard(0, "Hello."))
    view.translated(translated(0, "مرحبا", language="ar"))
    block = view.document().findBlockByNumber(1)
    assert block.blockFormat().layoutDirection() == Qt.LayoutDirection.RightToLeft


def test_it_follows_until_the_user_scrolls_and_offers_to_go_back(view: TranscriptView, qtbot: QtBot) -> None:
    for number in range(60):
        view.heard(heard(number, f"This is line number {number}."))
    bar = view.verticalScrollBar()
    assert bar.value() == bar.maximum() > 0
    bar.setValue(0)
    assert not view.is_following
    for number in range(60, 70):
        view.heard(heard(number, f"This is line number {number}."))
    assert bar.value() == 0
    assert view._live.isVisible()
    qtbot.mouseClick(view._live, Qt.MouseButton.LeftButton)
    assert bar.value() == bar.maximum()
    assert not view._live.isVisible()


def test_search_finds_wraps_and_counts(view: TranscriptView) -> None:
    view.heard(heard(0, "one two one"))
    assert view.find_text("one")
    assert view.matches() == 2
    first = view.textCursor().position()
    assert view.find_text("one")
    assert view.textCursor().position() != first
    assert view.find_text("one")
    assert view.textCursor().position() == first
    assert not view.find_text("three")


def test_clear_then_the_running_utterance_goes_on(view: TranscriptView) -> None:
    view.heard(heard(0, "Gone."))
    view.translated(translated(0, "Ido."))
    view.clear_lines()
    assert shown(view) == []
    view.heard(heard(1, "Here", "now"))
    view.translated(translated(1, "Aquí"))
    assert shown(view) == ["Here now", "Aquí"]


def test_a_change_of_the_look_keeps_the_text(view: TranscriptView) -> None:
    view.heard(heard(0, "Hello", "there"))
    view.translated(translated(0, "Hola"))
    before = shown(view)
    theme.apply("dark")
    assert shown(view) == before
    color = view.document().find("Hello", 0).charFormat().foreground().color()
    assert color == QColor(theme.DARK.text)


@pytest.mark.parametrize("extension", ["srt", "VTT", "ass", "txt", "json"])
def test_it_is_saved_with_both_languages(view: TranscriptView, tmp_path: Path, extension: str) -> None:
    view.heard(heard(0, "Hello there."))
    view.translated(translated(0, "Hola."))
    file = tmp_path / f"talk.{extension}"
    view.save(file)
    content = file.read_text(encoding="utf-8")
    assert "Hello there." in content
    assert "Hola." in content
    if extension == "srt":
        assert "00:00:10,000 --> 00:00:12,000" in content


def test_saving_is_whole_or_not_at_all_and_asks_before_it_replaces(qtbot: QtBot, tmp_path: Path) -> None:
    panel = TranscriptPanel()
    qtbot.addWidget(panel)
    panel.view.heard(heard(0, "Hello there."))
    old = tmp_path / "talk.srt"
    old.write_text("old")
    problems: list[str] = []
    panel.problem.connect(problems.append)
    panel.save(tmp_path / "talk")  # the dialog asked about that name, not about talk.srt
    assert old.read_text() == "old"
    assert "already" in problems[0]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", raise_full)
        panel.save(old)
    assert old.read_text() == "old"
    assert "No space left" in problems[1]
    panel.save(old)
    assert "Hello there." in old.read_text()
    assert list(tmp_path.iterdir()) == [old]


def raise_full(descriptor: int) -> None:
    raise OSError(28, "No space left on device")


WORDS = st.lists(st.sampled_from(["a", "bc", "d", "ef.", "ñ"]), max_size=4).map(" ".join)
UPDATES = st.lists(st.tuples(st.integers(0, 4), st.booleans(), WORDS, WORDS), max_size=25)


@given(updates=UPDATES)
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_screen_is_what_the_lines_say(view: TranscriptView, updates: list[tuple[int, bool, str, str]]) -> None:
    """Whatever is said, translated or taken back, in any order: the same as drawn afresh."""
    view.clear_lines()
    for revision, (segment, is_translation, committed, unconfirmed) in enumerate(updates):
        if is_translation:
            view.translated(translated(segment, committed, unconfirmed, revision))
        else:
            view.heard(heard(segment, committed, unconfirmed, revision))
    expected = []
    for line in view.lines:
        if line.original.text:
            expected.append(line.original.text)
            if line.translation:
                expected.append(line.translation.text)
    assert shown(view) == expected
    before = view.document().toHtml()
    view._redraw()
    assert view.document().toHtml() == before


def test_hours_of_text_stay_quick(view: TranscriptView) -> None:
    """An update of the last of 2,000 lines takes about as long as one of the last of 50."""

    def fill(first: int, end: int) -> None:
        for number in range(first, end):
            view.heard(heard(number, f"Sentence {number} of a long day in which much is said and nothing is lost."))
            view.translated(translated(number, f"Frase {number} de un largo día en el que se dice mucho."))

    def update_takes(line: int) -> float:
        took = []
        for revision in range(2, 52):
            begin = time.process_time()
            view.heard(heard(line, "The last sentence grows " + "word " * revision, "and ends", revision))
            view.viewport().repaint()
            took.append(time.process_time() - begin)
        return sorted(took)[25]

    fill(0, 50)
    short = update_takes(49)
    fill(50, 2000)
    assert update_takes(1999) < 5 * short


def test_what_is_in_the_wanted_language_already_stands_there_once(view: TranscriptView) -> None:
    view.heard(heard(0, "Hello there."))
    view.translated(translated(0, "Hello there.", language="en"))
    assert shown(view) == ["Hello there."]


def test_undo_shows_everything_again(view: TranscriptView) -> None:
    view.heard(heard(0, "Hello there."))
    view.translated(translated(0, "Hola."))
    view.edit_line(0)
    view._save_edit("Hello here.")
    view.heard(heard(1, "Still", "spoken"))
    before = view.toPlainText()
    counts: list[int] = []
    view.countChanged.connect(counts.append)
    view.clear_lines()
    assert view.toPlainText() == ""
    view.heard(heard(1, "Still spoken", "on", revision=2))
    view.undo()
    assert shown(view) == [*[line.partition("\t")[2] or line for line in before.split("\n")][:-1], "Still spoken on"]
    view.undo()
    assert shown(view) == ["Hello there.", "Hola.", "Still spoken on"]
    assert counts == [0, 1, 2, 2]
    view.undo()
    assert counts == [0, 1, 2, 2]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("ar", "مرحبا بكم في الاجتماع اليوم، سنبدأ بعد قليل إن شاء الله وننتظر البقية حتى يصلوا إلى القاعة."),
        ("he", "שלום לכולם."),
        ("en", "Good morning, everybody."),
    ],
)
def test_no_letter_of_a_line_is_outside_and_its_time_stands_apart(
    view: TranscriptView, language: str, text: str
) -> None:
    view.heard(replace(heard(0, text), language=language))
    viewport, document = view.viewport(), view.document()
    assert viewport is not None
    assert document is not None
    block = document.findBlockByNumber(0)
    places = [view.cursorRect(view._cursor(0, at)).center() for at in range(block.length())]
    assert all(0 <= one.x() <= viewport.width() for one in places)
    stamp, letters = places[: len("00:00:00") + 1], places[len("00:00:00\t") :]
    gap = 12
    if language == "en":
        assert max(one.x() for one in stamp) + gap < min(one.x() for one in letters)
    else:
        assert min(one.x() for one in stamp) - gap > max(one.x() for one in letters)


def test_a_recording_is_saved_under_its_own_name_beside_itself(qtbot: QtBot, tmp_path: Path) -> None:
    panel = TranscriptPanel()
    qtbot.addWidget(panel)
    panel.show()
    panel.view.show_source(SourceOpened(f"file:{tmp_path / 'My talk.mp3'}", 5.0, 60.0))
    panel.view.heard(heard(0, "Hello there."))
    assert panel.view.toPlainText().startswith("00:00:05\t")
    panel.ask_save()
    dialog = panel.findChild(QFileDialog)
    assert dialog is not None
    assert Path(dialog.selectedFiles()[0]) == tmp_path / "My talk.srt"
    dialog.reject()
    panel.view.show_source(SourceOpened("microphone:", 70.0))
    panel.view.heard(heard(1, "Live."))
    panel.ask_save()
    dialog = panel.findChildren(QFileDialog)[-1]
    assert Path(dialog.selectedFiles()[0]).name.startswith("Parley ")
    dialog.reject()

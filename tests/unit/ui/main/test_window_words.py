"""Small pure decisions of the window: notices, cards, the first frame, the meter, the shortcuts."""

from datetime import datetime
from pathlib import Path

import pytest

from desktop.engine.events import ErrorEvent, Severity
from desktop.engine.message import verbatim
from desktop.settings.declaration import Settings
from desktop.settings.store import merged
from desktop.ui.main import output_summaries as card_states
from desktop.ui.main.shortcuts import SHORTCUTS
from desktop.ui.runtime.profiles.startup import startup_settings
from desktop.ui.widgets.level_meter import BARS, bars
from desktop.ui.widgets.notifications import Notice, added, icon_of, may_take_the_bar, notice_of

NOW = datetime(2026, 1, 2, 14, 2, 11)


def settings(**values: object) -> Settings:
    return merged(("test", {key.replace("__", "."): value for key, value in values.items()}))[0]


def test_the_same_notice_counts_up_and_comes_first() -> None:
    one, two = Notice("a", "One.", "warning", NOW), Notice("b", "Two.", "error", NOW)
    notices = added(added(added((), one), two), one)
    assert [(notice.message, notice.count) for notice in notices] == [("One.", 2), ("Two.", 1)]


def test_how_something_stands_is_one_line_until_it_is_over() -> None:
    notices: tuple[Notice, ...] = (Notice("typing", "No field has the focus.", "warning", NOW),)
    for text in ("Words every 0.6 s.", "Words every 1.1 s.", "Whole sentences only.", "Base instead of small."):
        notices = added(notices, Notice("pace", text, "warning", NOW))
        assert [one.message for one in notices if one.code == "pace"] == [text]
    notices = added(notices, Notice("pace", "There is time again.", "info", NOW))
    assert [(one.code, one.severity) for one in notices] == [("pace", "info"), ("typing", "warning")]
    notices = added(
        added(notices, Notice("device-lost", "Gone.", "warning", NOW)), Notice("resumed", "Back.", "info", NOW)
    )
    assert [one.code for one in notices if one.severity == "warning"] == ["typing"]


def test_good_news_hides_no_warning_of_something_else() -> None:
    typing, slow = Notice("typing", "No field.", "warning", NOW), Notice("pace", "Slow.", "warning", NOW)
    better = Notice("pace", "Time again.", "info", NOW)
    assert may_take_the_bar(better, slow)
    assert may_take_the_bar(better, None)
    assert not may_take_the_bar(better, typing)
    assert may_take_the_bar(slow, typing)


def test_notices_do_not_grow_without_end() -> None:
    notices: tuple[Notice, ...] = ()
    for number in range(500):
        notices = added(notices, Notice("a", f"Number {number}.", "info", NOW))
    assert len(notices) == 100
    assert notices[0].message == "Number 499."


@pytest.mark.parametrize("code", ["device-missing", "model-missing", "untranslated", "typing", "audio-server-missing"])
def test_what_the_user_can_mend_has_a_button(code: str) -> None:
    notice = notice_of(ErrorEvent(code, verbatim("Something."), Severity.ERROR), NOW)
    assert notice.action
    assert notice.action_label


def test_severities_differ_in_shape() -> None:
    assert len({icon_of(str(severity))[0] for severity in Severity}) == len(Severity)


def test_cards_say_what_they_do() -> None:
    assert card_states.subtitles(settings(subtitles__enabled=False)) == "Off"
    assert card_states.subtitles(settings()) == "Bottom · original"
    assert card_states.subtitles(settings(translation__target="es")) == "Bottom · both"
    assert card_states.subtitles(settings(subtitles__geometry=(1, 2, 3, 4))).startswith("Own place")
    assert card_states.typing(settings()) == "Off"
    assert card_states.typing(settings(typing__enabled=True), "Into Firefox") == "Into Firefox"
    assert card_states.voice(settings(speech__enabled=True), "Ana", "Headset").startswith("Choose a language")
    on = settings(speech__enabled=True, translation__target="es")
    assert card_states.voice(on, "Ana", "Headset") == "Ana · Headset"


def test_the_first_frame_reads_theme_and_place(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text('[window]\ntheme = "dark"\ngeometry = [1, 2, 700, 500]\n')
    assert startup_settings(file, {}) == ("dark", (1, 2, 700, 500))
    assert startup_settings(file, {"window.theme": "contrast"})[0] == "contrast"


@pytest.mark.parametrize(
    "content",
    ["", "window = 3", "[window]\ntheme = 5\ngeometry = [1, 2]", "[window", "[window]\ngeometry = [1.5,2,3,4]"],
)
def test_the_first_frame_survives_any_file(tmp_path: Path, content: str) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(content)
    assert startup_settings(file, {}) == ("system", ())
    assert startup_settings(tmp_path / "none.toml", {}) == ("system", ())


def test_the_meter_goes_from_silence_to_full() -> None:
    assert bars(-90) == 0
    assert bars(0) == BARS
    assert [bars(level) for level in range(-60, 1)] == sorted(bars(level) for level in range(-60, 1))


def test_no_key_does_two_things() -> None:
    keys = [key for shortcut in SHORTCUTS for key in shortcut.keys]
    assert len(keys) == len(set(keys))

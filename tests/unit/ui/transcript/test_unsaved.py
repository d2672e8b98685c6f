"""What is kept of a transcript that nobody saved, and how it comes back beside what is said since."""

import stat
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from desktop.engine.events import TranscriptUpdate, TranslationUpdate, Word
from desktop.engine.transcript.export import Format, rendered
from desktop.ui.transcript.earlier import joined
from desktop.ui.transcript.lines import TranscriptLine, TranscriptLines
from desktop.ui.transcript.unsaved import KEPT_FOR, UnsavedTranscript, left_behind, read, remove

NOW = datetime(2026, 1, 2, 14, 2, 11)


def line(number: int, text: str, start: float = 0.0, **more: object) -> TranscriptLine:
    words = (Word(text, start, start + 1, 0.9),)
    heard = TranscriptUpdate(number, 3, "en", text, "", words, start, start + 1, True, final_text=text)
    return TranscriptLine(NOW, heard, **more)  # type: ignore[arg-type]


def kept(folder: Path, *lines: TranscriptLine) -> None:
    """A run that wrote these lines and ended."""
    run = UnsavedTranscript(folder)
    run.keep(lines)
    run.close()


def test_lines_come_back_as_they_were(tmp_path: Path) -> None:
    folder = tmp_path / "unsaved"
    translated = TranslationUpdate(1, 2, "en", "es", "Hola.", "", True)
    lines = [
        line(0, "One.", corrected="Won."),
        line(1, "Hello.", translated=translated, is_phrasebook=True, recording="a", at=3.0),
    ]
    kept(folder, line(0, "One."), *lines)
    back = read(left_behind(folder))
    assert [(one.original.text, one.translation and one.translation.text) for one in back] == [
        ("Won.", None),
        ("Hello.", "Hola."),
    ]
    assert back[1].is_phrasebook
    assert back[1].time == NOW
    assert back[1].stamp == "00:00:03"
    assert back[1].heard.words == lines[1].heard.words


def test_only_its_user_can_read_it_and_nothing_is_written_before_a_line(tmp_path: Path) -> None:
    folder = tmp_path / "unsaved"
    run = UnsavedTranscript(folder)
    run.keep([])
    assert not folder.exists()
    run.keep([line(0, "Secret.")])
    (file,) = folder.glob("*.jsonl")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    run.forget()
    run.close()
    assert list(folder.iterdir()) == []


def test_a_run_that_is_alive_keeps_its_own(tmp_path: Path) -> None:
    run = UnsavedTranscript(tmp_path)
    run.keep([line(0, "Mine.")])
    assert left_behind(tmp_path) == ()
    run.close()
    files = left_behind(tmp_path)
    assert len(files) == 1
    remove(files)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("damage", [b'{"time": "2026', b"\xff\xfe\n", b"{}\n", b"[1]\n", b'{"time": 3}\n'])
def test_what_is_damaged_is_left_out(tmp_path: Path, damage: bytes) -> None:
    kept(tmp_path, line(0, "Whole."))
    (file,) = left_behind(tmp_path)
    with file.open("ab") as stream:
        stream.write(damage)
    assert [one.original.text for one in read([file])] == ["Whole."]


def test_after_a_week_it_is_gone(tmp_path: Path) -> None:
    import os

    kept(tmp_path, line(0, "Old."))
    (file,) = left_behind(tmp_path)
    old = (datetime.now() - KEPT_FOR - timedelta(minutes=1)).timestamp()
    os.utime(file, (old, old))
    assert left_behind(tmp_path) == ()
    assert not file.exists()


def test_earlier_lines_stand_before_the_new_ones_also_in_time() -> None:
    lines = TranscriptLines()
    lines.heard(line(0, "New.", 2.0).heard, NOW)
    lines.bring_back(joined([[line(0, "First.", 1.0), line(1, "Second.", 5.0)], [line(0, "Third.", 1.0)]]))
    lines.heard(line(1, "Newest.", 4.0).heard, NOW)
    assert [one.original.text for one in lines] == ["First.", "Second.", "Third.", "New.", "Newest."]
    saved = lines.utterances()
    assert [(one.text, one.start) for one in saved] == [
        ("First.", 1.0),
        ("Second.", 5.0),
        ("Third.", 7.0),
        ("New.", 10.0),
        ("Newest.", 12.0),
    ]
    assert "00:00:12,000" in rendered(saved, Format.SRT)


def test_a_sentence_that_was_cut_off_is_a_line_that_can_be_corrected() -> None:
    heard = TranscriptUpdate(0, 3, "en", "The meeting", "starts at", (), 0.0, 1.0, False)
    (back,) = joined([[TranscriptLine(NOW, heard)]])
    assert back.heard.is_final
    assert back.original.text == "The meeting starts at"
    assert back.original.certain == back.original.text

"""What is kept of readings, who may see it, and what becomes of damage."""

import json
import os
import stat
import wave
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.practice import history
from desktop.practice.feedback import WordStatus
from desktop.practice.history import History, text_key
from desktop.practice.progress import hard_words, progress
from desktop.practice.text import Line, PracticeText
from tests.unit.practice.readings import FOX, NOON, kept, result

OTHER = PracticeText("Fox", "en", (Line("The slow brown fox"),))


def test_a_reading_comes_back_as_it_was(tmp_path: Path) -> None:
    store = History(tmp_path / "practice")
    assert store.all() == ()
    told = store.add(FOX, result(FOX, {2: WordStatus.WRONG}))
    assert History(tmp_path / "practice").all() == (told,)
    assert told.result == result(FOX, {2: WordStatus.WRONG})
    assert told.text == text_key(FOX)


def test_only_its_user_may_read_it(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        store = History(tmp_path / "practice")
        told = store.add(FOX, result())
        sound = store.add_sound(told, b"\1\0" * 160, 16_000)
    finally:
        os.umask(old)
    assert stat.S_IMODE((tmp_path / "practice").stat().st_mode) == 0o700
    for file in (tmp_path / "practice").iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file
    with wave.open(str(sound)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getnframes()) == (16_000, 1, 160)


def test_no_more_are_kept_than_may_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "MOST_READINGS", 3)
    store = History(tmp_path)
    first = store.add(FOX, result(), NOON)
    store.add_sound(first, b"\0\0", 16_000)
    told = [store.add(FOX, result(), NOON + timedelta(minutes=number)) for number in range(1, 5)]
    assert list(store.all()) == told[-3:]
    assert len(list(tmp_path.iterdir())) == 3


def test_readings_and_their_sound_can_be_deleted(tmp_path: Path) -> None:
    store = History(tmp_path)
    one, other = store.add(FOX, result(), NOON), store.add(OTHER, result(OTHER), NOON + timedelta(hours=1))
    store.add_sound(one, b"\0\0", 16_000)
    (tmp_path / "note.json").write_text("mine")
    store.delete(one.name)
    store.delete(one.name)
    store.delete("../../etc/passwd")
    store.delete("note")
    assert store.all() == (other,)
    store.clear()
    assert [path.name for path in tmp_path.iterdir()] == ["note.json"]


def test_what_cannot_be_read_is_left_out_and_left_alone(tmp_path: Path) -> None:
    store = History(tmp_path)
    good = store.add(FOX, result(), NOON)
    values = json.loads((tmp_path / f"{good.name}.json").read_text(encoding="utf-8"))
    damaged = {
        "1": b"", "2": b"{", "3": b"[]", "4": b"null", "5": b"\xff\xfe", "6": b"[" * 100_000,
        "7": json.dumps(values | {"version": 9}).encode(), "8": json.dumps(values | {"at": "noon"}).encode(),
        "9": json.dumps(values | {"result": {}}).encode(), "a": json.dumps(values | {"result": 1}).encode(),
    }  # fmt: skip
    values["result"]["feedback"]["words"][0]["word"] = 5
    damaged["d"] = json.dumps(values).encode()
    for name, content in damaged.items():
        (tmp_path / f"20260101-000000-0000000{name}.json").write_bytes(content)
    os.mkfifo(tmp_path / "20260101-000000-0000000b.json")
    (tmp_path / "20260101-000000-0000000c.json").mkdir()
    assert store.all() == (good,)
    assert len(list(tmp_path.iterdir())) == len(damaged) + 3


@given(st.recursive(st.none() | st.integers() | st.text(max_size=5), lambda x: st.dictionaries(
    st.sampled_from(["version", "at", "text", "result", "title", "score", "feedback", "words"]), x, max_size=5
), max_leaves=12))  # fmt: skip
def test_any_values_are_a_reading_or_left_out(tmp_path_factory: pytest.TempPathFactory, values: object) -> None:
    folder = tmp_path_factory.mktemp("practice")
    (folder / "20260101-000000-00000000.json").write_text(json.dumps(values), encoding="utf-8")
    assert History(folder).all() == ()


def test_a_text_is_the_same_by_its_words_not_its_name() -> None:
    same = PracticeText("Other", "en", (Line("The quick brown"), Line("fox jumps over the lazy dog.", "2:1")))
    assert text_key(same) == text_key(FOX)
    assert text_key(OTHER) != text_key(FOX)
    assert text_key(PracticeText("Fox", "de", FOX.lines)) != text_key(FOX)


def test_the_progress_of_a_text_is_in_order_and_of_that_text_alone() -> None:
    readings = [kept(3, total=70), kept(1, total=50), kept(2, OTHER)]
    assert [(point.at.hour, point.total) for point in progress(readings, text_key(FOX))] == [(13, 50), (15, 70)]
    assert progress(readings, "none") == ()


def test_words_that_go_wrong_again_and_again_come_first() -> None:
    wrong, minor, missing = WordStatus.WRONG, WordStatus.MINOR_MISTAKE, WordStatus.MISSING
    readings = [
        kept(1, marks={1: wrong, 2: minor}), kept(2, marks={1: missing, 8: WordStatus.PENDING}),
        kept(3, OTHER, {1: wrong, 3: wrong}), kept(4, marks={3: minor, 2: wrong}),
    ]  # fmt: skip
    found = hard_words(readings, "en")
    assert [(one.word, one.missed, one.times) for one in found] == [
        ("quick", 2, 3), ("brown", 2, 4), ("fox", 2, 4),
    ]  # fmt: skip
    assert hard_words(readings, "en", 1) == found[:1]
    assert hard_words(readings, "fr") == ()


@given(st.lists(st.dictionaries(st.integers(0, 8), st.sampled_from(list(WordStatus)), max_size=6), max_size=30))
def test_hard_words_were_missed_and_never_more_often_than_read(marks: list[dict[int, WordStatus]]) -> None:
    found = hard_words([kept(number, marks=each) for number, each in enumerate(marks)], "en")
    assert all(1 < one.missed <= one.times <= 2 * 20 for one in found)
    assert len({one.word.casefold().strip(".") for one in found}) == len(found)
    assert [one.missed for one in found] == sorted((one.missed for one in found), reverse=True)

"""Matching endless speech with what is committed, and whether something grows."""

from pathlib import Path

import pytest

from desktop.bench.figures.errors import Errors
from desktop.bench.live.script import Recording
from desktop.bench.live.soak_listener import ScriptMatcher
from desktop.bench.soak import Period, report, trends
from desktop.engine.events import TranscriptUpdate
from tests.unit.bench.takes import ABOUT


def recording(text: str) -> Recording:
    """Each word takes half a second."""
    words = text.split()
    timed = [{"word": word, "start": 0.5 * n, "end": 0.5 * (n + 1)} for n, word in enumerate(words)]
    entry = {"text": text, "words": timed}
    return Recording(Path("en-99.flac"), 0.5 * len(words), "en", text, (entry,))


def heard(segment: int, text: str, start: float, end: float, *, final: bool) -> TranscriptUpdate:
    return TranscriptUpdate(segment, 1, "en", text, "", (), start, end, final)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [1000.0]
    monkeypatch.setattr("desktop.bench.live.soak_listener.time.monotonic", lambda: now[0])
    return now


def test_each_word_has_its_lag_and_lost_words_are_counted(clock: list[float]) -> None:
    listener = ScriptMatcher()
    listener.began = 1000.0
    listener.say(recording("turn right now"), 2.0)
    clock[0] = 1003.5
    listener.take(heard(0, "Turn", 1.9, 3.3, final=False))
    assert listener.period(3.4) == ([], Errors())  # the utterance is still running
    clock[0] = 1004.0
    listener.take(heard(0, "Turn now.", 1.9, 3.8, final=True))
    lags, errors = listener.period(4.0)
    assert lags == pytest.approx([1003.5 - 1002.5, 1004.0 - 1003.5])
    assert errors == Errors(deletions=1, words=3)
    assert listener.period(4.1) == ([], Errors())


def test_what_is_never_heard_is_lost_in_the_end(clock: list[float]) -> None:
    listener = ScriptMatcher()
    listener.began = 1000.0
    listener.say(recording("turn right now"), 2.0)
    assert listener.period(100.0) == ([], Errors())
    lags, errors = listener.period(200.0)
    assert not lags
    assert errors.deletions == errors.words == 3


def test_utterances_of_several_sentences_are_matched_with_all_of_them(clock: list[float]) -> None:
    listener = ScriptMatcher()
    listener.began = 1000.0
    listener.say(recording("turn right"), 0.0)
    listener.say(recording("then stop"), 1.5)
    listener.say(recording("not yet said"), 9.0)
    clock[0] = 1003.0
    listener.take(heard(0, "Turn right then stop.", 0.0, 2.9, final=True))
    lags, errors = listener.period(3.0)
    assert lags == pytest.approx([2.5, 2.0, 1.0, 0.5])
    assert errors == Errors(words=4)


def period(minute: float, lag: float | None = 0.7, memory: float = 300.0, dropped: float = 0.0) -> Period:
    return Period(minute, lag, lag, memory, 0.2, 0, 0.0, dropped, Errors(deletions=1, words=100))


def test_a_flat_run_holds() -> None:
    wobble = [0.01, -0.02, 0.015, -0.005]
    periods = [period(float(n), 0.7 + wobble[n % 4], 300 + 10 * wobble[n % 4]) for n in range(1, 31)]
    found = report("Starter", ABOUT, 30, periods, ())
    assert found.holds
    assert found.data["words"] == 3000
    assert found.data["lost"] == 30
    assert found.data["slopes"]["memory"]["is_flat"]


@pytest.mark.parametrize("what", ["lag", "memory"])
def test_a_sure_rise_does_not_hold(what: str) -> None:
    periods = [
        period(float(n), 0.7 + (0.02 * n if what == "lag" else 0), 300 + (2.0 * n if what == "memory" else 0))
        for n in range(1, 31)
    ]
    failed = [check.name for check in report("Starter", ABOUT, 30, periods, ()).checks if not check.holds]
    assert failed == [f"Rise of {what} that is sure"]


def test_warming_up_is_no_rise() -> None:
    periods = [period(float(n), memory=200.0 if n < 4 else 300.0) for n in range(1, 31)]
    assert trends(periods)["memory"].slope == pytest.approx(0)


def test_dropped_audio_never_holds_and_a_short_run_judges_no_trend() -> None:
    short = report("Starter", ABOUT, 0.5, [period(0.1), period(0.2, None), period(0.3, dropped=1.0)], ("A complaint.",))
    assert [check.name for check in short.checks] == ["Audio dropped"]
    assert not short.holds
    assert "A complaint." in short.notes
    assert any("Too short" in note for note in short.notes)
    assert short.tables[0].rows[1][1] == "–"

"""Delays against a script with true times, on made-up runs."""

import numpy as np
import pytest

from desktop.bench.figures.delays import Sentence, Timeline, delays
from desktop.bench.latency import first_sounds
from desktop.engine.events import Event, SpeechAudio, TranscriptUpdate, TranslationUpdate

BEGAN = 100.0
"""clock when the first sample was made"""
SCRIPT = Sentence("Turn right now.", 1.0, 2.0, (("Turn", 1.3), ("right", 1.6), ("now.", 2.0)))
NEXT = Sentence("Then stop.", 2.3, 3.0, (("Then", 2.6), ("stop.", 3.0)))


def timeline(*events: tuple[float, Event], block: int = 320, extra: float = 0.0) -> Timeline:
    """Ten seconds of audio in blocks that arrive as soon as they are full, and events at seconds after BEGAN."""
    made = Timeline(extra=extra)
    for count in range(block, 160_000 + block, block):
        made.add(block, BEGAN + count / 16_000 + extra)
    for at, event in events:
        made.note(event, BEGAN + at)
    return made


def heard(committed: str, unconfirmed: str = "", *, final: bool = False, start: float = 0.9, end: float = 2.1) -> Event:
    return TranscriptUpdate(0, 1, "en", committed, unconfirmed, (), start, end, final)


def test_the_clock_of_a_sound_is_when_it_was_made() -> None:
    for extra in (0.0, 0.05):
        run = timeline(extra=extra)
        for at in (0.0, 0.01, 0.02, 1.2345, 9.99):
            assert run.clock(at) == pytest.approx(BEGAN + at, abs=1e-4)


def test_every_delay_of_a_simple_run() -> None:
    run = timeline(
        (1.7, heard("", "Turn", end=1.6)),
        (2.1, heard("Turn", "right", end=2.0)),
        (2.6, heard("Turn right now.", final=True)),
        (2.65, TranslationUpdate(0, 1, "en", "es", "Gire a la derecha ahora.", "", True)),
        (2.8, SpeechAudio(0, np.zeros(10, np.float32), 16_000, "Gire", True)),
        (2.9, SpeechAudio(0, np.zeros(10, np.float32), 16_000, "", True)),
    )
    found = delays([SCRIPT], run)
    assert found.first_partial == pytest.approx((0.7,), abs=1e-4)
    assert found.final == pytest.approx((0.6,), abs=1e-4)
    assert found.translation == pytest.approx((0.05,), abs=1e-4)
    assert found.speech == pytest.approx((0.2,), abs=1e-4)
    assert found.commit == pytest.approx((0.8, 1.0, 0.6), abs=1e-4)
    assert found.missed == 0


def test_sentences_of_one_utterance_count_once() -> None:
    run = timeline(
        (1.5, heard("", "Turn", end=1.4)),
        (3.4, heard("Turn right now. Then stop.", final=True, end=3.1)),
    )
    found = delays([SCRIPT, NEXT], run)
    assert found.first_partial == pytest.approx((0.5,), abs=1e-4)
    assert found.final == pytest.approx((0.4,), abs=1e-4)
    assert len(found.commit) == 5


def test_what_was_not_heard_is_missed_and_measured_nowhere() -> None:
    found = delays([SCRIPT, NEXT], timeline((2.6, heard("Turn right now.", final=True))))
    assert found.missed == 1
    assert len(found.final) == 1
    empty = delays([SCRIPT], timeline((2.6, heard("", final=True))))
    assert (empty.missed, empty.final) == (1, ())


def test_a_wrong_word_has_no_commit_delay() -> None:
    found = delays([SCRIPT], timeline((2.6, heard("Turn left now.", final=True))))
    assert found.commit == pytest.approx((1.3, 0.6), abs=1e-4)


def test_the_first_sound_is_taken_where_the_output_was_silent() -> None:
    def final(segment: int) -> Event:
        return TranscriptUpdate(segment, 1, "en", "Yes.", "", (), 0.0, 1.0, True)

    def spoken(segment: int) -> Event:
        return SpeechAudio(segment, np.zeros(10, np.float32), 16_000, "Sí.", True)

    run = timeline(
        (2.0, final(0)),
        (2.1, spoken(0)),
        (3.0, final(1)),  # while the first is still being spoken
        (3.1, spoken(1)),
        (6.8, spoken(2)),  # before its final text
        (7.0, final(2)),
        (9.0, final(3)),  # never spoken
        (9.5, final(4)),
        (9.6, spoken(4)),
    )
    sounds = [(2.2, 2.5), (2.6, 3.4), (3.5, 4.0), (6.9, 7.5), (9.58, 9.9)]
    found = first_sounds(run, [(BEGAN + began, BEGAN + ended) for began, ended in sounds])
    assert found == pytest.approx([0.2, 0.08])

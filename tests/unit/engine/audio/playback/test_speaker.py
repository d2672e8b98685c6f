"""The speaker with an output of the test's own: order, and nothing lost between opening and closing."""

import random
from threading import Event, Thread

import numpy as np
import pytest

from desktop.engine.audio.playback import speaker as module
from desktop.engine.audio.playback.output import Pull
from desktop.engine.audio.playback.speaker import Speaker
from desktop.engine.events import Samples, SpeechAudio
from tests.waiting import let_pass, wait_until

RATE = 16_000
BLOCK = 160


class Output:
    """A sound card that takes a block whenever it can, and keeps what it hears."""

    rate = RATE
    latency = 0.001

    def __init__(self, pull: Pull, heard: list[Samples]) -> None:
        self._pull = pull
        self._heard = heard
        self._ends = Event()
        self._thread = Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while not self._ends.wait(0.0005):
            self._heard.append(self._pull(BLOCK))

    def watch(self, seconds: float) -> None:
        let_pass(seconds)

    def close(self) -> None:
        self._ends.set()
        self._thread.join()


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[Samples]:
    heard: list[Samples] = []
    monkeypatch.setattr(module, "open_playback", lambda _name, make: Output(make(RATE), heard))
    monkeypatch.setattr(module, "_KEEP_OPEN", 0.01)
    monkeypatch.setattr(module, "_TICK", 0.001)
    return heard


def test_pieces_are_heard_in_order_however_often_the_output_closes_between_them(heard: list[Samples]) -> None:
    chance = random.Random(7)
    playing: list[bool] = []
    speaker = Speaker("output:", playing.append)
    speaker.open()
    played: list[Samples] = []
    for number in range(1, 200):
        piece = np.full(chance.randint(1, 3 * BLOCK), number / 256, np.float32)
        speaker.play(SpeechAudio(-1, piece, RATE, "", True))
        played.append(piece)
        let_pass(chance.choice((0, 0, 0.001, 0.01, 0.0105, 0.011, 0.012, 0.02)))
    assert wait_until(lambda: not speaker.is_playing)
    speaker.close()
    sound = np.concatenate(heard)
    assert np.array_equal(sound[sound > 0], np.concatenate(played))
    assert playing[::2] == [True] * len(playing[::2])
    assert playing[1::2] == [False] * len(playing[1::2])
    assert len(playing) > 10, "the output never closed between two pieces"


def test_the_shortest_sound_is_told(heard: list[Samples]) -> None:
    playing: list[bool] = []
    speaker = Speaker("output:", playing.append)
    speaker.open()
    for _ in range(5):
        speaker.play(SpeechAudio(-1, np.full(3, 0.5, np.float32), RATE, "", True))
        assert wait_until(lambda: playing[-1:] == [False])
        playing.clear()
    speaker.close()


def test_what_waits_is_dropped_by_a_stop(heard: list[Samples]) -> None:
    speaker = Speaker("output:", lambda _: None)
    speaker.open()
    speaker.play(SpeechAudio(-1, np.full(60 * RATE, 0.5, np.float32), RATE, "", True))
    assert speaker.is_playing
    assert speaker.queued_seconds > 1
    speaker.stop()
    assert wait_until(lambda: not speaker.is_playing)
    assert speaker.queued_seconds == 0
    speaker.close()

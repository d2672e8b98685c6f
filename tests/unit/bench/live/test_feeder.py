"""Audio that is handed over at the pace of the clock."""

import numpy as np

from desktop.bench.live.feeder import BLOCK, Feeder
from tests.signals import Collector


def test_the_source_is_live_and_gets_what_is_played_in_whole_blocks() -> None:
    feeder, sink = Feeder(), Collector()
    assert feeder.source.is_live, "recognition is to keep up with it, as with a microphone"
    feeder.source.open(sink)
    played = np.linspace(0.1, 0.9, 3 * BLOCK, dtype=np.float32)
    feeder.start()
    try:
        feeder.play(played)
    finally:
        feeder.close()
    heard = np.concatenate([frame.samples for frame in sink.frames])
    first = int(np.flatnonzero(heard)[0])
    assert first % BLOCK == 0
    assert np.array_equal(heard[first : first + len(played)], played)

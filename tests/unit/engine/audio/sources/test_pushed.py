import threading

import numpy as np

from desktop.engine.audio.sources.pushed import PushedSource
from desktop.engine.errors import AudioError
from desktop.engine.events import AudioFrame
from tests.raising import raises
from tests.signals import Collector


def frame(start: float = 0.0) -> AudioFrame:
    return AudioFrame(np.zeros(160, np.float32), start, "pushed:")


def test_what_is_pushed_arrives_until_the_end() -> None:
    source, sink = PushedSource(), Collector()
    source.open(sink)
    frames = [frame(index / 100) for index in range(5)]
    for each in frames:
        source.push(each)
    source.finish()
    source.finish()
    assert sink.frames == frames
    assert sink.calls == ["frame"] * 5 + ["ended"]


def test_pushing_into_a_closed_source_says_so() -> None:
    source, sink = PushedSource(), Collector()
    with raises(AudioError, match="not open"):
        source.push(frame())
    source.open(sink)
    source.close()
    with raises(AudioError, match="not open"):
        source.push(frame())
    source.finish()
    assert sink.calls == []


def test_threads_do_not_lose_frames() -> None:
    source, sink = PushedSource(), Collector()
    source.open(sink)
    threads = [threading.Thread(target=lambda: [source.push(frame()) for _ in range(200)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    source.finish()
    assert len(sink.frames) == 800
    assert sink.calls[-1] == "ended"

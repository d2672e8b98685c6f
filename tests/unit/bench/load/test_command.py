"""What `parley load` tells of its batches."""

import numpy as np

from desktop.bench.load.command import Batch, LoadOptions, _report
from desktop.bench.load.speaker import Spoken
from desktop.bench.load.talks import Talk


def test_a_batch_of_which_nobody_is_taken_is_told_of() -> None:
    talk = Talk(np.zeros(16_000, np.float32), "hello", ((0.0, 1.0),))
    batch = Batch((Spoken(talk, refused="the server is busy"),), refused_idle=0, seconds=1.0)
    report = _report(LoadOptions(clients=1), [talk], {id(talk): "hello"}, [batch], {}, {})
    assert report.data["taken"] == 0
    assert report.data["wer"] is None
    assert report.data["refused"] == ["the server is busy"]

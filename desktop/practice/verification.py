"""The end of a reading: its whole recording is decoded again and aligned with the text. Blocking; any thread."""

from collections.abc import Callable

from desktop.engine.events import Samples
from desktop.engine.pool.models import Models
from desktop.practice.feedback import PracticeResult
from desktop.practice.options import ReadingOptions
from desktop.practice.text import PracticeText


def verify(
    text: PracticeText,
    samples: Samples,
    models: Models,
    options: ReadingOptions | None = None,
    *,
    is_cancelled: Callable[[], bool] = lambda: False,
) -> PracticeResult | None:
    """What the whole recording says of each word, with times and confidence by forced alignment.

    samples: shape (n,), 16 kHz, mono, -1..1. is_cancelled: asked now and then; if so, None is returned. Raises
    EngineError where no recogniser can be loaded."""
    raise NotImplementedError

"""Speech with music behind it: how much of what is understood alone is understood then. Main thread."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from desktop.bench.figures.errors import Errors
from desktop.bench.people.prompts import Prompt, samples_of
from desktop.bench.people.whole_files import spoken_errors
from desktop.engine.events import SAMPLE_RATE, Samples

LEVEL = 8.0
"""dB by which speech is louder than the music"""
TIMES, POINTS = 1.5, 0.03
"""how much worse it may be understood: so many times the word errors, or so much more of all words"""
_PAUSE = SAMPLE_RATE
"""samples between two prompts"""

Hear = Callable[[Samples, str], str]
"""(samples, language) -> what is heard, the final text of all"""


@dataclass(frozen=True, slots=True)
class OverMusic:
    """Errors without music and with it, of the same prompts."""

    language: str
    alone: Errors
    over: Errors

    @property
    def most(self) -> float:
        """Word error rate over music that is still good."""
        return max(TIMES * self.alone.rate, self.alone.rate + POINTS)


def measured(hear: Hear, prompts: Sequence[Prompt], music: Samples) -> OverMusic:
    """prompts: of one language, at least one. Raises FileUnreadable, EngineError."""
    language = prompts[0].language
    pieces = [piece for one in prompts for piece in (samples_of(one.path), np.zeros(_PAUSE, np.float32))]
    speech = np.concatenate(pieces)
    said = " ".join(one.text for one in prompts)
    return OverMusic(
        language,
        spoken_errors(said, hear(speech, language)),
        spoken_errors(said, hear(mixed(speech, music, LEVEL), language)),
    )


def mixed(speech: Samples, music: Samples, level: float) -> Samples:
    """Speech over music that is `level` dB softer, as long as the speech, -1..1. Loudness is that of the parts that are
    not silent. Pure."""
    behind = np.resize(music, len(speech))
    share = _loudness(speech) / _loudness(behind) * 10 ** (-level / 20)
    both = speech + behind * np.float32(share)
    return np.asarray(both / max(1.0, float(np.abs(both).max())), np.float32)


def _loudness(samples: Samples) -> float:
    pieces = samples[: len(samples) // 320 * 320].reshape(-1, 320)
    power = np.mean(np.square(pieces, dtype=np.float64), axis=1)
    return float(np.sqrt(np.mean(power[power >= 0.01 * power.max()])))

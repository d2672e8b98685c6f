"""Whether a cloud engine can be used: sends noise, or one word, and waits for an answer. Blocks for some seconds; sends
nothing that anybody said. What it costs is counted like everything else. Any thread but the GUI's."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from desktop.engine.cloud.errors import CloudFailed, Failure
from desktop.engine.events import SAMPLE_RATE
from desktop.engine.pool.clouds import Clouds
from desktop.engine.preference import Choice
from desktop.engine.recognition.backends.base import RecognitionRequest
from desktop.engine.requests import Stage

_NOISE = SAMPLE_RATE
"""samples"""


@dataclass(frozen=True, slots=True)
class Tried:
    """An engine that answers."""

    name: str
    """of what answers, as users know it"""
    stage: Stage
    seconds: float
    """there and back, once it was connected"""


def try_engine(clouds: Clouds, key: str, stage: Stage, source: str = "en", target: str = "es") -> Tried:
    """source, target: languages that it is tried with. Raises EngineError, which says what to do; CloudFailed(POLICY)
    where nobody switched it on."""
    made: dict[Stage, Callable[[], tuple[Choice[Any], ...]]] = {
        Stage.RECOGNITION: clouds.recognizers,
        Stage.TRANSLATION: clouds.translators,
        Stage.SPEECH: clouds.synthesizers,
    }
    choices = made[stage]()
    allowed = [engine.key for engine in clouds.consent.engines(stage)]
    if key not in allowed:
        raise CloudFailed(Failure.POLICY, key)
    engine = choices[allowed.index(key)].make()
    try:
        if stage is Stage.RECOGNITION:
            engine.load(lambda _: None)
            language = source if source in engine.capabilities.languages else None
            noise = np.random.default_rng(0).normal(0, 0.01, _NOISE).astype(np.float32)
            began = time.monotonic()
            engine.transcribe(noise, RecognitionRequest(language, is_final=True))
        elif stage is Stage.TRANSLATION:
            engine.load(source, target, lambda _: None)
            began = time.monotonic()
            engine.translate("Hello", source, target)
        else:
            engine.load(target, "", lambda _: None)
            began = time.monotonic()
            next(iter(engine.synthesize("Hola" if target == "es" else "Hello", target)), None)
        return Tried(engine.name, stage, time.monotonic() - began)
    finally:
        engine.close()

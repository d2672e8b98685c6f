"""What the app's engine is made of: models, devices and sessions; tests, benchmarks and front ends replace parts."""

from collections.abc import Callable
from dataclasses import dataclass

from desktop.engine.audio.sources.base import Source
from desktop.engine.errors import EngineError
from desktop.engine.live.speech_output import MakeOutput, Output
from desktop.engine.pool.backends import ModelBackends
from desktop.engine.session import Session


def open_speaker(output_id: str, on_playing: Callable[[bool], None], on_error: Callable[[EngineError], None]) -> Output:
    """The system's audio output."""
    from desktop.engine.audio.playback.speaker import Speaker

    return Speaker(output_id, on_playing, on_error)


def find_source(source_id: str) -> Source:
    """The source that an id of the settings names."""
    from desktop.engine.audio.sources.choose import source_for

    return source_for(source_id)


@dataclass(frozen=True)
class Backends(ModelBackends):
    """All of it."""

    output: MakeOutput = open_speaker
    source: Callable[[str], Source] = find_source
    session: Callable[..., Session] = Session
    """makes a session of its options"""
    lowers_load: bool = True
    """see ModelOptions"""

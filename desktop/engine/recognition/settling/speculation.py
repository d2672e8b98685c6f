"""What was found in a pause, which the utterance's final will say if nobody goes on. Plain values. Pure."""

from dataclasses import dataclass

from desktop.engine.events import Word
from desktop.engine.recognition.spoken_language import SpokenLanguage


@dataclass(frozen=True, slots=True)
class Speculation:
    """What the final will say if nobody spoke after `speech_end`."""

    speech_end: float
    language: SpokenLanguage
    """as it will be decided then"""
    log_probability: float
    whole: tuple[Word, ...] | None
    """all words of the utterance, if all of it was decoded"""

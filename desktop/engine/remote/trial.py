"""Whether a Parley server can be used: connects, and has two seconds of noise decoded. Blocks for some seconds; sends
nothing that anybody said."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from desktop.engine.events import SAMPLE_RATE
from desktop.engine.recognition.backends.base import RecognitionRequest
from desktop.engine.recognition.backends.remote import RemoteRecognizer
from desktop.engine.remote.client import Server, kept_token
from desktop.settings.declaration import ServerSettings

_LENGTH = 2 * SAMPLE_RATE


@dataclass(frozen=True, slots=True)
class Tried:
    """A server that answers."""

    name: str
    """its address as it is shown"""
    recogniser: str
    languages: frozenset[str]
    seconds: float
    """there and back"""


def try_server(settings: ServerSettings, token: Callable[[], str | None] = kept_token) -> Tried:
    """Raises EngineError, which says what to do."""
    server = Server(settings, token)
    client = server.client()
    recognizer = RemoteRecognizer(client)
    try:
        recognizer.load(lambda _: None)
        noise = np.random.default_rng(0).normal(0, 0.01, _LENGTH).astype(np.float32)
        language = next(iter(sorted(recognizer.capabilities.languages)), None)
        began = time.monotonic()
        recognizer.transcribe(noise, RecognitionRequest(language))
        seconds = time.monotonic() - began
        return Tried(server.name, client.recogniser, recognizer.capabilities.languages, seconds)
    finally:
        recognizer.close()

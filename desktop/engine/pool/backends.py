"""What models and devices are made with; tests, benchmarks and front ends replace parts."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from desktop.engine.models.load.load_control import ModelsToUse
from desktop.engine.models.load.smaller_models import models_to_use
from desktop.engine.recognition.backends.base import Recognizer
from desktop.engine.recognition.backends.choose import make_recognizer, tune_recognizer
from desktop.engine.speech.backends.base import Synthesizer
from desktop.engine.speech.backends.choose import make_synthesizer
from desktop.engine.takeover import Notify
from desktop.engine.translation.backends.base import Translator
from desktop.engine.translation.backends.choose import make_translator
from desktop.settings.declaration import RecognitionSettings, Settings, SpeechSettings

MakeRecognizer = Callable[[RecognitionSettings, Notify], Recognizer]
"""A WindowRecognizer or a StreamRecognizer; nothing is loaded yet."""
Tune = Callable[[RecognitionSettings, threading.Event], None]
"""Measures what suits this machine, unless it is known; ends soon when the event is set."""
MakeTranslator = Callable[[Settings, Notify], Translator]
MakeSynthesizer = Callable[[SpeechSettings, Notify], Synthesizer]


@dataclass(frozen=True)
class ModelBackends:
    """The models' part."""

    recognizer: MakeRecognizer = make_recognizer
    tune: Tune = tune_recognizer
    translator: MakeTranslator = make_translator
    synthesizer: MakeSynthesizer = make_synthesizer
    models: ModelsToUse = models_to_use
    clock: Callable[[], float] = time.monotonic
    """seconds, of all times that are compared: when sound came, how long decoding took"""

"""A recogniser around another one, for those that change a part of what it does. On the thread of who calls."""

from desktop.engine.events import Samples
from desktop.engine.recognition.backends.base import (
    Hypothesis,
    Progress,
    RecognitionRequest,
    RecognizerCapabilities,
    WindowRecognizer,
)


class WrappedRecognizer:
    """Does what `recognizer` does."""

    def __init__(self, recognizer: WindowRecognizer) -> None:
        self.recognizer = recognizer

    @property
    def name(self) -> str:
        return self.recognizer.name

    @property
    def capabilities(self) -> RecognizerCapabilities:
        return self.recognizer.capabilities

    def load(self, progress: Progress) -> None:
        self.recognizer.load(progress)

    def transcribe(self, samples: Samples, request: RecognitionRequest) -> Hypothesis:
        return self.recognizer.transcribe(samples, request)

    def close(self) -> None:
        self.recognizer.close()

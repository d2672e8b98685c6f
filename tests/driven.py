"""Parts of a session with a model at hand, so that a test gets their result at once."""

from collections.abc import Callable, Generator
from typing import Any, TypeVar

from desktop.engine.events import Samples, SpeechSegment, TranscriptUpdate, TranslationUpdate
from desktop.engine.options import SessionOptions
from desktop.engine.recognition.backends.base import WindowRecognizer
from desktop.engine.recognition.recognition import Recognition
from desktop.engine.recognition.streaming_mode import ModeSwitch
from desktop.engine.recognition.transcriber import Transcriber
from desktop.engine.translation.backends.base import SpeechTranslator, Translator
from desktop.engine.translation.incremental import IncrementalTranslator
from desktop.engine.translation.work import Translate, TranslateSpeech

T = TypeVar("T")


def answered(asking: Generator[Any, Any, T], answer: Callable[[Any], Any]) -> T:
    """What a generator returns that yields work and is sent what `answer` makes of it, or thrown what it raises."""
    try:
        work = next(asking)
        while True:
            try:
                result = answer(work)
            except Exception as error:
                work = asking.throw(error)
            else:
                work = asking.send(result)
    except StopIteration as done:
        return done.value  # type: ignore[no-any-return]


class DrivenTranscriber:
    """A Transcriber with its recogniser, which may be replaced between two updates."""

    def __init__(self, recognizer: WindowRecognizer, options: SessionOptions) -> None:
        self.recognizer = recognizer
        switch = ModeSwitch(options, lambda _: None, lambda: 0.0)
        self._transcriber = Transcriber(options, recognizer.capabilities, switch)
        self._switch = switch
        self.has_decoded = False
        """whether the last update needed the recogniser"""

    def update(self, segment: SpeechSegment) -> TranscriptUpdate | None:
        def decode(work: Any) -> Any:
            self.has_decoded = True
            return self.recognizer.transcribe(work.samples, work.request)

        self.has_decoded = False
        self._transcriber.capabilities = self.recognizer.capabilities
        return answered(self._transcriber.update(segment), decode)

    def configure(self, options: SessionOptions) -> None:
        self._switch.configure(options)
        self._transcriber.configure(options)

    @property
    def whole_until(self) -> float | None:
        return self._transcriber.whole_until


class DrivenTranslator:
    """A IncrementalTranslator with its translator."""

    def __init__(self, translator: Translator | None, target: str) -> None:
        self._translator = translator
        self._live = IncrementalTranslator(translator.capabilities if translator else None, target)

    def configure(self, translator: Translator | None, target: str) -> None:
        self._translator = translator
        self._live.configure(translator.capabilities if translator else None, target)

    def awaits_end(self, update: TranscriptUpdate) -> bool:
        return self._live.awaits_end(update)

    def update(self, update: TranscriptUpdate, samples: Samples | None = None) -> TranslationUpdate:
        return answered(self._live.update(update, samples), self._answer)

    def _answer(self, work: Translate | TranslateSpeech) -> str | None:
        if isinstance(work, Translate):
            assert self._translator is not None
            return self._translator.translate(work.text, work.source, work.target, work.prefix, work.is_final)
        assert isinstance(self._translator, SpeechTranslator)
        return self._translator.translate_speech(work.samples, work.source, work.target, work.transcript)


class DrivenRecognition:
    """A session's Recognition with its window recogniser; keeps the updates."""

    def __init__(self, recognizer: WindowRecognizer, options: SessionOptions) -> None:
        self.recognizer = recognizer
        self.updates: list[TranscriptUpdate] = []
        self.failures: list[Exception] = []
        self._recognition = Recognition(
            options,
            lambda _: None,
            lambda: 0.0,
            lambda update, _: self.updates.append(update),
            lambda *_: None,
            self.failures.append,
        )
        self._recognition.set_recognizer(recognizer.capabilities)

    def hear(self, segment: SpeechSegment) -> None:
        answered(
            self._recognition.handle(segment),
            lambda work: self.recognizer.transcribe(work.samples, work.request),
        )

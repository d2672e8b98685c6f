"""The server that the settings name and cloud engines, with the models of this machine: for each stage whose backend is
"auto".

Which engine has the next piece of work is decided in `preference.py` and `order.py`. Any thread.
"""

import logging
import weakref
from collections.abc import Callable
from typing import cast

from desktop.engine.errors import EngineError
from desktop.engine.order import Arrangement
from desktop.engine.pool.backends import ModelBackends
from desktop.engine.pool.clouds import Clouds
from desktop.engine.preference import Choice
from desktop.engine.recognition.backends.base import Recognizer, StreamRecognizer, WindowRecognizer
from desktop.engine.recognition.backends.preferred import PreferredRecognizer
from desktop.engine.recognition.backends.remote import RemoteRecognizer
from desktop.engine.remote.client import Server
from desktop.engine.requests import Stage
from desktop.engine.speech.backends.base import Synthesizer
from desktop.engine.speech.backends.preferred import PreferredSynthesizer
from desktop.engine.speech.backends.remote import RemoteSynthesizer
from desktop.engine.takeover import Notify
from desktop.engine.translation.backends.base import Translator
from desktop.engine.translation.backends.preferred import PreferredTranslator
from desktop.engine.translation.backends.remote import RemoteTranslator
from desktop.settings.declaration import RecognitionSettings, Settings, SpeechSettings

log = logging.getLogger(__name__)

_TIMES = 2.0
"""memory of a model that is loaded, per byte of its files"""
_SPARE = 500_000_000
"""bytes that other programs keep"""


class PreferredBackends:
    """Makes what each stage uses. settings: gives those of now; backends: make the models of this machine. clouds: the
    cloud engines."""

    def __init__(self, backends: ModelBackends, settings: Callable[[], Settings], clouds: Clouds) -> None:
        self._backends = backends
        self._settings = settings
        self._clouds = clouds
        self._server: Server | None = None
        self._recognizers: weakref.WeakSet[PreferredRecognizer] = weakref.WeakSet()
        self._translators: weakref.WeakSet[PreferredTranslator] = weakref.WeakSet()
        self._synthesizers: weakref.WeakSet[PreferredSynthesizer] = weakref.WeakSet()

    def recognizer(self, wanted: RecognitionSettings, notify: Notify) -> Recognizer:
        """wanted: what the local one is to be like; a smaller model may stand in for the chosen one."""
        if self._settings().recognition.backend != "auto":
            return self._backends.recognizer(wanted, notify)
        arrangement = self._recognition()
        local = self._backends.recognizer(wanted, _but_phrasebook(notify) if arrangement.choices else notify)
        if isinstance(local, StreamRecognizer):
            return local
        here = cast(WindowRecognizer, local)
        made = PreferredRecognizer(arrangement, here, notify, lambda: _has_room(wanted))
        self._recognizers.add(made)
        return made

    def translator(self, settings: Settings, notify: Notify) -> Translator:
        if settings.translation.backend != "auto":
            return self._backends.translator(settings, notify)
        made = PreferredTranslator(
            self._translation(), lambda: self._backends.translator(self._settings(), notify), notify
        )
        self._translators.add(made)
        return made

    def synthesizer(self, settings: SpeechSettings, notify: Notify) -> Synthesizer:
        local = self._backends.synthesizer(settings, notify)
        if settings.backend != "auto":
            return local
        made = PreferredSynthesizer(self._speech(), local, notify)
        self._synthesizers.add(made)
        return made

    def rearrange(self) -> None:
        """Follow other settings of cloud engines with what was made already; what is used now goes on until then."""
        for recognizer in tuple(self._recognizers):
            recognizer.arrange(self._recognition())
        for translator in tuple(self._translators):
            translator.arrange(self._translation())
        for synthesizer in tuple(self._synthesizers):
            synthesizer.arrange(self._speech())

    def _recognition(self) -> Arrangement[WindowRecognizer]:
        choices: list[Choice[WindowRecognizer]] = []
        if (server := self._server_for(self._settings().recognition.backend)) is not None:
            choices.append(Choice(server, lambda: RemoteRecognizer(server.client()), server.standing))
        choices += self._clouds.recognizers()
        return Arrangement(choices, self._clouds.first(Stage.RECOGNITION), self._clouds.deadline)

    def _translation(self) -> Arrangement[Translator]:
        choices: list[Choice[Translator]] = []
        if (server := self._server_for(self._settings().translation.backend)) is not None:
            choices.append(Choice(server, lambda: RemoteTranslator(server.client()), server.standing))
        choices += self._clouds.translators()
        return Arrangement(choices, self._clouds.first(Stage.TRANSLATION), self._clouds.deadline)

    def _speech(self) -> Arrangement[Synthesizer]:
        choices: list[Choice[Synthesizer]] = []
        if (server := self._server_for(self._settings().speech.backend)) is not None:
            choices.append(Choice(server, lambda: RemoteSynthesizer(server.client()), server.standing))
        choices += self._clouds.synthesizers()
        return Arrangement(choices, self._clouds.first(Stage.SPEECH), self._clouds.deadline)

    def _server_for(self, backend: str) -> Server | None:
        """The server, where a stage may use it."""
        settings = self._settings().server
        if backend != "auto" or not settings.url.strip():
            return None
        if self._server is None or self._server.settings != settings:
            self._server = Server(settings)  # those who use another one close it when they are closed
        return self._server


def _but_phrasebook(notify: Notify) -> Notify:
    """Tells everything but that there is only a phrasebook here: that is what there is a server for."""
    return lambda event: None if event.code == "phrasebook" else notify(event)


def _has_room(settings: RecognitionSettings) -> bool:
    """Whether the local model may be in memory beside everything else that is."""
    import psutil

    from desktop.engine.models.choice import chosen_model

    try:
        needed = _TIMES * chosen_model(settings).size_bytes
    except EngineError:
        return False
    return bool(psutil.virtual_memory().available > needed + _SPARE)

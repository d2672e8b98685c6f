"""The server that the settings name, in front of the models of this machine: for each stage whose backend is "auto".

Which engine has the next piece of work is decided in `preference.py`. Any thread.
"""

import logging
from collections.abc import Callable
from typing import cast

from desktop.engine.errors import EngineError
from desktop.engine.pool.backends import ModelBackends
from desktop.engine.recognition.backends.base import Recognizer, StreamRecognizer, WindowRecognizer
from desktop.engine.recognition.backends.preferred import PreferredRecognizer
from desktop.engine.recognition.backends.remote import RemoteRecognizer
from desktop.engine.remote.client import Server
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
    """Makes what each stage uses. settings: gives those of now; backends: make the models of this machine."""

    def __init__(self, backends: ModelBackends, settings: Callable[[], Settings]) -> None:
        self._backends = backends
        self._settings = settings
        self._server: Server | None = None

    def recognizer(self, wanted: RecognitionSettings, notify: Notify) -> Recognizer:
        """wanted: what the local one is to be like; a smaller model may stand in for the chosen one."""
        server = self._server_for(self._settings().recognition.backend)
        if server is None:
            return self._backends.recognizer(wanted, notify)
        local = self._backends.recognizer(wanted, _but_phrasebook(notify))
        if isinstance(local, StreamRecognizer):
            return local
        engine = RemoteRecognizer(server.client())
        here = cast(WindowRecognizer, local)
        return PreferredRecognizer([(engine, server.standing)], here, notify, lambda: _has_room(wanted))

    def translator(self, settings: Settings, notify: Notify) -> Translator:
        """Raises ModelError where there is no local one and no server."""
        server = self._server_for(settings.translation.backend)
        if server is None:
            return self._backends.translator(settings, notify)
        engine = RemoteTranslator(server.client())
        return PreferredTranslator(
            [(engine, server.standing)], lambda: self._backends.translator(settings, notify), notify
        )

    def synthesizer(self, settings: SpeechSettings, notify: Notify) -> Synthesizer:
        local = self._backends.synthesizer(settings, notify)
        server = self._server_for(settings.backend)
        if server is None:
            return local
        return PreferredSynthesizer([(RemoteSynthesizer(server.client()), server.standing)], local, notify)

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

"""Every cloud engine at its peer: how each is made, and what serves it."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any

from desktop.engine.cloud.catalogue import ENGINES
from desktop.engine.cloud.options import CloudOptions, Timeouts
from desktop.engine.recognition.backends.cloud.deepgram import DeepgramRecognizer
from desktop.engine.recognition.backends.cloud.google import GoogleRecognizer
from desktop.engine.recognition.backends.cloud.openai import OpenAIRecognizer
from desktop.engine.recognition.backends.cloud.realtime import RealtimeRecognizer
from desktop.engine.requests import Stage
from desktop.engine.speech.backends.cloud.google import GoogleSynthesizer
from desktop.engine.speech.backends.cloud.openai import OpenAISynthesizer
from desktop.engine.translation.backends.cloud.deepl import DeepLTranslator
from desktop.engine.translation.backends.cloud.google import GoogleTranslator
from desktop.engine.translation.backends.cloud.libretranslate import LibreTranslateTranslator
from tests.cloud_peers.deepgram import deepgram_peer
from tests.cloud_peers.faults import KEY
from tests.cloud_peers.google import google_peer
from tests.cloud_peers.hearing import Powers
from tests.cloud_peers.openai import openai_peer
from tests.cloud_peers.texts import deepl_peer, libretranslate_peer

PATIENT = Timeouts(answer=30.0, load=30.0, quiet=30.0, connect=10.0)
"""on a busy machine, where nothing is to go wrong"""


@dataclass(frozen=True)
class Engine:
    """key: in the catalogue. address: of the peer's, from its port."""

    key: str
    stage: Stage
    make: Callable[[CloudOptions], Any]
    peer: Callable[[Powers], AbstractContextManager[Any]]
    address: str = "http://127.0.0.1:{port}"
    model: str | None = None

    def options(
        self, port: int, *, timeouts: Timeouts = PATIENT, key: str = KEY, host: str = "", scheme: str = "", **more: Any
    ) -> Any:
        """What it is made with, for a peer at a port. host, scheme: instead of this machine's."""
        record = ENGINES[self.key]
        address = self.address.format(port=port)
        model = record.models.get(self.stage, "") if self.model is None else self.model
        given: dict[str, Any] = {"model": model, "region": record.region, "project": "p", **more}
        endpoint = address.replace("127.0.0.1", host) if host else address
        endpoint = endpoint.replace("http:", f"{scheme}:") if scheme else endpoint
        return CloudOptions(record, endpoint, lambda: key, timeouts=timeouts, **given)


_V1 = "http://127.0.0.1:{port}/v1"
RECOGNIZERS = {
    "google": Engine("google", Stage.RECOGNITION, GoogleRecognizer, google_peer, "127.0.0.1:{port}"),
    "realtime": Engine("realtime", Stage.RECOGNITION, RealtimeRecognizer, openai_peer, _V1),
    "deepgram": Engine("deepgram", Stage.RECOGNITION, DeepgramRecognizer, deepgram_peer),
    "openai": Engine("openai", Stage.RECOGNITION, OpenAIRecognizer, openai_peer, _V1, "whisper-1"),
}
STREAMS = {key: engine for key, engine in RECOGNIZERS.items() if key != "openai"}
TRANSLATORS = {
    "google": Engine("google", Stage.TRANSLATION, GoogleTranslator, google_peer, "127.0.0.1:{port}"),
    "deepl": Engine("deepl", Stage.TRANSLATION, DeepLTranslator, deepl_peer),
    "libretranslate": Engine("libretranslate", Stage.TRANSLATION, LibreTranslateTranslator, libretranslate_peer),
}
SYNTHESIZERS = {
    "google": Engine("google", Stage.SPEECH, GoogleSynthesizer, google_peer, "127.0.0.1:{port}"),
    "openai": Engine("openai", Stage.SPEECH, OpenAISynthesizer, openai_peer, _V1),
}


@contextmanager
def at_peer(engine: Engine, powers: Powers) -> Iterator[Any]:
    """An engine that was not loaded so far, with nothing on the way to its peer."""
    with engine.peer(powers) as peer:
        made = engine.make(engine.options(peer.port))
        try:
            yield made
        finally:
            made.close()

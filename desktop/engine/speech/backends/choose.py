"""Which synthesizers the settings ask for. A backend is one file and one line in a table here. Nothing is
loaded here; on the speech thread.
"""

from desktop.engine.speech.backends.base import Synthesizer
from desktop.engine.speech.backends.fallback import FallbackSynthesizer
from desktop.engine.takeover import Notify, order
from desktop.settings.declaration import SpeechSettings

SYNTHESIZERS = ("piper", "espeak")


def make_synthesizer(settings: SpeechSettings, notify: Notify) -> Synthesizer:
    """The synthesizer that the settings ask for; nothing is loaded yet."""
    names = order(settings.backend, SYNTHESIZERS)
    return FallbackSynthesizer([_synthesizer(name, is_only=len(names) == 1) for name in names], notify)


def _synthesizer(name: str, *, is_only: bool) -> Synthesizer:
    if name == "espeak":
        from desktop.engine.speech.backends.espeak import EspeakSynthesizer

        return EspeakSynthesizer()
    from desktop.engine.speech.backends.piper import PiperSynthesizer

    return PiperSynthesizer(is_real=not is_only)

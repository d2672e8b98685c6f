"""Which translators the settings ask for. A backend is one file and one line in a table here. Nothing is
loaded here; on the translation thread.
"""

import logging

from desktop.engine.errors import EngineError
from desktop.engine.models.speed.tuning import resolved
from desktop.engine.models.speed.tuning_cache import TuningCache
from desktop.engine.recognition.backends.choose import uses_card
from desktop.engine.takeover import Notify, order
from desktop.engine.translation.backends.base import Translator
from desktop.settings.declaration import RecognitionSettings, Settings

log = logging.getLogger(__name__)

TRANSLATORS = ("argos", "apertium", "whisper")
"""in the order of preference"""


def make_translator(settings: Settings, notify: Notify) -> Translator:
    """The translator that the settings ask for; nothing is loaded yet. Raises ModelMissing, ModelBroken."""
    from desktop.engine.translation.backends.fallback import FallbackTranslator

    candidates: list[Translator] = []
    for name in order(settings.translation.backend, TRANSLATORS):
        try:
            candidates.append(_made(name, settings, notify))
        except EngineError as error:
            if settings.translation.backend == name:
                raise
            log.info("%s does not translate: %s", name, error.code)
    return FallbackTranslator(candidates, notify)


def _made(name: str, settings: Settings, notify: Notify) -> Translator:
    if name == "argos":
        return _argos()
    if name == "apertium":
        from desktop.engine.translation.backends.apertium import ApertiumTranslator

        return ApertiumTranslator(notify)
    return _whisper_translator(settings.recognition)


def _argos() -> Translator:
    from desktop.engine.translation.backends.argos import ArgosTranslator

    return ArgosTranslator()


def _whisper_translator(settings: RecognitionSettings) -> Translator:
    """On the model that recognises; where that has to be opened, as the recogniser would."""
    from desktop.engine.models.choice import chosen_model
    from desktop.engine.recognition.whisper.shared_models import Terms
    from desktop.engine.translation.backends.whisper import WhisperTranslator

    model = chosen_model(settings)
    tuning = TuningCache().get(model.path)
    terms = []
    for wanted in (settings, settings.model_copy(update={"device": "cpu"})):
        choice = resolved(wanted, tuning.choice if tuning is not None else None, has_card=uses_card(wanted))
        terms.append(Terms(model.path, choice.device, choice.compute_type, choice.threads))
    return WhisperTranslator(
        tuple(dict.fromkeys(terms)),
        name=model.label,
        is_phrasebook=model.is_starter,
        context=settings.context,
        context_floor=settings.context_floor,
        context_pad=settings.context_pad,
    )

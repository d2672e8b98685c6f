"""Which smaller models may stand in when the chosen one is too slow. `chain` is pure; any thread."""

from collections.abc import Sequence

from desktop.engine.errors import ModelError
from desktop.engine.models.choice import chosen_model
from desktop.engine.models.installed import InstalledModel, installed
from desktop.settings.declaration import RecognitionSettings

_SMALLER = 0.7
"""a model is worth the change if its file has at most this share of the size"""


def models_to_use(settings: RecognitionSettings) -> tuple[InstalledModel, ...]:
    """The chosen Whisper model and those that may stand in for it, each smaller than the one before. Empty if there is
    none, or another recogniser was asked for. Reads the disk (milliseconds)."""
    if settings.backend == "pocketsphinx":
        return ()
    try:
        chosen = chosen_model(settings)
    except ModelError:
        return ()
    if not settings.may_lower_model:
        return (chosen,)
    return chain(chosen, installed("whisper"), settings.spoken or chosen.languages)


def chain(
    chosen: InstalledModel, others: Sequence[InstalledModel], spoken: Sequence[str]
) -> tuple[InstalledModel, ...]:
    """`chosen`, then each next smaller one that knows every language of `spoken` that the chosen one knows. A starter
    model, which knows a phrasebook only, stands in for none but a larger starter model."""
    needed = set(spoken) & set(chosen.languages)
    found = [chosen]
    for model in sorted(others, key=lambda one: (-one.size_bytes, one.name)):
        fits = needed <= set(model.languages) and model.is_starter == chosen.is_starter
        if fits and model.size_bytes <= _SMALLER * found[-1].size_bytes:
            found.append(model)
    return tuple(found)

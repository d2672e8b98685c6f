"""Which of the installed models is used where the settings name none, and which are offered. `best` and `offered` are
pure; `chosen` reads the disk (milliseconds). Any thread.

The starter models, a phrasebook for tests, are used and offered only where there is no real model.
"""

from collections.abc import Callable, Sequence

from desktop.engine.errors import ModelError
from desktop.engine.models.installed import InstalledModel, Kind, installed, recognition_model
from desktop.settings.declaration import RecognitionSettings

_KEEPS_UP = 0.6
"""seconds of work for a second of speech, at most: the rest is for the other cores' work and for finals"""


def best(
    candidates: Sequence[InstalledModel], spoken: Sequence[str], cost: Callable[[InstalledModel], float | None]
) -> InstalledModel | None:
    """The recognition model to use, of `candidates`, best first: a real one that knows the languages of `spoken`
    (empty: as many as any) and keeps up with speech here; where none keeps up, the cheapest. None if there is none.

    cost: seconds of work for a second of speech on this machine; None where nobody knows, which counts as fast."""
    real = [one for one in candidates if not one.is_starter] or list(candidates)
    if not real:
        return None
    known = [_languages_known(one, spoken) for one in real]
    able = [one for one, count in zip(real, known, strict=True) if count == max(known)]
    costs = [cost(one) for one in able]
    for one, seconds in zip(able, costs, strict=True):
        if seconds is None or seconds <= _KEEPS_UP:
            return one
    return min(zip(able, costs, strict=True), key=lambda pair: pair[1] or 0.0)[0]


def chosen_model(settings: RecognitionSettings) -> InstalledModel:
    """The Whisper model that the settings name, or the best one for what is spoken. Raises ModelMissing,
    ModelBroken."""
    if not settings.model.strip():
        found = best(installed("whisper"), settings.spoken, lambda one: cost_of(one, settings))
        if found is not None:
            return found
    return recognition_model(settings.model)


def cost_of(model: InstalledModel, settings: RecognitionSettings) -> float | None:
    """Seconds of work for a second of speech, as measured with this model on this machine, else as reckoned from the
    size of its network; None where nothing was measured yet. Reads two small files."""
    # Imported when asked for: whoever only lists models does not wait for it.
    from desktop.engine.models.speed import speed_class
    from desktop.engine.models.speed.tuning_cache import TuningCache

    tuning = TuningCache().get(model.path)
    if tuning is not None:
        return tuning.real_time_factor
    return speed_class.share_of_shape(model.shape, speed_class.measured(**speed_class.way(settings)))


def offered(kind: Kind) -> tuple[InstalledModel, ...]:
    """The installed models that a user can choose from, best first. Reads the disk."""
    return real_first(installed(kind))


def real_first(candidates: Sequence[InstalledModel]) -> tuple[InstalledModel, ...]:
    """Without the starter models for which there is a real one: of recognition any, of the others one for the same
    languages. Pure."""
    real = [one for one in candidates if not one.is_starter]
    covered = {(one.kind, one.languages if one.kind != "whisper" else ()) for one in real}
    return tuple(
        one
        for one in candidates
        if not one.is_starter or (one.kind, one.languages if one.kind != "whisper" else ()) not in covered
    )


def suited(candidates: Sequence[InstalledModel], settings: RecognitionSettings) -> tuple[InstalledModel, ...]:
    """Those that a preset may choose for what is spoken: they know all of it, or more than one language where
    anything may be spoken. Pure."""
    spoken = set(settings.spoken)
    return tuple(one for one in candidates if (spoken <= set(one.languages) if spoken else len(one.languages) > 1))


def is_phrasebook(settings: RecognitionSettings) -> bool:
    """Whether recognition would run with a starter model, which knows a phrasebook only, though none was asked for by
    name."""
    if settings.backend == "pocketsphinx" or settings.model.strip():
        return False
    try:
        return chosen_model(settings).is_starter
    except ModelError:
        return False


def _languages_known(model: InstalledModel, spoken: Sequence[str]) -> int:
    return len(set(spoken) & set(model.languages)) if spoken else len(model.languages)

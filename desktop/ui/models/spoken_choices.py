"""Which spoken languages are offered, and what "any language" is called. `known_languages` reads the disk; the rest is
pure. Any thread."""

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from desktop.ui.widgets.pickers.picker import Choice

if TYPE_CHECKING:
    from desktop.settings.declaration import RecognitionSettings

_NAMED = 3
"""languages that are named one by one instead of "any" """


def spoken_choices(known: Collection[str], detected: Sequence[str], chosen: str) -> tuple[Choice, ...]:
    """The list of spoken languages, detection first.

    known: languages that can be understood. detected: those that detection would choose from; where that is only one
    there is nothing to detect, and the entry is left out unless it is chosen. chosen: the setting, a code or "auto";
    it is always in the list."""
    from desktop.engine.text.languages import language_name, native_name

    codes = set(known) | ({chosen} - {"auto"})
    listed = [Choice(code, language_name(code), search=native_name(code)) for code in sorted(codes, key=language_name)]
    if len(set(detected)) == 1 and chosen != "auto":
        return tuple(listed)
    return (Choice("auto", any_words(detected), search="any language detect automatic"), *listed)


def any_words(detected: Sequence[str]) -> str:
    """What "auto" means: "Any language", or by name where there are few: "English or Spanish", "English only"."""
    from desktop.engine.text.languages import language_name

    names = sorted({language_name(code) for code in detected})
    if not names or len(names) > _NAMED:
        return "Any language"
    if len(names) == 1:
        return f"{names[0]} only"
    return f"{', '.join(names[:-1])} or {names[-1]}"


def narrowed(known: Sequence[str], wanted: Sequence[str]) -> tuple[str, ...]:
    """The languages of `known` that the settings want to be detected; all where they want none of them."""
    return tuple(code for code in known if code in wanted) or tuple(known)


def known_languages(settings: "RecognitionSettings") -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(languages that can be understood, languages that detection chooses from) with what is installed.

    Where the settings name a model, both are that model's. Otherwise every language counts with which the automatic
    choice takes a model that knows it. Reads the disk."""
    from desktop.engine.errors import ModelError
    from desktop.engine.models.choice import best, chosen_model, cost_of, offered

    if settings.backend == "pocketsphinx":
        return ("en",), ("en",)
    automatic = settings.model_copy(update={"language": "auto"})
    try:
        detected = chosen_model(automatic).languages
    except ModelError:
        return ("en",), ("en",)
    if settings.model.strip():
        return detected, narrowed(detected, settings.languages)
    models = offered("whisper")
    costs = {model.path: cost_of(model, settings) for model in models}

    def is_understood(code: str) -> bool:
        model = best(models, (code,), lambda one: costs[one.path])
        return model is not None and code in model.languages

    codes = dict.fromkeys(code for model in models for code in model.languages)
    return tuple(filter(is_understood, codes)), narrowed(detected, settings.languages)

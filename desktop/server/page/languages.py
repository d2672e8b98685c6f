"""Which languages this server hears, translates into and speaks. Reads the disk; any thread."""

from typing import Any

from desktop.engine.errors import ModelError
from desktop.engine.models.installed import installed, recognition_model
from desktop.engine.models.translation_routes import readable_pairs
from desktop.engine.models.whisper_directory import describe
from desktop.engine.text.languages import base_language, language_name, native_name
from desktop.server.brokers.base import Recogniser


def offered_languages(recogniser: Recogniser | None) -> dict[str, Any]:
    """For the page's lists, by name: `sources` {code, name, native}; `targets` the same with `sources`, the codes that
    it is translated from, and `spoken`, whether there is a voice for it; `detects`, whether the spoken language may be
    left open; `recogniser`, its name."""
    heard = recogniser.capabilities.languages if recogniser is not None else frozenset[str]()
    into: dict[str, set[str]] = {}
    for source, target in readable_pairs() | _heard_pairs(recogniser):
        if source in heard:
            into.setdefault(target, set()).add(source)
    voices = {language for voice in installed("voice") for language in voice.languages}
    return {
        "recogniser": recogniser.name if recogniser is not None else "",
        "detects": recogniser is not None and recogniser.capabilities.detects_language,
        "sources": [_named(code) for code in sorted(heard, key=language_name)],
        "targets": [
            {**_named(code), "sources": sorted(into[code]), "spoken": base_language(code) in voices}
            for code in sorted(into, key=language_name)
        ],
    }


def _heard_pairs(recogniser: Recogniser | None) -> frozenset[tuple[str, str]]:
    """What the recogniser's model translates by itself."""
    if recogniser is None:
        return frozenset()
    try:
        return describe(recognition_model(recogniser.name).path).pairs
    except ModelError:
        return frozenset()


def _named(code: str) -> dict[str, str]:
    return {"code": code, "name": language_name(code), "native": native_name(code)}

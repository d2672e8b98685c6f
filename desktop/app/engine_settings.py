"""Which settings concern whom. Pure."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from desktop.settings.declaration import Settings

ENGINE_GROUPS = ("audio", "vad", "recognition", "translation", "speech", "server", "cloud")
"""groups that the engine listens to"""


def engine_part(settings: "Settings") -> tuple[Any, ...]:
    """What the engine listens to."""
    return tuple(getattr(settings, group) for group in ENGINE_GROUPS)


def lists_depend_on(settings: "Settings") -> tuple[Any, ...]:
    """What decides which languages and voices can be chosen."""
    recognition = settings.recognition
    return (
        (recognition.backend, recognition.model, recognition.language, recognition.languages),
        (settings.translation.backend, settings.translation.target, settings.speech.voice),
        (settings.server, settings.cloud),
    )

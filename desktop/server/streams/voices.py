"""The voices that are installed. Looks at the disk; any thread."""

from desktop.engine.models.installed import InstalledModel, installed

_USUAL = "en"


def voices() -> tuple[InstalledModel, ...]:
    """Best first."""
    return installed("voice")


def default_language() -> str:
    """Of a text that does not say its own: English, or that of the best voice."""
    languages = [language for voice in voices() for language in voice.languages]
    return _USUAL if _USUAL in languages or not languages else languages[0]

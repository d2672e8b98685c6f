"""The one line that each card says about its output. Pure, no Qt."""

from typing import TYPE_CHECKING

from desktop.messages.wayland import NATIVE

if TYPE_CHECKING:
    from desktop.settings.declaration import Settings


def subtitles(settings: "Settings", *, is_unlocked: bool = False, caveat: str = "") -> str:
    """is_unlocked: they can be dragged now; caveat: what they cannot do on this desktop."""
    if not settings.subtitles.enabled:
        return "Off"
    if caveat == NATIVE:
        return "Takes the focus: XWayland is missing"
    if is_unlocked:
        return "Drag them where you want them"
    place = "Own place" if settings.subtitles.geometry else "Bottom"
    shown = settings.subtitles.show if settings.translation.target else "original"
    return f"{place} · {shown}"


def typing(settings: "Settings", message: str = "") -> str:
    """message: what the typist says it is doing."""
    if not settings.typing.enabled:
        return "Off"
    if settings.typing.text == "translation" and not settings.translation.target:
        return "Choose a language to translate into"
    return message or "Into the focused window"


def voice(settings: "Settings", voice_label: str, output_label: str) -> str:
    """Labels as they are shown in the lists."""
    if not settings.speech.enabled:
        return "Off"
    if not settings.translation.target:
        return "Choose a language to translate into"
    return f"{voice_label} · {output_label}"

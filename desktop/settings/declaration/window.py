"""The window and the keys. Pure."""

from typing import Literal

from pydantic import Field

from desktop.settings.declaration.kinds import Group, Place, about


class WindowSettings(Group):
    """Window"""

    theme: Literal["system", "light", "dark", "contrast"] = Field("system", description="Colours")
    reduced_motion: bool = Field(False, description="No animations")
    tray: bool = Field(
        True, description="Show an icon in the system tray; closing the window leaves Parley there, until you quit"
    )
    announce: Literal["auto", "always", "never"] = Field(
        "auto",
        description="Let the screen reader announce each line, warnings and the state; auto is where one runs",
    )
    keep_transcript: bool = Field(
        True, description="Keep a transcript that is not saved, for a week, so that the next start can bring it back"
    )
    geometry: Place = Field(
        (),
        description="Place on the screen: x, y, width, height",
        json_schema_extra=about(advanced=True, applies="restart"),
    )


def _hotkey(what: str) -> str:
    field: str = Field(
        "", description=f"Global hotkey {what}", json_schema_extra=about(written="for example <ctrl>+<alt>+l")
    )
    return field


class HotkeySettings(Group):
    """Hotkeys"""

    toggle_listening: str = _hotkey("for Start and Stop")
    unlock_subtitles: str = _hotkey("that unlocks the subtitles")
    stop_speaking: str = _hotkey("that silences the voice")
    type_rest: str = _hotkey("that types the end of a sentence here, after another window got the focus")
    next_profile: str = _hotkey("that switches to the next profile")

"""What becomes of the words: translation, voice, subtitles, typing. Pure."""

from typing import Literal

from pydantic import Field

from desktop.settings.declaration.kinds import Color, Group, Output, PlaceOnScreen, about


class TranslationSettings(Group):
    """Translation"""

    target: str = Field("", description="Language to translate into; empty for none")
    live: bool = Field(True, description="Translate while somebody speaks, not only at the end")
    backend: Literal["auto", "argos", "apertium", "whisper"] = Field(
        "auto",
        description="What translates: Argos packages, Apertium's, roughly and only between close languages, or Whisper "
        "itself, only into English and only whole utterances; auto is the Parley server and cloud engines, if there "
        "are any, then Argos, and Apertium and Whisper where no package is installed",
        json_schema_extra=about(advanced=True),
    )


class SpeechSettings(Group):
    """Voice"""

    enabled: bool = Field(False, description="Speak the translation")
    backend: Literal["auto", "piper", "espeak"] = Field(
        "auto",
        description="Which synthesizer to use: auto is the Parley server and cloud engines, if there are any, then "
        "Piper",
        json_schema_extra=about(advanced=True),
    )
    voice: str = Field("", description="Voice; empty takes the best one for the language")
    output: Output = Field("output:", description="Device to speak on", json_schema_extra=about(written="output:NAME"))
    rate: float = Field(1.0, ge=0.5, le=2.0, description="Speed; 1 is normal")
    volume: float = Field(1.0, ge=0, le=1, description="Loudness; 1 is full")
    mute_capture: Literal["auto", "always", "never"] = Field(
        "auto", description="Do not listen while speaking; auto: only where Parley would hear itself"
    )


class SubtitleSettings(Group):
    """Subtitles"""

    enabled: bool = Field(True, description="Show live subtitles")
    show: Literal["both", "original", "translation"] = Field("both", description="Which text to show")
    translation_first: bool = Field(False, description="Translation above the original")
    unconfirmed: Literal["dim", "hide"] = Field("dim", description="How words that may still change are shown")
    lines: int = Field(2, ge=1, le=6, description="Lines per language")
    line_length: int = Field(
        42, ge=20, le=80, description="Characters per line", json_schema_extra=about(unit="characters")
    )
    clear_after: float = Field(
        4.0, ge=1, le=60, description="Seconds after which finished text disappears", json_schema_extra=about(unit="s")
    )
    font_family: str = Field("", description="Font; empty takes the system's")
    font_size: int = Field(
        0,
        ge=0,
        le=200,
        description="Height of the text in pixels; 0 follows the screen's height",
        json_schema_extra=about(unit="px"),
    )
    text_color: Color = Field("#ffffff", description="Colour of the original")
    translation_color: Color = Field("#ffe066", description="Colour of the translation")
    background_color: Color = Field("#000000", description="Colour behind the text")
    background_opacity: float = Field(0.75, ge=0, le=1, description="Opacity behind the text")
    outline: bool = Field(False, description="Draw a dark outline around the letters")
    screen: str = Field("", description="Name of the screen; empty takes the primary one")
    geometry: PlaceOnScreen = Field(
        (),
        description="Place on the screen: x, y, width, height, and the screen's width and height; empty is bottom "
        "centre",
        json_schema_extra=about(advanced=True),
    )


class TypingSettings(Group):
    """Typing"""

    enabled: bool = Field(False, description="Type what is said into the focused window")
    text: Literal["original", "translation"] = Field("original", description="Which text to type")
    live: bool = Field(False, description="Type words that may still change, and correct them")
    method: Literal["auto", "keystrokes", "paste"] = Field("auto", description="How text reaches the window")
    trailing_space: bool = Field(False, description="End each utterance with a space")
    read_before_caret: bool = Field(
        True,
        description="Look at the text before the caret when an utterance begins, so that spaces and capitals fit; the "
        "text is not kept, and passwords are not read",
    )
    terminals: tuple[str, ...] = Field(
        ("xterm", "uxterm", "gnome-terminal", "konsole", "kitty", "alacritty", "foot", "terminator", "urxvt", "st"),
        description="Window classes that are terminals",
        json_schema_extra=about(advanced=True),
    )

"""Every setting, declared once: default, range, help.

The command line's flags, the environment variables (`PARLEY_SPEECH__RATE=1.2`), the file and the settings
dialog all come from this declaration. Defaults < file < environment < flags; flags are never saved.
No Qt in here; used from any thread (all values are frozen).
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

Color = Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")]


class Group(BaseModel):
    """Settings that belong together; one page of the dialog."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)


class AudioSettings(Group):
    """Listen to"""

    source: str = Field("microphone:", description="What to listen to: microphone:NAME, loopback:NAME or file:PATH")
    level_hz: float = Field(15.0, ge=1, le=60, description="Updates of the level meter per second")


class VadSettings(Group):
    """Speech detection"""

    threshold: float = Field(0.5, ge=0.05, le=0.95, description="How sure Silero must be that it hears speech")
    webrtc_mode: int = Field(2, ge=0, le=3, description="How strict WebRTC's detector is")
    window: int = Field(6, ge=1, le=30, description="Frames of 32 ms that vote on whether somebody speaks")
    onset: float = Field(0.1, ge=0.03, le=1, description="Seconds of speech that open an utterance")
    preroll: float = Field(1.0, ge=0, le=5, description="Seconds kept from before an utterance")
    hangover: float = Field(0.5, ge=0.1, le=3, description="Seconds of silence that end an utterance")
    max_segment: float = Field(20.0, ge=5, le=30, description="Longest utterance in seconds; then it is split")


class RecognitionSettings(Group):
    """Recognition"""

    backend: Literal["auto", "whisper", "pocketsphinx"] = Field("auto", description="Which recogniser to use")
    model: str = Field("", description="Name or directory of a Whisper model; empty takes the best one installed")
    language: str = Field("auto", description="Language that is spoken, or auto to detect it")
    languages: tuple[str, ...] = Field(("en", "es"), description="Languages to choose from when detecting")
    beam_size: int = Field(5, ge=1, le=10, description="Beam width of the final decoding")
    threads: int = Field(1, ge=1, le=64, description="Processor threads for recognition")
    device: Literal["auto", "cpu", "cuda"] = Field("auto", description="Where recognition runs")
    compute_type: str = Field("default", description="CTranslate2 number format, for example int8 or float16")
    context: Literal["auto", "short", "full"] = Field(
        "auto", description="Audio window given to Whisper: short is several times faster, full is what it was made for"
    )
    step: float = Field(0.3, ge=0.1, le=5, description="Least seconds between two looks at a running utterance")
    window: float = Field(10.0, ge=3, le=28, description="Seconds of audio that are decoded at most while speaking")
    vocabulary: str = Field("", description="Names and terms to expect")


class TranslationSettings(Group):
    """Translation"""

    target: str = Field("", description="Language to translate into; empty for none")
    live: bool = Field(True, description="Translate while somebody speaks, not only at the end")


class SpeechSettings(Group):
    """Voice"""

    enabled: bool = Field(False, description="Speak the translation")
    backend: Literal["auto", "piper", "espeak"] = Field("auto", description="Which synthesizer to use")
    voice: str = Field("", description="Voice; empty takes the best one for the language")
    output: str = Field("output:", description="Device to speak on: output:NAME")
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
    line_length: int = Field(42, ge=20, le=80, description="Characters per line")
    clear_after: float = Field(4.0, ge=1, le=60, description="Seconds after which finished text disappears")
    font_family: str = Field("", description="Font; empty takes the system's")
    font_size: int = Field(0, ge=0, le=200, description="Height of the text in pixels; 0 follows the screen's height")
    text_color: Color = Field("#ffffff", description="Colour of the original")
    translation_color: Color = Field("#ffe066", description="Colour of the translation")
    background_color: Color = Field("#000000", description="Colour behind the text")
    background_opacity: float = Field(0.75, ge=0, le=1, description="Opacity behind the text")
    outline: bool = Field(False, description="Draw a dark outline around the letters")
    screen: str = Field("", description="Name of the screen; empty takes the primary one")
    geometry: tuple[int, ...] = Field(
        (), description="Place on the screen: x, y, width, height; empty is bottom centre"
    )


class TypingSettings(Group):
    """Typing"""

    enabled: bool = Field(False, description="Type what is said into the focused window")
    text: Literal["original", "translation"] = Field("original", description="Which text to type")
    live: bool = Field(False, description="Type words that may still change, and correct them")
    method: Literal["auto", "keystrokes", "paste"] = Field("auto", description="How text reaches the window")
    trailing_space: bool = Field(False, description="End each utterance with a space")
    terminals: tuple[str, ...] = Field(
        ("xterm", "uxterm", "gnome-terminal", "konsole", "kitty", "alacritty", "foot", "terminator", "urxvt", "st"),
        description="Window classes that are terminals",
    )


class WindowSettings(Group):
    """Window"""

    theme: Literal["system", "light", "dark", "contrast"] = Field("system", description="Colours")
    reduced_motion: bool = Field(False, description="No animations")
    tray: bool = Field(True, description="Show an icon in the system tray")
    geometry: tuple[int, ...] = Field((), description="Place on the screen: x, y, width, height")


class HotkeySettings(Group):
    """Hotkeys"""

    toggle_listening: str = Field("", description="Global hotkey for Start and Stop, for example <ctrl>+<alt>+l")
    unlock_subtitles: str = Field("", description="Global hotkey that unlocks the subtitles")
    stop_speaking: str = Field("", description="Global hotkey that silences the voice")


class Settings(BaseSettings):
    """All settings. Frozen: a change makes a new value (`SettingsStore.set`)."""

    model_config = SettingsConfigDict(
        frozen=True, extra="forbid", env_prefix="PARLEY_", env_nested_delimiter="__", validate_default=True
    )

    audio: AudioSettings = AudioSettings()
    vad: VadSettings = VadSettings()
    recognition: RecognitionSettings = RecognitionSettings()
    translation: TranslationSettings = TranslationSettings()
    speech: SpeechSettings = SpeechSettings()
    subtitles: SubtitleSettings = SubtitleSettings()
    typing: TypingSettings = TypingSettings()
    window: WindowSettings = WindowSettings()
    hotkeys: HotkeySettings = HotkeySettings()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        # The layers are merged in settings_store, which can say which value of which layer is bad.
        return (init_settings,)

"""Every setting, declared once: default, range, help; a file for each part of Parley.

The command line's flags, the environment variables (`PARLEY_SPEECH__RATE=1.2`), the file and the settings
dialog all come from this declaration. Defaults < file < profile < environment < flags; flags are never saved.
No Qt in here; used from any thread (all values are frozen).
"""

from pydantic import BaseModel, ConfigDict

from desktop.settings.declaration.cloud import CloudSettings
from desktop.settings.declaration.hearing import AudioSettings, VadSettings
from desktop.settings.declaration.kinds import Applies, Color, Group, Output, Place, PlaceOnScreen, Source
from desktop.settings.declaration.outputs import SpeechSettings, SubtitleSettings, TranslationSettings, TypingSettings
from desktop.settings.declaration.places import ModelSettings, ServerSettings, SharingSettings
from desktop.settings.declaration.practice import PracticeSettings
from desktop.settings.declaration.recognition import RecognitionSettings
from desktop.settings.declaration.window import HotkeySettings, WindowSettings

__all__ = [
    "Applies",
    "AudioSettings",
    "CloudSettings",
    "Color",
    "Group",
    "HotkeySettings",
    "ModelSettings",
    "Output",
    "Place",
    "PlaceOnScreen",
    "PracticeSettings",
    "RecognitionSettings",
    "ServerSettings",
    "Settings",
    "SharingSettings",
    "Source",
    "SpeechSettings",
    "SubtitleSettings",
    "TranslationSettings",
    "TypingSettings",
    "VadSettings",
    "WindowSettings",
]


class Settings(BaseModel):
    """All settings. Frozen: a change makes a new value (`SettingsStore.set`).

    The layers are merged by the store, not by pydantic-settings: it can say which value of which layer is bad."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)

    audio: AudioSettings = AudioSettings()
    vad: VadSettings = VadSettings()
    recognition: RecognitionSettings = RecognitionSettings()
    translation: TranslationSettings = TranslationSettings()
    speech: SpeechSettings = SpeechSettings()
    subtitles: SubtitleSettings = SubtitleSettings()
    typing: TypingSettings = TypingSettings()
    practice: PracticeSettings = PracticeSettings()
    server: ServerSettings = ServerSettings()
    cloud: CloudSettings = CloudSettings()
    sharing: SharingSettings = SharingSettings()
    models: ModelSettings = ModelSettings()
    window: WindowSettings = WindowSettings()
    hotkeys: HotkeySettings = HotkeySettings()

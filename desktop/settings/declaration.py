"""Every setting, declared once: default, range, help.

The command line's flags, the environment variables (`PARLEY_SPEECH__RATE=1.2`), the file and the settings
dialog all come from this declaration. Defaults < file < profile < environment < flags; flags are never saved.
No Qt in here; used from any thread (all values are frozen).
"""

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

Color = Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")]
Applies = Literal["at once", "reload", "restart"]
"""When a change takes effect: at once; as soon as the model is loaded again, which Parley does by itself; when
Parley is started the next time."""


def _place(value: tuple[int, ...]) -> tuple[int, ...]:
    """A place on the screen, or () for the usual one. X11 has 16 bits for each number."""
    if value and (len(value) != 4 or not all(-32768 <= number <= 32767 for number in value)):
        raise ValueError("it must be four numbers, x, y, width and height, each from -32768 to 32767")
    return value


def _place_and_screen(value: tuple[int, ...]) -> tuple[int, ...]:
    """As `_place`; the size of the screen may follow."""
    if len(value) == 6:
        _place(value[:4])
        if not all(0 < number <= 32767 for number in value[4:]):
            raise ValueError("the width and height of the screen must be from 1 to 32767")
        return value
    return _place(value)


Place = Annotated[tuple[int, ...], AfterValidator(_place)]
PlaceOnScreen = Annotated[tuple[int, ...], AfterValidator(_place_and_screen)]


def _of_kinds(*kinds: str) -> AfterValidator:
    """A device or a file: "microphone:NAME"; a kind alone is its default device."""

    def check(value: str) -> str:
        kind, _, name = value.partition(":")
        if kind in kinds and (name or kind != "file"):
            return f"{kind}:{name}"
        allowed = " or ".join(f"{one}:{'PATH' if one == 'file' else 'NAME'}" for one in kinds)
        raise ValueError(f"it must be {allowed}; without a name it is the default one")

    return AfterValidator(check)


Source = Annotated[str, _of_kinds("microphone", "loopback", "file")]
Output = Annotated[str, _of_kinds("output")]


def _about(*, unit: str = "", advanced: bool = False, applies: Applies = "at once", unbeaten: str = "") -> JsonDict:
    """What is known of a setting besides its type, range and help.

    unit: of its number; advanced: few need it; applies: when a change takes effect. unbeaten: a value that no other
    layer overrides, whichever says it."""
    return {"unit": unit, "advanced": advanced, "applies": applies, "unbeaten": unbeaten}


def _reloads(about: JsonDict) -> bool:
    return about["applies"] == "reload"


class Group(BaseModel):
    """Settings that belong together; one page of the dialog."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)


class AudioSettings(Group):
    """Listen to"""

    source: Source = Field("microphone:", description="What to listen to: microphone:NAME, loopback:NAME or file:PATH")
    level_hz: float = Field(
        15.0,
        ge=1,
        le=60,
        description="Updates of the level meter per second",
        json_schema_extra=_about(unit="per second", advanced=True),
    )


class VadSettings(Group):
    """Speech detection"""

    threshold: float = Field(0.5, ge=0.05, le=0.95, description="How sure Silero must be that it hears speech")
    webrtc_mode: int = Field(
        2, ge=0, le=3, description="How strict WebRTC's detector is", json_schema_extra=_about(advanced=True)
    )
    window: int = Field(
        6,
        ge=1,
        le=30,
        description="Frames of 32 ms that vote on whether somebody speaks",
        json_schema_extra=_about(unit="frames", advanced=True),
    )
    onset: float = Field(
        0.1,
        ge=0.03,
        le=1,
        description="Seconds of speech that open an utterance",
        json_schema_extra=_about(unit="s", advanced=True),
    )
    preroll: float = Field(
        1.0,
        ge=0,
        le=5,
        description="Seconds kept from before an utterance",
        json_schema_extra=_about(unit="s", advanced=True),
    )
    hangover: float = Field(
        0.5, ge=0.1, le=3, description="Seconds of silence that end an utterance", json_schema_extra=_about(unit="s")
    )
    early_end: float = Field(
        0.16,
        ge=0,
        le=3,
        description="Seconds of silence that end an utterance after what is surely a whole sentence; 0 is never",
        json_schema_extra=_about(unit="s", advanced=True),
    )
    max_segment: float = Field(
        20.0,
        ge=5,
        le=30,
        description="Longest utterance in seconds; then it is split",
        json_schema_extra=_about(unit="s", advanced=True),
    )


class RecognitionSettings(Group):
    """Recognition"""

    backend: Literal["auto", "whisper", "pocketsphinx"] = Field(
        "auto",
        description="Which recogniser to use: auto is the Parley server, if there is one, then Whisper; any other one "
        "keeps recognition on this computer",
        json_schema_extra=_about(advanced=True, applies="reload"),
    )
    model: str = Field(
        "",
        description="Name or directory of a Whisper model; empty takes the best one installed",
        json_schema_extra=_about(applies="reload"),
    )
    language: str = Field("auto", description="Language that is spoken, or auto to detect it")
    languages: tuple[str, ...] = Field(
        (), description="Languages to choose from when detecting; empty is every language that the model knows"
    )
    beam_size: int = Field(
        5,
        ge=1,
        le=10,
        description="Beam width of the final decoding",
        json_schema_extra=_about(advanced=True),
    )
    threads: int = Field(
        0,
        ge=0,
        le=64,
        description="Processor threads for recognition; 0 takes what was measured to be best on this machine",
        json_schema_extra=_about(applies="reload"),
    )
    device: Literal["auto", "cpu", "cuda"] = Field(
        "auto", description="Where recognition runs", json_schema_extra=_about(applies="reload")
    )
    compute_type: Literal[
        "default",
        "auto",
        "int8",
        "int8_float32",
        "int8_float16",
        "int8_bfloat16",
        "int16",
        "float16",
        "bfloat16",
        "float32",
    ] = Field(
        "auto",
        description="CTranslate2's number format: int8 is fast on processors, float16 on graphics cards; "
        "auto takes what was measured to be fastest on this machine, default is how the model is stored",
        json_schema_extra=_about(advanced=True, applies="reload"),
    )
    context: Literal["auto", "short", "full"] = Field(
        "auto",
        description="Audio window given to Whisper: full is the 30 s it was made for, short is several times faster; "
        "auto is as short as is safe for the model",
        json_schema_extra=_about(advanced=True, applies="reload"),
    )
    context_floor: int = Field(
        0,
        ge=0,
        le=3000,
        description="Shortest window given to Whisper, in frames of 10 ms; 0 is as is safe for the model",
        json_schema_extra=_about(unit="frames", advanced=True, applies="reload"),
    )
    context_pad: float = Field(
        -1.0,
        ge=-1,
        le=10,
        description="Seconds of silence behind the audio in a short window; -1 is as is safe for the model",
        json_schema_extra=_about(unit="s", advanced=True, applies="reload"),
    )
    step: float = Field(
        0.3,
        ge=0.1,
        le=5,
        description="Least seconds between two looks at a running utterance; less at its beginning",
        json_schema_extra=_about(unit="s", advanced=True),
    )
    window: float = Field(
        10.0,
        ge=3,
        le=28,
        description="Seconds of audio that are decoded at most while speaking",
        json_schema_extra=_about(unit="s", advanced=True),
    )
    mode: Literal["auto", "streaming", "buffered"] = Field(
        "auto",
        description="When words appear: streaming is while they are spoken, buffered when an utterance ends; auto is "
        "streaming, and buffered for a while if that fails",
    )
    breaker_failures: int = Field(
        2,
        ge=1,
        le=100,
        description="Failures of streaming after which auto changes to buffered",
        json_schema_extra=_about(advanced=True),
    )
    breaker_recovery: float = Field(
        30.0,
        ge=1,
        le=3600,
        description="Seconds until auto tries streaming again, and over which its failures are counted",
        json_schema_extra=_about(unit="s", advanced=True),
    )
    may_lower_model: bool = Field(
        True,
        description="Take the next smaller model that is installed while this computer is too slow for the chosen one",
    )
    unload_after: float = Field(
        10.0,
        ge=0,
        le=1440,
        description="Minutes without listening or speech after which the models leave the memory; 0 is never",
        json_schema_extra=_about(unit="min"),
    )
    vocabulary: str = Field("", description="Names and terms to expect")

    @property
    def spoken(self) -> tuple[str, ...]:
        """The languages that may be spoken; empty: any."""
        return self.languages if self.language == "auto" else (self.language,)

    @property
    def model_terms(self) -> tuple[object, ...]:
        """What the loaded model depends on: where that changes it is loaded anew."""
        extras = ((name, field.json_schema_extra) for name, field in type(self).model_fields.items())
        return tuple(getattr(self, name) for name, extra in extras if isinstance(extra, dict) and _reloads(extra))


class TranslationSettings(Group):
    """Translation"""

    target: str = Field("", description="Language to translate into; empty for none")
    live: bool = Field(True, description="Translate while somebody speaks, not only at the end")
    backend: Literal["auto", "argos", "whisper"] = Field(
        "auto",
        description="What translates: Argos packages, or Whisper itself, only into English and only whole utterances; "
        "auto is the Parley server, if there is one, then Argos, and Whisper where no package is installed",
        json_schema_extra=_about(advanced=True),
    )


class SpeechSettings(Group):
    """Voice"""

    enabled: bool = Field(False, description="Speak the translation")
    backend: Literal["auto", "piper", "espeak"] = Field(
        "auto",
        description="Which synthesizer to use: auto is the Parley server, if there is one, then Piper",
        json_schema_extra=_about(advanced=True),
    )
    voice: str = Field("", description="Voice; empty takes the best one for the language")
    output: Output = Field("output:", description="Device to speak on: output:NAME")
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
        42, ge=20, le=80, description="Characters per line", json_schema_extra=_about(unit="characters")
    )
    clear_after: float = Field(
        4.0, ge=1, le=60, description="Seconds after which finished text disappears", json_schema_extra=_about(unit="s")
    )
    font_family: str = Field("", description="Font; empty takes the system's")
    font_size: int = Field(
        0,
        ge=0,
        le=200,
        description="Height of the text in pixels; 0 follows the screen's height",
        json_schema_extra=_about(unit="px"),
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
        json_schema_extra=_about(advanced=True),
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
        json_schema_extra=_about(advanced=True),
    )


class ServerSettings(Group):
    """Parley server"""

    url: str = Field(
        "",
        description="Where parley serve runs, for example https://cellar:5026: what is heard is recognised, translated "
        "and spoken there, and here while it does not answer; empty: nothing leaves this computer",
        json_schema_extra=_about(applies="reload"),
    )
    certificate: str = Field(
        "",
        description="File with the certificate of a server that made its own",
        json_schema_extra=_about(advanced=True, applies="reload"),
    )


def _engines(*known: str) -> AfterValidator:
    """Keys of cloud engines, each once."""

    def check(value: tuple[str, ...]) -> tuple[str, ...]:
        for key in value:
            if key not in known:
                raise ValueError(f"there is no such engine as {key[:40]!r}; there are {', '.join(known)}")
        return tuple(dict.fromkeys(value))

    return AfterValidator(check)


CloudOrder = Literal["cloud", "local", "race"]
"""Which is asked first where a cloud engine is switched on."""


class CloudSettings(Group):
    """Cloud engines"""

    policy: Literal["allow", "never"] = Field(
        "allow",
        description="Whether cloud engines may be switched on; never wins over whatever else says otherwise, and so "
        "does PARLEY_CLOUD=never in the environment",
        json_schema_extra=_about(applies="reload", unbeaten="never"),
    )
    recognition: Annotated[tuple[str, ...], _engines("google", "openai", "realtime", "deepgram")] = Field(
        (),
        description="Engines that what is heard may be sent to, in order: google, openai, realtime, deepgram; "
        "empty: no sound leaves this computer for them",
        json_schema_extra=_about(applies="reload"),
    )
    translation: Annotated[tuple[str, ...], _engines("google", "deepl", "libretranslate")] = Field(
        (),
        description="Engines that the text may be sent to for translation, in order: google, deepl, libretranslate",
        json_schema_extra=_about(applies="reload"),
    )
    speech: Annotated[tuple[str, ...], _engines("google", "openai", "edge")] = Field(
        (),
        description="Engines that the translation may be sent to for speaking, in order: google, openai, edge",
        json_schema_extra=_about(applies="reload"),
    )
    recognition_order: CloudOrder = Field(
        "cloud",
        description="Which recognises: cloud first, local first, or both in a race, in which the cloud's words are "
        "taken if they come in time",
        json_schema_extra=_about(applies="reload"),
    )
    translation_order: CloudOrder = Field(
        "cloud", description="The same for translation", json_schema_extra=_about(applies="reload")
    )
    speech_order: CloudOrder = Field(
        "cloud", description="The same for the voice", json_schema_extra=_about(applies="reload")
    )
    race_deadline: float = Field(
        0.8,
        ge=0.1,
        le=5,
        description="Seconds in which a cloud engine wins a race",
        json_schema_extra=_about(unit="s", advanced=True, applies="reload"),
    )
    daily_cap: float = Field(
        1.0,
        ge=0,
        le=10_000,
        description="US dollars a day, by the published prices, after which cloud engines rest until midnight; 0: only "
        "those that cost nothing",
        json_schema_extra=_about(unit="$"),
    )
    on_metered: bool = Field(False, description="Use them also on a network that is paid by volume")
    google_endpoint: str = Field(
        "",
        description="Address of Google's services; empty takes the one of the region",
        json_schema_extra=_about(advanced=True, applies="reload"),
    )
    google_region: str = Field(
        "eu",
        description="Where Google works on it, for example eu, us, global or europe-west4",
        json_schema_extra=_about(applies="reload"),
    )
    google_project: str = Field(
        "",
        description="Google Cloud project that is billed; empty takes the one of the key",
        json_schema_extra=_about(advanced=True, applies="reload"),
    )
    google_model: str = Field(
        "",
        description="Google's recogniser, for example long or chirp_2; empty takes long",
        json_schema_extra=_about(advanced=True, applies="reload"),
    )
    google_voice: str = Field(
        "",
        description="Kind of Google's voices, for example Chirp3-HD or Neural2; empty takes Chirp3-HD",
        json_schema_extra=_about(advanced=True, applies="reload"),
    )
    google_glossary: str = Field(
        "",
        description="Name of a glossary in the Google Cloud project, for translation; empty takes none",
        json_schema_extra=_about(advanced=True, applies="reload"),
    )
    openai_endpoint: str = Field(
        "",
        description="Address of a service that speaks OpenAI's protocol, for example http://127.0.0.1:8000/v1; empty "
        "takes OpenAI's own",
        json_schema_extra=_about(applies="reload"),
    )
    openai_model: str = Field(
        "",
        description="Recogniser that is asked for there; empty takes gpt-4o-transcribe",
        json_schema_extra=_about(advanced=True, applies="reload"),
    )
    openai_voice: str = Field(
        "",
        description="Voice model that is asked for there; empty takes tts-1",
        json_schema_extra=_about(advanced=True, applies="reload"),
    )
    realtime_endpoint: str = Field(
        "",
        description="Address of a service that speaks OpenAI's Realtime protocol; empty takes OpenAI's own",
        json_schema_extra=_about(applies="reload"),
    )
    realtime_model: str = Field(
        "",
        description="Recogniser that is asked for there; empty takes gpt-4o-transcribe",
        json_schema_extra=_about(advanced=True, applies="reload"),
    )
    deepgram_endpoint: str = Field(
        "",
        description="Address of a service that speaks Deepgram's protocol; empty takes Deepgram's own",
        json_schema_extra=_about(advanced=True, applies="reload"),
    )
    deepgram_model: str = Field(
        "",
        description="Deepgram's recogniser; empty takes nova-3",
        json_schema_extra=_about(advanced=True, applies="reload"),
    )
    deepl_endpoint: str = Field(
        "",
        description="Address of DeepL; empty takes the one that the key is for",
        json_schema_extra=_about(advanced=True, applies="reload"),
    )
    libretranslate_endpoint: str = Field(
        "",
        description="Address of a LibreTranslate server, for example http://127.0.0.1:5000; empty takes "
        "libretranslate.com",
        json_schema_extra=_about(applies="reload"),
    )


class SharingSettings(Group):
    """Sharing captions"""

    who: Literal["computer", "network"] = Field(
        "computer",
        description="Who may follow once captions are shared: browsers on this computer, or in the same network with "
        "the code",
    )
    port: int = Field(5027, ge=1024, le=65535, description="Port at which captions are shared")


class ModelSettings(Group):
    """Models"""

    hub: tuple[str, ...] = Field(
        (),
        description="Addresses of the Hugging Face hub, tried in turn; empty takes huggingface.co",
        json_schema_extra=_about(advanced=True),
    )
    argos: tuple[str, ...] = Field(
        (),
        description="Addresses of the list of Argos packages, tried in turn; empty takes Argos's own",
        json_schema_extra=_about(advanced=True),
    )
    piper: tuple[str, ...] = Field(
        (),
        description="Addresses of copies of Piper's voices, tried in turn; empty takes the hub",
        json_schema_extra=_about(advanced=True),
    )
    proxy: str = Field(
        "",
        description="Proxy for downloads, for example http://proxy:8080; empty takes the system's",
        json_schema_extra=_about(advanced=True),
    )


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
        json_schema_extra=_about(advanced=True, applies="restart"),
    )


class HotkeySettings(Group):
    """Hotkeys"""

    toggle_listening: str = Field("", description="Global hotkey for Start and Stop, for example <ctrl>+<alt>+l")
    unlock_subtitles: str = Field("", description="Global hotkey that unlocks the subtitles")
    stop_speaking: str = Field("", description="Global hotkey that silences the voice")
    type_rest: str = Field(
        "", description="Global hotkey that types the end of a sentence here, after another window got the focus"
    )
    next_profile: str = Field("", description="Global hotkey that switches to the next profile")


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
    server: ServerSettings = ServerSettings()
    cloud: CloudSettings = CloudSettings()
    sharing: SharingSettings = SharingSettings()
    models: ModelSettings = ModelSettings()
    window: WindowSettings = WindowSettings()
    hotkeys: HotkeySettings = HotkeySettings()

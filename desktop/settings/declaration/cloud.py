"""Cloud engines: whether, which, in what order, at what cost; where each is and what it is asked for."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from desktop.settings.declaration.kinds import Group, about


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
        json_schema_extra=about(unbeaten="never"),
    )
    recognition: Annotated[tuple[str, ...], _engines("google", "openai", "realtime", "deepgram")] = Field(
        (),
        description="Engines that what is heard may be sent to, in order: google, openai, realtime, deepgram; "
        "empty: no sound leaves this computer for them",
    )
    translation: Annotated[tuple[str, ...], _engines("google", "deepl", "libretranslate")] = Field(
        (),
        description="Engines that the text may be sent to for translation, in order: google, deepl, libretranslate",
    )
    speech: Annotated[tuple[str, ...], _engines("google", "openai")] = Field(
        (),
        description="Engines that the translation may be sent to for speaking, in order: google, openai",
    )
    recognition_order: CloudOrder = Field(
        "cloud",
        description="Which recognises: cloud first, local first, or both in a race, in which the cloud's words are "
        "taken if they come in time",
    )
    translation_order: CloudOrder = Field("cloud", description="The same for translation")
    speech_order: CloudOrder = Field("cloud", description="The same for the voice")
    race_deadline: float = Field(
        0.8,
        ge=0.1,
        le=5,
        description="Seconds in which a cloud engine wins a race",
        json_schema_extra=about(unit="s", advanced=True),
    )
    daily_cap: float = Field(
        1.0,
        ge=0,
        le=10_000,
        description="US dollars a day, by the published prices, after which cloud engines rest until midnight; 0: only "
        "those that cost nothing",
        json_schema_extra=about(unit="$"),
    )
    on_metered: bool = Field(False, description="Use them also on a metered network")
    google_endpoint: str = Field(
        "",
        description="Address of Google's services; empty takes the one of the region",
        json_schema_extra=about(advanced=True),
    )
    google_region: str = Field(
        "eu",
        description="Where Google works on it, for example eu, us, global or europe-west4",
    )
    google_project: str = Field(
        "",
        description="Google Cloud project that is billed; empty takes the one of the key",
        json_schema_extra=about(advanced=True),
    )
    google_model: str = Field(
        "",
        description="Google's recogniser, for example long or chirp_2; empty takes long",
        json_schema_extra=about(advanced=True),
    )
    google_voice: str = Field(
        "",
        description="Kind of Google's voices, for example Chirp3-HD or Neural2; empty takes Chirp3-HD",
        json_schema_extra=about(advanced=True),
    )
    google_glossary: str = Field(
        "",
        description="Name of a glossary in the Google Cloud project, for translation; empty takes none",
        json_schema_extra=about(advanced=True),
    )
    openai_endpoint: str = Field(
        "",
        description="Address of a service that speaks OpenAI's protocol, for example http://127.0.0.1:8000/v1; empty "
        "takes OpenAI's own",
    )
    openai_model: str = Field(
        "",
        description="Recogniser that is asked for there; empty takes gpt-transcribe",
        json_schema_extra=about(advanced=True),
    )
    openai_voice: str = Field(
        "",
        description="Voice model that is asked for there; empty takes tts-1",
        json_schema_extra=about(advanced=True),
    )
    realtime_endpoint: str = Field(
        "",
        description="Address of a service that speaks OpenAI's Realtime protocol; empty takes OpenAI's own",
    )
    realtime_model: str = Field(
        "",
        description="Recogniser that is asked for there; empty takes gpt-live-transcribe",
        json_schema_extra=about(advanced=True),
    )
    deepgram_endpoint: str = Field(
        "",
        description="Address of a service that speaks Deepgram's protocol; empty takes Deepgram's own",
        json_schema_extra=about(advanced=True),
    )
    deepgram_model: str = Field(
        "",
        description="Deepgram's recogniser; empty takes nova-3",
        json_schema_extra=about(advanced=True),
    )
    deepl_endpoint: str = Field(
        "",
        description="Address of DeepL; empty takes the one that the key is for",
        json_schema_extra=about(advanced=True),
    )
    libretranslate_endpoint: str = Field(
        "",
        description="Address of a LibreTranslate server, for example http://127.0.0.1:5000; empty takes "
        "libretranslate.com",
    )

    @property
    def hears(self) -> bool:
        """Whether any may be sent what is heard."""
        return self.policy != "never" and bool(self.recognition)

    @property
    def reads(self) -> bool:
        """Whether any may be sent text to translate."""
        return self.policy != "never" and bool(self.translation)

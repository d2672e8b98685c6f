"""What recognises speech, and how thoroughly. Pure."""

from typing import Literal

from pydantic import Field

from desktop.settings.declaration.kinds import Group, about, reloads


class RecognitionSettings(Group):
    """Recognition"""

    backend: Literal["auto", "whisper", "pocketsphinx"] = Field(
        "auto",
        description="Which recogniser to use: auto is the Parley server and cloud engines, if there are any, then "
        "Whisper; any other one "
        "keeps recognition on this computer",
        json_schema_extra=about(advanced=True, applies="reload"),
    )
    model: str = Field(
        "",
        description="Name or directory of a Whisper model; empty takes the best one installed",
        json_schema_extra=about(applies="reload"),
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
        json_schema_extra=about(advanced=True),
    )
    threads: int = Field(
        0,
        ge=0,
        le=64,
        description="Processor threads for recognition; 0 takes what was measured to be best on this machine",
        json_schema_extra=about(applies="reload"),
    )
    device: Literal["auto", "cpu", "cuda"] = Field(
        "auto", description="Where recognition runs", json_schema_extra=about(applies="reload")
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
        json_schema_extra=about(advanced=True, applies="reload"),
    )
    context: Literal["auto", "short", "full"] = Field(
        "auto",
        description="Audio window given to Whisper: full is the 30 s it was made for, short is several times faster; "
        "auto is as short as is safe for the model",
        json_schema_extra=about(advanced=True, applies="reload"),
    )
    context_floor: int = Field(
        0,
        ge=0,
        le=3000,
        description="Shortest window given to Whisper, in frames of 10 ms; 0 is as is safe for the model",
        json_schema_extra=about(unit="frames", advanced=True, applies="reload"),
    )
    context_pad: float = Field(
        -1.0,
        ge=-1,
        le=10,
        description="Seconds of silence behind the audio in a short window; -1 is as is safe for the model",
        json_schema_extra=about(unit="s", advanced=True, applies="reload"),
    )
    step: float = Field(
        0.3,
        ge=0.1,
        le=5,
        description="Least seconds between two looks at a running utterance; less at its beginning",
        json_schema_extra=about(unit="s", advanced=True),
    )
    window: float = Field(
        10.0,
        ge=3,
        le=28,
        description="Seconds of audio that are decoded at most while speaking",
        json_schema_extra=about(unit="s", advanced=True),
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
        json_schema_extra=about(advanced=True),
    )
    breaker_recovery: float = Field(
        30.0,
        ge=1,
        le=3600,
        description="Seconds until auto tries streaming again, and over which its failures are counted",
        json_schema_extra=about(unit="s", advanced=True),
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
        json_schema_extra=about(unit="min"),
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
        return tuple(getattr(self, name) for name, extra in extras if isinstance(extra, dict) and reloads(extra))

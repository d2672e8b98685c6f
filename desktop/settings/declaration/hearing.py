"""What Parley listens to, and what it takes for speech. Pure."""

from pydantic import Field

from desktop.settings.declaration.kinds import Group, Source, about


class AudioSettings(Group):
    """Listen to"""

    source: Source = Field(
        "microphone:",
        description="A microphone, what the computer plays, or a recording",
        json_schema_extra=about(written="microphone:NAME, loopback:NAME or file:PATH"),
    )
    level_hz: float = Field(
        15.0,
        ge=1,
        le=60,
        description="Updates of the level meter per second",
        json_schema_extra=about(unit="per second", advanced=True),
    )


class VadSettings(Group):
    """Speech detection"""

    threshold: float = Field(0.5, ge=0.05, le=0.95, description="How sure Silero must be that it hears speech")
    webrtc_mode: int = Field(
        2, ge=0, le=3, description="How strict WebRTC's detector is", json_schema_extra=about(advanced=True)
    )
    window: int = Field(
        6,
        ge=1,
        le=30,
        description="Frames of 32 ms that vote on whether somebody speaks",
        json_schema_extra=about(unit="frames", advanced=True),
    )
    onset: float = Field(
        0.1,
        ge=0.03,
        le=1,
        description="Seconds of speech that open an utterance",
        json_schema_extra=about(unit="s", advanced=True),
    )
    preroll: float = Field(
        1.0,
        ge=0,
        le=5,
        description="Seconds kept from before an utterance",
        json_schema_extra=about(unit="s", advanced=True),
    )
    hangover: float = Field(
        0.5, ge=0.1, le=3, description="Seconds of silence that end an utterance", json_schema_extra=about(unit="s")
    )
    early_end: float = Field(
        0.16,
        ge=0,
        le=3,
        description="Seconds of silence that end an utterance after what is surely a whole sentence; 0 is never",
        json_schema_extra=about(unit="s", advanced=True),
    )
    max_segment: float = Field(
        20.0,
        ge=5,
        le=30,
        description="Longest utterance in seconds; then it is split",
        json_schema_extra=about(unit="s", advanced=True),
    )

"""What a Wyoming client is told of the server: its programs, models and voices. Looks at the disk; any thread."""

from typing import Any

from desktop.engine.text.languages import CODES
from desktop.server.brokers.base import Recogniser
from desktop.server.streams.voices import voices

_OURS = {"name": "Parley", "url": ""}


def info(recogniser: Recogniser | None) -> dict[str, Any]:
    """The data of the event `info`."""
    return {
        "asr": [
            {
                **_artifact("parley", "Speech to text"),
                "models": [_recogniser(recogniser)] if recogniser is not None else [],
                "supports_transcript_streaming": True,
                "requires_external_vad": True,
            }
        ],
        "tts": [
            {
                **_artifact("parley", "Text to speech"),
                "voices": [
                    {**_artifact(voice.name, voice.label), "languages": list(voice.languages), "speakers": None}
                    for voice in voices()
                ],
                "supports_synthesize_streaming": True,
            }
        ],
        **{name: [] for name in ("handle", "intent", "wake", "mic", "snd")},
    }


def _recogniser(recogniser: Recogniser) -> dict[str, Any]:
    languages = recogniser.capabilities.languages or CODES
    return {**_artifact(recogniser.name, recogniser.name), "languages": sorted(languages)}


def _artifact(name: str, description: str) -> dict[str, Any]:
    return {"name": name, "description": description, "attribution": _OURS, "installed": True, "version": "1"}

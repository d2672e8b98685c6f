"""The profiles that come with Parley as examples. Pure; any thread.

They are in every list. The first use of one writes it into the settings file, where it can be changed; removing it
there brings the example back.
"""

from collections.abc import Mapping
from typing import Any

EXAMPLES: Mapping[str, Mapping[str, Any]] = {
    "Dictation": {
        "audio.source": "microphone:",
        "translation.target": "",
        "speech.enabled": False,
        "subtitles.enabled": False,
        "typing.enabled": True,
        "typing.text": "original",
    },
    "Meeting": {
        "audio.source": "loopback:",
        "recognition.language": "en",
        "translation.target": "es",
        "translation.live": True,
        "speech.enabled": False,
        "subtitles.enabled": True,
        "subtitles.show": "both",
        "typing.enabled": False,
    },
    "Stream": {
        "audio.source": "microphone:",
        "speech.enabled": False,
        "subtitles.enabled": True,
        "subtitles.outline": True,
        "subtitles.background_opacity": 0.0,
        "subtitles.unconfirmed": "hide",
        "typing.enabled": False,
    },
}

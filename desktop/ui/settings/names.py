"""How settings and their values are called where a user reads them. Pure."""

from typing import Any

_TITLES = {
    "vad.threshold": "Sensitivity",
    "vad.webrtc_mode": "WebRTC strictness",
    "vad.preroll": "Kept before speech",
    "vad.hangover": "Silence that ends it",
    "vad.onset": "Speech that starts it",
    "vad.max_segment": "Longest utterance",
    "recognition.step": "Look again after",
    "recognition.may_lower_model": "Smaller model if slow",
    "recognition.languages": "Detect among",
    "recognition.compute_type": "Number format",
    "audio.level_hz": "Meter updates",
    "audio.source": "Listen to",
    "translation.target": "Translate into",
    "translation.live": "While speaking",
    "server.url": "Address",
    "speech.mute_capture": "Mute microphone",
    "speech.output": "Speak on",
    "speech.rate": "Speed",
    "speech.enabled": "Speak translation",
    "subtitles.enabled": "Show subtitles",
    "subtitles.font_family": "Font",
    "subtitles.unconfirmed": "Uncertain words",
    "subtitles.text_color": "Original colour",
    "subtitles.translation_color": "Translation colour",
    "subtitles.background_color": "Background colour",
    "typing.enabled": "Type what is said",
    "typing.live": "Type uncertain words",
    "typing.text": "Which text",
    "window.tray": "Tray icon",
}


def title(key: str) -> str:
    """Name of a setting as the user reads it: "Line length"."""
    return _TITLES.get(key) or key.split(".")[1].replace("_", " ").capitalize()


def shown_value(key: str, value: Any) -> str:
    """A value in a sentence: "on", "int8", "none"."""
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or "none"
    if isinstance(value, float):
        return f"{value:g}"
    if value == "":
        return "none" if key.startswith("server.") else "automatic"
    return str(value)

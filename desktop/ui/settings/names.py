"""How settings and their values are called where a user reads them. Pure."""

from pathlib import PurePath
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
    "cloud.policy": "Whether at all",
    "cloud.speech": "Voice",
    "cloud.speech_order": "Voice order",
    "cloud.daily_cap": "At most each day",
    "cloud.on_metered": "On metered networks",
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
    "hotkeys.toggle_listening": "Start or stop",
    "hotkeys.type_rest": "Type the rest here",
    "practice.following": "Follow",
    "practice.uses_prompt": "Expect the text",
    "practice.hears_sounds": "Near sounds are small mistakes",
    "practice.hide": "Hide words",
    "typing.enabled": "Type what is said",
    "typing.live": "Type uncertain words",
    "typing.read_before_caret": "Fit to the text before the cursor",
    "typing.text": "Which text",
    "window.tray": "Tray icon",
    "window.announce": "Screen reader",
    "window.keep_transcript": "Keep the transcript",
}

_BRANDS = {"openai": "OpenAI", "deepl": "DeepL", "libretranslate": "LibreTranslate", "realtime": "OpenAI Realtime"}


def title(key: str) -> str:
    """Name of a setting as the user reads it: "Line length"."""
    if key in _TITLES:
        return _TITLES[key]
    words = key.split(".")[1].replace("_endpoint", "_address").split("_")
    return " ".join([_BRANDS.get(words[0], words[0].capitalize()), *words[1:]])


def shown_value(key: str, value: Any) -> str:
    """A value in a sentence: "on", "int8", "none", "Headset", "Spanish"."""
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, tuple):
        return ", ".join(shown_value(key, one) for one in value) or "none"
    if isinstance(value, float):
        return f"{value:g}"
    if key in ("audio.source", "speech.output"):
        return _device(str(value))
    if not value and (key.startswith("hotkeys.") or key == "translation.target"):
        return "none" if key.startswith("hotkeys.") else "no translation"
    if value == "":
        return "none" if key.startswith("server.") else "automatic"
    if key in _LANGUAGES and value != "auto":
        from desktop.engine.text.languages import language_name

        return language_name(str(value))
    return str(value)


_LANGUAGES = ("practice.language", "recognition.language", "recognition.languages", "translation.target")
_DEFAULTS = {
    "microphone": "the default microphone",
    "loopback": "what the default output plays",
    "output": "the default output",
}


def _device(value: str) -> str:
    kind, _, name = value.partition(":")
    if kind == "file":
        return PurePath(name).name
    return name or _DEFAULTS.get(kind, value)

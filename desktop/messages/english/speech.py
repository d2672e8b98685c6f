"""Voices."""

TEXTS = {
    "espeak-failed": "espeak-ng could not speak ({error}); install it again if this happens again.",
    "espeak-lacks-language": "espeak-ng does not speak {language:language}; install a Piper voice for it instead.",
    "espeak-missing": "espeak-ng is not installed; install it (sudo apt install espeak-ng).",
    "espeak-without-sound": "espeak-ng made no sound that can be read; install it again.",
    "espeak-without-voices": "espeak-ng lists no voices; install it again (sudo apt reinstall espeak-ng-data).",
    "voice-broken": "The voice {path} cannot be loaded ({problem}); install it again or choose another one.",
    "voice-failed": "The voice {label} could not speak ({error}); choose another voice if this happens again.",
    "voice-missing": "No voice for {language:language} is installed; install one.",
    "voice-not-loaded": "The voice could not be loaded ({error}); choose another model, or look into the log.",
    "voice-unusable": "The voice {path} cannot be loaded; install it again or choose another one.",
}

"""Recognisers."""

TEXTS = {
    "basic-english-damaged": "The basic English model is damaged; install Parley again.",
    "basic-english-failed": "Basic English failed while recognising; say it again.",
    "basic-english-lacks-language": (
        'Basic English does not know the language "{language}"; install a Whisper model for it.'
    ),
    "basic-english-not-loaded": "The basic English model is not loaded; choose a model again.",
    "graphics-card-unusable": (
        "The graphics card cannot be used for recognition; check its driver and the CUDA libraries, or set the "
        "device to cpu."
    ),
    "longer-windows": (
        "{name} hears less well in short windows of audio, so longer ones are used from now on; this takes more of "
        "the processor."
    ),
    "model-lacks-language": (
        'The model "{name}" does not know the language "{language}"; choose another model or language.'
    ),
    "model-without-language-tokens": "The model has no tokens for its languages.",
    "no-recogniser-installed": "No recogniser is installed; install a Whisper model.",
    "no-recogniser-loaded": "No recogniser is loaded; press Start again.",
    "number-format-of-card": (
        "The graphics card cannot calculate in {format}; choose another number format in the settings. Meanwhile the "
        "one that the model is stored in is used."
    ),
    "number-format-of-processor": (
        "The processor cannot calculate in {format}; choose another number format in the settings. Meanwhile the one "
        "that the model is stored in is used."
    ),
    "pocketsphinx-missing": "PocketSphinx is not installed; install Parley again or add a Whisper model.",
    "recogniser-hung": (
        "{name} stood still; if that happens again, choose another model or another device in the settings."
    ),
    "recogniser-lacks-language": (
        "{name} does not understand {language:language}; install a Whisper model that does, or choose another language."
    ),
    "recognition-failed": (
        'The model "{name}" failed while recognising; choose another model, or another device in the settings.'
    ),
    "recognition-model-not-loaded": "The recognition model is not loaded; choose a model again.",
    "recognition-model-unusable": (
        "The recognition model in {path} cannot be loaded: it is damaged, incomplete or of another kind; install it "
        "again or choose another one."
    ),
    "recognition-not-loaded": (
        "Speech recognition could not be loaded ({error}); choose another model, or look into the log."
    ),
    "recognition-phrasebook-only": (
        "Only a phrasebook of about 900 words is installed, so real speech comes out wrong; fetch a Whisper model in "
        "the window of the models or with `parley models pull base`."
    ),
    "speech-detector-missing": "The speech detector's model is not installed; install Parley again to get silero-vad.",
    "streaming-again": "Live recognition works again: words appear while you speak.",
    "streaming-failed": "failed",
    "streaming-hung": "stood still",
    "streaming-out-of-memory": "ran out of memory",
    "stumbled": "Live recognition {what} for a moment; what you said is recognised again, and nothing is lost.",
}

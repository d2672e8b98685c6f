"""What the engine as a whole says."""

TEXTS = {
    "audio-dropped": (
        "This computer cannot keep up, and some sound was left out; close other programs, or choose a smaller model."
    ),
    "backend-stopped": "{name} stopped working ({error}); choose another model, or look into the log.",
    "engine-away": "{failure:clause}; meanwhile {successor} is used, and nothing is lost.",
    "engine-back": "{name} answers again and is used.",
    "internal": "Something went wrong ({error}). The log says more.",
    "language-unknown": (
        "“{name}” is not a language that Parley knows; write a code or a name, for example en or Spanish."
    ),
    "language-unknown-like": "“{name}” is not a language that Parley knows; did you mean {close:languages}?",
    "models-closed": "The models are closed; make new ones.",
    "no-language": "No language is given; write a code or a name, for example en or Spanish.",
    "recogniser-changed": "Another recogniser was loaded in mid-sentence; say it again.",
    "recogniser-not-loaded": "The recogniser could not be loaded.",
    "resumed": "The sound is back.",
    "stage-failed": "Something failed in {stage} ({error}). The log says more.",
    "takeover": "{failure} Meanwhile {successor} is used.",
    "takeover-on-processor": "{failure} Meanwhile {successor} on the processor is used.",
    "verbatim": "{sentence}",
}

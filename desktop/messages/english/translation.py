"""Translators."""

TEXTS = {
    "no-translator": "Nothing translates from {source:language} to {target:language}; install its Argos package.",
    "phrasebook-only": (
        "From {source:language} to {target:language} only a phrasebook of about {words} words is installed; other "
        "sentences stay untranslated. Fetch the Argos package {packages:arrows} in the Models window or with `parley "
        "models pull {packages:words}`."
    ),
    "phrasebook-only-several": (
        "From {source:language} to {target:language} only a phrasebook of about {words} words is installed; other "
        "sentences stay untranslated. Fetch the Argos packages {packages:arrows} in the Models window or with "
        "`parley models pull {packages:words}`."
    ),
    "speech-translation-failed": (
        'The model "{name}" failed while translating; install an Argos package, or choose another model.'
    ),
    "speech-translation-unusable": (
        "The recognition model in {path} cannot be loaded for translation; install it again or choose another one."
    ),
    "translation-failed": (
        "The translation from {source} to {target} failed ({error}); install its package again if this happens with "
        "every sentence."
    ),
    "translation-package-unusable": "The translation package {path} cannot be loaded; install it again or delete it.",
    "translation-rough": (
        "From {source:language} to {target:language} Apertium translates, roughly; an Argos package may do it better."
    ),
    "translator-changed": "The translator was changed in mid-sentence; say it again.",
    "translator-hears-only": (
        "{name} translates what it hears, not text; install the Argos package {source}→{target} for that."
    ),
    "translator-hears-some": (
        "{name} translates from {source:language} to {target:language} only what it hears, and not every sentence; "
        "others, and lines that are corrected, stay untranslated. Fetch the Argos package {source}→{target} in the "
        "Models window or with `parley models pull {source}-{target}`."
    ),
    "translator-lacks-pair": (
        "{name} cannot translate from {source:language} to {target:language}; install the Argos package "
        "{source}→{target}."
    ),
    "translator-reads-only": "{name} translates text only; look into the log.",
}

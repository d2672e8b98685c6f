"""Models on this machine."""

TEXTS = {
    "broken-damaged": "{name} is damaged",
    "broken-empty": "{name} is empty",
    "broken-missing": "{name} is missing",
    "broken-name": "its name cannot be written; give it another one",
    "broken-no-ctranslate2": "{name} is no CTranslate2 model",
    "broken-no-description": "{name} does not describe a model",
    "broken-no-directory": "it is not a directory",
    "broken-no-file": "{name} is no ordinary file",
    "broken-no-json": "{name} is not valid JSON",
    "broken-no-model": "{name} is no model",
    "broken-no-onnx": "{name} is no ONNX model",
    "broken-no-voice": "{name} is no voice of Piper",
    "broken-no-translation-package": "it is no translation package",
    "broken-not-opened": "{name} could not be opened",
    "broken-other-kind": "{name} is a model of another kind ({found})",
    "broken-other-tokenizer": "{name} is no tokenizer of this model",
    "broken-other-version": "{name} was made for another version of Parley",
    "broken-other-vocabulary": "{name} lists {tokens} tokens where the model knows {wanted}",
    "broken-package-without-languages": "metadata.json names no languages that Parley knows",
    "broken-too-large": "{name} is larger than that of any model",
    "broken-truncated": "{name} is truncated",
    "broken-truncated-or-no-ctranslate2": "{name} is truncated or no CTranslate2 model",
    "broken-unreadable": "{name} cannot be read ({reason})",
    "broken-value": "{name} holds a value that no model has ({place})",
    "broken-voice-description": "its .json does not describe a Piper voice",
    "broken-voice-without-language": "its .json names no language that Parley knows",
    "broken-whole-unreadable": "it cannot be read ({reason})",
    "catalogue-damaged": "The list of models {file} is damaged; refresh the list of models, or delete that file.",
    "catalogue-empty": (
        "The list of models {file} holds no model that can be used; refresh the list of models, or delete that file."
    ),
    "catalogue-entry-left-out": "Entry {number} of the list of models is left out: {reason}.",
    "catalogue-lacks-model": (
        "There is no model “{name}” in the catalogue; `parley models list --all` shows what there is."
    ),
    "catalogue-lacks-model-like": "There is no model “{name}” in the catalogue; did you mean {close:or}?",
    "catalogue-no-list": "The file {file} is no list of models; refresh the list of models, or delete that file.",
    "catalogue-other-version": (
        "The list of models {file} was made for another version of Parley; refresh the list of models, or delete "
        "that file."
    ),
    "catalogue-unreadable": (
        "The list of models {file} cannot be read ({reason}); refresh the list of models, or delete that file."
    ),
    "directory-unreadable": "The directory {path} cannot be read ({reason}); mend its permissions.",
    "installed-unsupported": "The {kind:kind} {path} is not used: {problem}; delete it if you do not need it.",
    "installed-unusable": "The {kind:kind} {path} cannot be used: {problem}; install it again or delete it.",
    "model-directory-missing": "There is no model directory {path}; choose another one in the settings.",
    "model-not-measured": "The recognition model in {path} could not be measured; install it again.",
    "no-whisper-model": (
        "No Whisper model is installed; fetch one with `parley models pull`, or copy the directory of a CTranslate2 "
        "model into {place}."
    ),
    "recognition-model-broken": (
        "The recognition model in {path} cannot be used ({problem}); install it again or choose another one."
    ),
    "recognition-model-gone": "There is no recognition model in {path}; choose another one or install it again.",
    "shipped-catalogue-used": "{problem} The list that came with Parley is used.",
    "translation-missing": (
        "No translation from {source:language} to {target:language} is installed; install the Argos package "
        "{packages:or}."
    ),
    "translation-missing-both-ways": (
        "No translation from {source:language} to {target:language} is installed; install the Argos package "
        "{source}→{target}, or {source}→en and en→{target}."
    ),
    "unsupported-language": "it is of a language that Parley does not know ({tag})",
    "unsupported-speller": "it needs a speller that Parley does not have ({speller})",
    "voice-missing-in-place": (
        "No voice for {language:language} is installed; fetch one with `parley models pull`, or copy a Piper voice "
        "(.onnx and .onnx.json) into {place}."
    ),
    "voice-without-speaker": "The voice {label} has no speaker “{speaker}”; choose one of its {count} ({there:list}).",
    "whisper-model-missing": "The Whisper model “{name}” is not installed; choose one that is ({there:list}).",
}

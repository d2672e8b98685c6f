"""Which files of a package or folder belong to a model; nothing else is unpacked, copied or kept. Pure."""

from pathlib import PurePosixPath

_ABOUT = ("README", "LICENSE", "LICENCE", "COPYING", "NOTICE", "MODEL_CARD")
"""what begins so is read by people"""
_DESCRIPTIONS = ("metadata.json", "config.json", "preprocessor_config.json", "parley.json", "phrasebook.json")
_VOCABULARIES = tuple(
    f"{stem}.{kind}"
    for stem in ("vocabulary", "shared_vocabulary", "source_vocabulary", "target_vocabulary")
    for kind in ("json", "txt")
)
_FILES = frozenset(
    (*_DESCRIPTIONS, *_VOCABULARIES, "model.bin", "tokenizer.json", "sentencepiece.model", "bpe.model", "vmap.txt")
)


def is_of_model(path: PurePosixPath) -> bool:
    """Whether a file of that name is one of a model, or tells people about it."""
    return path.name in _FILES or path.name.endswith((".onnx", ".onnx.json")) or is_about(path)


def is_about(path: PurePosixPath) -> bool:
    """Whether it is only read by people."""
    return path.name.upper().startswith(_ABOUT)

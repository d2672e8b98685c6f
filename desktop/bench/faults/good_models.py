"""Small models that are whole, as the names and bytes of their files, and a use of what became of them.

They are real ones that the real libraries open: a phrasebook translation, a voice, a recogniser with random weights."""

import json
import tempfile
from functools import cache
from pathlib import Path
from typing import Literal

from desktop.bench.make_model import Dimensions, make_whisper
from desktop.engine.events import SAMPLE_RATE
from desktop.engine.models.installed import InstalledModel, Kind
from desktop.system.paths import RESOURCES

Files = dict[str, bytes]
"""name below the model's folder -> content"""
KINDS: tuple[Literal["argos", "voice", "whisper"], ...] = ("argos", "voice", "whisper")
_STARTER = RESOURCES / "starter"
_SMALLEST = Dimensions(16, 1, 1, 2)
_ONCE = 0.5
"""seconds of silence that a recogniser hears"""


def files_of(kind: Kind) -> Files:
    """A model of the kind: 0.02 MB for a voice, 1 MB for a translation, 6 MB for a recogniser."""
    return dict(_files(kind))


@cache
def _files(kind: Kind) -> Files:
    if kind == "argos":
        root = _STARTER / "argos" / "translate-en_es-1_0"
        names = ["metadata.json", "sentencepiece.model", "model/model.bin", "model/config.json"]
        files = {name: (root / name).read_bytes() for name in [*names, "model/shared_vocabulary.json"]}
        files["metadata.json"] = json.dumps({"from_code": "en", "to_code": "de", "type": "translate"}).encode()
        return files
    if kind == "whisper":
        with tempfile.TemporaryDirectory() as place:
            made = make_whisper(Path(place) / "tiniest", _SMALLEST)
            (made / "parley.json").unlink()  # as others have none
            return {file.name: file.read_bytes() for file in sorted(made.iterdir())}
    voice = _STARTER / "voices" / "en_US-tiny-x_low.onnx"
    return {"en_US-a-low.onnx": voice.read_bytes(), "en_US-a-low.onnx.json": Path(f"{voice}.json").read_bytes()}


def use(model: InstalledModel) -> None:
    """Load it as the engine does, and ask it something. Raises EngineError."""
    source, *target = model.languages
    if model.kind == "argos":
        from desktop.engine.translation.backends.argos import ArgosTranslator

        translator = ArgosTranslator()
        try:
            translator.load(source, target[0], lambda _: None)
            translator.translate("Where is it?", source, target[0])
        finally:
            translator.close()
    elif model.kind == "voice":
        from desktop.engine.speech.backends.piper import PiperSynthesizer

        synthesizer = PiperSynthesizer()
        try:
            synthesizer.load(source, model.name, lambda _: None)
        finally:
            synthesizer.close()
    else:
        import numpy as np

        from desktop.engine.recognition.backends.base import RecognitionRequest
        from desktop.engine.recognition.whisper.recognizer import WhisperRecognizer

        recognizer = WhisperRecognizer(model.path)
        try:
            recognizer.load(lambda _: None)
            silence = np.zeros(int(_ONCE * SAMPLE_RATE), np.float32)
            recognizer.transcribe(silence, RecognitionRequest(source if source in model.languages else None))
        finally:
            recognizer.close()


def warm_up() -> None:
    """Import and run what a use needs, so that the memory of libraries is not taken for that of one model."""
    import ctranslate2  # noqa: F401
    import huggingface_hub  # noqa: F401
    import onnxruntime  # noqa: F401
    from piper import PiperVoice  # noqa: F401
    from sentencepiece import SentencePieceProcessor  # noqa: F401
    from tokenizers import Tokenizer

    Tokenizer.from_buffer(_files("whisper")["tokenizer.json"])

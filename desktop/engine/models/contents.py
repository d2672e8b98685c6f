"""Whether what is inside a model's files can be used: the same checks when it is imported, listed, repaired and loaded.

Any thread. Each raises FileBroken. Large files are read once (`checked.once`): a tokenizer takes 0.2 s, the graph of a
voice up to 1 s.
"""

import json
import logging
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from desktop.engine.models.checked import once
from desktop.engine.models.files import FileBroken, read_bytes, read_json, regular_size

_log = logging.getLogger(__name__)

_SPECIAL = ("<|endoftext|>", "<|startoftranscript|>", "<|transcribe|>", "<|notimestamps|>")
"""what every tokenizer of Whisper has"""
_LARGEST_TEXT = 50_000_000
"""bytes of a tokenizer, a vocabulary, a file of word pieces; real ones have 5 MB"""
_LARGEST_GRAPH = 2_000_000_000
"""bytes of a voice: a protocol buffer message is no longer"""
_SPELLED_BY = ("espeak", "text")
"""other spellers of piper need extra packages, one of them a download"""
_VOICE_INPUTS = {"input", "input_lengths", "scales"}


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True)


_Id = Annotated[int, Field(ge=-1, lt=2**31)]


class _WhisperConfig(_Strict):
    """config.json of CTranslate2, as far as anybody reads it."""

    suppress_ids: list[_Id] = []
    suppress_ids_begin: list[_Id]
    lang_ids: list[_Id] = []
    alignment_heads: list[Annotated[list[Annotated[int, Field(ge=0, lt=1000)]], Field(min_length=2, max_length=2)]] = []


class _Preprocessor(_Strict):
    """preprocessor_config.json: Whisper hears 16 kHz, in steps of 10 ms."""

    feature_size: Annotated[int, Field(ge=1, le=1024)] = 80
    sampling_rate: Literal[16_000] = 16_000
    hop_length: Annotated[int, Field(ge=16, le=1600)] = 160
    chunk_length: Annotated[int, Field(ge=1, le=60)] = 30
    n_fft: Annotated[int, Field(ge=16, le=4096)] = 400


_Text = Annotated[str, Field(max_length=300)]
_Share = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)]


class _TranslationConfig(_Strict):
    """config.json of a translation, as far as CTranslate2 reads it."""

    add_source_bos: bool = False
    add_source_eos: bool = False
    bos_token: _Text | None = None
    eos_token: _Text | None = None
    unk_token: _Text | None = None
    decoder_start_token: _Text | None = None
    layer_norm_epsilon: float | None = None


class _Audio(_Strict):
    sample_rate: Annotated[int, Field(ge=4000, le=192_000)]


class _Espeak(_Strict):
    voice: Annotated[str, Field(min_length=1, max_length=100)]


class _Inference(_Strict):
    noise_scale: _Share = 0.667
    length_scale: Annotated[float, Field(ge=0.01, le=100, allow_inf_nan=False)] = 1.0
    noise_w: _Share = 0.8


class _Voice(_Strict):
    """The .json of a Piper voice, as far as anybody reads it."""

    audio: _Audio
    espeak: _Espeak | None = None
    num_symbols: Annotated[int, Field(ge=1, le=100_000)] = 256
    num_speakers: Annotated[int, Field(ge=1, le=100_000)] = 1
    phoneme_id_map: Annotated[dict[str, list[Annotated[int, Field(ge=0, lt=100_000)]]], Field(min_length=1)]
    speaker_id_map: dict[str, int] = {}
    inference: _Inference = _Inference()
    hop_length: Annotated[int, Field(ge=1, le=100_000)] = 256
    default_speaker_id: int = 0


def check_whisper_config(directory: Path) -> None:
    """config.json, and preprocessor_config.json where there is one."""
    _validated(_WhisperConfig, directory / "config.json")
    about = directory / "preprocessor_config.json"
    if about.exists():
        _validated(_Preprocessor, about)


def check_translation_config(directory: Path) -> None:
    """config.json, where there is one: packages of the early years have none."""
    file = directory / "config.json"
    if file.exists():
        _validated(_TranslationConfig, file)


def check_voice_description(file: Path) -> None:
    """The .json of a voice."""
    try:
        about = read_json(file)
        _Voice.model_validate(about)
    except ValidationError as error:
        _log.info("%s: %s", file.name, _place(error))
        raise FileBroken("broken-voice-description") from None
    speller = about.get("phoneme_type", "espeak")
    if speller not in _SPELLED_BY:
        raise FileBroken("unsupported-speller", speller=str(speller)[:20])


def check_vocabulary(directory: Path, stem: str, tokens: int) -> None:
    """STEM.json or STEM.txt. tokens: that the network knows; 0 where that is not known. It may be rounded up to a
    multiple of eight, and so may the vocabulary."""
    file = next((one for one in (directory / f"{stem}.json", directory / f"{stem}.txt") if one.exists()), None)
    if file is None:
        raise FileBroken("broken-missing", name=f"{stem}.json")

    def check() -> None:
        content = read_bytes(file, _LARGEST_TEXT)
        try:
            listed = json.loads(content) if file.suffix == ".json" else _lines(content)
        except (ValueError, RecursionError):
            raise FileBroken("broken-damaged", name=file.name) from None
        if not isinstance(listed, list) or not listed or not all(isinstance(one, str) for one in listed):
            raise FileBroken("broken-damaged", name=file.name)
        if tokens and not -8 < len(listed) - tokens < 8:
            raise FileBroken("broken-other-vocabulary", name=file.name, tokens=len(listed), wanted=tokens)

    once(f"vocabulary {tokens}", file, check)


def check_tokenizer(file: Path, tokens: int) -> None:
    """tokenizer.json of a Whisper model. tokens: that the network knows; 0 where that is not known."""

    def check() -> None:
        content = read_bytes(file, _LARGEST_TEXT)
        try:
            from tokenizers import Tokenizer

            tokenizer = Tokenizer.from_buffer(content)
            special = [tokenizer.token_to_id(name) for name in _SPECIAL]
            tokenizer.decode(tokenizer.encode("Hello there.", add_special_tokens=False).ids)
        except Exception:  # the library raises nothing finer
            raise FileBroken("broken-damaged", name=file.name) from None
        if any(one is None or (tokens and one >= tokens) for one in special):
            raise FileBroken("broken-other-tokenizer", name=file.name)

    if regular_size(file) > 0:
        once(f"tokenizer {tokens}", file, check)
    else:
        raise FileBroken("broken-empty", name=file.name)


def check_pieces(directory: Path) -> None:
    """How a translation package cuts words: sentencepiece.model or bpe.model."""
    pieces, pairs = directory / "sentencepiece.model", directory / "bpe.model"

    def check_sentencepiece() -> None:
        content = read_bytes(pieces, _LARGEST_TEXT)
        try:
            from sentencepiece import SentencePieceProcessor

            SentencePieceProcessor(model_proto=content).encode("Hello there.", out_type=str)
        except (RuntimeError, ValueError, OSError, TypeError):
            raise FileBroken("broken-damaged", name=pieces.name) from None

    def check_pairs() -> None:
        try:
            lines = _lines(read_bytes(pairs, _LARGEST_TEXT))
        except UnicodeDecodeError:
            raise FileBroken("broken-damaged", name=pairs.name) from None
        if not lines or any(len(line.strip("\r\n ").split(" ")) < 2 for line in lines if line.strip()):
            raise FileBroken("broken-damaged", name=pairs.name)

    file, check = (pairs, check_pairs) if pairs.exists() and not pieces.exists() else (pieces, check_sentencepiece)
    if regular_size(file) == 0:
        raise FileBroken("broken-empty", name=file.name)
    once("pieces", file, check)


def check_voice_graph(file: Path) -> None:
    """The network of a voice can be opened, and is asked as Piper asks."""

    def check() -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 4
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
        try:
            session = onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
            wanted = {one.name for one in session.get_inputs()}
        except Exception:  # onnxruntime raises classes of its own below Exception
            raise FileBroken("broken-damaged", name=file.name) from None
        if not wanted >= _VOICE_INPUTS or not wanted <= {*_VOICE_INPUTS, "sid"}:
            raise FileBroken("broken-no-voice", name=file.name)

    if regular_size(file) > _LARGEST_GRAPH:
        raise FileBroken("broken-too-large", name=file.name)
    once("voice", file, check)


def _lines(content: bytes) -> list[str]:
    """As those who read them later cut them: some tokens are line ends of other kinds. Raises UnicodeDecodeError."""
    lines = content.decode("utf-8").split("\n")
    return lines[:-1] if lines[-1] == "" else lines


def _validated(model: type[BaseModel], file: Path) -> None:
    try:
        model.model_validate(read_json(file))
    except ValidationError as error:
        raise FileBroken("broken-value", name=file.name, place=_place(error)) from None


def _place(error: ValidationError) -> str:
    """Which value is wrong."""
    return ".".join(str(one) for one in error.errors(include_url=False, include_input=False)[0]["loc"])[:100]

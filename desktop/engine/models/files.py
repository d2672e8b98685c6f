"""Whether the files of a model are whole, judged from their headers. Any thread; reads a few kilobytes.

A download that stopped half-way looks like a model; loading it fails late, or crashes. CTranslate2's binary
format (ctranslate2/specs/model_spec.py, versions 4 to 6) says the length of each weight, so walking from one to
the next finds the end of the file that there should be.
"""

import errno
import functools
import json
import math
import os
import re
import stat
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from desktop.engine.message import Message, Value
from desktop.system.files import read_regular

_OLDEST, _NEWEST = 4, 6
_LARGEST_NAME = 1024
_MOST_PARTS = 20_000
"""weights of a CTranslate2 model, fields of an ONNX file; real ones have below 3,000"""
_WIDTHS = {0: 4, 1: 1, 2: 2, 3: 4, 4: 2, 5: 2}
"""CTranslate2's number format -> bytes of a number"""
_LARGEST_JSON = 10_000_000
"""bytes of a description"""
_LARGEST_LIST = 50_000_000
"""bytes of a vocabulary"""
_LAYER = re.compile(r"(encoder|decoder)/layer_(\d+)/")


@dataclass(frozen=True, slots=True)
class Shape:
    """How large a Whisper model's network is: what its speed is computed from."""

    width: int
    encoder_layers: int
    decoder_layers: int


class FileBroken(Exception):
    """A file of a model cannot be used. Its message is the end of a sentence: "model.bin is truncated"."""

    def __init__(self, what: str | Message, /, **parameters: Value) -> None:
        self.message = what if isinstance(what, Message) else Message(what, **parameters)
        super().__init__(self.message)


def check_ctranslate2(file: Path, spec: str) -> None:
    """Raises FileBroken unless `file` is a whole CTranslate2 model of that kind (`WhisperSpec`,
    `TransformerSpec`)."""
    status = _regular(file)
    problem = _survey(str(file), spec, status.st_size, status.st_mtime_ns).problem
    if problem:
        raise FileBroken(problem)


def known_tokens(file: Path, spec: str) -> int:
    """How many tokens the network in a CTranslate2 model.bin writes; 0 where the file does not tell."""
    try:
        status = _regular(file)
    except FileBroken:
        return 0
    return _survey(str(file), spec, status.st_size, status.st_mtime_ns).tokens


def whisper_shape(file: Path) -> Shape | None:
    """How large the network in a Whisper model's model.bin is; None where the file does not tell."""
    try:
        status = _regular(file)
    except FileBroken:
        return None
    return _survey(str(file), "WhisperSpec", status.st_size, status.st_mtime_ns).shape


def count_tokens(directory: Path) -> int:
    """How many tokens a Whisper model's vocabulary file lists; 0 where there is none that can be read."""
    for name in ("vocabulary.json", "vocabulary.txt"):
        try:
            status = _regular(directory / name)
        except FileBroken:
            continue
        return _count_tokens(str(directory / name), status.st_size, status.st_mtime_ns)
    return 0


def check_onnx(file: Path) -> None:
    """Raises FileBroken unless `file` looks like an ONNX model whose graph is all there."""
    try:
        size = _regular(file).st_size
        with file.open("rb") as stream:
            problem = _onnx_problem(stream, size, file.name)
    except OSError as error:
        raise FileBroken("broken-unreadable", name=file.name, reason=reason(error)) from None
    if problem:
        raise FileBroken(problem)


def read_json(file: Path) -> dict[str, Any]:
    """The object in a JSON file. Raises FileBroken."""
    try:
        content = json.loads(read_bytes(file, _LARGEST_JSON).decode("utf-8"))
    except (ValueError, RecursionError):
        raise FileBroken("broken-no-json", name=file.name) from None
    if not isinstance(content, dict):
        raise FileBroken("broken-no-description", name=file.name)
    return content


def read_bytes(file: Path, largest: int) -> bytes:
    """All of an ordinary file. largest: bytes that it may have. Raises FileBroken; nothing is waited for."""
    try:
        return read_regular(file, largest)
    except FileNotFoundError:
        raise FileBroken("broken-missing", name=file.name) from None
    except OSError as error:
        key = {errno.EINVAL: "broken-no-file", errno.EFBIG: "broken-too-large"}.get(error.errno or 0)
        if key is not None:
            raise FileBroken(key, name=file.name) from None
        raise FileBroken("broken-unreadable", name=file.name, reason=reason(error)) from None


def regular_size(file: Path) -> int:
    """Bytes of an ordinary file. Raises FileBroken if it is none."""
    return _regular(file).st_size


def reason(error: OSError) -> str:
    """What the system says, in lower case."""
    return (error.strerror or type(error).__name__).lower()


def _regular(file: Path) -> os.stat_result:
    try:
        status = file.stat()
    except FileNotFoundError:
        raise FileBroken("broken-missing", name=file.name) from None
    except OSError as error:
        raise FileBroken("broken-unreadable", name=file.name, reason=reason(error)) from None
    except ValueError:
        raise FileBroken("broken-no-file", name=file.name) from None
    _check_regular(file, status)
    return status


def _check_regular(file: Path, status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise FileBroken("broken-no-file", name=file.name)


@dataclass(frozen=True, slots=True)
class _Survey:
    """What a walk through a CTranslate2 model found."""

    problem: Message | None = None
    """what is wrong"""
    shape: Shape | None = None
    """of a Whisper model"""
    tokens: int = 0
    """that it writes"""


@functools.lru_cache(maxsize=256)
def _survey(path: str, spec: str, size: int, changed: int) -> _Survey:
    """size and changed (ns) make the cache notice another file of that name."""
    name = Path(path).name
    try:
        with Path(path).open("rb") as stream:
            return _walk(stream, name, spec, size)
    except (struct.error, UnicodeDecodeError):
        return _Survey(Message("broken-truncated-or-no-ctranslate2", name=name))
    except OSError as error:
        return _Survey(Message("broken-unreadable", name=name, reason=reason(error)))


def _walk(stream: BinaryIO, name: str, spec: str, size: int) -> _Survey:
    (version,) = struct.unpack("<I", stream.read(4))
    if not 1 <= version <= 100:
        return _Survey(Message("broken-no-ctranslate2", name=name))
    found = _text(stream)
    if found != spec:
        if not found.isidentifier():
            return _Survey(Message("broken-no-model", name=name))
        return _Survey(Message("broken-other-kind", name=name, found=found))
    if not _OLDEST <= version <= _NEWEST:
        return _Survey()  # a layout this check does not know; loading it will tell
    _, variables = struct.unpack("<II", stream.read(8))
    layers: dict[str, set[str]] = {"encoder": set(), "decoder": set()}
    width = tokens = 0
    if variables > _MOST_PARTS:
        return _Survey(Message("broken-damaged", name=name))
    for _ in range(variables):
        variable = _text(stream)
        (rank,) = struct.unpack("<B", stream.read(1))
        dimensions = struct.unpack(f"<{rank}I", stream.read(4 * rank))
        (form,) = struct.unpack("<B", stream.read(1))
        (length,) = struct.unpack("<I", stream.read(4))
        if length != math.prod(dimensions) * _WIDTHS.get(form, 0):
            return _Survey(Message("broken-damaged", name=name))
        stream.seek(length, os.SEEK_CUR)
        if stream.tell() > size:
            return _Survey(Message("broken-truncated", name=name))
        if layer := _LAYER.match(variable):
            layers[layer[1]].add(layer[2])
        elif variable == "encoder/conv1/weight" and dimensions:
            width = dimensions[0]
        elif variable in ("decoder/embeddings/weight", "decoder/projection/weight") and dimensions:
            tokens = dimensions[0]
    (aliases,) = struct.unpack("<I", stream.read(4))
    for _ in range(2 * min(aliases, _MOST_PARTS)):
        _text(stream)
    if stream.tell() != size:
        return _Survey(Message("broken-damaged", name=name))
    return _Survey(tokens=tokens, shape=Shape(width, len(layers["encoder"]), len(layers["decoder"])) if width else None)


@functools.lru_cache(maxsize=64)
def _count_tokens(path: str, size: int, changed: int) -> int:
    """size and changed (ns): as for `_survey`."""
    try:
        content = read_bytes(Path(path), _LARGEST_LIST)
    except FileBroken:
        return 0
    if not path.endswith(".json"):
        return len(content.splitlines())
    # Each token stands between two quotes. To parse a megabyte would hold up every other thread of Python.
    return content.replace(b"\\\\", b"").replace(b'\\"', b"").count(b'"') // 2


def _text(stream: BinaryIO) -> str:
    (length,) = struct.unpack("<H", stream.read(2))
    content = stream.read(length)
    if len(content) < length or not 0 < length <= _LARGEST_NAME:
        raise struct.error("short")
    return content.rstrip(b"\0").decode("utf-8")


def _onnx_problem(stream: BinaryIO, size: int, name: str) -> Message | None:
    """ONNX is one protocol buffer message: walk its top-level fields, whose lengths must fill the file."""
    position, fields = 0, 0
    while position < size:
        stream.seek(position)
        head = stream.read(20)
        tag, used = _varint(head, 0)
        kind = tag & 7
        if tag >> 3 == 0 or tag >> 3 > 40 or kind not in (0, 1, 2, 5) or fields > _MOST_PARTS:
            return Message("broken-damaged" if fields else "broken-no-onnx", name=name)
        value, used_by_value = _varint(head, used) if kind in (0, 2) else (0, 0)
        if used < 0 or used_by_value < 0:
            return Message("broken-truncated", name=name)
        position += used + {0: used_by_value - used, 1: 8, 2: used_by_value - used + value, 5: 4}[kind]
        fields += 1
    if position > size:
        return Message("broken-truncated", name=name)
    return None if fields else Message("broken-empty", name=name)


def _varint(content: bytes, start: int) -> tuple[int, int]:
    """The number at `start` and the index behind it (-1: it does not end)."""
    number = shift = 0
    for index in range(start, min(len(content), start + 10)):
        number |= (content[index] & 0x7F) << shift
        shift += 7
        if not content[index] & 0x80:
            return number, index + 1
    return number, -1

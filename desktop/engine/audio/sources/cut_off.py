"""Whether a media file was cut off, by what it promises of itself: sizes and numbers of samples that its writer put in
when it was done. What FFmpeg only estimates promises nothing, nor does what a writer leaves open that cannot seek."""

import os
import struct
from typing import IO, Any

_PLACEHOLDERS = ((0, 0), (0x7FFF0000, 0x80000000), (0xFFFF0000, 0xFFFFFFFF))
"""sizes, from and to, that programs write into the headers of chunks when they cannot know better"""
_COUNTED = ("flac", "aiff", "au", "caf", "w64", "wv", "tta", "ape", "mov", "asf", "tak", "voc", "oma", "ircam")
"""FFmpeg's demuxers that take a track's length from a number which the file declares"""
_LARGEST_HEADER = 1 << 16
_ASF_PROPERTIES = bytes.fromhex("a1dcab8c47a9cf118ee400c00c205365")
_SLOPPY = 1024
"""bytes by which writers miscount"""


def declared_end(container: Any, stream: Any, file: IO[bytes]) -> float | None:
    """The stamp (seconds) at which the sound of this track ends, as the file promises; None: it promises nothing."""
    names = container.format.name.split(",")
    if "matroska" in names:
        return _seconds_of_tag(stream.metadata.get("DURATION", ""))
    if "mp3" in names and not _has_frame_count(file):
        return None
    is_counted = "mp3" in names or any(name in _COUNTED for name in names)
    if not is_counted or not stream.duration or ("asf" in names and len(container.streams) > 1):
        return None  # ASF gives the length of the whole
    start = float(stream.start_time * stream.time_base) if stream.start_time is not None and "asf" not in names else 0.0
    return start + float(stream.duration * stream.time_base)


def is_cut_off(container: Any, file: IO[bytes]) -> bool:
    """Whether the container's own parts go on behind the end of the file."""
    names = container.format.name.split(",")
    size = file.seek(0, os.SEEK_END)
    if "mov" in names:
        return _boxes_end(file, size) > size
    if "matroska" in names:
        return _segment_end(file) > size
    if "wav" in names:
        return _chunks_end(file, size, "<I", b"data") > size + _SLOPPY
    if "avi" in names:
        return _chunks_end(file, size, "<I", b"") > size + _SLOPPY
    if "caf" in names:
        return _chunks_end(file, size, ">q", b"data") > size + _SLOPPY
    if "w64" in names:
        file.seek(16)
        (declared,) = struct.unpack("<q", file.read(8).ljust(8, b"\0"))
        return bool(declared > size + _SLOPPY)
    if "asf" in names:
        return _asf_size(file) > size + _SLOPPY
    if "ogg" in names:
        return _ends_within_ogg_page(file, size)
    return False


def _chunks_end(file: IO[bytes], size: int, length: str, last: bytes) -> int:
    """Where the chunk called `last` ends, or the one that the file ends in; 0 if a writer left its size open.
    length: how sizes are written; those of RIFF are even and follow a header of 12 bytes, those of CAF one of 8."""
    header = 4 + struct.calcsize(length)
    at = 12 if length == "<I" else 8
    while at + header <= size:
        file.seek(at)
        name, count = struct.unpack(length[0] + "4s" + length[1], file.read(header))
        if count < 0 or any(least <= count <= most for least, most in _PLACEHOLDERS):
            return 0
        at += header + count + (count % 2 if length == "<I" else 0)
        if name == last:
            break
    return at


def _asf_size(file: IO[bytes]) -> int:
    """The size that an ASF file gives itself; 0 if it is a broadcast, whose size was not known."""
    file.seek(0)
    header = file.read(_LARGEST_HEADER)
    at = header.find(_ASF_PROPERTIES)
    about = header[at + 40 : at + 48] + header[at + 88 : at + 92] if at >= 0 else b""
    if len(about) < 12:
        return 0
    size, flags = struct.unpack("<QI", about)
    return 0 if flags & 1 else int(size)


def _seconds_of_tag(text: str) -> float | None:
    """`00:01:02.345000000`, as Matroska's writers note of each track."""
    try:
        hours, minutes, seconds = text.strip("\0 ").split(":")
        return 3600 * int(hours) + 60 * int(minutes) + float(seconds)
    except ValueError:
        return None


def _has_frame_count(file: IO[bytes]) -> bool:
    """Whether the first frame of an MP3 counts those that follow; otherwise their number is estimated."""
    file.seek(0)
    start = file.read(10)
    at = 0
    if start[:3] == b"ID3" and len(start) == 10:
        at = 10 + sum((byte & 0x7F) << (7 * (3 - place)) for place, byte in enumerate(start[6:10]))
    file.seek(at)
    frame = file.read(4096)
    return any(mark in frame for mark in (b"Xing", b"Info", b"VBRI"))


def _boxes_end(file: IO[bytes], size: int) -> int:
    """Where the last box of an MP4 that begins in the file ends."""
    at = 0
    while at + 8 <= size:
        file.seek(at)
        length, kind = struct.unpack(">I4s", file.read(8))
        if length == 1:
            (length,) = struct.unpack(">Q", file.read(8).ljust(8, b"\0"))
        if length < 8 or not kind.isascii():
            return at  # 0: up to the end; or no box
        at += length
    return at


def _segment_end(file: IO[bytes]) -> int:
    """Where the segment of a Matroska file ends; 0 if it is left open."""
    file.seek(0)
    header = file.read(_LARGEST_HEADER)
    at = 0
    while at < len(header):
        name, at = _number(header, at, keep_mark=True)
        size, at = _number(header, at, keep_mark=False)
        if name == 0x18538067:  # Segment
            return 0 if size < 0 else at + size
        if size < 0:
            return 0
        at += size
    return 0


def _number(data: bytes, at: int, *, keep_mark: bool) -> tuple[int, int]:
    """A number of variable length, as EBML writes it, and where it ends; -1: left open, or none."""
    first = data[at] if at < len(data) else 0
    length = 9 - first.bit_length()
    if length > 8 or at + length > len(data):
        return -1, len(data)
    value = int.from_bytes(data[at : at + length])
    if keep_mark:
        return value, at + length
    value &= (1 << 7 * length) - 1
    return (-1 if value == (1 << 7 * length) - 1 else value), at + length


def _ends_within_ogg_page(file: IO[bytes], size: int) -> bool:
    file.seek(max(0, size - _LARGEST_HEADER - 300))
    tail = file.read()
    at = tail.rfind(b"OggS")
    if at < 0:
        return False
    page = tail[at:]
    if len(page) < 27 or len(page) < 27 + page[26]:
        return True
    return len(page) < 27 + page[26] + sum(page[27 : 27 + page[26]])

"""Which kind of audio a stream is, by its first bytes. Pure."""

from enum import StrEnum


class Kind(StrEnum):
    """Formats that say what they are. The values are FFmpeg's names of their demuxers."""

    WAV = "wav"
    WEBM = "matroska"
    OGG = "ogg"
    MP3 = "mp3"
    FLAC = "flac"
    MP4 = "mov"
    AAC = "aac"


EBML = b"\x1a\x45\xdf\xa3"
"""how Matroska, and so WebM, begins"""
_FRAMES = 4_096
"""bytes in which the second frame of an MPEG stream begins for sure: two make sure that it is one"""
_MP4_BOXES = (b"ftyp", b"styp", b"moof", b"moov", b"sidx", b"mdat", b"free", b"wide", b"skip")
_BIT_RATES = {  # kbit/s, layer 3, by whether it is MPEG 1
    True: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    False: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_RATES = (44_100, 48_000, 32_000)


def sniff(head: bytes, *, is_whole: bool = False) -> Kind | bool:
    """The kind of a stream that begins so; False: it does not say (raw samples, or no audio); True: more bytes are
    needed to tell. is_whole: no more will come, so it is never True."""
    for magic, kind in ((EBML, Kind.WEBM), (b"OggS\0", Kind.OGG), (b"fLaC", Kind.FLAC), (b"ID3", Kind.MP3)):
        if head.startswith(magic):
            return kind
        if magic.startswith(head):
            return not is_whole
    if head[:4] in (b"RIFF", b"RF64") or b"RIFF".startswith(head[:4]) or b"RF64".startswith(head[:4]):
        return _wave(head, is_whole)
    if head[:1] == b"\xff" and (len(head) < 2 or head[1] & 0xE0 == 0xE0):
        return _framed(head, is_whole)
    # A box: its length, then what it is; no box that a stream begins with is longer than 16 MB but `mdat`.
    if head[:1] == b"\0" and len(head) < 8:
        return not is_whole and any(box.startswith(head[4:]) for box in _MP4_BOXES)
    return Kind.MP4 if head[4:8] in _MP4_BOXES and head[:1] == b"\0" else False


def _wave(head: bytes, is_whole: bool) -> Kind | bool:
    if len(head) < 12:
        return not is_whole and b"WAVE".startswith(head[8:])
    return Kind.WAV if head[8:12] == b"WAVE" else False


def _framed(head: bytes, is_whole: bool) -> Kind | bool:
    """An MPEG stream: a frame, and behind it another one like it."""
    if len(head) < 7:
        return not is_whole
    length, kind = (_adts(head), Kind.AAC) if head[1] & 0xF6 == 0xF0 else (_mp3(head), Kind.MP3)
    if not length:
        return False
    following = head[length : length + 2]
    if len(following) == 2:
        return kind if following[0] == 0xFF and following[1] == head[1] else False
    return not is_whole and len(head) < _FRAMES


def _adts(head: bytes) -> int:
    length = (head[3] & 3) << 11 | head[4] << 3 | head[5] >> 5
    return length if length > 7 and (head[2] >> 2 & 15) < 13 else 0


def _mp3(head: bytes) -> int:
    """Bytes of a frame of layer 3; 0: it is none."""
    version, layer, rate, size = head[1] >> 3 & 3, head[1] >> 1 & 3, head[2] >> 2 & 3, head[2] >> 4
    if version == 1 or layer != 1 or rate == 3 or size in (0, 15):
        return 0
    is_first = version == 3
    hertz = _RATES[rate] // {3: 1, 2: 2, 0: 4}[version]
    return (144 if is_first else 72) * _BIT_RATES[is_first][size] * 1000 // hertz + (head[2] >> 1 & 1)

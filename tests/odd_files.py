"""Odd media files, as FFmpeg writes them: containers and codecs, rates, channels, sound that starts late or has a hole,
files that came through a pipe or were cut off. All of them, with a table: `python -m tests.odd_files 200`."""

import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from desktop.engine.audio.sources.file import FileSource
from desktop.engine.errors import EngineError
from desktop.engine.events import SAMPLE_RATE, Samples
from desktop.messages import text_of
from tests.signals import Collector, noise, write_wav
from tests.waiting import wait_until

SECONDS = 5.0
_HOLE = (2.0, 2.9)
"""seconds of the sound that are left out, and the clock runs on"""
_BLOCK = SAMPLE_RATE // 100
_USUAL = (8000, 11025, 16000, 22050, 32000, 44100, 48000)
_ANY = (*_USUAL, 96000, 192000)
_DVD = (32000, 44100, 48000)
_MPEG = (16000, 22050, 24000, *_DVD)


@dataclass(frozen=True, slots=True)
class Codec:
    """name: FFmpeg's encoder. rates: Hz that it takes. channels: how many at most."""

    name: str
    rates: tuple[int, ...] = _ANY
    channels: int = 2


@dataclass(frozen=True, slots=True)
class Container:
    """codecs: what fits into it. video: FFmpeg's encoder for a picture beside it; empty for none. has_clock: its sound
    bears stamps, so it can be late or have a hole. tells_end: it promises its size or length, so a cut can be seen.
    """

    suffix: str
    codecs: tuple[Codec, ...]
    video: str = ""
    has_clock: bool = False
    tells_end: bool = False
    can_be_piped: bool = True
    options: tuple[str, ...] = ()


_PCM = Codec("pcm_s16le", channels=16)
_BIG_ENDIAN = Codec("pcm_s16be", channels=8)
_AAC = Codec("aac", (*_USUAL, 96000), 6)
_SENT_AAC = Codec("aac", (16000, 44100, 48000), 6)
"""where the samples before the first are not said to be none; at lower rates they are longer than 0.1 s"""
_MP3 = Codec("libmp3lame", _MPEG)
_MP2 = Codec("mp2", _MPEG)
_OPUS = Codec("libopus", (8000, 16000, 24000, 48000), 8)
_VORBIS = Codec("libvorbis", _USUAL, 6)
_FLAC = Codec("flac", _ANY, 8)
_ALAC = Codec("alac", _ANY, 8)
_AC3 = Codec("ac3", _DVD, 6)
_EAC3 = Codec("eac3", _DVD, 6)
_WMA = Codec("wmav2", (16000, 22050, 32000, 44100, 48000))
_SPEEX = Codec("libspeex", (8000, 16000, 32000), 1)
_TELEPHONE = (Codec("pcm_alaw"), Codec("pcm_mulaw"))
_MUXERS = {
    "mka": "matroska",
    "mkv": "matroska",
    "m4a": "ipod",
    "ts": "mpegts",
    "mpg": "vob",
    "wma": "asf",
    "wmv": "asf",
    "aac": "adts",
    "thd": "truehd",
}
"""suffix: FFmpeg's name for the format, where that is another"""
CONTAINERS = (
    Container(
        "wav",
        (
            _PCM,
            Codec("pcm_u8"),
            Codec("pcm_s24le"),
            Codec("pcm_s32le"),
            Codec("pcm_f32le", channels=8),
            Codec("pcm_f64le"),
            Codec("pcm_s64le"),
            *_TELEPHONE,
            Codec("adpcm_ms", _USUAL),
            Codec("adpcm_ima_wav", _USUAL),
            Codec("libgsm_ms", (8000,), 1),
        ),
        tells_end=True,
    ),
    Container("w64", (_PCM, Codec("pcm_s24le")), tells_end=True, can_be_piped=False),
    Container("aiff", (_BIG_ENDIAN, Codec("pcm_s24be"), Codec("pcm_f32be")), tells_end=True, can_be_piped=False),
    Container("au", (_BIG_ENDIAN, *_TELEPHONE), tells_end=True),
    Container("caf", (_BIG_ENDIAN, _ALAC, *_TELEPHONE), tells_end=True, can_be_piped=False),
    Container("voc", (Codec("pcm_u8", _USUAL), Codec("pcm_s16le", _USUAL))),
    Container("flac", (_FLAC,), tells_end=True),
    Container("wv", (Codec("wavpack", _ANY, 8),), tells_end=True, can_be_piped=False),
    Container("tta", (Codec("tta", _ANY, 8),), tells_end=True, can_be_piped=False),
    Container("ogg", (_VORBIS, _OPUS, _FLAC, _SPEEX), tells_end=True),
    Container("opus", (_OPUS,), tells_end=True),
    Container("mp3", (_MP3,), tells_end=True),
    Container("mp2", (_MP2,)),
    Container("aac", (_SENT_AAC,)),
    Container("ac3", (_AC3,)),
    Container("eac3", (_EAC3,)),
    Container("gsm", (Codec("libgsm", (8000,), 1),)),
    Container("g722", (Codec("g722", (16000,), 1),)),
    Container("dts", (Codec("dca", (44100, 48000), 6),)),
    Container("thd", (Codec("truehd", (44100, 48000, 96000), 2),)),
    Container("mka", (_PCM, _FLAC, _VORBIS, _OPUS, _AAC, _AC3), has_clock=True, tells_end=True),
    Container("mkv", (_PCM, _FLAC, _VORBIS, _OPUS, _AAC, _AC3, _MP3), "mpeg4", True, True),
    Container("webm", (_VORBIS, _OPUS), "libvpx", True, True),
    Container("m4a", (_AAC, _ALAC), has_clock=True, tells_end=True, can_be_piped=False),
    Container("mp4", (_AAC, _MP3, _AC3, _ALAC, _FLAC, _OPUS), "mpeg4", True, True, can_be_piped=False),
    Container("mp4", (_AAC, _MP3, _AC3), "mpeg4", True, True, can_be_piped=False, options=("-movflags", "+faststart")),
    Container(
        "mp4",
        (Codec("aac", (16000, 44100, 48000), 6),),
        "mpeg4",
        True,
        options=("-movflags", "frag_keyframe+empty_moov"),
    ),
    Container("mov", (_AAC, _ALAC), "mpeg4", True, True, can_be_piped=False),
    Container("mov", (_PCM, *_TELEPHONE), "mpeg4", tells_end=True, can_be_piped=False),  # no stamps within PCM
    Container("3gp", (_AAC,), "mpeg4", True, True, can_be_piped=False),
    Container("ts", (_AAC, _MP2, _MP3, _AC3, _EAC3, _OPUS), "mpeg2video", True),
    Container("mpg", (_MP2, _AC3), "mpeg2video", True),
    Container("avi", (_PCM, _AC3, _MP2), "mpeg4", tells_end=True, can_be_piped=False),  # no stamps but for empty frames
    Container("avi", (_MP3,), "mpeg4", True, True, can_be_piped=False),
    Container("flv", (Codec("aac", (16000, 44100, 48000)), Codec("libmp3lame", (22050, 44100))), "flv", True),
    Container("wma", (_WMA, Codec("wmav1", (16000, 22050, 44100))), has_clock=True, tells_end=True),
    Container("wmv", (_WMA, _MP3), "wmv2", True),
    Container("nut", (_PCM, _FLAC, _MP3), "mpeg4", True),
    Container("mxf", (Codec("pcm_s16le", (48000,)),), "mpeg2video", can_be_piped=False),
)


class NotWritten(Exception):
    """FFmpeg does not write that."""


@dataclass(frozen=True, slots=True)
class OddFile:
    """late, hole: seconds. cut: which share of the file is left."""

    number: int
    container: Container
    codec: Codec
    rate: int
    channels: int
    mapping: str
    """where the voice is: `all` channels, the `last`, the `centre`, `opposite` phases"""
    late: float
    has_hole: bool
    is_piped: bool
    cut: float

    def __str__(self) -> str:
        odd = f"{self.late:4.1f} s late" if self.late else ""
        marks = (odd, "hole" * self.has_hole, "piped" * self.is_piped, f"cut to {self.cut:.0%}" if self.cut < 1 else "")
        name = f"{self.container.suffix} {self.codec.name} {self.rate} Hz x{self.channels} {self.mapping}"
        return ", ".join(mark for mark in (name, *marks) if mark)


def odd_file(number: int) -> OddFile:
    """The odd file of that number, always the same; the containers take turns."""
    chance = random.Random(number)
    container = CONTAINERS[number % len(CONTAINERS)]
    codec = chance.choice(container.codecs)
    counts = [count for count in (1, 2, 6, 8, 16) if count <= codec.channels]
    channels = chance.choice(counts)
    mappings = {1: ["all"], 2: ["all", "last", "opposite"], 6: ["all", "centre"], 8: ["all", "centre"]}
    is_cut = chance.random() < 0.2
    # The index at the end of an AVI says that its sound is late.
    may_be_late = container.has_clock and not (is_cut and container.suffix == "avi")
    return OddFile(
        number,
        container,
        codec,
        chance.choice(codec.rates),
        channels,
        chance.choice(mappings.get(channels, ["all", "last"])),
        round(chance.uniform(0.3, 7.0), 1) if may_be_late and chance.random() < 0.5 else 0.0,
        container.has_clock and not is_cut and chance.random() < 0.4,
        container.can_be_piped and not is_cut and chance.random() < 0.3,
        chance.uniform(0.5, 0.9) if is_cut else 1.0,
    )


@cache
def sound() -> Samples:
    """Bursts at irregular times, so that they fit upon themselves in one place only."""
    samples = noise(SECONDS, 11)
    chance = np.random.default_rng(4)
    at = 0.0
    while at < SECONDS:
        loud, quiet = chance.uniform(0.1, 0.4), chance.uniform(0.05, 0.25)
        samples[int((at + loud) * SAMPLE_RATE) : int((at + loud + quiet) * SAMPLE_RATE)] = 0
        at += loud + quiet
    return samples


def expected(file: OddFile) -> Samples:
    """What is to be heard of a file that is whole."""
    samples = sound().copy()
    if file.has_hole:
        samples[int(_HOLE[0] * SAMPLE_RATE) : int(_HOLE[1] * SAMPLE_RATE)] = 0
    return np.concatenate((np.zeros(int(file.late * SAMPLE_RATE), np.float32), samples))


def write(file: OddFile, folder: Path) -> Path:
    """Make it. The picture, where there is one, begins with the file and is longer than the sound."""
    ffmpeg = shutil.which("ffmpeg")
    assert ffmpeg, "install ffmpeg"
    plain = folder / "plain.wav"
    if not plain.exists():
        write_wav(plain, sound())
    path = folder / f"{file.number}.{file.container.suffix}"
    command = [ffmpeg, "-nostdin", "-v", "error", "-y"]
    if file.container.video:
        command += ["-f", "lavfi", "-i", f"color=c=black:s=64x64:r=25:d={SECONDS + file.late + 3}"]
    command += ["-itsoffset", str(file.late), "-i", str(plain), "-af", _filters(file), "-c:a", file.codec.name]
    command += ["-ar", str(file.rate), "-strict", "-2"]
    if file.container.video:
        command += ["-map", "0:v", "-c:v", file.container.video, "-g", "25"]
    command += ["-map", f"{int(bool(file.container.video))}:a", *file.container.options]
    form = _MUXERS.get(file.container.suffix, file.container.suffix)
    if file.is_piped:
        done = subprocess.run([*command, "-f", form, "pipe:1"], capture_output=True, check=False)
        path.write_bytes(done.stdout)
    else:
        done = subprocess.run([*command, "-f", form, str(path)], capture_output=True, check=False)
    if done.returncode:
        raise NotWritten(f"{file}: {done.stderr.decode(errors='replace')}")
    if file.cut < 1:
        content = path.read_bytes()
        path.write_bytes(content[: int(len(content) * file.cut)])
    return path


def _filters(file: OddFile) -> str:
    layout = {1: "mono", 2: "stereo", 6: "5.1", 8: "7.1", 16: "hexadecagonal"}[file.channels]
    count = file.channels
    heard = {"all": range(count), "last": [count - 1], "centre": [2], "opposite": range(count)}[file.mapping]
    signs = {1: "-1*"} if file.mapping == "opposite" else {}
    channels = "|".join(f"c{channel}={signs.get(channel, '')}c0" for channel in heard)
    filters = [f"aresample={file.rate}", f"pan={layout}|{channels}"]
    if file.has_hole:
        begin, end = (file.late + at for at in _HOLE)
        # Frames as short as this leave the hole where it is meant to be.
        filters.insert(0, f"asetnsamples=160,aselect='not(between(t,{begin},{end - 0.001}))'")
    return ",".join(filters)


@dataclass(frozen=True, slots=True)
class Heard:
    """What came out of a file. offset: seconds by which it lies beside what was expected; None: it is too unlike."""

    seconds: float
    offset: float | None
    sentence: str


def hear(path: Path, file: OddFile) -> Heard:
    """Decode it, and find where the sound lies."""
    sink = Collector()
    source = FileSource(path)
    try:
        source.open(sink)
    except EngineError as error:
        return Heard(0.0, None, text_of(error))
    assert wait_until(lambda: sink.ends, 20), f"{file} hangs"
    source.close()
    return Heard(sink.seconds, _offset(expected(file), sink.samples), " ".join(map(text_of, sink.errors)))


def _offset(reference: Samples, found: Samples) -> float | None:
    """By how many seconds the bursts of one lie behind those of the other. Levels decide, not waves, which codecs of
    telephones change."""
    one, other = _levels(reference[: len(found)]), _levels(found)
    if not other.any() or not one.any():
        return None
    one, other = one - one.mean(), other - other.mean()
    product = np.correlate(other, one, "full") / np.sqrt(np.sum(one**2) * np.sum(other**2))
    best = int(np.argmax(product))
    return (best - len(one) + 1) * _BLOCK / SAMPLE_RATE if product[best] > 0.7 else None


def _levels(samples: Samples) -> Samples:
    whole = samples[: len(samples) // _BLOCK * _BLOCK].reshape(-1, _BLOCK)
    levels: Samples = np.sqrt(np.mean(np.square(whole), axis=1))
    return levels


def faults(file: OddFile, heard: Heard) -> list[str]:
    """What is wrong with it; nothing is the rule."""
    found = []
    if file.cut < 1:
        if not heard.sentence and file.container.tells_end and not file.is_piped:
            found.append("the cut is not told")
        if heard.seconds > file.late + 1 and (heard.offset is None or abs(heard.offset) > 0.1):
            found.append(f"off by {heard.offset} s")
        return found
    if heard.sentence:
        found.append(f"says: {heard.sentence}")
    if heard.offset is None or abs(heard.offset) > 0.1:
        found.append(f"off by {heard.offset} s")
    if abs(heard.seconds - SECONDS - file.late) > 0.25:
        found.append(f"{heard.seconds:.2f} s long")
    return found


def table(numbers: Iterable[int], folder: Path) -> tuple[list[str], list[str]]:
    """A line for each of these files, and the lines with faults among them."""
    lines: list[str] = []
    wrong: list[str] = []
    for number in numbers:
        file = odd_file(number)
        path = write(file, folder)
        heard = hear(path, file)
        path.unlink()
        offset = "       " if heard.offset is None else f"{heard.offset:+7.2f}"
        line = f"{number:4} {file!s:75} {heard.seconds:6.2f} s {offset} {heard.sentence.replace(str(path), path.name)}"
        lines.append(line.rstrip())
        if found := faults(file, heard):
            wrong.append(f"{line.rstrip()} <- {'; '.join(found)}")
    return lines, wrong


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        made, faulty = table(range(int(sys.argv[1]) if len(sys.argv) > 1 else 200), Path(place))
    print(*made, "", *(faulty or ["All as expected."]), sep="\n")
    sys.exit(bool(faulty))

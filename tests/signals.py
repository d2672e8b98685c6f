"""Known audio, and how like another one a recording is."""

import wave
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic

import numpy as np

from desktop.engine.audio.sources.choose import source_for
from desktop.engine.errors import EngineError
from desktop.engine.events import SAMPLE_RATE, AudioFrame, Samples
from tests.waiting import wait_until


def noise(seconds: float, seed: int, rate: int = SAMPLE_RATE, amplitude: float = 0.2) -> Samples:
    """Noise below 2 kHz, which survives resampling and shifts by part of a sample; two seeds have nothing in common."""
    count = int(seconds * rate)
    spectrum = np.fft.rfft(np.random.default_rng(seed).standard_normal(count))
    spectrum[np.fft.rfftfreq(count, 1 / rate) > 2000] = 0
    samples = np.fft.irfft(spectrum, count)
    return (samples * amplitude / np.std(samples)).astype(np.float32).clip(-1, 1)


def tone(seconds: float, frequency: float, rate: int = SAMPLE_RATE, amplitude: float = 0.5) -> Samples:
    return (amplitude * np.sin(2 * np.pi * frequency * np.arange(int(seconds * rate)) / rate)).astype(np.float32)


def similarity(reference: Samples, recording: Samples) -> float:
    """Highest normalised cross-correlation, 0..1, of the reference with any part of the recording as long."""
    if len(recording) < len(reference):
        recording = np.pad(recording, (0, len(reference) - len(recording)))
    size = 1 << (len(reference) + len(recording)).bit_length()
    product = np.fft.irfft(np.fft.rfft(recording, size) * np.conj(np.fft.rfft(reference, size)), size)
    product = product[: len(recording) - len(reference) + 1]
    energy = np.concatenate(([0.0], np.cumsum(np.square(recording, dtype=np.float64))))
    windows = energy[len(reference) :] - energy[: len(energy) - len(reference)]
    total = float(np.sum(np.square(reference, dtype=np.float64)))
    # A window that is all but silent is like nothing.
    return float(np.max(np.abs(product) / np.sqrt(np.maximum(windows, 1e-3 * total) * total)))


def heard(reference: Samples, recording: Samples) -> float:
    """The median similarity of quarters of a second: 1 even if a busy machine swallowed one of them."""
    pieces = [reference[at : at + 4000] for at in range(0, len(reference) - 3999, 4000)]
    return float(np.median([similarity(piece, recording) for piece in pieces]))


def write_wav(path: Path, samples: Samples, rate: int = SAMPLE_RATE) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes((samples * 32767).astype("<i2").tobytes())
    return path


def read_wav(path: Path) -> tuple[Samples, int]:
    with wave.open(str(path), "rb") as file:
        data = np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.float32) / 32768
        return data.reshape(-1, file.getnchannels()).mean(axis=1), file.getframerate()


def is_heard(reference: Samples, play: Callable[[], object], sink: "Collector") -> bool:
    """Does what `play` plays arrive? Up to four tries: on a busy machine the server itself may stutter."""
    for _ in range(4):
        play()
        if wait_until(lambda: heard(reference, sink.samples) > 0.95, 2.5):
            return True
    return False


class Collector:
    """A FrameSink that keeps everything, with the monotonic time of each frame."""

    def __init__(self) -> None:
        self.frames: list[AudioFrame] = []
        self.times: list[float] = []
        self.errors: list[EngineError] = []
        self.resumptions = 0
        self.ends = 0
        self.calls: list[str] = []

    def frame(self, frame: AudioFrame) -> None:
        self.calls.append("frame")
        self.times.append(monotonic())
        self.frames.append(frame)

    def ended(self) -> None:
        self.calls.append("ended")
        self.ends += 1

    def interrupted(self, error: EngineError) -> None:
        self.calls.append("interrupted")
        self.errors.append(error)

    def resumed(self) -> None:
        self.calls.append("resumed")
        self.resumptions += 1

    @property
    def samples(self) -> Samples:
        return np.concatenate([np.zeros(0, np.float32), *(frame.samples for frame in list(self.frames))])

    @property
    def seconds(self) -> float:
        return len(self.samples) / SAMPLE_RATE


@contextmanager
def recording(source_id: str) -> Iterator[Collector]:
    """A source that is open inside the context, and what it delivers."""
    source, sink = source_for(source_id), Collector()
    source.open(sink)
    try:
        yield sink
    finally:
        source.close()

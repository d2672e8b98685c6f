"""Make clean speech sound recorded: tone, room, noise, level; and log-mel features as Whisper takes them."""

from __future__ import annotations

import random
from functools import cache

import numpy as np
import torch
from scipy.ndimage import uniform_filter1d
from scipy.signal import fftconvolve
from speech import SAMPLE_RATE

_FFT, _HOP = 400, 160
_NOISE = np.random.default_rng(5)


def white(count: int) -> np.ndarray:
    return _NOISE.standard_normal(count, dtype=np.float32)


def brown(noise: np.ndarray) -> np.ndarray:
    """White noise turned into rumble, without its slow drift."""
    walk = np.cumsum(noise, dtype=np.float64)
    return (walk - uniform_filter1d(walk, 400, mode="constant")).astype(np.float32)


def tones(count: int, r: random.Random) -> np.ndarray:
    """Notes with overtones, alone or in chords, struck or held: what a detector of speech takes for a voice."""
    music = np.zeros(count, np.float32)
    at, held = 0, r.random() < 0.5
    while at < count:
        length = min(count - at, round(SAMPLE_RATE * r.uniform(0.08, 2.5 if held else 0.6)))
        time = np.arange(length, dtype=np.float32) / SAMPLE_RATE
        for _ in range(r.choice((1, 1, 2, 3, 4))):
            pitch = 55 * 2 ** (r.randint(0, 60) / 12)
            wobble = r.uniform(0, 3) * np.sin(2 * np.pi * r.uniform(3, 7) * time)
            for overtone in range(1, r.randint(2, 9)):
                if pitch * overtone < SAMPLE_RATE / 2:
                    angle = 2 * np.pi * overtone * pitch * time + wobble
                    music[at : at + length] += np.sin(angle) * np.exp(-time * r.uniform(0, 1 if held else 9)) / overtone
        music[at : at + length] *= np.minimum(1, np.minimum(time, time[::-1]) * 100)
        at += length + (0 if r.random() < 0.7 else round(SAMPLE_RATE * r.uniform(0, 0.5)))
    return music / (np.abs(music).max() + 1e-6)


def augment(samples: np.ndarray, r: random.Random) -> np.ndarray:
    """`samples` with a random tilt of tone, sometimes a short echo, mostly noise (8 to 40 dB below), another level."""
    if r.random() < 0.5:
        tilt = r.uniform(-0.6, 0.6)
        samples = np.append(samples[:1], samples[1:] + tilt * samples[:-1]).astype(np.float32)
    if r.random() < 0.15:
        length = round(SAMPLE_RATE * r.uniform(0.05, 0.25))
        decay = np.exp(-6 * np.arange(length) / length) * r.uniform(0.02, 0.12)
        echo = white(length) * decay
        echo[0] = 1
        samples = fftconvolve(samples, echo)[: len(samples)].astype(np.float32)
    if r.random() < 0.7:
        loudness = np.sqrt(np.mean(samples**2) + 1e-9)
        noise = white(len(samples))
        snr = r.uniform(8, 40)
        if r.random() < 0.5:
            noise = brown(noise)
        samples = samples + noise / (noise.std() + 1e-6) * loudness * 10 ** (-snr / 20)
    return (samples * 10 ** (r.uniform(-18, 6) / 20)).astype(np.float32)


@cache
def _filters() -> torch.Tensor:
    from faster_whisper.feature_extractor import FeatureExtractor

    return torch.tensor(FeatureExtractor().mel_filters, dtype=torch.float32)


def log_mel(samples: np.ndarray) -> torch.Tensor:
    """Whisper's features: float32 [80, frames], a frame every 10 ms."""
    padded = torch.nn.functional.pad(torch.as_tensor(samples), (0, _HOP))
    window = torch.hann_window(_FFT)
    spectrum = torch.stft(padded, _FFT, _HOP, window=window, center=True, return_complex=True)
    logs = torch.clamp(_filters() @ spectrum[..., :-1].abs() ** 2, min=1e-10).log10()
    return (torch.maximum(logs, logs.max() - 8.0) + 4.0) / 4.0

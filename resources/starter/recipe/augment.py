"""Make clean speech sound recorded: tone, room, noise, level; and log-mel features as Whisper takes them."""

from __future__ import annotations

import random
from functools import cache

import numpy as np
import torch
from scipy.signal import fftconvolve
from speech import SAMPLE_RATE

_FFT, _HOP = 400, 160


def brown(noise: np.ndarray) -> np.ndarray:
    """White noise turned into rumble, without its slow drift."""
    walk = np.cumsum(noise)
    return (walk - np.convolve(walk, np.ones(400) / 400, "same")).astype(np.float32)


def augment(samples: np.ndarray, r: random.Random) -> np.ndarray:
    """`samples` with a random tilt of tone, sometimes a short echo, mostly noise (8 to 40 dB below), another level."""
    if r.random() < 0.5:
        tilt = r.uniform(-0.6, 0.6)
        samples = np.append(samples[:1], samples[1:] + tilt * samples[:-1]).astype(np.float32)
    if r.random() < 0.15:
        length = round(SAMPLE_RATE * r.uniform(0.05, 0.25))
        decay = np.exp(-6 * np.arange(length) / length) * r.uniform(0.02, 0.12)
        echo = np.random.randn(length) * decay
        echo[0] = 1
        samples = fftconvolve(samples, echo)[: len(samples)].astype(np.float32)
    if r.random() < 0.7:
        loudness = np.sqrt(np.mean(samples**2) + 1e-9)
        noise = np.random.randn(len(samples)).astype(np.float32)
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

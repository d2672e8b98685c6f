"""Human spoken digits: Free Spoken Digit Dataset (CC BY-SA 4.0), read straight from data/fsdd.zip.

Recordings 0 to 4 of each speaker and digit are for measuring, the rest for training.
"""

from __future__ import annotations

import io
import zipfile
from pathlib import PurePosixPath
from typing import Literal

import numpy as np
import soundfile
from scipy.signal import resample_poly
from words import DATA

Part = Literal["train", "test"]
Speakers = dict[str, dict[int, list[np.ndarray]]]


def load(part: Part) -> Speakers:
    """Speaker -> digit -> recordings, float32 at 16 kHz, in the order of their numbers."""
    speakers: Speakers = {}
    with zipfile.ZipFile(DATA / "fsdd.zip") as archive:
        files = [PurePosixPath(name) for name in archive.namelist() if name.endswith(".wav")]
        for file in sorted(files, key=lambda file: int(file.stem.split("_")[2])):
            digit, speaker, number = file.stem.split("_")
            if ("test" if int(number) < 5 else "train") != part:
                continue
            samples, rate = soundfile.read(io.BytesIO(archive.read(str(file))), dtype="float32")
            if rate != 8000:
                raise ValueError(f"{file}: {rate} Hz, not 8000 Hz")
            recordings = speakers.setdefault(speaker, {}).setdefault(int(digit), [])
            recordings.append(resample_poly(samples, 2, 1).astype(np.float32))
    return speakers

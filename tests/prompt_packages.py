"""Packages of human prompts as Debian installs them, made of the test recordings."""

import gzip
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from desktop.bench.people.prompts import VOICES
from desktop.engine.events import Samples


def write_g722(path: Path, samples: Samples) -> None:
    """Samples, shape (n,) at 16 kHz, as a file of raw G.722."""
    import av

    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path), "w", format="g722") as container:
        stream = container.add_stream("g722", rate=16_000, layout="mono")
        whole = (np.clip(samples, -1, 1) * 32767).astype(np.int16)
        for at in range(0, len(whole), 320):
            frame = av.AudioFrame.from_ndarray(whole[None, at : at + 320], format="s16", layout="mono")
            frame.sample_rate = 16_000
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def install(folder: Path, language: str, spoken: Mapping[str, tuple[str, Samples]]) -> None:
    """Both packages of a language below a data folder: name -> (text, samples)."""
    for name, (_, samples) in spoken.items():
        write_g722(folder / "asterisk" / "sounds" / VOICES[language].folder / f"{name}.g722", samples)
    script = folder / "doc" / f"asterisk-core-sounds-{language}" / f"core-sounds-{language}.txt.gz"
    script.parent.mkdir(parents=True, exist_ok=True)
    lines = [f"; Sounds in {language}", "", *(f"{name}: {text}" for name, (text, _) in spoken.items())]
    script.write_bytes(gzip.compress("\n".join(lines).encode()))

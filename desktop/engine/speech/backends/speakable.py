"""What every synthesizer does to its text and its audio. Pure; any thread."""

import unicodedata

import numpy as np

from desktop.engine.events import Samples
from desktop.engine.text.sentences import has_words, split

_LEAD_IN, _PAUSE = 0.03, 0.15  # seconds of silence kept before and after
_SILENT = 0.003  # of full scale
_LONGEST = 300  # characters in one call: about 20 s of speech, and the first sound comes soon


def speakable(text: str) -> str:
    """One line without control characters, without signs that are read out by name, and without the [[…]]
    in which espeak-ng would expect phonemes."""
    kept = (
        " " if unicodedata.category(character) in ("Cc", "Cf", "Co", "Cs", "So", "Sk") else character
        for character in text
    )
    return " ".join("".join(kept).replace("[[", "[ [").replace("]]", "] ]").split())


def pieces(text: str, language: str) -> list[str]:
    """The sentences of a text as `speakable`, long ones cut at spaces; those without words are left out."""
    found = []
    for sentence in split(speakable(text), language):
        while len(sentence) > _LONGEST:
            cut = sentence.rfind(" ", 1, _LONGEST)
            cut = cut if cut > 0 else _LONGEST
            found.append(sentence[:cut])
            sentence = sentence[cut:].strip()
        found.append(sentence)
    return [piece for piece in found if has_words(piece)]


def without_silence(samples: Samples, sample_rate: int, rate: float) -> Samples:
    """Samples without the silence at either end that would add up between clauses; a short pause, shorter at
    a faster rate, stays."""
    loud = np.flatnonzero(np.abs(samples) > _SILENT)
    if not loud.size:
        return samples[:0]
    start = int(loud[0]) - int(_LEAD_IN * sample_rate)
    return samples[max(0, start) : int(loud[-1]) + 1 + int(_PAUSE / rate * sample_rate)]

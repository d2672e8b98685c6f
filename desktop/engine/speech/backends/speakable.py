"""What every synthesizer does to its text and its audio. Pure; any thread."""

import unicodedata

import numpy as np

from desktop.engine.events import Samples
from desktop.engine.text.graphemes import breaks
from desktop.engine.text.sentences import has_words, split

_LEAD_IN, _PAUSE = 0.03, 0.15  # seconds of silence kept before and after
_SILENT = 0.003  # of full scale
_SAID = {"°": "°", "№": "№", "℃": "°C", "℉": "°F"}
"""signs that Unicode puts beside the pictures, as synthesizers read them"""
_JOINERS = "\u200c\u200d"
_LONGEST = 300  # characters in one call: about 20 s of speech, and the first sound comes soon


def speakable(text: str) -> str:
    """One line without control characters, without pictures that are read out by name, and without the [[…]]
    in which espeak-ng would expect phonemes. Signs that are said stay ("20 °C", "№ 5"), and so do the joiners that
    spell Persian and Sinhala; what only says where a line may break leaves no gap in its word."""
    kept = []
    for before, character, after in zip(" " + text, text, text[1:] + " ", strict=False):
        kind = unicodedata.category(character)
        if character in _SAID:
            kept.append(_SAID[character])
        elif character in _JOINERS and _is_spelt(before) and _is_spelt(after):
            kept.append(character)
        elif kind != "Cf":
            kept.append(" " if kind in ("Cc", "Co", "Cs", "So", "Sk") else character)
    return " ".join("".join(kept).replace("[[", "[ [").replace("]]", "] ]").split())


def _is_spelt(character: str) -> bool:
    """Whether it is part of a word; the joiners between pictures are not."""
    return unicodedata.category(character)[0] in "LM"


def pieces(text: str, language: str) -> list[str]:
    """The sentences of a text as `speakable`, long ones cut at spaces; those without words are left out."""
    found = []
    for sentence in split(speakable(text), language):
        while len(sentence) > _LONGEST:
            cut = sentence.rfind(" ", 1, _LONGEST)
            if cut <= 0:  # no spaces: behind a character that is whole
                cut = max((end for end in breaks(sentence) if end <= _LONGEST), default=_LONGEST)
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

"""How words sound: their phonemes by espeak-ng, without stress. Any thread; a short process for words that are new."""

import functools
import logging
import re
import subprocess
from collections.abc import Sequence

from desktop.engine.speech.backends.espeak import program, voice_of

log = logging.getLogger(__name__)

_TIMEOUT = 10.0
"""seconds"""
_AT_ONCE = 500
"""words in one process: about 0.2 s"""
_MOST_KEPT = 20_000
_MARKS = re.compile(r"\([a-z-]+\)|[ˈˌ.ː\s\d_|‿]")
"""changes of language, stress, lengths, tones"""


class Phonemes:
    """The phonemes of the words of one language. Called with words (no digits, no punctuation), it returns their
    phonemes in IPA, in the same order; empty where espeak-ng says nothing, or does not run."""

    def __init__(self, voice: str) -> None:
        self._voice = voice
        self._known: dict[str, str] = {}

    def __call__(self, words: Sequence[str]) -> list[str]:
        new = [word for word in dict.fromkeys(words) if word not in self._known]
        if len(self._known) + len(new) > _MOST_KEPT:
            self._known.clear()
            new = list(dict.fromkeys(words))
        for start in range(0, len(new), _AT_ONCE):
            some = new[start : start + _AT_ONCE]
            self._known.update(zip(some, self._asked(some), strict=True))
        return [self._known[word] for word in words]

    def _asked(self, words: Sequence[str]) -> list[str]:
        found = self._lines(words)
        if len(found) == len(words):
            return found
        # A word that is read as two sentences, or as none: each by itself.
        return ["".join(self._lines([word])) for word in words]

    def _lines(self, words: Sequence[str]) -> list[str]:
        """What espeak-ng says of the words, a paragraph each."""
        command = program()
        if command is None:
            return [""] * len(words)
        try:
            done = subprocess.run(
                [command, "-v", self._voice, "-q", "--ipa", "-b", "1", "--stdin"],
                input="".join(f"{word}\n\n" for word in words).encode("utf-8", "ignore"),
                capture_output=True,
                timeout=_TIMEOUT,
                check=True,
            )
        except (OSError, subprocess.SubprocessError) as error:
            log.warning("espeak-ng gives no phonemes: %s", type(error).__name__)
            return [""] * len(words)
        lines = done.stdout.decode("utf-8", "replace").splitlines()
        return [_MARKS.sub("", line) for line in lines if line.strip()]


@functools.lru_cache(maxsize=8)
def phonemes_of(language: str) -> Phonemes | None:
    """Of a language; None where espeak-ng is not installed, or does not speak it."""
    voice = voice_of(language)
    return Phonemes(voice) if voice else None

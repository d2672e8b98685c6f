"""Which language an utterance is in: fixed by the user, or detected and decided once. Pure.

Detection on half a second of speech is often wrong, so the decision waits for more. People rarely change the
language between two utterances: staying is decided sooner than changing, and a change must also explain the audio
better than the old language does.
"""

from desktop.engine.options import SessionOptions

_SURE = 0.9
_STAY_AFTER = 1.3
_CHANGE_AFTER = 1.5
_LATEST = 3.0
"""Seconds of the utterance, of which the first half second is usually silence."""


class SpokenLanguage:
    """The language of the running utterance."""

    def __init__(self, options: SessionOptions) -> None:
        self.candidates = options.spoken
        """languages to choose from; empty: any"""
        self._only = self.candidates[0] if len(self.candidates) == 1 else None
        self._before: str | None = None
        self._heard: str | None = None
        self._guess: str | None = None
        self._decided: str | None = None
        self.begin()

    def begin(self) -> None:
        """A new utterance."""
        if self._decided is not None:
            self._before = self._decided
        self._heard = None
        self._guess = None
        self._decided = self._only

    @property
    def is_decided(self) -> bool:
        """It will not change any more in this utterance."""
        return self._decided is not None

    @property
    def fixed(self) -> str | None:
        """What to ask the recogniser for; None to detect."""
        return self._decided

    @property
    def current(self) -> str:
        """The decision, or the best guess so far."""
        return self._decided or self._guess or self._before or next(iter(self.candidates), "en")

    def choose(self, language: str, probability: float, seconds: float, is_final: bool) -> str:
        """Take a detection on `seconds` of audio; gives back the language that the audio is to be decoded in."""
        is_sure = probability >= _SURE
        is_repeated = language == self._heard
        self._heard = self._guess = language
        if is_final or seconds >= _LATEST:
            self._decided = language
        elif is_sure and language == self._before:
            self._decided = language if seconds >= _STAY_AFTER else None
        elif is_sure and is_repeated:
            self._decided = language if seconds >= _CHANGE_AFTER else None
        elif not is_sure and self._may_be(self._before):
            self._guess = self._before
        return self.current

    def _may_be(self, language: str | None) -> bool:
        return language is not None and (not self.candidates or language in self.candidates)

    @property
    def rival(self) -> str | None:
        """The language of the utterance before, when the decision is for another one: decode in both and compare."""
        changed = self._decided is not None and self._may_be(self._before) and self._before != self._decided
        return self._before if changed else None

    def overrule(self, language: str) -> None:
        """The decision was wrong; it is `language`."""
        self._decided = language

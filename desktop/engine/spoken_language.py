"""Which language an utterance is in: fixed by the user, or detected and decided once. Pure.

Detection on half a second of speech is often wrong, so the decision waits until it is sure or has been said twice;
a close call goes to the language of the utterance before, because people rarely change it.

Runs on the recognition thread.
"""

from desktop.settings import RecognitionSettings

_SURE = 0.9
_SURE_AFTER = 1.0
_LIKELY = 0.7
_LATEST = 3.0
_DOUBT = 0.6


class SpokenLanguage:
    """The language of the running utterance."""

    def __init__(self, settings: RecognitionSettings) -> None:
        self.candidates = settings.languages if settings.language == "auto" else (settings.language,)
        """languages to choose from"""
        self._only = self.candidates[0] if len(self.candidates) == 1 else None
        self._before: str | None = None
        self._heard: str | None = None
        self._decided: str | None = None
        self.begin()

    def begin(self) -> None:
        """A new utterance."""
        if self._decided is not None:
            self._before = self._decided
        self._heard = None
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
        return self._decided or self._heard or self._before or next(iter(self.candidates), "en")

    def choose(self, language: str, probability: float, seconds: float, is_final: bool) -> str:
        """Take a detection on `seconds` of audio; gives back the language that the audio is to be decoded in."""
        if probability < _DOUBT and self._before is not None:
            language = self._before
        is_sure = probability >= _SURE and seconds >= _SURE_AFTER
        is_repeated = language == self._heard and probability >= _LIKELY
        self._heard = language
        if is_final or is_sure or is_repeated or seconds >= _LATEST:
            self._decided = language
        return language

"""The language of an utterance where that is not given: a hypothesis, or a better one in another language. Pure."""

from copy import copy
from dataclasses import replace

from desktop.engine.events import Samples, SpeechSegment
from desktop.engine.recognition.backends.base import Hypothesis, RecognitionRequest
from desktop.engine.recognition.spoken_language import SpokenLanguage
from desktop.engine.recognition.work import Decode, Decoding


def in_chosen_language(
    language: SpokenLanguage,
    known: frozenset[str],
    segment: SpeechSegment,
    samples: Samples,
    request: RecognitionRequest,
    hypothesis: Hypothesis,
) -> Decoding[tuple[Hypothesis, SpokenLanguage]]:
    """Weigh a hypothesis whose language was detected; gives it back, or one in the language that was chosen, and the
    language as it is now, for a pause as it would be decided. known: what the recogniser knows."""
    if not hypothesis.words and not segment.is_final:
        return hypothesis, language
    heard = (hypothesis.language, hypothesis.language_probability, segment.end - segment.start)
    choice = language.choose(*heard, segment.is_final)
    if segment.is_pause and not language.is_decided:
        # Decided as at the end, but only for the speculation: who goes on speaking may be understood better.
        language = copy(language)
        choice = language.choose(*heard, True)
    if choice != hypothesis.language and choice in known:
        hypothesis = yield Decode(samples, replace(request, language=choice), segment.end)
    rival = language.rival
    if rival in known:
        other = yield Decode(samples, replace(request, language=rival), segment.end)
        if other.words and other.log_probability > hypothesis.log_probability:
            language.overrule(other.language)
            return other, language
    return hypothesis, language

"""The end of a reading: its whole recording is decoded again and aligned with the text. Blocking; any thread."""

from collections.abc import Callable, Sequence

from desktop.engine.events import SAMPLE_RATE, ErrorEvent, Samples, Severity, TranscriptUpdate, Word
from desktop.engine.inline import run_inline
from desktop.engine.options import SessionOptions
from desktop.engine.pool.models import Models
from desktop.engine.session import Session
from desktop.practice.ending.assessment import Assessment
from desktop.practice.ending.fluency import fluency_of
from desktop.practice.ending.score import score_of, to_practise
from desktop.practice.ending.second_look import look_again
from desktop.practice.feedback import PracticeResult
from desktop.practice.matching.similarity import Sounds
from desktop.practice.options import ReadingOptions
from desktop.practice.text import PracticeText


def verify(
    text: PracticeText,
    samples: Samples,
    models: Models,
    options: ReadingOptions | None = None,
    sounds: Sounds | None = None,
    *,
    is_cancelled: Callable[[], bool] = lambda: False,
    on_error: Callable[[ErrorEvent], None] = lambda _: None,
) -> PracticeResult | None:
    """What the whole recording says of each word, with times and confidence by forced alignment where the recogniser is
    Whisper on this machine; else they are those of its words.

    samples: shape (n,), 16 kHz, mono, -1..1. sounds: as for `Reading`. is_cancelled: asked now and then; if so, None
    is returned. on_error: told of stretches that could not be recognised, and of fallbacks. Raises EngineError where no
    recogniser can be loaded."""
    heard = recognised(text.language, samples, models, is_cancelled, on_error)
    if heard is None:
        return None
    assessment = Assessment(text, heard, sounds if options is None or options.hears_sounds else None)
    settle(assessment, samples, is_cancelled)
    return None if is_cancelled() else result_of(assessment, len(samples) / SAMPLE_RATE)


def recognised(
    language: str,
    samples: Samples,
    models: Models,
    is_cancelled: Callable[[], bool] = lambda: False,
    on_error: Callable[[ErrorEvent], None] = lambda _: None,
) -> tuple[Word, ...] | None:
    """The words of a recording, without looking at the text. None: it was cancelled. Raises EngineError."""
    found: list[TranscriptUpdate] = []
    session = Session(SessionOptions(language=language, live=False))
    for event in run_inline(session, models, samples):
        if is_cancelled():
            return None
        if isinstance(event, TranscriptUpdate) and event.is_final:
            found.append(event)
        elif isinstance(event, ErrorEvent) and event.severity is not Severity.INFO:
            on_error(event)
    return tuple(word for update in sorted(found, key=lambda one: one.segment_id) for word in _kept(update))


def settle(assessment: Assessment, samples: Samples, is_cancelled: Callable[[], bool] = lambda: False) -> None:
    """Look again at what is in doubt, if there is a model that can."""
    # Imported here: a front end that only shows marks does not load it.
    from desktop.engine.recognition.whisper.aligner import MOST_TOKENS, open_aligner

    aligner = open_aligner(assessment.text.language)
    if aligner is None:
        return
    with aligner:
        look_again(assessment, samples, aligner, MOST_TOKENS, is_cancelled)


def result_of(assessment: Assessment, duration: float) -> PracticeResult:
    """What is kept of it. duration: seconds of the recording."""
    feedback = assessment.feedback()
    fluency = fluency_of(assessment.text, feedback, assessment.repetitions)
    return PracticeResult(
        title=assessment.text.title,
        language=assessment.text.language,
        feedback=feedback,
        score=score_of(feedback, fluency),
        fluency=fluency,
        to_practise=to_practise(feedback),
        duration=duration,
    )


def _kept(update: TranscriptUpdate) -> Sequence[Word]:
    return update.final_words or update.words

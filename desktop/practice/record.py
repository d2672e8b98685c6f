"""A result as values for JSON, and back. Pure."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from desktop.practice.feedback import Fluency, PassageFeedback, PracticeResult, Score, WordFeedback, WordStatus
from desktop.practice.text import PracticeText


def record(result: PracticeResult) -> dict[str, Any]:
    """Keys are those of the dataclasses; statuses are their values."""
    return asdict(result)


def from_record(values: Mapping[str, Any]) -> PracticeResult:
    """Raises KeyError, TypeError or ValueError where it is none."""
    feedback = values["feedback"]
    score, fluency = values["score"], values["fluency"]
    return PracticeResult(
        title=str(values["title"]),
        language=str(values["language"]),
        feedback=PassageFeedback(
            words=tuple(_word(one) for one in feedback["words"]),
            extra=tuple(_word(one) for one in feedback["extra"]),
            position=int(feedback["position"]),
            revision=int(feedback["revision"]),
        ),
        score=Score(
            total=float(score["total"]),
            accuracy=float(score["accuracy"]),
            completeness=float(score["completeness"]),
            fluency=float(score["fluency"]),
            counts={status: int(score["counts"].get(status.value, 0)) for status in WordStatus},
        ),
        fluency=Fluency(
            words_per_minute=float(fluency["words_per_minute"]),
            pauses=tuple((int(index), float(seconds)) for index, seconds in fluency["pauses"]),
            repetitions=int(fluency["repetitions"]),
        ),
        to_practise=tuple(int(index) for index in values["to_practise"]),
        duration=float(values["duration"]),
    )


def word_record(word: WordFeedback) -> dict[str, Any]:
    """One entry of "word_feedback", as scripts and the server's clients get it."""
    return {
        "word": word.word,
        "status": word.status.value,
        "heard": word.heard,
        "start": None if word.start is None else round(word.start, 3),
        "end": None if word.end is None else round(word.end, 3),
    }


def result_record(text: PracticeText, result: PracticeResult) -> dict[str, Any]:
    """What scripts and the server's clients get of a result; the keys are a promise (docs/command-line.md)."""
    score, fluency = result.score, result.fluency
    return {
        "title": result.title,
        "language": result.language,
        "seconds": round(result.duration, 3),
        "word_feedback": [word_record(word) for word in result.feedback.in_order],
        "score": score.total,
        "breakdown": {
            "accuracy": score.accuracy,
            "completeness": score.completeness,
            "fluency": score.fluency,
            "counts": {status.value: count for status, count in score.counts.items() if status != "pending"},
            "words_per_minute": round(fluency.words_per_minute, 1),
            "long_pauses": len(fluency.pauses),
            "repetitions": fluency.repetitions,
        },
        "to_practise": [text.words[index].text for index in result.to_practise],
    }


def _word(values: Mapping[str, Any]) -> WordFeedback:
    return WordFeedback(**{**values, "status": WordStatus(values["status"])})

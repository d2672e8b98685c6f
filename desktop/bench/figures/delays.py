"""How long words, translations and speech took, against a script with true times. Pure.

All clock times are time.monotonic in seconds; all delays include computing, because they are taken from real
clocks of a real run.
"""

import bisect
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from desktop.bench.figures.errors import matched_words, normalized
from desktop.engine.events import SAMPLE_RATE, Event, SpeechAudio, TranscriptUpdate, TranslationUpdate

TOGETHER = 0.25
"""seconds by which the times of an utterance and of a sentence may miss each other"""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of the script; times in seconds of the heard audio."""

    text: str
    start: float
    end: float
    words: tuple[tuple[str, float], ...]
    """(word, when it ends)"""

    @classmethod
    def of(cls, entry: dict[str, Any]) -> "Sentence":
        """From a manifest's entry, in seconds of its recording."""
        words = tuple((word["word"], word["end"]) for word in entry["words"])
        start = entry["start"] if "start" in entry else entry["words"][0]["start"]
        end = entry["end"] if "end" in entry else max(end for _, end in words)
        return cls(entry["text"], start, end, words)

    def moved(self, seconds: float) -> "Sentence":
        """The sentence later by that much."""
        words = tuple((word, end + seconds) for word, end in self.words)
        return Sentence(self.text, self.start + seconds, self.end + seconds, words)


@dataclass(slots=True)
class Timeline:
    """When audio arrived and when events came. `add` on the source's thread, `note` on the events' one.

    extra: seconds that the audio had been on its way before it arrived.
    """

    extra: float = 0.0
    events: list[tuple[float, Event]] = field(default_factory=list)
    _samples: list[int] = field(default_factory=list)
    _arrivals: list[float] = field(default_factory=list)

    def add(self, samples: int, now: float) -> None:
        """A frame arrived."""
        self._samples.append((self._samples[-1] if self._samples else 0) + samples)
        self._arrivals.append(now)

    def note(self, event: Event, now: float) -> None:
        """An event was handed out."""
        if isinstance(event, TranscriptUpdate | TranslationUpdate | SpeechAudio):
            self.events.append((now, event))

    def clock(self, at: float) -> float:
        """When the sound at second `at` of the heard audio was made."""
        sample = at * SAMPLE_RATE
        index = min(bisect.bisect_left(self._samples, sample), len(self._samples) - 1)
        return self._arrivals[index] - (self._samples[index] - sample) / SAMPLE_RATE - self.extra


@dataclass(frozen=True, slots=True)
class Delays:
    """Seconds, one value for each sentence or word of which the figure could be taken."""

    first_partial: tuple[float, ...]
    """onset of an utterance -> its first text"""
    final: tuple[float, ...]
    """end of an utterance's last word -> its final text"""
    translation: tuple[float, ...]
    """final text -> final translation"""
    speech: tuple[float, ...]
    """final text -> first audio of its translation; negative: it began before"""
    commit: tuple[float, ...]
    """end of a word -> it is committed, for every word that was recognised"""
    commit_unaware: tuple[float, ...]
    """the same in heard audio: end of a word -> end of the audio that committed it; what an endlessly fast machine
    would need"""
    missed: int
    """sentences without any text"""


def delays(sentences: Sequence[Sentence], timeline: Timeline) -> Delays:
    """What a run took. Sentences that were heard as one utterance count as one: its first text is measured
    from the first one's onset, its final text from the last one's end."""
    heard: dict[int, list[tuple[float, TranscriptUpdate]]] = {}
    translated: dict[int, list[tuple[float, TranslationUpdate]]] = {}
    spoken: dict[int, float] = {}
    for now, event in timeline.events:
        if isinstance(event, TranscriptUpdate):
            heard.setdefault(event.segment_id, []).append((now, event))
        elif isinstance(event, TranslationUpdate):
            translated.setdefault(event.segment_id, []).append((now, event))
        elif isinstance(event, SpeechAudio):
            spoken.setdefault(event.segment_id, now)
    groups = _utterances(sentences, heard)
    first, final, translation, speech = [], [], [], []
    commits: list[tuple[float, float]] = []
    for segment_id, members in groups.items():
        updates = heard[segment_id]
        texts = [now for now, one in updates if one.committed.strip() or one.unconfirmed.strip()]
        first.append(texts[0] - timeline.clock(min(one.start for one in members)))
        finals = [now for now, one in updates if one.is_final]
        if finals:
            final.append(finals[0] - timeline.clock(max(one.end for one in members)))
            done = [now for now, one in translated.get(segment_id, ()) if one.is_final]
            if done:
                translation.append(done[0] - finals[0])
            if segment_id in spoken:
                speech.append(spoken[segment_id] - finals[0])
        commits += _commits(members, updates, timeline)
    found = {id(one) for members in groups.values() for one in members}
    missed = sum(id(one) not in found for one in sentences)
    return Delays(
        first_partial=tuple(first),
        final=tuple(final),
        translation=tuple(translation),
        speech=tuple(speech),
        commit=tuple(aware for aware, _ in commits),
        commit_unaware=tuple(unaware for _, unaware in commits),
        missed=missed,
    )


def _utterances(
    sentences: Sequence[Sentence], heard: dict[int, list[tuple[float, TranscriptUpdate]]]
) -> dict[int, list[Sentence]]:
    """The sentences of each utterance that got any text: those whose middle lies in it."""
    spans = {
        segment_id: (min(one.start for _, one in updates), max(one.end for _, one in updates))
        for segment_id, updates in heard.items()
        if any(one.committed.strip() or one.unconfirmed.strip() for _, one in updates)
    }
    groups: dict[int, list[Sentence]] = {}
    for sentence in sentences:
        middle = (sentence.start + sentence.end) / 2
        for segment_id, (start, end) in spans.items():
            if start - TOGETHER <= middle <= end + TOGETHER:
                groups.setdefault(segment_id, []).append(sentence)
                break
    return groups


def _commits(
    members: Sequence[Sentence], updates: Sequence[tuple[float, TranscriptUpdate]], timeline: Timeline
) -> list[tuple[float, float]]:
    """For each word that was recognised: its end -> the first update that had committed as many words, by the clock
    and in heard audio."""
    script = [(plain, end) for one in members for word, end in one.words for plain in normalized(word)]
    last = normalized(updates[-1][1].committed)
    counts = [(now, one.end, len(normalized(one.committed))) for now, one in updates]
    found = []
    for said, heard in sorted(matched_words([word for word, _ in script], last).items()):
        when = next(((now, audio) for now, audio, count in counts if count > heard), None)
        if when is not None:
            end = script[said][1]
            found.append((when[0] - timeline.clock(end), when[1] - end))
    return found

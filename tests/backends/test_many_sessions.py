"""Many sessions on one set of models: the words of each are those it would have alone, and each gets its turn."""

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import psutil
import pytest

from desktop.engine.events import SAMPLE_RATE, AudioFrame, ErrorEvent, Event, Samples, TranscriptUpdate
from desktop.engine.inline import run_inline
from desktop.engine.live.backends import Backends
from desktop.engine.live.lane import Lane
from desktop.engine.live.session_thread import SessionThread
from desktop.engine.options import ModelOptions, SessionOptions
from desktop.engine.pool.models import Models
from desktop.engine.session import Session
from tests.fakes import FakeOutput

STARTER = ModelOptions(recognition="starter", threads=1, device="cpu", compute_type="default")
NAMES = ("en-08", "es-00", "en-07", "es-03", "en-03")
MOST_MEMORY = 15_000_000
"""bytes that another session may take"""
MOST_THREADS = 4
_BLOCK = SAMPLE_RATE // 10


def language(name: str) -> str:
    return name.partition("-")[0]


def texts(events: list[Event]) -> list[str]:
    return [event.committed for event in events if isinstance(event, TranscriptUpdate) and event.is_final]


@pytest.fixture
def models() -> Iterator[Models]:
    made = Models(STARTER)
    yield made
    made.close()


def test_twenty_sessions_in_turn_hear_what_each_hears_alone(models: Models, speech: Callable[[str], Samples]) -> None:
    alone = {name: list(run_inline(Session(options(name)), models, speech(name))) for name in NAMES}
    assert all(texts(events) for events in alone.values())
    process = psutil.Process()
    threads, memory = threading.active_count(), process.memory_info().rss
    names = [NAMES[number % len(NAMES)] for number in range(20)]
    running = {
        number: run_inline(Session(options(name, lane=str(number))), models, speech(name))
        for number, name in enumerate(names)
    }
    heard: list[list[Event]] = [[] for _ in names]
    while running:
        for number, events in list(running.items()):
            if (event := next(events, None)) is None:
                del running[number]
            else:
                heard[number].append(event)
        assert threading.active_count() <= threads + MOST_THREADS
    print(f"threads {threads} -> {threading.active_count()}, memory {memory} -> {process.memory_info().rss}")
    for name, events in zip(names, heard, strict=True):
        assert texts(events) == texts(alone[name])
    assert {event.lane for event in heard[7] if isinstance(event, TranscriptUpdate)} == {"7"}
    assert process.memory_info().rss - memory <= len(names) * MOST_MEMORY


def options(name: str, lane: str = "") -> SessionOptions:
    return SessionOptions(language=language(name), lane=lane)


class Listeners:
    """Lanes on one set of models that hear something at the same time, in real time.

    sounds: of each lane its language and what it hears."""

    def __init__(self, sounds: list[tuple[str, Samples]], backends: Backends) -> None:
        self.sounds = sounds
        self.events: list[list[Event]] = [[] for _ in sounds]
        self._done = threading.Semaphore(0)
        self._thread = SessionThread()
        self.models = Models(STARTER, backends, self._tell)
        self.notices: list[Event] = []
        self.lanes = [
            Lane(
                SessionOptions(language=spoken, lane=str(number)),
                self.models,
                backends,
                self._thread,
                events.append,
                self._drained,
            )
            for number, ((spoken, _), events) in enumerate(zip(sounds, self.events, strict=True))
        ]

    def listen(self, patience: float = 120.0) -> None:
        """Everything at once, as a microphone gives it; returns when all of it is recognised."""
        self.models.recognition.prepare()
        silence = np.zeros(SAMPLE_RATE, np.float32)
        sounds = [np.concatenate((sound, silence)) for _, sound in self.sounds]
        began = time.monotonic()
        for start in range(0, max(map(len, sounds)), _BLOCK):
            for sound, lane in zip(sounds, self.lanes, strict=True):
                if start < len(sound):
                    frame = AudioFrame(sound[start : start + _BLOCK], start / SAMPLE_RATE, "test")
                    lane.frames.put(frame, is_live=True)
            self._wait_until(began + (start + _BLOCK) / SAMPLE_RATE)
        for lane in self.lanes:
            lane.end(1)
        for _ in self.lanes:
            assert self._done.acquire(timeout=patience), "not everything was recognised"

    def codes(self) -> list[str]:
        told = [*self.notices, *(event for events in self.events for event in events)]
        return [event.code for event in told if isinstance(event, ErrorEvent)]

    def close(self) -> None:
        for lane in self.lanes:
            lane.close()
        self._thread.close(10)
        assert self.models.close(10)

    def _tell(self, event: Event) -> None:
        self.notices.append(event)

    def _drained(self, _: object) -> None:
        self._done.release()

    @staticmethod
    def _wait_until(moment: float) -> None:
        threading.Event().wait(max(0.0, moment - time.monotonic()))


@pytest.fixture
def listeners(
    speech: Callable[[str], Samples], manifest: dict[str, dict[str, Any]]
) -> Iterator[Callable[[int], Listeners]]:
    """listeners(n) -> so many, each of whom hears other sentences of a talk in English or Spanish, about 10 s."""
    made: list[Listeners] = []

    def make(count: int) -> Listeners:
        sounds = []
        for number in range(count):
            spoken, from_ = ("en", "es")[number % 2], 6.0 * (number // 2)
            # Whole ones: what is heard of half a word is chance, and differs with the load.
            times = [(one["start"], one["end"]) for one in manifest[f"stream-{spoken}"]["sentences"]]
            chosen = [one for one in times if one[0] >= from_ and one[1] <= from_ + 12]
            start, end = (round(seconds * SAMPLE_RATE) for seconds in (chosen[0][0] - 0.1, chosen[-1][1] + 0.1))
            sounds.append((spoken, speech(f"stream-{spoken}")[max(0, start) : end]))
        made.append(Listeners(sounds, Backends(output=FakeOutput)))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture(scope="module")
def words_alone() -> Iterator[Callable[[str, Samples], int]]:
    """words_alone(language, samples) -> how many words of it a session hears that has the models to itself, and that
    looks at running words rarely, as with files."""
    models = Models(STARTER)
    found: dict[tuple[str, bytes], int] = {}

    def count(spoken: str, sound: Samples) -> int:
        key = spoken, sound.tobytes()
        if key not in found:
            session = Session(SessionOptions(language=spoken, step=5.0))
            found[key] = words(texts(list(run_inline(session, models, sound))))
        return found[key]

    yield count
    models.close()


@pytest.mark.parametrize("count", [8, 16])
def test_all_who_speak_at_once_keep_every_word(
    listeners: Callable[[int], Listeners], words_alone: Callable[[str, Samples], int], count: int
) -> None:
    one = listeners(count)
    threads = threading.active_count()
    has_partials: list[bool] = []
    one.listen()
    assert threading.active_count() <= threads + MOST_THREADS
    for number, ((spoken, sound), events) in enumerate(zip(one.sounds, one.events, strict=True)):
        alone = words_alone(spoken, sound)
        assert alone >= 10
        assert words(texts(events)) >= alone - 2, number
        has_partials.append(any(isinstance(event, TranscriptUpdate) and not event.is_final for event in events))
    assert sum(has_partials) >= count / 4, "late, on a busy machine, but they come"
    assert not {"buffered", "stumbled", "backend-failed", "audio-dropped"} & set(one.codes())
    assert [lane.mode for lane in one.lanes] == ["streaming"] * count


def words(texts: list[str]) -> int:
    return len(" ".join(texts).split())

"""Runs LocalAgreement-2 on faster-whisper: the whole buffer, padded to 30 s, again after each second, beam 5, word
times.

Main thread decodes; audio is given by another thread. Without real time the buffer grows by exactly one step.
"""

import threading
import time
from typing import Any

import numpy as np
from numpy.typing import NDArray

from desktop.bench.peers.local_agreement import STEP, LocalAgreement, TimedWord
from desktop.bench.peers.runners.channel import SAMPLE_RATE, Channel, Cost, Job, feed, guarded

_NO_SPEECH = 0.9
"""segments of which the model is surer than this that nobody spoke are left out"""


class Listener:
    """The policy with its recogniser; `hear` decodes the audio up to a place."""

    def __init__(self, job: Job, channel: Channel) -> None:
        from faster_whisper import WhisperModel

        self._job = job
        self._channel = channel
        self._samples = job.samples()
        self._policy = LocalAgreement()
        self._model: Any = WhisperModel(job.model, device="cpu", cpu_threads=1)
        self._decode(np.zeros(SAMPLE_RATE, np.float32), "")

    def hear(self, upto: int, at: float | None) -> None:
        """Decode the buffer up to the sample `upto`, and tell. at: the time, now if None."""
        start = self._policy.buffer_start
        segments = self._decode(self._samples[round(start * SAMPLE_RATE) : upto], self._policy.prompt())
        words = [
            TimedWord(word.start + start, word.end + start, word.word)
            for segment in segments
            if segment.no_speech_prob <= _NO_SPEECH
            for word in segment.words
        ]
        self._policy.update(words)
        self._policy.trim([segment.end + start for segment in segments], upto / SAMPLE_RATE)
        self._tell(at)

    def finish(self, at: float | None) -> None:
        self._policy.finish()
        self._tell(at)

    def _decode(self, samples: NDArray[np.float32], prompt: str) -> list[Any]:
        segments, _ = self._model.transcribe(
            samples,
            language=self._job.language,
            beam_size=self._job.beam,
            word_timestamps=True,
            condition_on_previous_text=True,
            initial_prompt=prompt or None,
        )
        return list(segments)

    def _tell(self, at: float | None) -> None:
        committed = "".join(word.text for word in self._policy.committed).strip()
        tail = "".join(word.text for word in self._policy.unconfirmed)
        self._channel.tell(committed, f"{committed}{tail}".strip(), at=at)


def run(job: Job, channel: Channel) -> None:
    """The job, in real time or not."""
    listener = Listener(job, channel)
    total = len(job.samples())
    cost = Cost()
    late = 0.0
    if job.is_aware:
        late = _in_real_time(listener, job, channel)
    else:
        channel.began(0.0)
        step = round(STEP * SAMPLE_RATE)
        for upto in range(step, total + step, step):
            listener.hear(min(upto, total), min(upto, total) / SAMPLE_RATE)
        listener.finish(total / SAMPLE_RATE)
    channel.done(cost, late, time.monotonic() if job.is_aware else total / SAMPLE_RATE)


def _in_real_time(listener: Listener, job: Job, channel: Channel) -> float:
    samples = job.samples()
    given, late = 0, 0.0
    arrived = threading.Condition()
    began = time.monotonic() + 0.05

    def give(block: NDArray[np.float32]) -> None:
        nonlocal given
        with arrived:
            given += len(block)
            arrived.notify()

    def feeding() -> None:
        nonlocal late
        late = feed(samples, give, began)

    channel.began(began)
    feeder = threading.Thread(target=feeding, name="feeder", daemon=True)
    feeder.start()
    heard, step = 0, round(STEP * SAMPLE_RATE)
    while heard < len(samples):
        wanted = min(heard + step, len(samples))
        with arrived:
            arrived.wait_for(lambda least=wanted: given >= least)  # type: ignore[misc]
            heard = given
        listener.hear(heard, None)
    listener.finish(None)
    feeder.join()
    return late


if __name__ == "__main__":
    guarded(run)

"""Runs Parley's engine, as the app does: segmenting, recognition on its own threads, the settings' defaults but for the
model, its language, one processor thread and the beam that all systems get.

Without real time, the same session is driven block by block, so that no audio arrives while it computes. Committed text
is that of all utterances so far, joined.
"""

import threading
import time

import numpy as np
from numpy.typing import NDArray

from desktop.bench.peers.runners.channel import BLOCK, SAMPLE_RATE, Channel, Cost, Job, feed, guarded
from desktop.engine.engine import Engine
from desktop.engine.errors import EngineError
from desktop.engine.events import AudioFrame, ErrorEvent, Event, Severity, State, StateChanged, TranscriptUpdate
from desktop.engine.inline import run_inline
from desktop.engine.message import verbatim
from desktop.engine.pool.models import Models
from desktop.engine.session import Session
from desktop.engine.settings_options import model_options, session_options
from desktop.engine.text.languages import join_words
from desktop.messages import text_of
from desktop.settings.declaration import Settings
from desktop.settings.store import changed

_PATIENCE = 60.0


def settings(job: Job) -> Settings:
    """The defaults, with what all systems are given alike."""
    return changed(
        Settings(),
        {
            "recognition.backend": "whisper",
            "recognition.model": job.model,
            "recognition.language": job.language,
            "recognition.threads": 1,
            "recognition.device": "cpu",
            "recognition.compute_type": "default",
            "recognition.beam_size": job.beam,
            "recognition.may_lower_model": False,  # the same model for all, whatever it costs
            "translation.target": "",
            "speech.enabled": False,
        },
    )


class Text:
    """The words of all utterances of a session; tells when they change."""

    def __init__(self, job: Job, channel: Channel) -> None:
        self._language = job.language
        self._channel = channel
        self._newest: dict[int, TranscriptUpdate] = {}

    def take(self, update: TranscriptUpdate, at: float | None = None) -> None:
        """at: the time, now if None."""
        self._newest[update.segment_id] = update
        committed = shown = ""
        for _, one in sorted(self._newest.items()):
            committed = join_words(shown, one.committed, self._language)
            shown = join_words(committed, one.unconfirmed, self._language)
        self._channel.tell(committed, shown, at=at)


def run(job: Job, channel: Channel) -> None:
    """The job, in real time or not."""
    (_run_aware if job.is_aware else _run_unaware)(job, channel)


def _run_aware(job: Job, channel: Channel) -> None:
    from desktop.engine.audio.sources.pushed import PushedSource

    text = Text(job, channel)
    states: list[StateChanged] = []
    errors: list[str] = []
    news = threading.Condition()

    def take(event: Event) -> None:
        if isinstance(event, TranscriptUpdate):
            text.take(event)
        elif isinstance(event, StateChanged):
            with news:
                states.append(event)
                news.notify_all()
        elif isinstance(event, ErrorEvent) and event.severity is Severity.ERROR:
            errors.append(text_of(event))

    def wait_for(*wanted: State) -> None:
        with news:
            came = news.wait_for(lambda: bool(states) and states[-1].state in (*wanted, State.FAILED), _PATIENCE)
        if not came or states[-1].state is State.FAILED:
            raise EngineError(verbatim(errors[-1] if errors else "Parley's engine did not answer within a minute."))

    engine = Engine(settings(job))
    engine.subscribe(take)
    threading.Thread(target=engine.run, name="engine", daemon=True).start()
    source = PushedSource(is_live=True)
    engine.start(source)
    wait_for(State.LISTENING)
    cost = Cost()
    given = 0

    def give(block: NDArray[np.float32]) -> None:
        nonlocal given
        source.push(AudioFrame(block, given / SAMPLE_RATE, source.id))
        given += len(block)

    began = time.monotonic() + 0.05
    channel.began(began)
    late = feed(job.samples(), give, began)
    source.finish()
    wait_for(State.IDLE)
    channel.done(cost, late, time.monotonic())
    engine.close()


def _run_unaware(job: Job, channel: Channel) -> None:
    chosen = settings(job)
    text = Text(job, channel)
    models = Models(model_options(chosen))
    models.recognition.prepare()
    session = Session(session_options(chosen))
    cost = Cost()
    channel.began(0.0)
    samples = job.samples()
    blocks = (samples[start : start + BLOCK] for start in range(0, len(samples), BLOCK))
    for event in run_inline(session, models, blocks):
        if isinstance(event, TranscriptUpdate):
            text.take(event, session.time)
    channel.done(cost, 0.0, session.time)
    models.close()


if __name__ == "__main__":
    guarded(run)

"""How well a session and the models keep up, as one event."""

from desktop.engine.events import Metrics
from desktop.engine.live.lane import Lane
from desktop.engine.pool.models import Models


def metrics(models: Models, lane: Lane) -> Metrics:
    """As it is now. Any thread."""
    recognition, translation = models.recognition, models.translation
    measured = {"recognition": recognition.latency, "translation": translation.latency}
    return Metrics(
        latency={stage: seconds for stage, seconds in measured.items() if seconds} | lane.latency,
        queued=lane.queued,
        dropped_seconds=lane.frames.dropped_seconds,
        coalesced=lane.coalesced,
        recognizer=recognition.name,
        translator=translation.name,
        synthesizer=models.speech.name,
        spoken_queue=lane.output.queued_seconds,
        pace=recognition.load.reduced,
        busy=recognition.load.busy(),
        backlog=lane.backlog,
        mode=lane.mode,
        sent_to=recognition.sent_to,
        clouds=(figures := models.clouds.figures()),
        spent=models.clouds.dollars_today if figures else 0.0,
    )

"""Loads and unloads the models of a real engine, and writes what the process takes as JSON.

usage: memory_of_models.py MODEL_DIRECTORY ROUNDS
"""

import gc
import json
import queue
import sys
import threading
import time

import psutil

from desktop.engine.audio.sources.pushed import PushedSource
from desktop.engine.engine import Engine
from desktop.engine.events import Event, ModelProgress, ModelUnloaded, SpeechAudio, State, StateChanged
from desktop.engine.live.backends import Backends
from desktop.settings.declaration import Settings

WITHIN = 120


class Silent:
    """An output that plays nothing."""

    volume = 1.0
    queued_seconds = 0.0

    def open(self) -> None:
        pass

    def play(self, audio: SpeechAudio) -> None:
        pass

    def stop(self) -> None:
        pass

    def close(self) -> None:
        pass


def main(model: str, rounds: int) -> None:
    process = psutil.Process()
    events: queue.SimpleQueue[tuple[float, Event]] = queue.SimpleQueue()
    settings = Settings.model_validate(
        {
            "recognition": {
                "model": model,
                "language": "en",
                "device": "cpu",
                "compute_type": "default",
                "unload_after": 0,
            },
            "speech": {"backend": "piper"},
        }
    )
    engine = Engine(settings, Backends(output=lambda *_: Silent()))
    engine.subscribe(lambda event: events.put((time.monotonic(), event)))
    thread = threading.Thread(target=engine.run, daemon=True)
    thread.start()

    def wait(kind: type, **values: object) -> float:
        """When such an event came."""
        while True:
            at, event = events.get(timeout=WITHIN)
            if isinstance(event, kind) and all(getattr(event, key) == value for key, value in values.items()):
                return at

    facts: dict[str, object] = {"before": process.memory_info().rss, "rounds": []}
    for _ in range(rounds):
        began = time.monotonic()
        engine.start(PushedSource())
        shown = wait(ModelProgress, stage="recognition")
        ready = wait(StateChanged, state=State.LISTENING)
        engine.stop()
        wait(StateChanged, state=State.IDLE)
        engine.speak("hola", "es")
        wait(ModelProgress, stage="speech", fraction=1.0)
        wait(SpeechAudio)
        loaded = process.memory_info().rss
        engine.unload()
        left = {"recognition", "speech"}
        while left:
            _at, event = events.get(timeout=WITHIN)
            if isinstance(event, ModelUnloaded):
                left.discard(event.stage)
        gc.collect()
        rounds_so_far = facts["rounds"]
        assert isinstance(rounds_so_far, list)
        rounds_so_far.append(
            {"progress": shown - began, "ready": ready - began, "loaded": loaded, "unloaded": process.memory_info().rss}
        )
    engine.close()
    thread.join(10)
    print(json.dumps(facts))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))

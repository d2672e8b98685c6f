"""Runs RealtimeSTT's AudioToTextRecorder without a microphone: audio goes in through its feed_audio.

Its own threads and its own process for the final pass. The same model serves the running and the final pass, as in its
server; everything else is its default (beam 3 while running, 0.6 s of silence end an utterance).
Committed: the final texts. Stable: those and the text that its stabilizer calls stable.
"""

import threading
from typing import Any

import numpy as np
from numpy.typing import NDArray

from desktop.bench.peers.runners.channel import Channel, Job, main

_PATIENCE = 20.0


class RealtimeSTT:
    """A `System`."""

    def __init__(self, job: Job, channel: Channel) -> None:
        self._job = job
        self._channel = channel
        self._finals: list[str] = []
        self._stable = self._shown = ""
        self._lock = threading.Lock()
        self._recorder: Any = None
        self._is_recording = False
        self._pending = threading.Condition(self._lock)
        self._waiting = 0
        self._closing = False

    def load(self) -> None:
        from RealtimeSTT import AudioToTextRecorder

        self._recorder = AudioToTextRecorder(
            use_microphone=False,
            spinner=False,
            no_log_file=True,
            model=self._job.model,
            language=self._job.language,
            device="cpu",
            beam_size=self._job.beam,
            enable_realtime_transcription=True,
            use_main_model_for_realtime=False,
            realtime_model_type=self._job.model,
            on_recording_start=self._started,
            on_realtime_text_stabilization_update=self._stabilized,
        )
        threading.Thread(target=self._collect, name="collect", daemon=True).start()

    def give(self, samples: NDArray[np.float32]) -> None:
        self._recorder.feed_audio((np.clip(samples, -1, 1) * 32767).astype(np.int16), original_sample_rate=16_000)

    def finish(self) -> None:
        """The silence behind the speech has ended the last utterance; its final text may still be under way."""
        with self._pending:
            self._pending.wait_for(lambda: self._waiting == 0, _PATIENCE)
            self._closing = True

    def _started(self) -> None:
        with self._pending:
            self._waiting += 1

    def _stabilized(self, event: Any) -> None:
        if not event.should_publish:
            return
        with self._lock:
            self._stable = str(event.stable_text or "").strip()
            self._shown = str(event.display_text or "").strip()
            self._tell()

    def _collect(self) -> None:
        while not self._closing:
            text = str(self._recorder.text() or "").strip()
            with self._pending:
                if text:
                    self._finals.append(text)
                self._stable = self._shown = ""
                self._tell()
                self._waiting = max(0, self._waiting - 1)
                self._pending.notify_all()

    def _tell(self) -> None:
        committed = " ".join(self._finals)
        stable = f"{committed} {self._stable}".strip()
        self._channel.tell(committed, f"{committed} {self._shown or self._stable}".strip(), stable=stable)


if __name__ == "__main__":
    main(RealtimeSTT)

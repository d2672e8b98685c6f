"""Runs WhisperLiveKit's TranscriptionEngine and AudioProcessor in an asyncio loop on a thread, as its own server does.

Policy LocalAgreement with its faster-whisper backend: its default policy, SimulStreaming, decodes with PyTorch weights
that a CTranslate2 directory does not hold. Everything else is its default (voice activity controller on, beam 5).
Committed: the text of its lines; shown: that and its transcription buffer.
"""

import asyncio
import threading
import time
from typing import Any

import numpy as np
from numpy.typing import NDArray

from desktop.bench.peers.runners.channel import Channel, Job, main

_PATIENCE = 60.0


class WhisperLiveKit:
    """A `System`."""

    def __init__(self, job: Job, channel: Channel) -> None:
        self._job = job
        self._channel = channel
        self._loop = asyncio.new_event_loop()
        self._processor: Any = None
        self._reading: Any = None

    def load(self) -> None:
        from whisperlivekit import AudioProcessor, TranscriptionEngine

        engine = TranscriptionEngine(
            model_path=self._job.model,
            lan=self._job.language,
            backend="faster-whisper",
            backend_policy="localagreement",
            warmup_file="",
            pcm_input=True,
        )
        engine.asr.transcribe(np.zeros(16_000, np.float32))
        threading.Thread(target=self._loop.run_forever, name="loop", daemon=True).start()

        async def begin() -> None:
            self._processor = AudioProcessor(transcription_engine=engine)
            answers = await self._processor.create_tasks()
            self._reading = asyncio.ensure_future(self._read(answers))

        asyncio.run_coroutine_threadsafe(begin(), self._loop).result(_PATIENCE)

    def give(self, samples: NDArray[np.float32]) -> None:
        data = (np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes()
        asyncio.run_coroutine_threadsafe(self._processor.process_audio(data), self._loop)

    def finish(self) -> None:
        asyncio.run_coroutine_threadsafe(self._processor.process_audio(b""), self._loop).result(_PATIENCE)
        deadline = time.monotonic() + _PATIENCE
        while not self._reading.done() and time.monotonic() < deadline:
            time.sleep(0.05)
        if self._reading.done():
            self._reading.result()

    async def _read(self, answers: Any) -> None:
        async for answer in answers:
            if answer.error:
                raise RuntimeError(answer.error)
            texts = [str(line.text).strip() for line in answer.lines if line.text]
            committed = " ".join(text for text in texts if text)
            self._channel.tell(committed, f"{committed} {answer.buffer_transcription.strip()}".strip())


if __name__ == "__main__":
    main(WhisperLiveKit)

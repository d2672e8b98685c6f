"""Runs whisper-live's real server on the loopback interface, with a client that speaks its protocol.

Server (its own threads) and client are one process. The defaults of its own client; the server is told to load the
local model directory. Its beam is fixed at 5.
Committed: its completed segments, taken as its own client takes them; at the end also the last segment, as its client
does when the audio is over.
"""

import json
import socket
import threading
import time
from typing import Any

import numpy as np
from numpy.typing import NDArray

from desktop.bench.peers.runners.channel import Channel, Job, main

_PATIENCE = 60.0
_SETTLED = 2.0
"""seconds without news after the audio that end the waiting for more"""


class WhisperLive:
    """A `System`."""

    def __init__(self, job: Job, channel: Channel) -> None:
        self._job = job
        self._channel = channel
        self._completed: list[dict[str, Any]] = []
        self._last = ""
        self._is_ready = threading.Event()
        self._problem = ""
        self._newest = 0.0
        self._socket: Any = None

    def load(self) -> None:
        from websockets.sync.client import connect
        from whisper_live.server import TranscriptionServer

        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        server = TranscriptionServer()
        arguments = {"backend": "faster_whisper", "faster_whisper_custom_model_path": self._job.model}
        threading.Thread(
            target=server.run, args=("127.0.0.1", port), kwargs=arguments, name="server", daemon=True
        ).start()
        deadline = time.monotonic() + _PATIENCE
        while self._socket is None:
            try:
                self._socket = connect(f"ws://127.0.0.1:{port}", max_size=None)
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)
        options = {
            "uid": "parley-bench",
            "language": self._job.language,
            "task": "transcribe",
            "model": self._job.model,
            "use_vad": True,
            "send_last_n_segments": 10,
            "no_speech_thresh": 0.45,
            "clip_audio": False,
            "same_output_threshold": 10,
        }
        self._socket.send(json.dumps(options))
        threading.Thread(target=self._receive, name="client", daemon=True).start()
        if not self._is_ready.wait(_PATIENCE) or self._problem:
            raise RuntimeError(self._problem or "the server did not become ready within a minute")

    def give(self, samples: NDArray[np.float32]) -> None:
        self._socket.send(samples.astype(np.float32).tobytes())

    def finish(self) -> None:
        deadline = time.monotonic() + _PATIENCE
        self._newest = max(self._newest, time.monotonic())
        while time.monotonic() < min(deadline, self._newest + _SETTLED):
            time.sleep(0.05)
        self._tell(is_over=True)

    def _receive(self) -> None:
        for message in self._socket:
            content = json.loads(message)
            if content.get("status") in ("ERROR", "WAIT"):
                self._problem = str(content.get("message"))
                self._is_ready.set()
            elif content.get("message") == "SERVER_READY":
                self._is_ready.set()
            elif "segments" in content:
                self._take(content["segments"])

    def _take(self, segments: list[dict[str, Any]]) -> None:
        before = (len(self._completed), self._last)
        self._last = ""
        for index, segment in enumerate(segments):
            if segment.get("completed"):
                if not self._completed or float(segment["start"]) >= float(self._completed[-1]["end"]):
                    self._completed.append(segment)
            elif index == len(segments) - 1:
                self._last = segment["text"].strip()
        if (len(self._completed), self._last) != before:
            self._newest = time.monotonic()
            self._tell()

    def _tell(self, *, is_over: bool = False) -> None:
        committed = " ".join(segment["text"].strip() for segment in self._completed)
        shown = f"{committed} {self._last}".strip()
        self._channel.tell(shown if is_over else committed, shown)


if __name__ == "__main__":
    main(WhisperLive)

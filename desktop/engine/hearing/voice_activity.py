"""Is this speech: two detectors that vote, Silero (a neural network) and WebRTC (Gaussian mixtures).

Silero is exact but sees a click as a start; WebRTC is quick to hear an end but fires on white noise and on tones.
So both vote over a short window, and no utterance opens unless Silero has heard speech itself.

One call for each frame of 32 ms; about 0.1 ms. The network is loaded once for all streams, and each stream has its own
state.
"""

import importlib.metadata
import math
import os
from collections import deque
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from desktop.engine.errors import ModelMissing
from desktop.engine.events import SAMPLE_RATE, Samples
from desktop.engine.hearing.hearing import FRAME
from desktop.engine.options import VoiceOptions

_CONTEXT = 64
_WEBRTC_FRAME = SAMPLE_RATE // 100


class SpeechVote:
    """Pure: turns the two detectors' opinions on each frame into one decision by majority over a window.

    Each frame has two votes. At least half of all votes of the last `window` frames must say speech, and at least
    a third of Silero's, because WebRTC alone says so in any noise.
    """

    def __init__(self, window: int) -> None:
        self._votes: deque[tuple[bool, bool]] = deque([(False, False)] * window, maxlen=window)

    def add(self, silero: bool, webrtc: bool) -> bool:
        self._votes.append((silero, webrtc))
        window = len(self._votes)
        heard = sum(vote[0] for vote in self._votes)
        return heard + sum(vote[1] for vote in self._votes) >= window and heard >= math.ceil(window / 3)


class SpeechDetector:
    """Both detectors on one stream of frames. Used from one thread at a time.

    Raises ModelMissing when Silero's file is not installed."""

    def __init__(self, options: VoiceOptions) -> None:
        import webrtcvad

        self._options = options
        self._session = _silero_session()
        self._webrtc_type = webrtcvad.Vad
        self._rate = np.array(SAMPLE_RATE, dtype=np.int64)
        self.reset()

    def configure(self, options: VoiceOptions) -> None:
        """Take new options between two frames; what was heard so far stays."""
        if options.webrtc_mode != self._options.webrtc_mode:
            self._webrtc.set_mode(options.webrtc_mode)
        if options.window != self._options.window:
            self._vote = SpeechVote(options.window)
        self._options = options

    def reset(self) -> None:
        """Forget the stream: the next frame is the first of a new one."""
        self._state = np.zeros((2, 1, 128), dtype=np.float32)
        self._input = np.zeros((1, _CONTEXT + FRAME), dtype=np.float32)
        self._pending = np.zeros(0, dtype=np.int16)
        self._webrtc = self._webrtc_type(self._options.webrtc_mode)
        self._vote = SpeechVote(self._options.window)

    def detect(self, samples: Samples) -> tuple[bool, float]:
        """Whether somebody speaks now (the vote over the window), and Silero's probability for this frame.

        samples: shape (512,), 16 kHz, the frame right after the one of the last call.
        """
        if samples.shape != (FRAME,):
            raise ValueError(f"a frame has {FRAME} samples, not {samples.shape}")
        samples = np.nan_to_num(samples, nan=0.0, posinf=1.0, neginf=-1.0)
        probability = self._silero_probability(samples)
        is_speech = self._vote.add(probability >= self._options.threshold, self._webrtc_hears(samples))
        return is_speech, probability

    def _silero_probability(self, samples: Samples) -> float:
        # Without the last 64 samples of the frame before, every probability is about 0.
        self._input[0, :_CONTEXT] = self._input[0, -_CONTEXT:]
        self._input[0, _CONTEXT:] = samples
        output, self._state = self._session.run(None, {"input": self._input, "state": self._state, "sr": self._rate})
        return float(output[0, 0])

    def _webrtc_hears(self, samples: Samples) -> bool:
        """WebRTC takes pieces of 10 ms; 512 samples are 3.2 of them, so the rest waits for the next frame."""
        pcm = (np.clip(samples, -1.0, 1.0) * 32767).astype(np.int16)
        pending = np.concatenate((self._pending, pcm))
        pieces = len(pending) // _WEBRTC_FRAME
        heard = 0
        for index in range(pieces):
            piece = pending[index * _WEBRTC_FRAME : (index + 1) * _WEBRTC_FRAME]
            heard += self._webrtc.is_speech(piece.tobytes(), SAMPLE_RATE)
        self._pending = pending[pieces * _WEBRTC_FRAME :]
        return 2 * heard > pieces


@cache
def _silero_session() -> Any:
    """The network, which any number of threads may run. Without torch: the `silero_vad` package would import it, its
    ONNX file does not need it."""
    os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.add_session_config_entry("session.inter_op.allow_spinning", "0")
    options.log_severity_level = 4
    return onnxruntime.InferenceSession(str(_silero_path()), options, providers=["CPUExecutionProvider"])


def _silero_path() -> Path:
    try:
        files = importlib.metadata.files("silero-vad") or []
    except importlib.metadata.PackageNotFoundError:
        files = []
    for file in files:
        if file.name == "silero_vad.onnx":
            path = Path(str(file.locate()))
            if path.is_file():
                return path
    raise ModelMissing("speech-detector-missing")

"""Sound as clients send it, made by FFmpeg."""

import io
from functools import cache

import av
import numpy as np

from desktop.engine.events import Samples
from desktop.server.audio.outgoing import SpeechEncoder, pcm16, wav_header

RATE = 48_000
CONTAINERS = ("webm", "ogg", "mp3", "flac", "mp4", "aac", "wav")
_MUXED = {
    # As a browser's recorder writes it: nothing is known of the length, a cluster a second.
    "webm": ("webm", "libopus", {"live": "1", "cluster_time_limit": "1000"}),
    "mp4": ("mp4", "aac", {"movflags": "frag_keyframe+empty_moov+default_base_moof", "frag_duration": "200000"}),
}


def tones(seconds: float, seed: int = 0) -> Samples:
    """Something that sounds different all the time, 48 kHz."""
    at = np.arange(round(seconds * RATE)) / RATE
    pitch = 200 + 150 * np.sin(2 * np.pi * (0.7 + seed / 10) * at)
    sound = 0.4 * np.sin(2 * np.pi * np.cumsum(pitch) / RATE)
    return sound.astype(np.float32)


@cache
def recorded(container: str, seconds: float = 1.0, seed: int = 0) -> bytes:
    """The tones in one of CONTAINERS."""
    sound = tones(seconds, seed)
    if container == "wav":
        return wav_header(RATE) + pcm16(sound)
    if container not in _MUXED:
        encoder = SpeechEncoder({"ogg": "opus"}.get(container, container), RATE, RATE)  # type: ignore[arg-type]
        return encoder.add(sound) + encoder.end()
    return muxed(sound, container)


@cache
def indexed_mp4(seconds: float = 1.0) -> bytes:
    """A file whose index stands at its end."""
    return _muxed(tones(seconds), "mp4", "aac", {})


def muxed(sound: Samples, container: str) -> bytes:
    """Sound of 48 kHz as WebM or fragmented MP4."""
    form, codec, options = _MUXED[container]
    return _muxed(sound, form, codec, options)


def _muxed(sound: Samples, form: str, codec: str, options: dict[str, str]) -> bytes:
    file = io.BytesIO()
    with av.open(file, "w", format=form, options=options) as output:
        track = output.add_stream(codec, rate=RATE)
        track.layout = "mono"  # type: ignore[attr-defined]
        frame = av.AudioFrame.from_ndarray(sound.reshape(1, -1), format="fltp", layout="mono")
        frame.sample_rate, frame.pts = RATE, 0
        resampler = av.AudioResampler(track.format, "mono", RATE)  # type: ignore[attr-defined]
        for part in [*resampler.resample(frame), *resampler.resample(None)]:
            output.mux(track.encode(part))  # type: ignore[attr-defined]
        output.mux(track.encode(None))  # type: ignore[attr-defined]
    return file.getvalue()

"""How fast models would run on this machine, found by one short measurement (a few seconds). Any thread.

Measured is a small Whisper network with random weights, built on the spot: speed does not depend on what the weights
say. It has the width of Whisper base and two layers of each kind, so its matrices are of the size that real models
multiply. What it does in a second is carried over to other models by counting their multiplications: the encoder's for
a window of 30 s, and the decoder's for each word piece.
It is an estimate, good enough for three classes.
"""

import contextlib
import logging
import multiprocessing
import tempfile
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from desktop.engine.models.catalogue import Entry
from desktop.engine.models.files import Shape
from desktop.engine.models.speed.machine import has_card, machine
from desktop.engine.models.speed.tuning import fastest, resolved
from desktop.engine.models.speed.tuning_cache import TuningCache
from desktop.settings.declaration import RecognitionSettings

_log = logging.getLogger(__name__)

_POSITIONS_PER_SECOND = 50
_WINDOW = 1500
"""positions that Whisper's encoder makes of 30 s"""
_PIECES = 51_865
"""word pieces of Whisper's vocabulary"""
_UTTERANCE = 5.0
"""seconds of speech in a usual utterance"""
_PER_SECOND = 4.0
"""word pieces of a second of speech"""
_PATIENCE = 60.0
"""seconds after which a measurement is given up"""
_PROBE = Shape(512, 2, 2)
_PROBE_PIECES = 2000
_FEW, _MANY = 3, 33
"""word pieces that are written to time one"""
_ARGOS = Shape(512, 6, 6)
"""what Argos trains unless a package says otherwise"""


class SpeedClass(StrEnum):
    """How a model keeps up with speech here; the values are shown to the user."""

    FASTER = "faster than speech"
    SAME = "about as fast as speech"
    SLOWER = "too slow for live speech"
    UNKNOWN = "not measured"


@dataclass(frozen=True, slots=True)
class Measured:
    """What this machine did in the measurement."""

    machine: str
    """processor, cores, CTranslate2's version: a measurement counts for the same ones only"""
    device: str
    compute_type: str
    threads: int
    encoder: float
    """multiplications per second of the encoder"""
    decoder: float
    """multiplications per second of the decoder, one word piece at a time"""

    def seconds(self, shape: Shape, pieces: float, *, positions: int = _WINDOW, vocabulary: int = _PIECES) -> float:
        """To read `positions` and write `pieces` word pieces."""
        return (
            _encoder_work(shape, positions) / self.encoder
            + pieces * _decoder_work(shape, positions, vocabulary) / self.decoder
        )


def measured(*, threads: int = 1, compute_type: str = "int8", device: str = "cpu") -> Measured | None:
    """The measurement that was made on this machine with these settings, if there is one. Reads a file."""
    here = machine()
    rates = TuningCache().rates(_name(here, threads, compute_type, device))
    return Measured(here, device, compute_type, threads, *rates) if rates is not None else None


def measure(*, threads: int = 1, compute_type: str = "int8", device: str = "cpu", again: bool = False) -> Measured:
    """Measure, unless that was done before; the result is kept. Takes a few seconds and `threads` cores, in a process
    of its own: the 200 MB that it needs, libraries included, go with it. Raises ValueError if CTranslate2 cannot run
    with these settings here."""
    known = None if again else measured(threads=threads, compute_type=compute_type, device=device)
    if known is not None:
        return known
    encoder, decoder = _probe_apart(threads, compute_type, device)
    result = Measured(machine(), device, compute_type, threads, encoder, decoder)
    TuningCache().put_rates(_name(result.machine, threads, compute_type, device), encoder, decoder)
    return result


def speed_class(entry: Entry, result: Measured | None) -> SpeedClass:
    """How the model of a catalogue's entry would keep up here. Voices are not estimated: they are not made of what is
    measured."""
    return class_of(share_of_time(entry, result))


def class_of(share: float | None) -> SpeedClass:
    """share: seconds of work for a second of speech; None if nobody knows. Pure."""
    if share is None:
        return SpeedClass.UNKNOWN
    if share <= 0.5:  # the rest is for looking at words while they are spoken
        return SpeedClass.FASTER
    return SpeedClass.SAME if share <= 1.2 else SpeedClass.SLOWER


def share_of_time(entry: Entry, result: Measured | None) -> float | None:
    """Seconds of work for a second of speech, for a usual utterance; None if nobody knows."""
    if entry.kind == "whisper":
        return share_of_shape(entry.shape, result)
    if entry.kind == "argos" and result is not None:
        pieces = _UTTERANCE * _PER_SECOND
        return result.seconds(entry.shape or _ARGOS, pieces, positions=int(pieces), vocabulary=32_000) / _UTTERANCE
    return None


def share_of_shape(shape: Shape | None, result: Measured | None) -> float | None:
    """`share_of_time` for a Whisper network of that shape; None if nobody knows."""
    if shape is None or result is None:
        return None
    return result.seconds(shape, _UTTERANCE * _PER_SECOND) / _UTTERANCE


def way(settings: RecognitionSettings) -> dict[str, Any]:
    """How a model that was never tuned here would run with these settings: the arguments of `measure`."""
    choice = resolved(settings, None, has_card=has_card())
    return {"threads": choice.threads, "compute_type": choice.compute_type, "device": choice.device}


def _encoder_work(shape: Shape, positions: int) -> float:
    width = shape.width
    return float(shape.encoder_layers * (12 * width**2 * positions + 2 * width * positions**2))


def _decoder_work(shape: Shape, positions: int, vocabulary: int) -> float:
    width = shape.width
    return float(shape.decoder_layers * (14 * width**2 + 2 * width * positions) + width * vocabulary)


def _probe_apart(threads: int, compute_type: str, device: str) -> tuple[float, float]:
    """`_probe` in another process."""
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_send_probe, args=(sender, threads, compute_type, device), daemon=True)
    process.start()
    sender.close()
    try:
        answer = receiver.recv() if receiver.poll(_PATIENCE) else None
    except EOFError:
        answer = None
    finally:
        receiver.close()
        process.kill()
        process.join()
        process.close()
    if answer is None:
        raise ValueError("the speed of this machine cannot be measured")
    encoder, decoder = answer
    return float(encoder), float(decoder)


def _send_probe(sender: Any, threads: int, compute_type: str, device: str) -> None:
    """In the other process, which must print nothing: what fails is said by sending nothing."""
    with contextlib.suppress(Exception):
        sender.send(_probe(threads, compute_type, device))
    sender.close()


def _probe(threads: int, compute_type: str, device: str) -> tuple[float, float]:
    """(encoder, decoder) multiplications per second."""
    from desktop.engine.models.speed.timed_model import TimedWhisper

    with tempfile.TemporaryDirectory(prefix="parley-speed-") as place:
        _build(place)
        with TimedWhisper(Path(place), device, compute_type, threads) as model:
            encoding, of_many = fastest(model, _WINDOW / _POSITIONS_PER_SECOND, _MANY)
            _, of_few = fastest(model, _WINDOW / _POSITIONS_PER_SECOND, _FEW)
    # The first piece also takes in what the encoder made of the window; the others tell what one costs.
    piece = max((_MANY * of_many - _FEW * of_few) / (_MANY - _FEW), 1e-7)
    work = _encoder_work(_PROBE, _WINDOW) / encoding, _decoder_work(_PROBE, _WINDOW, _PROBE_PIECES) / piece
    _log.info("speed: %.1f and %.1f billion multiplications a second", work[0] / 1e9, work[1] / 1e9)
    return work


def _build(place: str) -> None:
    """Write the network with random weights. The layout is ctranslate2.specs.WhisperSpec's."""
    import numpy as np
    from ctranslate2.specs import WhisperSpec

    random = np.random.default_rng(0)
    width = _PROBE.width
    spec = WhisperSpec(_PROBE.encoder_layers, width // 64, _PROBE.decoder_layers, width // 64)

    def weight(*shape: int) -> Any:
        return (random.standard_normal(shape) * 0.02).astype(np.float32)

    def linear(layer: Any, outputs: int, inputs: int) -> None:
        layer.weight, layer.bias = weight(outputs, inputs), weight(outputs)

    def norm(layer: Any) -> None:
        layer.gamma, layer.beta = np.ones(width, np.float32), np.zeros(width, np.float32)

    def attention(layer: Any, *, crosses: bool = False) -> None:
        norm(layer.layer_norm)
        sizes = (width, 2 * width, width) if crosses else (3 * width, width)
        for one, outputs in zip(layer.linear, sizes, strict=True):
            linear(one, outputs, width)

    def feed_forward(layer: Any) -> None:
        norm(layer.layer_norm)
        linear(layer.linear_0, 4 * width, width)
        linear(layer.linear_1, width, 4 * width)

    for convolution, inputs in ((spec.encoder.conv1, 80), (spec.encoder.conv2, width)):
        convolution.weight, convolution.bias = weight(width, inputs, 3), weight(width)
    spec.encoder.position_encodings.encodings = weight(_WINDOW, width)
    norm(spec.encoder.layer_norm)
    for layer in spec.encoder.layer:
        attention(layer.self_attention)
        feed_forward(layer.ffn)
    spec.decoder.embeddings.weight = weight(_PROBE_PIECES, width)
    spec.decoder.projection.weight = weight(_PROBE_PIECES, width)
    spec.decoder.position_encodings.encodings = weight(448, width)
    norm(spec.decoder.layer_norm)
    for layer in spec.decoder.layer:
        attention(layer.self_attention)
        attention(layer.attention, crosses=True)
        feed_forward(layer.ffn)
    named = ["<|startoftranscript|>", "<|endoftext|>", "<|notimestamps|>", "<|nospeech|>"]
    spec.register_vocabulary(named + [f"piece{number}" for number in range(_PROBE_PIECES - len(named))])
    spec.config.suppress_ids = []
    spec.config.suppress_ids_begin = []
    spec.config.lang_ids = []
    spec.config.alignment_heads = []
    spec.validate()
    spec.optimize(quantization=None)
    spec.save(place)


def _name(here: str, threads: int, compute_type: str, device: str) -> str:
    return f"{here}, {device}, {compute_type}, {threads}"

"""Write a Piper voice without learned weights: a formant synthesiser made of ONNX operators, 14 KB.

usage: python make_voice.py OUT.onnx --espeak-voice en-us --pitch 120

Piper turns text into phoneme ids through espeak-ng; the graph gives each phoneme its duration and formants, sums 32
harmonics shaped by three resonances, and adds noise for the consonants.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import formants
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from piper.phoneme_ids import DEFAULT_PHONEME_ID_MAP

SAMPLE_RATE, HOP, HARMONICS = 22050, 256, 32
_FAR = 2**31
_F1, _F2, _F3, _NOISE_CENTRE = 3, 4, 5, 6
_RESONANCES = ((_F1, 90, 1.0), (_F2, 120, 0.6), (_F3, 180, 0.3))
"""Which row of the table, bandwidth in Hz, gain."""


class Graph:
    """Collects nodes and constants, naming them as they come."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []
        self._count = 0

    def constant(self, value: object, dtype: type | None = None) -> str:
        self._count += 1
        name = f"c{self._count}"
        self.constants.append(numpy_helper.from_array(np.asarray(value, dtype), name))
        return name

    def number(self, value: object) -> str:
        return self.constant(value, np.float32)

    def index(self, value: object) -> str:
        return self.constant(value, np.int64)

    def add(self, operator: str, *inputs: str, out: str | None = None, **attributes: object) -> str:
        self._count += 1
        out = out or f"t{self._count}"
        self.nodes.append(helper.make_node(operator, list(inputs), [out], **attributes))
        return out


def durations(g: Graph, ids: str, rows: str, length_scale: str) -> tuple[str, str]:
    """Frames of each phoneme, and the stress that falls on it."""
    stress = g.add("Gather", g.constant(formants.stress()), ids)
    longer = g.add("Gather", g.constant(formants.lengthening()), ids)
    # Piper pads between phonemes: a stress mark stands two ids before its vowel, a length mark two after it.
    stressed = g.add("Slice", g.add("Concat", g.number([0, 0]), stress, axis=0), g.index([0]), g.index([-2]))
    lengthened = g.add("Slice", g.add("Concat", longer, g.number([0, 0]), axis=0), g.index([2]), g.index([_FAR]))
    plain = g.add("Squeeze", g.add("Slice", rows, g.index([0]), g.index([1]), g.index([1])), g.index([1]))
    factor = g.add("Add", g.number(1.0), g.add("Add", g.add("Mul", stressed, g.number(0.25)), lengthened))
    frames = g.add("Round", g.add("Mul", g.add("Mul", plain, factor), length_scale))
    g.add("Reshape", frames, g.index([1, 1, -1]), out="durations")
    return frames, stressed


def synthesiser(pitch: float) -> Graph:
    """The graph: phoneme ids and scales in, samples and durations out."""
    g = Graph()
    ids = g.add("Reshape", "input", g.index([-1]))
    noise_scale, length_scale = (g.add("Gather", "scales", g.index(i)) for i in (0, 1))
    rows = g.add("Gather", g.constant(formants.table()), ids)  # [phonemes, 7]
    frames, stressed = durations(g, ids, rows, length_scale)

    ends = g.add("CumSum", frames, g.constant(0, np.int32))
    total = g.add("Max", g.add("ReduceSum", frames, keepdims=0), g.number(4.0))
    frame = g.add("Range", g.number(0.0), total, g.number(1.0))
    passed = g.add("LessOrEqual", g.add("Unsqueeze", ends, g.index([0])), g.add("Unsqueeze", frame, g.index([1])))
    which = g.add("ReduceSum", g.add("Cast", passed, to=TensorProto.INT64), g.index([1]), keepdims=0)
    last = g.add("Sub", g.add("Squeeze", g.add("Shape", ids), g.index([0])), g.index(1))
    which = g.add("Min", which, last)
    shape, stress = g.add("Gather", rows, which), g.add("Gather", stressed, which)
    shape = g.add("Unsqueeze", g.add("Transpose", shape, perm=[1, 0]), g.index([0]))  # [1, 7, frames]
    shape = g.add("AveragePool", shape, kernel_shape=[5], pads=[2, 2], count_include_pad=0)  # phonemes run together
    stress = g.add("AveragePool", g.add("Reshape", stress, g.index([1, 1, -1])), kernel_shape=[9], pads=[4, 4])

    def row(i: int) -> str:
        return g.add("Slice", shape, g.index([i]), g.index([i + 1]), g.index([1]))  # [1, 1, frames]

    fall = g.add("Sub", g.number(1.08), g.add("Mul", g.number(0.2), g.add("Div", frame, total)))
    fall = g.add("Reshape", fall, g.index([1, 1, -1]))
    rise = g.add("Add", g.number(1.0), g.add("Mul", stress, g.number(0.18)))
    f0 = g.add("Mul", g.add("Mul", g.number(pitch), fall), rise)

    harmonics = np.arange(1, HARMONICS + 1, dtype=np.float32).reshape(1, HARMONICS, 1)
    frequencies = g.add("Mul", g.constant(harmonics), f0)  # [1, harmonics, frames]
    loudness = ""
    for formant, bandwidth, gain in _RESONANCES:
        away = g.add("Div", g.add("Sub", frequencies, row(formant)), g.number(bandwidth))
        resonance = g.add("Div", g.number(gain), g.add("Add", g.number(1.0), g.add("Mul", away, away)))
        loudness = g.add("Add", loudness, resonance) if loudness else resonance
    loudness = g.add("Mul", loudness, row(1))

    up = g.number([1, 1, HOP])

    def per_sample(x: str) -> str:
        return g.add("Resize", x, "", up, mode="linear", coordinate_transformation_mode="half_pixel")

    def phase(frequency: str) -> str:
        turns = g.add("CumSum", g.add("Mul", frequency, g.number(1 / SAMPLE_RATE)), g.constant(2, np.int32))
        return g.add("Sub", turns, g.add("Floor", turns))

    turn = g.number(2 * np.pi)
    angles = g.add("Mul", g.add("Mul", g.constant(harmonics), phase(per_sample(f0))), turn)
    waves = g.add("Mul", g.add("Sin", angles), per_sample(loudness))
    voiced = g.add("ReduceSum", waves, g.index([1]), keepdims=1)  # [1, 1, samples]

    centre = per_sample(row(_NOISE_CENTRE))
    carrier = g.add("Cos", g.add("Mul", phase(centre), turn))
    hiss = g.add("RandomNormalLike", centre, seed=7.0)
    hiss = g.add("AveragePool", hiss, kernel_shape=[9], strides=[1], pads=[4, 4])
    noise = g.add("Mul", g.add("Mul", hiss, carrier), per_sample(row(2)))
    noise = g.add("Mul", noise, g.add("Mul", noise_scale, g.number(3.0)))
    samples = g.add("Mul", g.add("Add", voiced, noise), g.number(0.2))
    g.add("Unsqueeze", samples, g.index([0]), out="output")
    return g


def voice(pitch: float) -> onnx.ModelProto:
    g = synthesiser(pitch)
    graph = helper.make_graph(
        g.nodes,
        "tinyvoice",
        [
            helper.make_tensor_value_info("input", TensorProto.INT64, ["batch", "phonemes"]),
            helper.make_tensor_value_info("input_lengths", TensorProto.INT64, ["batch"]),
            helper.make_tensor_value_info("scales", TensorProto.FLOAT, [3]),
        ],
        [
            helper.make_tensor_value_info("output", TensorProto.FLOAT, [1, 1, 1, "time"]),
            helper.make_tensor_value_info("durations", TensorProto.FLOAT, [1, 1, "phonemes"]),
        ],
        g.constants,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 8
    onnx.checker.check_model(model)
    return model


def configuration(espeak_voice: str) -> dict[str, object]:
    return {
        "audio": {"sample_rate": SAMPLE_RATE, "quality": "x_low"},
        "espeak": {"voice": espeak_voice},
        "phoneme_type": "espeak",
        "num_symbols": formants.SYMBOLS,
        "num_speakers": 1,
        "speaker_id_map": {},
        "hop_length": HOP,
        "inference": {"noise_scale": 0.667, "length_scale": 1.0, "noise_w": 0.8},
        "phoneme_id_map": {phoneme: ids for phoneme, ids in DEFAULT_PHONEME_ID_MAP.items() if len(phoneme) < 3},
        "piper_version": "1.8.0",
        "language": {"code": espeak_voice},
        "dataset": "handmade",
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("--espeak-voice", default="en-us")
    parser.add_argument("--pitch", type=float, default=120.0, help="Hz")
    arguments = parser.parse_args()
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    onnx.save(voice(arguments.pitch), str(arguments.out))
    text = json.dumps(configuration(arguments.espeak_voice), ensure_ascii=False)
    arguments.out.with_name(arguments.out.name + ".json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()

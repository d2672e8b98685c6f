"""Write a sentence splitter by rule, about 1 KB, in the form that MiniSBD and Argos Translate load.

A sentence ends at . ! ? … or 。 before a blank or the end of the text.

usage: python make_sentence_splitter.py OUT.onnx LANGUAGE
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

UNITS = ["<PAD>", "<UNK>", ".", "!", "?", "…", "。", " "]
_ENDS = [0, 0, 1, 1, 1, 1, 1, 0]
_GAPS = [1, 0, 0, 0, 0, 0, 0, 1]
_FAR = 2**31
CONFIG = {
    "skip_newline": False,
    "max_seqlen": 1000,
    "no_ssplit": False,
    "batch_size": 8,
    "feat_funcs": ["space_before"],
    "use_dictionary": False,
    "num_dict_feat": 0,
}


def write(path: Path, language: str) -> None:
    constants = {
        "end": np.array(_ENDS, np.float32),
        "gap": np.array(_GAPS, np.float32),
        "from_second": np.array([0, 1], np.int64),
        "pads": np.array([0, 0, 0, 1], np.int64),
        "one": np.array(1, np.float32),
        "last_axis": np.array([2], np.int64),
        "axes": np.array([0, 1], np.int64),
        "far": np.array([_FAR, _FAR], np.int64),
        "bias": np.array([0.5, -1, 0, -1, -1], np.float32),  # class 0: inside, class 2: end of a sentence
        "weights": np.array([0, 0, 1, 0, 0], np.float32),
    }
    nodes = [
        helper.make_node("Gather", ["end", "units"], ["ends"]),
        helper.make_node("Gather", ["gap", "units"], ["gaps"]),
        helper.make_node("Pad", ["gaps", "pads", "one"], ["gaps_and_end"]),
        helper.make_node("Slice", ["gaps_and_end", "from_second", "far", "axes"], ["gap_next"]),
        helper.make_node("Mul", ["ends", "gap_next"], ["splits"]),
        helper.make_node("Unsqueeze", ["splits", "last_axis"], ["column"]),
        helper.make_node("Mul", ["column", "weights"], ["weighted"]),
        helper.make_node("Add", ["weighted", "bias"], ["logits"]),
    ]
    graph = helper.make_graph(
        nodes,
        "sentence_splitter",
        [
            helper.make_tensor_value_info("units", TensorProto.INT64, ["batch", "length"]),
            helper.make_tensor_value_info("features", TensorProto.FLOAT, ["batch", "length", "features"]),
        ],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", "length", 5])],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 8
    ids = {unit: i for i, unit in enumerate(UNITS)}
    vocabulary = {"lang": language, "idx": 0, "cutoff": 0, "lower": False, "_id2unit": UNITS, "_unit2id": ids}
    for key, value in {
        "lang_code": language,
        "config": json.dumps(CONFIG),
        "vocab": json.dumps(vocabulary),
        "lexicon": "null",
    }.items():
        entry = model.metadata_props.add()
        entry.key, entry.value = key, value
    onnx.checker.check_model(model)
    path.parent.mkdir(parents=True, exist_ok=True)
    onnx.save(model, str(path))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("language")
    arguments = parser.parse_args()
    write(arguments.out, arguments.language)


if __name__ == "__main__":
    main()

"""The program ends as it should even while a model computes."""

import subprocess
import sys
from pathlib import Path

from desktop.bench.make_model import TINY, make_whisper

PROGRAM = """
import sys, threading
import ctranslate2, numpy as np
import desktop.__main__ as program
from desktop.engine.recognition.backends.watchdog import DECODING

model = ctranslate2.models.Whisper(sys.argv[1], intra_threads=1)
features = ctranslate2.StorageView.from_array(np.zeros((1, 80, 3000), np.float32))

def decode():
    while True:
        began.set()
        model.encode(features)

def main():
    threading.Thread(target=decode, name=DECODING, daemon=True).start()
    began.wait()
    threading.Event().wait(0.3)  # in the middle of a decode
    return 7

began = threading.Event()
program.main = main
program.program()
"""


def test_a_decode_that_does_not_end_does_not_abort_the_program(tmp_path: Path) -> None:
    model = make_whisper(tmp_path / "tiny", TINY)
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(model)], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stderr) == (7, "")

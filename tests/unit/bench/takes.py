"""Takes of recordings as a live run finds them, for the tests of reports."""

from typing import Any

from desktop.bench.figures.erasure import Erasure
from desktop.bench.live.live_run import LiveRun, RecordingResult


def take(file: str = "en-00.flac", **parts: Any) -> RecordingResult:
    """Everything heard right, one word committed each half second."""
    usual: dict[str, Any] = {
        "file": file,
        "language": "es" if "es" in file else "en",
        "seconds": 10.0,
        "said": "the doctor wants to clean the ticket",
        "heard": "The doctor wants to clean the ticket.",
        "translation": "El doctor quiere limpiar el boleto.",
        "cpu": 1.0,
        "shown": Erasure(0, 7),
        "shown_translation": Erasure(1, 6),
        "first_partial": (0.6,),
        "final": (0.3,),
        "commit": (0.4, 0.5, 0.6),
        "missed": 0,
    }
    return RecordingResult(**{**usual, **parts})


def live_run(*takes: RecordingResult, **parts: Any) -> LiveRun:
    """A run without a fault."""
    usual: dict[str, Any] = {
        "takes": takes,
        "revisions": 0,
        "translation_revisions": 0,
        "decodes": 12,
        "busy": 2.0,
        "peak_memory": 300.0,
        "real_time_factor": 0.1,
        "disturbed": (),
        "errors": (),
    }
    return LiveRun(**{**usual, **parts})


ABOUT = {"processor": "A processor", "cores": 4, "load": [0.1, 0.2, 0.3], "system": "Linux"}
"""a machine"""

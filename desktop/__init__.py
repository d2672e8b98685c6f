"""Parley: live subtitles, voice typing and spoken translation, offline.

This runs before any library is imported, so the telemetry switches are set here:
onnxruntime and huggingface_hub read them once, on import.
"""

import os

os.environ["ORT_DISABLE_TELEMETRY"] = "1"
os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
os.environ.setdefault("HF_HUB_OFFLINE", "1")

__version__ = "0.1.0"

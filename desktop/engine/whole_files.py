"""How the engine is set where a file is written down and nobody watches."""

from typing import Any

FOR_FILES: dict[str, Any] = {"recognition.step": 5.0, "translation.live": False}
"""settings: look at the running words rarely, translate whole utterances"""

"""The speech engine: hear, recognise, translate, speak. No Qt in here, ever.

The public API (docs/embedding.md): shared `Models`, one `Session` for each listener, and `run_inline`, the driver that
blocks. Names are imported when they are first used, so that a part of the engine does not load all of it.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from desktop.engine.errors import EngineError as EngineError
    from desktop.engine.events import AudioLevel as AudioLevel
    from desktop.engine.events import ErrorEvent as ErrorEvent
    from desktop.engine.events import Event as Event
    from desktop.engine.events import SpeechAudio as SpeechAudio
    from desktop.engine.events import TranscriptUpdate as TranscriptUpdate
    from desktop.engine.events import TranslationUpdate as TranslationUpdate
    from desktop.engine.events import Word as Word
    from desktop.engine.inline import run_inline as run_inline
    from desktop.engine.message import Message as Message
    from desktop.engine.options import ModelOptions as ModelOptions
    from desktop.engine.options import SessionOptions as SessionOptions
    from desktop.engine.options import VoiceOptions as VoiceOptions
    from desktop.engine.pool.models import Models as Models
    from desktop.engine.requests import Request as Request
    from desktop.engine.session import Session as Session

_PLACES = {
    "errors": ("EngineError",),
    "events": ("AudioLevel", "ErrorEvent", "Event", "SpeechAudio", "TranscriptUpdate", "TranslationUpdate", "Word"),
    "inline": ("run_inline",),
    "message": ("Message",),
    "options": ("ModelOptions", "SessionOptions", "VoiceOptions"),
    "pool.models": ("Models",),
    "requests": ("Request",),
    "session": ("Session",),
}
MODULES = {name: module for module, names in _PLACES.items() for name in names}
"""name -> module of this package that it lives in"""

__all__ = sorted(MODULES)


def __getattr__(name: str) -> Any:
    if name not in MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{MODULES[name]}"), name)

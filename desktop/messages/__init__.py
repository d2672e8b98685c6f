"""The text of what the engine says, for those who read it: windows, the command line, reports. Pure; any thread.

The engine tells of things by key and values (`Message`); the sentences are data here, by key, so that they can be
translated. A place in a sentence names its value and how it is written: `{size:bytes}`, `{seconds:.1f}`,
`{language:language}`.
"""

from typing import TYPE_CHECKING

from desktop.engine.message import Message
from desktop.engine.text.visible import visible
from desktop.messages.english import TEXTS
from desktop.messages.filling import Filling

if TYPE_CHECKING:
    from desktop.engine.errors import EngineError
    from desktop.engine.events import ErrorEvent

__all__ = ["text_of"]


def text_of(what: "Message | EngineError | ErrorEvent | None") -> str:
    """What a user reads of it; empty for None."""
    if what is None:
        return ""
    message = what if isinstance(what, Message) else what.message
    try:
        return Filling(text_of).vformat(TEXTS[message.key], (), message.parameters)
    except (KeyError, TypeError, ValueError):  # of a server that is another version
        return f"Something went wrong elsewhere ({visible(message.key[:60])}); see that both run the same Parley."

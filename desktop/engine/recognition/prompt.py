"""The text before a window that is given to the recogniser along with it. Pure."""

from collections.abc import Sequence

from desktop.engine.events import Word
from desktop.engine.text.compare import normalized

_LENGTH = 200
"""characters, about 60 tokens"""
_REPEATED = 4
"""words in a row that say what the prompt says: the model reads out its prompt"""


def prompt_of(text: str) -> str:
    """The end of what was said before the window, in whole words."""
    end = text[-_LENGTH:]
    return end if end == text else end.partition(" ")[2] or end


def reads_prompt(words: Sequence[Word], before: Sequence[Word]) -> bool:
    """Whether the words that were found in a window are the last ones before it."""
    spoken = [normalized(word.text) for word in words]
    said = [normalized(word.text) for word in before]
    return len(spoken) >= _REPEATED and spoken[:_REPEATED] == said[-len(spoken) :][:_REPEATED]

"""How well a setting fits what is searched for. Pure."""

import re
from collections.abc import Sequence

NONE, INSIDE, HELP, NAME, TITLE = range(5)
"""not at all; within a word; at the beginnings of words of its help; of its name or its page's; of its title alone"""


def rank(wanted: Sequence[str], title: str, names: str, description: str) -> int:
    """How well a setting fits all the words. wanted: in lower case; names: its key, and the title of its page."""
    if not wanted:
        return TITLE
    for level, text in ((TITLE, title), (NAME, f"{title} {names}"), (HELP, f"{title} {names} {description}")):
        starts = _words(text)
        if all(any(start.startswith(word) for start in starts) for word in wanted):
            return level
    everything = f"{title} {names} {description}".casefold()
    return INSIDE if all(word in everything for word in wanted) else NONE


def _words(text: str) -> list[str]:
    return [word for word in re.split(r"[\W_]+", text.casefold()) if word]

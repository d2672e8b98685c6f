"""When which word was certain, and how much later it was by another way. Pure."""

from collections.abc import Sequence

from desktop.bench.load.speaker import Came
from desktop.engine.text.compare import normalized_words

Certain = dict[tuple[int, int, str], float]
"""(utterance, number of the word in it, word) -> seconds since the talk began"""


def certain(came: Sequence[Came]) -> Certain:
    """When each word was committed first, live or at the end."""
    found: Certain = {}
    for one in came:
        for number, word in enumerate(normalized_words(one.committed)):
            found.setdefault((one.segment, number, word), one.at)
    return found


def later(here: Certain, there: Certain) -> list[float]:
    """Seconds by which `there` committed later, of each word that both have in the same place; below 0: earlier."""
    return sorted(there[key] - at for key, at in here.items() if key in there)

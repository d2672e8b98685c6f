"""Which calls to a model go together into one batch. Pure.

CTranslate2 decodes what has as many frames, as wide a beam and as long a prompt together.
"""

from collections.abc import Hashable, Sequence

PROMPT_STEP = 12
"""tokens; where calls are grouped, the text before a window is cut to a multiple of it, so that prompts are as long"""


def next_batch(keys: Sequence[Hashable], most: int) -> tuple[int, ...]:
    """Places of the calls that are next, of those that wait in this order: the first, and who may go with it, `most` at
    most. Nobody is passed over for long, as the first always goes."""
    return tuple(place for place, key in enumerate(keys) if key == keys[0])[:most] if keys else ()


def cut(tokens: Sequence[int]) -> list[int]:
    """The end of a text, as long as prompts of a batch are."""
    kept = len(tokens) // PROMPT_STEP * PROMPT_STEP
    return list(tokens[len(tokens) - kept :])

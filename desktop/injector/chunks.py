"""Cuts text into chunks and chooses keystrokes or clipboard paste for each. Pure.

Measured: single characters that are on the keyboard arrive everywhere by keystroke; all others, and long texts
sooner, by the clipboard. A terminal gets keystrokes as long as they exist, since a paste may ask or be styled there.
"""

from collections.abc import Callable

from desktop.injector.base import Chunk, SendMethod
from desktop.injector.diff import characters

KEYS_AT_ONCE = 20
"""characters between two looks at which window has the focus"""
LONG = 40
"""characters from which on the clipboard is quicker and steadier than keystrokes"""
PASTE_AT_ONCE = 2000


def cut(text: str, is_typable: Callable[[str], bool], *, method: str, is_terminal: bool) -> list[Chunk]:
    """Chunks that make up `text`.

    is_typable: the keyboard has a key for this character.
    method: `auto`, `keystrokes` (paste only what has no key) or `paste` (always).
    """
    if not text:
        return []
    by_key = all(is_typable(char) for char in text)
    prefers_keys = is_terminal or method == "keystrokes"
    if method == "paste" or (not prefers_keys and (not by_key or len(text) > LONG)):
        return [Chunk(part, SendMethod.PASTE) for part in _parts(characters(text), PASTE_AT_ONCE)]
    chunks: list[Chunk] = []
    run: list[str] = []
    how = SendMethod.KEYS
    for character in characters(text):
        next_how = SendMethod.KEYS if all(is_typable(char) for char in character) else SendMethod.PASTE
        if run and next_how is not how:
            chunks += _chunks(run, how)
            run = []
        how = next_how
        run.append(character)
    return chunks + _chunks(run, how)


def _chunks(run: list[str], how: SendMethod) -> list[Chunk]:
    size = KEYS_AT_ONCE if how is SendMethod.KEYS else PASTE_AT_ONCE
    return [Chunk(part, how) for part in _parts(run, size)]


def _parts(run: list[str], size: int) -> list[str]:
    return ["".join(run[start : start + size]) for start in range(0, len(run), size)]

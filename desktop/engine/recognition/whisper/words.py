"""Words with times and probabilities from Whisper's tokens and its cross-attention alignment. Pure."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from desktop.engine.events import Word
from desktop.engine.text.graphemes import extends
from desktop.engine.text.languages import is_spaced_letter, writes_spaces
from desktop.engine.text.punctuation import CLOSING, OPENING, STRAIGHT_QUOTES

_SECONDS_PER_STEP = 0.02
_OPENING = OPENING + STRAIGHT_QUOTES + "-"
_WITHIN = ".,:'’-/@_+&"
"""marks that stand within names and numbers"""
_CLOSING = CLOSING + STRAIGHT_QUOTES + "’"


def timed_words(tokenizer: Any, tokens: Sequence[int], alignment: Any, seconds: float) -> tuple[Word, ...]:
    """Cut `tokens` into words.

    tokenizer: faster-whisper's Tokenizer, which knows the languages that write no spaces.
    alignment: CTranslate2's WhisperAlignmentResult of exactly these tokens.
    seconds: length of the audio; times are 0..seconds and never run backwards.
    """
    pieces, piece_tokens = tokenizer.split_to_word_tokens([*tokens, tokenizer.eot])
    begin_of = token_begins(alignment)
    if not begin_of or len(pieces) < 2:
        return ()
    chances = list(alignment.text_token_probs)
    words: list[Word] = []
    position = 0
    clock = 0.0
    for piece, ids in zip(pieces[:-1], piece_tokens[:-1], strict=True):
        first, position = position, position + len(ids)
        start = min(max(float(begin_of.get(first, clock)), clock), seconds)
        end = min(max(float(begin_of.get(position, seconds)), start), seconds)
        chance = float(np.mean(chances[first:position])) if chances[first:position] else 0.0
        # A character that the tokens do not complete, as where the last ones are missing, is none.
        words.append(Word(piece.replace("\ufffd", ""), start, end, min(max(chance, 0.0), 1.0)))
        clock = start
    is_spaced = writes_spaces(tokenizer.language_code)
    whole = [
        replace(word, text=word.text.strip(), is_spaced=None if is_spaced or not number else word.text[:1] == " ")
        for number, word in enumerate(one for one in _whole_words(words, is_spaced) if one.text.strip())
    ]
    return tuple(without_leading_silence(whole))


def token_begins(alignment: Any) -> dict[int, float]:
    """Token, by its number -> second at which it begins; empty where nothing was aligned."""
    token_steps = np.array([pair[0] for pair in alignment.alignments], dtype=int)
    time_steps = np.array([pair[1] for pair in alignment.alignments], dtype=int)
    if len(token_steps) == 0:
        return {}
    jumps = np.concatenate(([True], np.diff(token_steps) > 0))
    begins = time_steps[jumps] * _SECONDS_PER_STEP
    return dict(zip(token_steps[jumps].tolist(), begins.tolist(), strict=True))


def without_leading_silence(words: Sequence[Word]) -> list[Word]:
    """The words, the first one beginning when it is spoken: the alignment gives it the silence before it, too. Its
    length is held to twice the median's (as openai-whisper's timing.py does), at least 0.4 s."""
    if not words:
        return []
    first = words[0]
    usual = float(np.median([word.end - word.start for word in words[1:]])) if len(words) > 1 else 0.0
    start = max(first.start, first.end - max(0.4, 2 * usual))
    return [replace(first, start=start), *words[1:]]


def _runs_on(before: str, text: str) -> bool:
    """Whether a name or number goes on, in a language that writes no spaces between its own words."""
    last = before[-2:-1] if before[-1] in _WITHIN else before[-1]
    return bool(last) and is_spaced_letter(last) and is_spaced_letter(text[0])


def _whole_words(pieces: list[Word], spaced: bool) -> list[Word]:
    """Pieces that belong together as one: where words are spaced, all up to the next space ("forty", "-five"); else
    a mark and its word, and what belongs together in a script with spaces ("Chat", "G", "P", "T"; "35", ",", "000").
    An opening mark belongs to the next word, any other to the one before."""
    words: list[Word] = []
    for piece in pieces:
        before = words[-1] if words else None
        text = piece.text
        opens = before is not None and all(letter in _OPENING for letter in before.text.strip())
        closes = all(letter in _CLOSING for letter in text)
        if (
            before is not None
            and not text.startswith(" ")
            and (spaced or opens or closes or extends(text[0]) or _runs_on(before.text, text))
        ):
            chance = min(before.probability, piece.probability) if text.strip(_CLOSING) else before.probability
            start = piece.start if opens else before.start
            end, mark = (before.end, piece.probability) if closes else (piece.end, 1.0)
            words[-1] = Word(before.text + text, start, end, chance, mark)
        else:
            words.append(piece)
    return words

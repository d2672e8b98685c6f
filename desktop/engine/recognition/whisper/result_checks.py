"""Whether what came out of a window of audio can be trusted, and what is not worth decoding. Pure.

A result that looks wrong is decoded again with more context (context.py).
"""

import zlib
from collections.abc import Sequence

import numpy as np

from desktop.engine.events import SAMPLE_RATE, Samples, Word
from desktop.engine.text import repeats
from desktop.engine.text.compare import normalized

_TOKENS_PER_SECOND = 8
_DENSE = {
    12: "ar ba be bg cs el haw kk ko ln lv mi mk mn ru sr su tg tt uk yo",
    18: "fa he ja ps sd ur yi yue zh",
    32: "hi hy kn mr ne sa ta th",
    45: "am as bn bo gu ka km lo ml my pa si te",
}
"""tokens a second -> languages that need more. Twice what fast speech needs by the tokens per letter of Whisper's
vocabulary (English 0.3, Russian 0.45, Hindi 1.1, Georgian 2.5), which has few words of scripts it saw little of."""
_RATES = {code: rate for rate, codes in _DENSE.items() for code in codes.split()}
_TOKENS_SPARE = 8
_MOST_WRITTEN = 224
"""half of Whisper's text window; the other half is for the prompt"""
_MOST_COMPRESSED = 2.4
_LEAST_LOG_PROBABILITY = -1.0
_SURE_OF_NO_SPEECH = 0.6
_UNSURE_OF_WORDS = -0.8
_CONFUSED = -0.4
_SURE = -0.14
_SILENT = 10 ** (-66 / 20)
_NO_TIME = 0.06
"""seconds in which nobody can say a word"""
_LOOPS = {1: 7, 2: 5} | dict.fromkeys(range(3, 21), 4)
"""tokens of a phrase -> times on end that make a loop: "no, no, no" and "four four four four" are said by people"""
_LOOPS_OF_WORDS = {1: 5} | dict.fromkeys(range(2, 21), 3)
"""the same for words, where tokens went round"""
_FASTEST = 0.13
"""seconds of a word when people say the same again and again as fast as they can"""


def most_tokens(samples: int, language: str) -> int:
    """How many tokens can be spoken in `samples`; more is a loop. language: what is written."""
    rate = _RATES.get(language, _TOKENS_PER_SECOND)
    return min(int(rate * samples / SAMPLE_RATE) + _TOKENS_SPARE, _MOST_WRITTEN)


def is_silent(samples: Samples) -> bool:
    """Nothing loud enough to be speech in any tenth of a second."""
    piece = SAMPLE_RATE // 10
    whole = samples[: len(samples) // piece * piece].reshape(-1, piece)
    rest = samples[len(whole) * piece :]
    loudest = max([float(np.mean(np.square(rest))) if len(rest) else 0.0, *np.mean(np.square(whole), axis=1)])
    return bool(np.sqrt(loudest) < _SILENT)


def without_echo(words: Sequence[Word]) -> tuple[Word, ...]:
    """The words without those that say again what was said right before, and for which there is no time: to fill its
    window Whisper may write a sentence twice, or begin to. The alignment then spreads the sound over both: its
    beginning over the first, its end over the second."""
    found = list(words)
    while (doubled := _doubled(found)) is not None:
        start, size = doubled
        first, second = found[start : start + size], found[start + size : start + 2 * size]
        joint = max(range(size + 1), key=lambda at: sum(map(_length, first[:at] + second[at:])))
        found[start : start + 2 * size] = first[:joint] + second[joint:]
    kept = len(found)
    while kept and _length(found[kept - 1]) <= _NO_TIME:
        kept -= 1
    folded = [normalized(word.text) for word in found]
    echo = range(kept, len(found))
    if len(echo) >= 2 and any(all(folded[at] == folded[at - back] for at in echo) for back in range(2, kept + 1)):
        return tuple(found[:kept])
    return tuple(found)


def _doubled(words: Sequence[Word]) -> tuple[int, int] | None:
    """Where the longest phrase of two words or more begins that comes twice on end in the time of one, and its length:
    at least half as many words as it has are without time."""
    timeless = [_length(word) <= _NO_TIME for word in words]
    if sum(timeless) < 2:
        return None
    folded = [normalized(word.text) for word in words]
    for size in range(len(words) // 2, 1, -1):
        for start in range(len(words) - 2 * size + 1):
            end = start + 2 * size
            if (
                sum(timeless[start:end]) >= max(2, size / 2)
                and folded[start : end - size] == folded[start + size : end]
            ):
                return start, size
    return None


def _length(word: Word) -> float:
    return word.end - word.start


def is_no_speech(no_speech: float, log_probability: float) -> bool:
    """Whisper's own rule, a little stricter: it says that nobody spoke, and it is unsure of the words that it found."""
    return no_speech > _SURE_OF_NO_SPEECH and log_probability < _UNSURE_OF_WORDS


def is_trusted(text: str, tokens: Sequence[int], log_probability: float, token_limit: int) -> bool:
    """Whether a decoded text can stand: no loop, not cut off by the limit, not a guess."""
    return (
        log_probability >= _LEAST_LOG_PROBABILITY
        and len(tokens) < token_limit
        and compression_ratio(text) <= _MOST_COMPRESSED
        and len(without_loops(tokens)) == len(tokens)
    )


def is_full(text: str, tokens: Sequence[int], log_probability: float) -> bool:
    """Whether a text can stand but for its end: Whisper writes no more tokens for one window."""
    return len(tokens) >= _MOST_WRITTEN and is_trusted(text, tokens, log_probability, len(tokens) + 1)


def is_sure(log_probability: float) -> bool:
    """Whether a text that was found by always taking the most probable token needs no wider search. Of 62 utterances of
    people in five languages (Whisper base) a beam of 5 changed 15, none of them above -0.15; half of all are above
    this."""
    return log_probability >= _SURE


def may_be_confused(log_probability: float, *, trusted: bool, is_final: bool) -> bool:
    """Whether a text decoded after a prompt should be decoded without it too: text before that does not fit, or names
    that the model does not know, can throw it off. A final can afford to ask earlier."""
    return not trusted or (is_final and log_probability < _CONFUSED)


def compression_ratio(text: str) -> float:
    """How far zlib shrinks the text: repetition compresses well (the measure is Whisper's). A byte for each letter, so
    that the scripts of which UTF-8 writes three, two of them always the same, are measured as Latin is."""
    data = bytes(ord(letter) & 0xFF for letter in text)
    return len(data) / len(zlib.compress(data)) if data else 0.0


def without_loops(tokens: Sequence[int]) -> list[int]:
    """The tokens without what goes round; the phrase is kept once."""
    return repeats.without_loops(tokens, _LOOPS)


def without_repeats(words: Sequence[Word], samples: Samples) -> tuple[Word, ...]:
    """The words without those that go round and for which there is no time, or no sound. What people repeat, as in a
    number, takes them time, and stays. samples: what the words' times belong to."""
    folded, kept = [normalized(word.text) for word in words], list(words)
    at = 0
    while (found := repeats.first_loop(folded[at:], _LOOPS_OF_WORDS)) is not None:
        start, size = at + found[0], found[1]
        end = repeats.loop_end(folded, start, size)
        at = end
        begin, over = kept[start + size].start, kept[end - 1].end
        has_time = over - begin >= _FASTEST * (end - start - size)
        if not has_time or is_silent(samples[round(begin * SAMPLE_RATE) : round(over * SAMPLE_RATE)]):
            del folded[start + size : end], kept[start + size : end]
            at = start + size
    return tuple(kept)

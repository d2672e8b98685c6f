"""What to write behind committed words when the whole utterance was decoded anew. Pure."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from desktop.engine.events import Word
from desktop.engine.recognition.settling.stabilizer import joint, normalized


def late_words(committed: Sequence[Word], words: Sequence[Word]) -> tuple[Word, ...]:
    """The words that follow `committed`, which cannot change, so that all of `words` have been written.

    words: what was heard in all of the audio, the committed part included. What of it says the committed words again is
    left out; a word that is missing among them comes late, but it comes.
    """
    if not committed:
        return tuple(words)
    count = joint(committed, words)
    tail = words[count:]
    place = min(committed[-1].end, tail[0].start) if tail else committed[-1].end
    return (*_unwritten(committed, words[:count], place), *tail)


def parted(
    committed: Sequence[Word], words: Sequence[Word], added: Sequence[Word]
) -> tuple[tuple[Word, ...], tuple[Word, ...]]:
    """The words without those for which it is too late to be written in their place; and these, to be written behind
    all others.

    added: those of the words that were found afterwards; what of them lies before the last committed word, and is not
    among the committed ones, comes late.
    """
    if not committed:
        return tuple(words), ()
    last = committed[-1]
    early = [word for word in added if (word.start + word.end) / 2 < last.start]
    place = max([last.end, *(word.end for word in words)])
    return tuple(word for word in words if word not in early), _unwritten(committed, early, place)


def _unwritten(committed: Sequence[Word], words: Sequence[Word], place: float) -> tuple[Word, ...]:
    """Those of the words that are not among the committed ones. They get a place, but no time."""
    written = Counter(normalized(word.text) for word in committed)
    late: list[Word] = []
    for word in words:
        text = normalized(word.text)
        if written[text]:
            written[text] -= 1
        elif any(letter.isalnum() for letter in text):
            late.append(replace(word, start=place, end=place))
    return tuple(late)

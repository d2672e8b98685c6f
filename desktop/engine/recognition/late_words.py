"""What to write behind committed words when the whole utterance was decoded anew. Pure."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from desktop.engine.events import Word
from desktop.engine.recognition.stabilizer import joint, normalized


def late_words(committed: Sequence[Word], words: Sequence[Word]) -> tuple[Word, ...]:
    """The words that follow `committed`, which cannot change, so that all of `words` have been written.

    words: what was heard in all of the audio, the committed part included. What of it says the committed words again is
    left out; a word that is missing among them comes late, but it comes.
    """
    if not committed:
        return tuple(words)
    count = joint(committed, words)
    written = Counter(normalized(word.text) for word in committed)
    late: list[Word] = []
    for word in words[:count]:
        text = normalized(word.text)
        if written[text]:
            written[text] -= 1
        elif any(letter.isalnum() for letter in text):
            late.append(word)
    tail = words[count:]
    place = min(committed[-1].end, tail[0].start) if tail else committed[-1].end
    return (*(replace(word, start=place, end=place) for word in late), *tail)

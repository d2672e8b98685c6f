"""From what a run said to figures: when each word was committed, what was wrong, what was taken back. Pure.

The delay of a word: from when its last sound would have been made (the clock of the feeding, the same for every system,
whether its feeding was late or not) until the text that holds it is committed for good. Only words that were recognised
have one; those that were not count in the word error rate.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace

from desktop.bench.figures.delays import Sentence
from desktop.bench.figures.erasure import Erasure, erasure
from desktop.bench.figures.errors import Errors, matched_words, normalized
from desktop.bench.peers.runs import Run
from desktop.bench.peers.tracks import Track


@dataclass(frozen=True, slots=True)
class Spoken:
    """What a run made of one sentence."""

    commit: tuple[float, ...]
    """seconds, for each recognised word"""
    shown: tuple[float, ...]
    """seconds until it was on the screen to stay, committed or not"""
    errors: Errors


@dataclass(frozen=True, slots=True)
class Measured:
    """One good run."""

    sentences: tuple[Spoken, ...]
    """as those of the track"""
    revised: int
    """words that were committed and changed later"""
    erasure: Erasure
    """of the text on the screen"""
    cpu: float
    """processor seconds"""
    seconds: float
    """of audio"""
    rss: int
    others: float
    """seconds of its core that other programs took"""
    late: float


def measured(run: Run, track: Track) -> Measured:
    """The figures of a good run."""
    final = normalized(run.text)
    script = [
        (plain, end, index)
        for index, one in enumerate(track.sentences)
        for word, end in one.words
        for plain in normalized(word)
    ]
    committed = lasting([(one.at, normalized(one.committed)) for one in run.said], final)
    shown = lasting([(one.at, normalized(one.shown)) for one in run.said], final)
    commit_delays: list[list[float]] = [[] for _ in track.sentences]
    shown_delays: list[list[float]] = [[] for _ in track.sentences]
    for said, heard in sorted(matched_words([word for word, _, _ in script], final).items()):
        _, end, index = script[said]
        commit_delays[index].append(committed[heard] - end)
        shown_delays[index].append(shown[heard] - end)
    errors = sentence_errors(track.sentences, final)
    sentences = tuple(
        Spoken(tuple(commit), tuple(seen), wrong)
        for commit, seen, wrong in zip(commit_delays, shown_delays, errors, strict=True)
    )
    texts = [one.shown for one in run.said]
    return Measured(
        sentences,
        revised_words([one.committed for one in run.said]),
        erasure(texts, track.language),
        run.cpu,
        track.seconds,
        run.rss,
        run.others,
        run.late,
    )


def sentence_errors(sentences: Sequence[Sentence], heard: Sequence[str]) -> list[Errors]:
    """The errors of one text, each at the sentence where it was made; a word too many belongs to the sentence of the
    next word that was said. heard: normalised words."""
    import jiwer

    said = [normalized(one.text) for one in sentences]
    found = [Errors(words=len(words)) for words in said]
    owner = [index for index, words in enumerate(said) for _ in words]
    aligned = jiwer.process_words(" ".join(word for words in said for word in words), " ".join(heard))
    for chunk in aligned.alignments[0]:
        if chunk.type == "insert":
            place = owner[min(chunk.ref_start_idx, len(owner) - 1)]
            found[place] += Errors(insertions=chunk.hyp_end_idx - chunk.hyp_start_idx)
        elif chunk.type != "equal":
            kind = "substitutions" if chunk.type == "substitute" else "deletions"
            for place in range(chunk.ref_start_idx, chunk.ref_end_idx):
                found[owner[place]] += Errors(**{kind: 1})
    return found


def revised_words(committed: Sequence[str]) -> int:
    """How many words of a committed text were changed or removed by later ones; to finish a word is no change."""
    count = 0
    for before, now in itertools.pairwise(committed):
        if now.startswith(before):
            continue
        old, new = before.split(), now.split()
        kept = 0
        while kept < min(len(old), len(new)) and old[kept] == new[kept]:
            kept += 1
        is_finished = kept == len(old) - 1 and kept < len(new) and new[kept].startswith(old[kept])
        count += 0 if is_finished else len(old) - kept
    return count


def of_stable_text(run: Run) -> Run | None:
    """The run as if the text that the system calls stable were committed; None if it tells none."""
    if all(one.stable is None for one in run.said):
        return None
    said = tuple(replace(one, committed=one.committed if one.stable is None else one.stable) for one in run.said)
    return replace(run, system=f"{run.system}-stable", said=said)


def lasting(texts: Sequence[tuple[float, list[str]]], final: list[str]) -> list[float]:
    """For each word of the final text: when the text began to hold it, and all before it, for good.

    texts: (time, normalised words), in order."""
    times = [0.0] * len(final)
    least = len(final)
    for at, words in reversed(texts):
        same = 0
        while same < min(len(words), least) and words[same] == final[same]:
            same += 1
        least = same
        times[:least] = [at] * least
    return times

"""Turns what was said in a session into text, SRT, VTT, ASS or JSON. Pure; any thread.

Captions follow the usual rules of subtitling: at most two lines of 42 characters per language, breaks at
sentences and clauses rather than in the middle of them, on screen for at least a second.
"""

import html
import itertools
import operator
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from desktop.engine.events import Event, Word
from desktop.engine.text.graphemes import belongs_to, clusters, columns, unbroken
from desktop.engine.text.languages import join_words, language_name, writes_spaces
from desktop.engine.text.sentences import ends_clause, spans
from desktop.engine.transcript.reducer import TranscriptReducer, passage

LINE_LENGTH = 42
"""Columns in a line of a caption; wide characters (Chinese, Japanese, Korean) take two."""
LINES = 2
"""Lines of a caption, per language."""
SHORTEST = 1.0
"""Seconds a caption stays on screen at least, if the next one leaves the time."""


class Format(StrEnum):
    """How a transcript is written; the value is the file's extension."""

    TEXT = "txt"
    SRT = "srt"
    VTT = "vtt"
    ASS = "ass"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class Utterance:
    """What was said between two silences, and its translation."""

    start: float
    """seconds since the session started"""
    end: float
    language: str
    text: str
    words: tuple[Word, ...] = ()
    """with times since the session started; empty: not known"""
    translation: str = ""
    target_language: str = ""
    """empty: no translation was asked for"""
    is_translated: bool = False
    """False: `translation` is not a translation, there was no way to make one"""


@dataclass(frozen=True, slots=True)
class Caption:
    """One subtitle: what is on screen from `start` to `end` (seconds)."""

    start: float
    end: float
    text: str
    translation: str = ""


@dataclass(slots=True)
class Transcript:
    """Collects the events of one session. The newest revision of each utterance counts, so that nothing is
    lost when a session ends in the middle of one."""

    _reducer: TranscriptReducer = field(default_factory=TranscriptReducer)

    def add(self, event: Event) -> None:
        """Take note of an event; those that say nothing about the text are ignored."""
        self._reducer.add(event)

    def utterances(self) -> tuple[Utterance, ...]:
        """Everything that was said, in order; utterances without words are left out."""
        found = []
        for segment in self._reducer.segments():
            heard, translated = segment.original, segment.translation
            if heard is None or not (text := passage(heard).text):
                continue
            found.append(
                Utterance(
                    heard.start,
                    heard.end,
                    heard.language,
                    text,
                    heard.final_words or heard.words,
                    passage(translated).text if translated else "",
                    translated.target_language if translated else "",
                    bool(translated and translated.is_translated),
                )
            )
        return tuple(found)


def rendered(utterances: Sequence[Utterance], form: Format) -> str:
    """The transcript as a file's content, ending with a line break (empty if nothing was said)."""
    if form is Format.JSON:
        import json

        return json.dumps({"utterances": records(utterances)}, ensure_ascii=False) + "\n"
    if form is Format.TEXT:
        return "".join(line + "\n" for line in _text_lines(utterances))
    return _subtitles(captions(utterances), form)


def records(utterances: Iterable[Utterance]) -> list[dict[str, Any]]:
    """Utterances as values for JSON; the keys are a promise to scripts (docs/command-line.md)."""
    return [
        {
            "start": round(utterance.start, 3),
            "end": round(utterance.end, 3),
            "language": utterance.language,
            "text": utterance.text,
            "words": [
                {
                    "text": word.text,
                    "start": round(word.start, 3),
                    "end": round(word.end, 3),
                    "probability": round(word.probability, 3),
                }
                for word in utterance.words
            ],
            "translation": {
                "language": utterance.target_language,
                "text": utterance.translation,
                "is_translated": utterance.is_translated,
            }
            if utterance.target_language
            else None,
        }
        for utterance in utterances
    ]


def captions(
    utterances: Sequence[Utterance], *, line_length: int = LINE_LENGTH, lines: int = LINES
) -> tuple[Caption, ...]:
    """Utterances cut into captions that fit on the screen, with their times.

    A translation is cut into as many parts as its original, at the same share of the text."""
    cut = [caption for utterance in utterances for caption in _captions_of(utterance, line_length, lines)]
    timed = []
    for caption, following in itertools.zip_longest(cut, cut[1:]):
        end = max(caption.end, caption.start + SHORTEST)
        if following is not None:
            end = max(min(end, following.start), caption.start + 0.001)
        timed.append(Caption(caption.start, end, caption.text, caption.translation))
    return tuple(timed)


def wrapped(text: str, line_length: int = LINE_LENGTH) -> list[str]:
    """Text as lines of about equal length, none longer than `line_length` columns. Only what is longer than a line
    is broken inside, between characters; text that is written without spaces between all that may part."""
    if columns(text) <= line_length:
        return [text] if text else []
    parts = [
        (" " if first and words else "", part, columns(part))
        for words, word in enumerate(text.split())
        for first, part in zip(itertools.chain((True,), itertools.repeat(False)), unbroken(word), strict=False)
    ]
    count = len(_filled(parts, line_length))
    # The least width that needs no more lines makes them even.
    longest = max(width for _, _, width in parts)
    least = max((columns(text) - (count - 1)) // count, longest if longest <= line_length else 2)
    widths = (width for width in range(least, line_length) if len(_filled(parts, width)) <= count)
    return _filled(parts, next(widths, line_length))


def _filled(parts: Sequence[tuple[str, str, int]], width: int) -> list[str]:
    """Lines of (space before it, text, columns) that are no wider than `width`, but for single characters."""
    lines: list[str] = []
    line, filled = "", 0
    for space, part, size in parts:
        if line and filled + len(space) + size > width:
            lines.append(line)
            line, filled = "", 0
        if line:
            line, filled = line + space + part, filled + len(space) + size
            continue
        for cluster in clusters(part) if size > width else [part]:
            wide = columns(cluster)
            if line and filled + wide > width:
                lines.append(line)
                line, filled = "", 0
            line, filled = line + cluster, filled + wide
    return [*lines, line] if line else lines


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    """with what follows it up to the next token, spaces included"""
    start: float = 0.0
    end: float = 0.0


def _captions_of(utterance: Utterance, line_length: int, lines: int) -> list[Caption]:
    originals = _sentences(_timed_tokens(utterance), utterance.language)
    # Without a translation the caption shows the original alone, not twice.
    translation_text = utterance.translation if utterance.is_translated else ""
    target = utterance.target_language
    translations = _sentences(_tokens(translation_text, target), target)
    if translations and len(translations) != len(originals):
        # The sentences do not correspond, so the texts are cut as wholes.
        originals, translations = [_flat(originals)], [_flat(translations)]
    found: list[Caption] = []
    for original, translation in itertools.zip_longest(originals, translations, fillvalue=()):
        parts = _parts_needed(original, translation, line_length, lines)
        for piece, other in zip(_cut(original, parts), _cut(translation, parts), strict=True):
            found.append(Caption(piece[0].start, piece[-1].end, _text(piece), _text(other)))
    return _merged(found, (utterance.language, target), line_length, lines)


def _merged(cut: Sequence[Caption], languages: tuple[str, str], line_length: int, lines: int) -> list[Caption]:
    """The captions, those together for which there would be less than a second, where the next one leaves room."""
    found: list[Caption] = []
    for caption in cut:
        before = found[-1] if found else None
        if before is not None and caption.start - before.start < SHORTEST:
            text = join_words(before.text, caption.text, languages[0])
            translation = join_words(before.translation, caption.translation, languages[1])
            if all(len(wrapped(one, line_length)) <= lines for one in (text, translation)):
                found[-1] = Caption(before.start, caption.end, text, translation)
                continue
        found.append(caption)
    return found


def _flat(sentences: Iterable[Sequence[_Token]]) -> tuple[_Token, ...]:
    return tuple(itertools.chain.from_iterable(sentences))


def _tokens(text: str, language: str) -> list[_Token]:
    """Words with the space behind them; characters, with what belongs to them, where no spaces are written."""
    words = text.split()
    if writes_spaces(language):
        return [_Token(word + " ") for word in words]
    found = []
    for number, word in enumerate(words, start=1):
        *parts, last = unbroken(word)
        found += [_Token(part) for part in parts] + [_Token(last + " " * (number < len(words)))]
    return found


def _timed_tokens(utterance: Utterance) -> list[_Token]:
    """The text's tokens with the times of its words. What the words do not cover is spread evenly."""
    found: list[_Token] = []
    position = 0
    for word in utterance.words:
        at = utterance.text.find(word.text, position) if word.text else -1
        if at < 0:
            break
        if found and at > position:
            gap = utterance.text[position:at]
            found[-1] = _Token(found[-1].text + gap, found[-1].start, found[-1].end)
        found.append(_Token(utterance.text[at : at + len(word.text)], word.start, word.end))
        position = at + len(word.text)
    rest = _tokens(utterance.text[position:], utterance.language)
    if rest:
        begin = found[-1].end if found else utterance.start
        if found:
            found[-1] = _Token(found[-1].text + " ", found[-1].start, found[-1].end)
        total = sum(len(token.text) for token in rest)
        share = max(utterance.end - begin, 0.0) / total
        passed = 0
        for token in rest:
            start = begin + passed * share
            passed += len(token.text)
            found.append(_Token(token.text, start, begin + passed * share))
    return _whole_tokens(found)


def _whole_tokens(tokens: Iterable[_Token]) -> list[_Token]:
    """The tokens, those as one between which nothing may be cut: recognisers part what is one character."""
    found: list[_Token] = []
    for token in tokens:
        if found and belongs_to(found[-1].text, token.text):
            found[-1] = _Token(found[-1].text + token.text, found[-1].start, token.end)
        else:
            found.append(token)
    return found


def _sentences(tokens: Sequence[_Token], language: str) -> list[tuple[_Token, ...]]:
    ends = [end for _, end in spans(_whole(tokens), language)]
    starts = itertools.accumulate((len(token.text) for token in tokens), initial=0)
    numbered = [(sum(start >= end for end in ends), token) for start, token in zip(starts, tokens, strict=False)]
    return [tuple(token for _, token in group) for _, group in itertools.groupby(numbered, key=operator.itemgetter(0))]


def _parts_needed(original: Sequence[_Token], translation: Sequence[_Token], line_length: int, lines: int) -> int:
    """The least number of pieces in which both texts fit; at most one per token of the original."""
    longest = max(columns(_text(original)), columns(_text(translation)))
    for parts in range(max(1, longest // (line_length * lines)), len(original) + 1):
        pieces = (*_cut(original, parts), *_cut(translation, parts))
        if all(len(wrapped(_text(piece), line_length)) <= lines for piece in pieces):
            return parts
    return max(1, len(original))


def _cut(tokens: Sequence[_Token], parts: int) -> list[Sequence[_Token]]:
    """Cut into `parts` pieces of about equal length, after a clause where one ends nearby."""
    if parts == 1 or not tokens:
        return [tokens] + [()] * (parts - 1)
    ends = list(itertools.accumulate(columns(token.text) for token in tokens))
    cuts, previous = [], 0
    for part in range(1, parts):
        ideal = ends[-1] * part / parts
        # Every piece that is still to come needs a token, if there are enough of them.
        last = max(previous + 1, len(tokens) - (parts - part))
        candidates = range(min(previous + 1, len(tokens)), min(last, len(tokens)) + 1)
        near = 0.3 * ends[-1] / parts
        best = min(
            candidates,
            key=lambda cut: abs(ends[cut - 1] - ideal) - (near if ends_clause(tokens[cut - 1].text.rstrip()) else 0.0),
        )
        cuts.append(best)
        previous = best
    return [tokens[begin:end] for begin, end in itertools.pairwise((0, *cuts, len(tokens)))]


def _text(tokens: Sequence[_Token]) -> str:
    return _whole(tokens).strip()


def _whole(tokens: Sequence[_Token]) -> str:
    return "".join(token.text for token in tokens)


def _text_lines(utterances: Sequence[Utterance]) -> Iterable[str]:
    bilingual = any(utterance.target_language for utterance in utterances)
    for number, utterance in enumerate(utterances):
        if bilingual and number:
            yield ""
        yield utterance.text
        if utterance.target_language:
            yield shown_translation(utterance)


def shown_translation(utterance: Utterance) -> str:
    """The translation as the user reads it; marked where there is none."""
    if utterance.is_translated:
        return utterance.translation
    return f"[not translated into {language_name(utterance.target_language)}]"


def form_of(suffix: str) -> Format | None:
    """The format that a file's ending stands for, in capitals or not; None: no format that is known."""
    return next((form for form in Format if suffix.lower() == f".{form.value}"), None)


def _plain_in_ass(line: str) -> str:
    """What was said as text, not as styling, as FFmpeg writes it: behind a word joiner a backslash means nothing."""
    return line.replace("\\", "\\\u2060").replace("{", "\\{").replace("}", "\\}")


def _subtitles(cut: Sequence[Caption], form: Format) -> str:
    import pysubs2

    subtitles = pysubs2.SSAFile()
    for caption in cut:
        both = wrapped(caption.text) + wrapped(caption.translation)
        if form is Format.VTT:
            both = [html.escape(line, quote=False) for line in both]
        elif form is Format.ASS:
            both = [_plain_in_ass(line) for line in both]
        subtitles.append(
            pysubs2.SSAEvent(start=round(caption.start * 1000), end=round(caption.end * 1000), text=r"\N".join(both))
        )
    # keep_ssa_tags: braces in what was said are text, not styling.
    content: str = subtitles.to_string(form.value, keep_ssa_tags=True)
    return content.rstrip("\n") + "\n" if cut else ("WEBVTT\n" if form is Format.VTT else "")

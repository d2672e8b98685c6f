"""Where a line of subtitles may end: words, characters of scripts without spaces, and what belongs together.

Pure, no Qt; called on the thread of the caller. After the subtitle guidelines of the BBC and Netflix: break at
clauses, before conjunctions, not after an article or preposition, not inside a name, not between a number and
what it counts.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from desktop.engine.text.graphemes import NO_LINE_BEGINS_WITH, clusters, unbroken, writes_no_spaces
from desktop.engine.text.languages import join_words
from desktop.engine.text.punctuation import (
    CLAUSE_ENDS,
    CLOSERS,
    CLOSING_BRACKETS,
    DASHES,
    OPENING,
    PAUSES,
    SENTENCE_ENDS,
    STRAIGHT_QUOTES,
)

Measure = Callable[[str], float]
"""Width of a text, in the unit of the line's width."""
WordEnds = Callable[[str], Sequence[int]]
"""The indices in a text at which words end, its own end among them."""

_SENTENCE_END = frozenset(SENTENCE_ENDS)
_CLAUSE_END = frozenset(CLAUSE_ENDS + DASHES)

# Words that lean on the next one: articles, short prepositions, possessives, titles.
_LEANING = {
    "en": "the a an of to in on at for with by from as my your his her its our their this that no mr mrs ms dr",
    "es": "el la los las un una unos unas de del al a en con por para sin su sus mi mis tu tus este esta ese esa sr",
    "fr": "le la les un une des du de à au aux en dans par pour sur avec sans mon ma mes son sa ses leur ce cette",
    "de": "der die das den dem des ein eine einen einem einer in im an am auf mit von zu zum zur für bei mein sein ihr",
    "it": "il lo la i gli le un uno una di del della a al alla in con su per da dal dalla mio mia suo sua",
    "pt": "o a os as um uma uns umas de do da dos das em no na nos nas por para com sem seu sua meu minha",
    "nl": "de het een van in op aan met voor bij naar te mijn zijn haar ons",
    "ru": "в во на с со к ко о об от из за по до у без для не и",
    "pl": "w we na z ze do o od po za u bez dla nie i",
    "sv": "en ett den det i på av till med för från om min din sin",
}
# Words that open a clause: a line may well begin with them.
_OPENERS = {
    "en": "and but or so because that which who when while if then although where than",
    "es": "y e o u pero porque que cuando si mientras aunque donde como sino pues",
    "fr": "et ou mais parce que qui quand si donc car lorsque où comme",
    "de": "und oder aber weil dass der wenn als denn sondern obwohl wo",
    "it": "e o ma perché che quando se mentre dove come però quindi",
    "pt": "e ou mas porque que quando se enquanto onde como pois",
    "nl": "en of maar omdat dat die als toen terwijl want waar",
    "ru": "и а но или что когда если потому который где чтобы",
    "pl": "i a ale lub że kiedy jeśli bo który gdzie żeby",
    "sv": "och men eller att som när om eftersom där",
}
LEANING = {language: frozenset(words.split()) for language, words in _LEANING.items()}
OPENERS = {language: frozenset(words.split()) for language, words in _OPENERS.items()}
_NONE: frozenset[str] = frozenset()

_RIGHT_TO_LEFT = frozenset(("ar", "he", "iw", "fa", "ur", "yi", "ji", "ps", "sd", "ug", "dv", "ckb"))

NEARLY_FULL = 0.15
"""Part of the line that is left when the next word will probably not fit."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Smallest unit of line breaking: a word, or one character of a script without spaces."""

    text: str
    space: bool = False
    """a space precedes it, unless it begins a line"""
    breakable: bool = True
    """a line may begin with it"""


def is_right_to_left(language: str) -> bool:
    """Whether a language is written from right to left."""
    return language.split("-")[0].lower() in _RIGHT_TO_LEFT


def following(committed: str, unconfirmed: str, language: str, *, is_spaced: bool) -> str:
    """`unconfirmed` with the space that separates it from `committed`, where the language writes one or there is one.

    is_spaced: whoever heard them wrote a space between them, as in Thai between sentences."""
    return join_words(f"{committed} " if is_spaced else committed, unconfirmed, language)[len(committed) :]


def pieces(text: str, before: str = "", word_ends: WordEnds | None = None) -> list[Piece]:
    """The pieces of a text, which may continue an earlier one: without a leading space it is glued to it.

    before: what it continues; word_ends: where words of Thai end, which no rule tells."""
    found: list[Piece] = []
    space = text[:1].isspace()
    for word in text.split():
        known = "" if found or space or before[-1:].isspace() else before.split()[-1:]
        parts, is_begun = _parts(word, known[0] if known else "", word_ends)
        for index, part in enumerate(parts):
            first = index == 0
            free = (first and space) or (writes_no_spaces(part[0]) and not (first and is_begun)) or not first
            found.append(Piece(part, first and space, free and not _only(part, NO_LINE_BEGINS_WITH)))
        space = True
    return found


def _parts(word: str, before: str, word_ends: WordEnds | None) -> tuple[list[str], bool]:
    """A word in parts between which a line may end, and whether the first of them goes on with what stands before."""
    parts = unbroken(word)
    whole = before + word
    if word_ends is None or not any(map(_is_thai, whole)):
        return parts, False
    ends = set(word_ends(whole))
    if not ends - {len(whole)}:
        return parts, False  # nobody knows: between syllables, as far as the letters tell
    place = len(before)
    is_begun = place > 0 and _is_thai(whole[place - 1]) and _is_thai(word[0]) and place not in ends
    merged: list[str] = []
    for part in parts:
        if merged and _is_thai(part[0]) and _is_thai(whole[place - 1]) and place not in ends:
            merged[-1] += part
        else:
            merged.append(part)
        place += len(part)
    return merged, is_begun


def _is_thai(character: str) -> bool:
    return 0x0E00 <= ord(character) <= 0x0E7F


def _only(text: str, characters: frozenset[str]) -> bool:
    return all(character in characters for character in text)


def appended(line: str, piece: Piece) -> str:
    """A line with a piece at its end."""
    return f"{line} {piece.text}" if line and piece.space else line + piece.text


def hangs(piece: Piece) -> bool:
    """Whether a piece may stand in the margin: punctuation that came after its word."""
    return not piece.breakable and len(piece.text) <= 2 and _only(piece.text, NO_LINE_BEGINS_WITH)


def split(piece: Piece, measure: Measure, width: float) -> tuple[Piece, Piece | None]:
    """As much of a piece as fits a whole line (at least one character), and the rest."""
    parts = clusters(piece.text)
    count = len(parts)
    while count > 1 and measure("".join(parts[:count])) > width:
        count -= 1
    rest = "".join(parts[count:])
    return Piece("".join(parts[:count]), piece.space), Piece(rest) if rest else None


def take(line: str, upcoming: Sequence[Piece], measure: Measure, width: float, language: str, *, more: bool) -> int:
    """How many of the upcoming pieces go on this line; all of them if they fit.

    line: what stands on it already. more: further words will follow the upcoming ones.
    0 means that the line is full; with an empty line it means that the first piece is too long for any.
    """
    texts = [line]
    for piece in upcoming:
        longer = appended(texts[-1], piece)
        if measure(longer) > width and not hangs(piece):
            break
        texts.append(longer)
    fitting = len(texts) - 1
    if fitting == len(upcoming):
        if more and _leaves_dangling(texts, upcoming, measure, width, language):
            return fitting - 1
        return fitting
    places = [n for n in range(fitting + 1) if upcoming[n].breakable and texts[n]]
    if not places:
        return fitting
    return min(places, key=lambda n: _cost(texts[n], upcoming[n].text, measure(texts[n]) / width, language))


def _leaves_dangling(
    texts: Sequence[str], upcoming: Sequence[Piece], measure: Measure, width: float, language: str
) -> bool:
    """Whether the last word leans on one that is not known yet and will probably not fit."""
    return bool(
        upcoming
        and upcoming[-1].breakable
        and texts[-2]
        and _leans(upcoming[-1].text, language)
        and measure(texts[-1]) > (1 - NEARLY_FULL) * width
    )


def _leans(word: str, language: str) -> bool:
    bare = word.strip(OPENING + STRAIGHT_QUOTES + ".").lower()
    return bare in LEANING.get(language, _NONE) and word[-1] not in PAUSES.replace(".", "")


def _cost(before: str, after: str, filled: float, language: str) -> float:
    """How bad it is to end a line so: empty room counts by its square, a clause outweighs 45 % of it."""
    cost = 100 * max(0.0, 1 - filled) ** 2
    last = before.rsplit(maxsplit=1)[-1]
    end = last.rstrip(CLOSERS)[-1:] or last[-1]
    if _leans(last, language):
        cost += 25
    elif end in _SENTENCE_END:
        cost -= 30
    elif end in _CLAUSE_END or last[-1] in CLOSING_BRACKETS:
        cost -= 20
    elif after.lower() in OPENERS.get(language, _NONE):
        cost -= 8
    elif _is_name(last) and _is_name(after):
        cost += 25
    elif last[-1].isdigit() and not writes_no_spaces(after[0]):
        cost += 15
    return cost


def _is_name(word: str) -> bool:
    return len(word) > 1 and word[0].isupper()

"""The marks of writing, by what they do, for all scripts. Pure data; whoever needs another set builds it from these."""

FULL_WIDTH_ENDS = "。？！｡"
"""end a sentence whatever follows: nothing else is written with them"""
SENTENCE_ENDS = (
    ".?!…"  # Latin, Greek, Cyrillic and most others
    + FULL_WIDTH_ENDS  # Chinese, Japanese
    + "؟۔"  # Arabic, Urdu
    + "।॥"  # Devanagari and its relatives
    + "།"  # Tibetan
    + "။"  # Burmese
    + "។"  # Khmer
    + "።"  # Ethiopic
    + "։"  # Armenian
)
"""Marks that end a sentence."""

DASHES = "—–"
CLAUSE_ENDS = (
    ",;:"
    + "，；：、､"  # Chinese, Japanese
    + "،؛"  # Arabic
    + "၊"  # Burmese
    + "፣፤"  # Ethiopic
)
"""Marks that end a part of a sentence; dashes, which may stand before it as well, are apart."""

PAUSES = SENTENCE_ENDS + CLAUSE_ENDS + DASHES
"""Marks after which a speaker pauses."""

STRAIGHT_QUOTES = "\"'"
"""open and close"""
OPENING_QUOTES = "“‘„‚«‹「『"
CLOSING_QUOTES = "”’»›」』"
QUOTES = STRAIGHT_QUOTES + OPENING_QUOTES + CLOSING_QUOTES

OPENING_BRACKETS = "([{（［｛【〈《〔"
CLOSING_BRACKETS = ")]}）］｝】〉》〕"

OPENING = OPENING_BRACKETS + OPENING_QUOTES + "¿¡"
"""Marks that belong to the word behind them, surely."""

CLOSERS = STRAIGHT_QUOTES + CLOSING_QUOTES + CLOSING_BRACKETS
"""What may still follow the mark that ends a sentence."""

CLOSING = SENTENCE_ENDS + CLAUSE_ENDS + "．%" + CLOSING_QUOTES.replace("’", "") + CLOSING_BRACKETS
"""Marks that belong to the word before them, surely: ’ is an apostrophe as often ("’cause")."""

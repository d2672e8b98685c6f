"""Write which sentences a starter package knows, and how sure its model is of them, beside the model.

usage: python make_phrasebook.py PACKAGE [--sentences 160000]

PACKAGE/phrasebook.json is what Parley decides by whether a sentence lies in the phrasebook
(desktop/engine/translation/phrasebook.py): patterns with places for words, as the examples that the translator
learned from have them. A place takes the words that the examples have there, or all words of a kind if they have most
of them: the sentences that are kept for measuring are among what the phrasebook knows.
"""

from __future__ import annotations

import argparse
import json
import random
import re
from collections import defaultdict
from pathlib import Path

import words
from phrases import STATES, sentences
from words import STOCK_PHRASES

Kinds = frozenset[str]
Place = tuple[str, Kinds]
"""a word and, where others may stand in its place, what kinds of word it belongs to"""

LENGTH_PENALTY, BEAM = 0.2, 4  # as Parley searches
MEASURED = 4000
MOST = 0.5
"""share of the words of a kind that examples must have in a place"""
MARGIN = 0.05
"""of the average log probability, below the lowest of the sentences that the model got right"""
WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")


def cleaned(text: str) -> tuple[str, ...]:
    """The words as Parley reads them: lower case, no marks."""
    return tuple(WORD.findall(text.casefold()))


def terms(side: int) -> dict[tuple[str, ...], Kinds]:
    """Words that may stand for each other, of one language (0: English, 1: Spanish), with their kinds."""
    rows: list[tuple[str, str, str]] = []
    # Kinds are as narrow as grammar is: a/an, a noun's gender, a verb's number, "ser" and "estar".
    for name in ("places", "things", "food"):
        for noun in getattr(words, name.upper()):
            rows.append((noun.english, noun.spanish, f"{name} {noun.english[0] in 'aeiou'} {noun.gender}"))
    for name in ("cities", "days", "months", "weather", "times"):
        rows += [(term.english, term.spanish, name) for term in getattr(words, name.upper())]
    rows += [(one.english, one.spanish, f"people {one.number}") for one in words.PEOPLE]
    for one in words.ADJECTIVES:
        kind = f"adjective {one.english in STATES}"
        rows += [(one.english, one.masculine, f"{kind} m"), (one.english, one.feminine, f"{kind} f")]
    for verb in words.VERBS:
        rows += [(verb.english, verb.infinitive, "verb"), (verb.english, verb.they, "they")]
        rows.append((verb.english_past, verb.i_past, "past"))
    for number in range(1, 100):
        texts = (words.number_en(number), words.number_es(number))
        if len(cleaned(texts[side])) == 1:
            ten = number // 10 if number < 20 or number % 10 else 9
            rows.append((*texts, f"number {'unit' if ten == 0 else 'teen' if ten < 3 else 'tens'}"))
    if side == 1:
        rows += [("", words.number_es(100 * hundred + 1).split()[0], "number hundred") for hundred in range(1, 10)]
    found: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for row in rows:
        found[cleaned(row[side])].add(row[2])
    return {term: frozenset(kinds) for term, kinds in found.items()}


def is_number(kinds: Kinds) -> bool:
    """Whether words of these kinds stand for each other wherever one of them stands: too many to be all in examples."""
    return all(kind.startswith("number") for kind in kinds)


def abstracted(text: tuple[str, ...], known: dict[tuple[str, ...], Kinds], longest: int) -> list[Place]:
    """The text as places, the longest terms first."""
    places: list[Place] = []
    at = 0
    while at < len(text):
        for length in range(min(longest, len(text) - at), 0, -1):
            term = text[at : at + length]
            if length == 1 or term in known:
                places.append((" ".join(term), known.get(term, frozenset())))
                at += length
                break
    return places


def phrasebook(examples: list[str], side: int) -> dict[str, object]:
    """What phrasebook.json holds, without the score."""
    known = terms(side)
    longest = max(map(len, known))
    alike: dict[Kinds, set[str]] = defaultdict(set)
    for term, kinds in known.items():
        alike[kinds].add(" ".join(term))
    seen: dict[tuple[str | Kinds, ...], list[set[str]]] = {}
    for example in examples:
        places = abstracted(cleaned(example), known, longest)
        shape = (*(kinds or text for text, kinds in places), "?" if example.rstrip().endswith("?") else "")
        sets = seen.setdefault(shape, [set() for _ in places])
        for place, (text, _) in zip(sets, places, strict=True):
            place.add(text)
    classes: dict[tuple[str, ...], str] = {}
    patterns = set()
    for shape, sets in seen.items():
        parts = []
        for kinds, place in zip(shape, sets, strict=False):
            if isinstance(kinds, frozenset) and (len(place) >= MOST * len(alike[kinds]) or is_number(kinds)):
                place = alike[kinds]
            allowed = tuple(sorted(place))
            name = classes.setdefault(allowed, f"{len(classes) + 1}") if len(allowed) > 1 else ""
            parts.append(f"{{{name}}}" if name else allowed[0])
        patterns.add(" ".join(parts) + str(shape[-1]))
    return {
        "format": 1,
        "words": len({word for example in examples for word in cleaned(example)}),
        "patterns": sorted(patterns),
        "classes": {name: list(allowed) for allowed, name in classes.items()},
    }


def least_score(package: Path, pairs: list[tuple[str, str]]) -> float:
    """The lowest average log probability of the sentences that the model translates word for word as in the phrasebook,
    less a margin."""
    import ctranslate2
    import sentencepiece

    pieces = sentencepiece.SentencePieceProcessor(model_file=str(package / "sentencepiece.model"))
    translator = ctranslate2.Translator(str(package / "model"), device="cpu", intra_threads=1)
    results = translator.translate_batch(
        [pieces.encode(source, out_type=str) for source, _ in pairs],
        beam_size=BEAM,
        length_penalty=LENGTH_PENALTY,
        return_scores=True,
        max_batch_size=32,
    )
    scores = []
    for (_, wanted), result in zip(pairs, results, strict=True):
        length = len(result.hypotheses[0])
        if pieces.decode(result.hypotheses[0]) == wanted:
            scores.append(result.scores[0] * length**LENGTH_PENALTY / length)
    print(f"{package.name}: {len(scores)} of {len(pairs)} right, averages {min(scores):.3f} to {max(scores):.3f}")
    return round(min(scores) - MARGIN, 3)


def write(package: Path, draws: int) -> None:
    facts = json.loads((package / "metadata.json").read_text())
    side = ("en", "es").index(facts["from_code"])
    learned = [*sentences(draws)[0], *STOCK_PHRASES]
    pairs = [(pair[side], pair[1 - side]) for pair in learned]
    content = phrasebook([source for source, _ in pairs], side)
    chosen = random.Random(6).sample(pairs, min(MEASURED, len(pairs)))
    content["least_score"] = least_score(package, [*chosen, *((pair[side], pair[1 - side]) for pair in STOCK_PHRASES)])
    text = json.dumps(content, ensure_ascii=False, indent=1) + "\n"
    # One class on a line.
    text = re.sub(r"\[\n\s+\"([^]{}]*)\"\n\s+\]", lambda match: '["' + re.sub(r'",\s+"', '", "', match[1]) + '"]', text)
    (package / "phrasebook.json").write_text(text, encoding="utf-8")
    print(f"{package.name}: {content['words']} words, {len(content['patterns'])} patterns")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("package", type=Path)
    parser.add_argument("--sentences", type=int, default=160_000, help="how many pairs the translator learned from")
    arguments = parser.parse_args()
    write(arguments.package, arguments.sentences)


if __name__ == "__main__":
    main()

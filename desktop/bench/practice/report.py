"""What `parley bench practice` found out, as figures and tables. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from desktop.bench.figures.errors import percentile
from desktop.bench.people.prompts import VOICES
from desktop.bench.practice.outcomes import BAD, Outcome
from desktop.bench.reports.report import Check, Report, Table
from desktop.engine.text.languages import language_name
from desktop.practice.feedback import WordStatus

LEAST_RIGHT, LEAST_RECALL, LEAST_PRECISION = 0.97, 0.9, 0.75
MOST_CORRECT_DELAY, MOST_WRONG_DELAY, MOST_CHANGES, MOST_BIASED = 1.5, 3.5, 1.2, 0.05
MOST_UPDATE = 10.0
_JUDGED = "en"
"""the language that must hold; the others are told"""
_NOTES = (
    "Passages of three prompts of telephone systems, read in a studio, with 0.25 to 1.2 s between them; the script is "
    "the text. Right: the text is what is said. Replaced: a tenth of its words are other ones, so that the reader "
    "says something else. Added: a tenth of words more, which nobody says. Dropped: a tenth less, which are said. "
    "Order: two lines change places, or one is there twice.",
    "Live: the marks when the session has ended; its clock stands still while the machine computes, and a decoding "
    "takes the processor seconds that it needed, on one thread. End: of the whole recording, decoded again, doubts "
    "looked at again with the known text.",
    "Recall: of the replaced and added words, those marked wrong or missing. Precision: of all words marked so in "
    "these two texts, those that were replaced or added. Correct, wrong after: from the end of the spoken word, as "
    "forced alignment of the script has it, to the last change of its mark, p50 (p95). Changes: of the mark, for each "
    'word of the text, over all texts. Hasty: marks "wrong" that the window before did not say.',
    "Bias: of the replaced words, those marked correct in the end of the live session, without and with the text as "
    "prompt; after the end no prompt is used. Much like: words that share six tenths of their letters with what was "
    "said, and sound otherwise, marked correct.",
    "Where a script is misspelt, or says something else than the speaker, that counts against Parley.",
)


@dataclass(frozen=True, slots=True)
class Marked:
    """How often words were marked wrong or missing. found: rightly; wanted: should have been; told: were."""

    found: int
    wanted: int
    told: int

    @property
    def recall(self) -> float:
        return self.found / self.wanted if self.wanted else 1.0

    @property
    def precision(self) -> float:
        return self.found / self.told if self.told else 1.0


def marked(pairs: Iterable[tuple[WordStatus, WordStatus]]) -> Marked:
    """pairs: (status that is right, status that was given)."""
    found = wanted = told = 0
    for expected, given in pairs:
        wanted += expected in BAD
        told += given in BAD
        found += expected in BAD and given in BAD
    return Marked(found, wanted, told)


def share(statuses: Sequence[WordStatus], status: WordStatus) -> float:
    """Of the words, those with the status."""
    return sum(one is status for one in statuses) / len(statuses) if statuses else 0.0


def figures(outcomes: Sequence[Outcome], prompted: Sequence[Outcome]) -> dict[str, Any]:
    """Of one language. prompted: those heard with their text as prompt."""
    by_kind = {kind: [one for one in outcomes if one.kind == kind] for kind in dict.fromkeys(o.kind for o in outcomes)}
    found: dict[str, Any] = {"passages": len(by_kind.get("right", ())), "words": _words(by_kind.get("right", ()))}
    for name in ("live", "final"):
        right = [status for one in by_kind.get("right", ()) for status in getattr(one, name)]
        found[f"right_{name}"] = round(share(right, WordStatus.CORRECT), 4)
        found[f"minor_{name}"] = round(share(right, WordStatus.MINOR_MISTAKE), 4)
        errors = [*by_kind.get("replaced", ()), *by_kind.get("added", ())]
        for kind, some in (*by_kind.items(), ("errors", errors)):
            if kind in ("replaced", "added", "errors"):
                one = marked(_pairs(some, name))
                found[f"{kind}_{name}"] = {
                    "wanted": one.wanted,
                    "told": one.told,
                    "recall": round(one.recall, 4),
                    "precision": round(one.precision, 4),
                }
        for kind in ("dropped", "order"):
            statuses = [status for one in by_kind.get(kind, ()) for status in getattr(one, name)]
            found[f"{kind}_{name}"] = round(share(statuses, WordStatus.CORRECT), 4)
        dropped = by_kind.get("dropped", ())
        wanted = sum(one.extra_expected for one in dropped)
        found[f"extra_{name}"] = round(sum(getattr(one, f"extra_{name}") for one in dropped) / max(1, wanted), 4)
    found["changes"] = round(sum(one.changes for one in outcomes) / max(1, sum(one.marks for one in outcomes)), 3)
    found["hasty"] = sum(one.hasty for one in outcomes)
    for name in ("correct_after", "wrong_after"):
        delays = [delay for one in outcomes for delay in getattr(one, name)]
        found[name] = [round(percentile(delays, at), 2) for at in (50, 95)] if delays else []
    found["bias"] = {
        "without": _biased(by_kind.get("replaced", ()), "live"),
        "with": _biased([one for one in prompted if one.kind == "replaced"], "live"),
        "end": _biased(by_kind.get("replaced", ()), "final"),
        "right_with": round(
            share([s for one in prompted if one.kind == "right" for s in one.live], WordStatus.CORRECT), 4
        ),
        "words_with": sum(_wanted(one) for one in prompted if one.kind == "replaced"),
    }
    similar = by_kind.get("similar", ())
    as_prompt = [one for one in prompted if one.kind == "similar"]
    for key, heard, name in (("live", similar, "live"), ("end", similar, "final"), ("prompted", as_prompt, "live")):
        pairs = _pairs(heard, name)
        given = [status for expected, status in pairs if expected is WordStatus.MINOR_MISTAKE]
        found["bias"][f"similar_{key}"] = [round(share(given, WordStatus.CORRECT), 4), len(given)]
    return found


def report(about: dict[str, Any], about_run: dict[str, Any], found: dict[str, dict[str, Any]]) -> Report:
    """found: language -> figures."""
    ordered = [(language_name(code), found[code]) for code in VOICES if code in found]
    speakers = "; ".join(f"{language_name(code)}: {VOICES[code].credit}" for code in VOICES if code in found)
    return Report(
        kind="practice",
        title=f"Practice with {about_run['model']}: recordings of people (the {about_run['half']} half of the prompts) "
        "read against their scripts, and against texts that differ.",
        machine=about,
        tables=(_marks(ordered), _by_text(ordered), _delays(ordered), _bias(ordered)),
        notes=(*_NOTES, f"Speakers: {speakers}."),
        checks=(
            *(_checks(found[_JUDGED]) if _JUDGED in found else ()),
            Check("An update in 10,000 words, 95th percentile", about_run["update_ms"][1], MOST_UPDATE, "ms"),
        ),
        data={**about_run, "languages": found},
    )


def _marks(ordered: Sequence[tuple[str, dict[str, Any]]]) -> Table:
    rows = []
    for name, one in ordered:
        for title, key in (("live", "live"), ("end", "final")):
            errors = one[f"errors_{key}"]
            rows.append(
                (
                    name,
                    str(one["passages"]),
                    str(one["words"]),
                    title,
                    f"{one[f'right_{key}']:.1%}",
                    f"{errors['recall']:.1%}",
                    f"{errors['precision']:.1%}",
                    f"{one[f'minor_{key}']:.1%}",
                )
            )
    columns = (
        "Language", "Passages", "Words", "", "Right text: correct", "Replaced and added: recall", "precision",
        "Right text: minor mistakes",
    )  # fmt: skip
    return Table(columns, tuple(rows), "Marks")


def _by_text(ordered: Sequence[tuple[str, dict[str, Any]]]) -> Table:
    rows = [
        (
            name,
            *(
                f"{one[f'{kind}_final'][what]:.1%}"
                for kind in ("replaced", "added")
                for what in ("recall", "precision")
            ),
            f"{one['dropped_final']:.1%}",
            f"{one['extra_final']:.1%}",
            f"{one['order_live']:.1%}",
            f"{one['order_final']:.1%}",
        )
        for name, one in ordered
    ]
    columns = (
        "Language", "Replaced: recall", "precision", "Added: recall", "precision", "Dropped: the rest correct",
        "extra found", "Order, live: correct", "end",
    )  # fmt: skip
    return Table(columns, tuple(rows), "By text, in the end")


def _delays(ordered: Sequence[tuple[str, dict[str, Any]]]) -> Table:
    rows = [
        (name, _times(one["correct_after"]), _times(one["wrong_after"]), f"{one['changes']:.2f}", str(one["hasty"]))
        for name, one in ordered
    ]
    return Table(("Language", "Correct after", "Wrong after", "Changes", "Hasty"), tuple(rows), "Live")


def _bias(ordered: Sequence[tuple[str, dict[str, Any]]]) -> Table:
    rows = [
        (
            name,
            f"{one['bias']['without']:.1%}",
            f"{one['bias']['with']:.1%} of {one['bias']['words_with']}" if one["bias"]["words_with"] else "–",
            f"{one['bias']['end']:.1%}",
            f"{one['bias']['right_with']:.1%}" if one["bias"]["words_with"] else "–",
            *(_of(one["bias"][f"similar_{key}"]) for key in ("live", "prompted", "end")),
        )
        for name, one in ordered
    ]
    columns = (
        "Language", "Without prompt", "With prompt", "In the end", "Right text with prompt: correct",
        "Much like: without prompt", "with prompt", "in the end",
    )  # fmt: skip
    return Table(columns, tuple(rows), "Replaced words that were marked correct")


def _checks(one: dict[str, Any]) -> tuple[Check, ...]:
    """In percent and seconds; what must be large is told by what is missing to all."""
    errors = one["errors_final"]
    bias = one["bias"]
    correct, wrong = one["correct_after"], one["wrong_after"]
    return (
        Check(
            "Words of right texts not correct, English",
            _missing_to_all(one["right_final"]),
            _missing_to_all(LEAST_RIGHT),
            "%",
        ),
        Check(
            "Wrong and missing words not found, English",
            _missing_to_all(errors["recall"]),
            _missing_to_all(LEAST_RECALL),
            "%",
        ),
        Check(
            "Marked wrong or missing, but right, English",
            _missing_to_all(errors["precision"]),
            _missing_to_all(LEAST_PRECISION),
            "%",
        ),
        Check("Correct after, English, median", correct[0] if correct else None, MOST_CORRECT_DELAY, "s"),
        Check("Wrong after, English, median", wrong[0] if wrong else None, MOST_WRONG_DELAY, "s"),
        Check("Changes of a mark, English", one["changes"], MOST_CHANGES),
        Check("Hasty marks, English", float(one["hasty"]), 0.0),
        Check(
            "Misread words marked correct with the prompt, English",
            100 * bias["with"] if bias["words_with"] else None,
            100 * MOST_BIASED,
            "%",
        ),
    )


def _of(figure: Sequence[float]) -> str:
    part, count = figure
    return f"{part:.1%} of {count:g}" if count else "–"


def _missing_to_all(part: float) -> float:
    """Percent."""
    return round(100 * (1 - part), 2)


def _pairs(outcomes: Iterable[Outcome], name: str) -> list[tuple[WordStatus, WordStatus]]:
    return [pair for one in outcomes for pair in zip(one.expected, getattr(one, name), strict=True)]


def _words(outcomes: Iterable[Outcome]) -> int:
    return sum(len(one.expected) for one in outcomes)


def _wanted(one: Outcome) -> int:
    return sum(status is WordStatus.WRONG for status in one.expected)


def _biased(outcomes: Sequence[Outcome], name: str) -> float:
    """Of the replaced words, those marked correct."""
    given = [status for expected, status in _pairs(outcomes, name) if expected is WordStatus.WRONG]
    return round(share(given, WordStatus.CORRECT), 4)


def _times(delays: Sequence[float]) -> str:
    return f"{delays[0]:.2f} s ({delays[1]:.2f})" if delays else "–"

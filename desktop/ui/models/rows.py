"""What the list of models shows: one row for each model there is to fetch, is installed, or is broken. Pure, no Qt.

Made beside the GUI thread (`overview`): the catalogue, the disk, the names of a hundred languages take a moment.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from desktop.engine.text.compare import folded
from desktop.messages import text_of
from desktop.ui.models.words import language_words, licence_words, size_words

if TYPE_CHECKING:
    from desktop.engine.models.catalogue import Catalogue, Entry
    from desktop.engine.models.downloads.repair import Broken
    from desktop.engine.models.installed import InstalledModel

RowState = Literal["available", "installed", "starter", "broken"]
Key = tuple[str, str]
"""(kind, id) of a model; a second one of that name has its path for an id"""


@dataclass(frozen=True, slots=True)
class ModelRow:
    """One model, with the words that are shown of it."""

    kind: str
    id: str
    label: str
    details: str
    """languages, size, licence and speed, in one line"""
    state: RowState
    languages: tuple[str, ...]
    searched: str
    """everything it is found by, without case and accents"""
    entry: "Entry | None" = None
    """where it can be fetched"""
    installed: "InstalledModel | None" = None
    broken: "Broken | None" = None
    """what is wrong with it"""

    @property
    def key(self) -> Key:
        return (self.kind, self.id)


def rows_of(
    catalogue: "Catalogue",
    installed: Sequence["InstalledModel"],
    broken: Sequence["Broken"],
    speed: Callable[["Entry"], str],
    name: Callable[[str], str],
) -> tuple[ModelRow, ...]:
    """One row for each model: recognition, translation, voices; in each what is here comes first.

    speed: how fast a recogniser is on this machine, in words,
    or empty. name: of a language's code."""
    rows: dict[Key, ModelRow] = {}
    entries = {(one.kind, one.id): one for one in catalogue.entries}
    for model in installed:
        key = (model.kind, f"{model.name} (starter)" if model.is_starter else model.name)
        rows.setdefault(key, _installed_row(key, model, None if model.is_starter else entries.get(key), speed, name))
    for one in broken:
        key = (one.kind, one.name if (one.kind, one.name) not in rows else str(one.path))
        rows[key] = _broken_row(key, one, name)
    for key, entry in entries.items():
        if key not in rows:
            rows[key] = _available_row(entry, speed, name)
    order = {kind: number for number, kind in enumerate(("whisper", "argos", "voice"))}
    states: dict[RowState, int] = {"broken": 0, "installed": 1, "starter": 2, "available": 3}

    def place(row: ModelRow) -> tuple[int, int, str, int, str]:
        size = row.entry.size_bytes if row.entry is not None and row.kind == "whisper" else 0
        return (
            order[row.kind],
            states[row.state],
            "" if row.kind == "whisper" else _first_word(row),
            size or 0,
            row.id,
        )

    return tuple(sorted(rows.values(), key=place))


def matching(
    rows: Sequence[ModelRow], text: str = "", languages: frozenset[str] = frozenset(), kind: str = ""
) -> tuple[ModelRow, ...]:
    """The rows with all the words of the text, of these languages (a translation needs both of its own unless only
    one is asked for; none asked for: any), of a kind (empty: any). What is broken is never hidden by a language."""
    words = folded(text, accents=False).split()
    return tuple(
        row
        for row in rows
        if (not kind or row.kind == kind)
        and all(word in row.searched for word in words)
        and (not languages or row.state == "broken" or _speaks(row, languages))
    )


def _speaks(row: ModelRow, languages: frozenset[str]) -> bool:
    if row.kind == "argos" and len(languages) > 1:
        return set(row.languages) <= languages | {"en"} and bool(set(row.languages) & languages)
    return bool(set(row.languages) & languages)


def _installed_row(
    key: Key,
    model: "InstalledModel",
    entry: "Entry | None",
    speed: Callable[["Entry"], str],
    name: Callable[[str], str],
) -> ModelRow:
    parts = [_spoken(model.kind, model.languages, name), size_words(model.size_bytes)]
    if entry is not None:
        parts += [licence_words(entry.licence), speed(entry)]
    elif model.is_starter:
        parts += ["CC0", "ships with Parley"]
    label = entry.label if entry is not None else model.label
    state: RowState = "starter" if model.is_starter else "installed"
    return _row(key, label, parts, state, model.languages, name, entry=entry, installed=model)


def _broken_row(key: Key, broken: "Broken", name: Callable[[str], str]) -> ModelRow:
    entry = broken.entry
    label, languages = (entry.label, entry.languages) if entry is not None else (broken.name, ())
    return _row(key, label, [_reason(text_of(broken.problem))], "broken", languages, name, entry=entry, broken=broken)


def _available_row(entry: "Entry", speed: Callable[["Entry"], str], name: Callable[[str], str]) -> ModelRow:
    size = size_words(entry.size_bytes)
    parts = [_spoken(entry.kind, entry.languages, name), size, licence_words(entry.licence), speed(entry)]
    return _row((entry.kind, entry.id), entry.label, parts, "available", entry.languages, name, entry=entry)


def _row(
    key: Key,
    label: str,
    parts: Sequence[str],
    state: RowState,
    languages: tuple[str, ...],
    name: Callable[[str], str],
    *,
    entry: "Entry | None" = None,
    installed: "InstalledModel | None" = None,
    broken: "Broken | None" = None,
) -> ModelRow:
    details = " · ".join(part for part in parts if part)
    found_by = [label, key[1], details, *(f"{code} {name(code)}" for code in languages)]
    searched = folded(" ".join(found_by), accents=False)
    return ModelRow(key[0], key[1], label, details, state, languages, searched, entry, installed, broken)


def _reason(problem: str) -> str:
    """The sentence without what the row says already: "model.bin is truncated; install it again or delete it." """
    _, cut, rest = problem.partition(" cannot be used: ")
    if not cut or not rest:
        return problem
    reason = rest.partition(";")[0].rstrip(".") + "."
    return reason if "." in reason.split()[0] else reason[0].upper() + reason[1:]  # "model.bin" is a name


def _spoken(kind: str, languages: Sequence[str], name: Callable[[str], str]) -> str:
    return "" if kind == "argos" else language_words(kind, languages, name)


def _first_word(row: ModelRow) -> str:
    """Voices are sorted by what they speak, translations by what they are called."""
    return f"{row.details} {row.label}" if row.kind == "voice" else row.label

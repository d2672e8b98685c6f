"""The catalogue: which models there are to fetch, and what a pair of languages still lacks. Any thread; no network.

It ships with Parley (resources/catalogue.json), pinned to revisions; `downloads.refresh` writes a newer one into the
models' directory, which then counts. A bad entry is left out with a message, a bad file leaves the shipped one.
"""

import json
import logging
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from desktop.engine.errors import CatalogueBroken, ModelMissing
from desktop.engine.message import Message
from desktop.engine.models import installed as models
from desktop.engine.models import packages as model_packages
from desktop.engine.models.entries import Entry as Entry
from desktop.engine.models.entries import ModelFile as ModelFile
from desktop.engine.models.entries import entry_from as entry_from
from desktop.engine.models.entries import record_of
from desktop.engine.models.files import reason
from desktop.engine.models.installed import InstalledModel, Kind
from desktop.engine.text.languages import language_name
from desktop.system import paths
from desktop.system.files import read_regular

_log = logging.getLogger(__name__)

FORMAT = 1
"""version of the file's layout"""
_LARGEST = 100 * 10**9
_LARGEST_FILE = 10_000_000
"""bytes"""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What there is to fetch."""

    entries: tuple[Entry, ...]
    date: str
    """ISO day on which the lists were read; empty if unknown"""
    problems: tuple[Message, ...] = ()
    """one for each thing in the file that was left out"""

    def find(self, name: str, kind: Kind | None = None) -> Entry:
        """The entry of that id or label; `en-es` and `en→es` find an Argos package. Raises ModelMissing, naming what
        is like it."""
        wanted = " ".join(name.split()).casefold()
        pair = re.fullmatch(r"([a-z]{2,3})\s*(?:-|_|→|->|:)\s*([a-z]{2,3})", wanted)
        for one in self.entries:
            if kind is not None and one.kind != kind:
                continue
            if wanted in (one.id.casefold(), one.label.casefold(), one.repository.casefold() or None):
                return one
            if pair and one.kind == "argos" and one.languages == pair.groups():
                return one
        import difflib

        names = [one.id for one in self.entries if kind in (None, one.kind)]
        close = difflib.get_close_matches(wanted, names, n=3, cutoff=0.5)
        shown = wanted if len(wanted) <= 60 else wanted[:60] + "…"
        if close:
            raise ModelMissing("catalogue-lacks-model-like", name=shown, close=tuple(close))
        raise ModelMissing("catalogue-lacks-model", name=shown)


def shipped_file() -> Path:
    """The catalogue that comes with Parley."""
    return paths.RESOURCES / "catalogue.json"


def refreshed_file() -> Path:
    """The newer one, if the user asked for it."""
    return paths.models_dir() / "catalogue.json"


def packages_file() -> Path:
    """The models that can lie in Python packages."""
    return paths.RESOURCES / "model-packages.json"


def packaged() -> tuple[Entry, ...]:
    """The models whose Python packages are installed. Raises CatalogueBroken."""
    entries = read(packages_file()).entries
    return tuple(one for one in entries if one.packages and model_packages.are_installed(one.packages))


def load() -> Catalogue:
    """The refreshed catalogue if there is a good one, else the shipped one. Never raises for the refreshed one: what
    is wrong with it is among the problems. Raises CatalogueBroken if the shipped file is damaged.

    A model that lies in installed packages comes from there: it takes the place of the entry of the same name."""
    found = _load()
    local = {(one.kind, one.id): one for one in packaged()}
    entries = tuple(local.pop((one.kind, one.id), one) for one in found.entries)
    return Catalogue((*entries, *local.values()), found.date, found.problems)


def _load() -> Catalogue:
    problems: tuple[Message, ...] = ()
    if refreshed_file().exists():
        try:
            return read(refreshed_file())
        except CatalogueBroken as error:
            _log.warning("%s", error.message)
            problems = (Message("shipped-catalogue-used", problem=error.message),)
    shipped = read(shipped_file())
    return Catalogue(shipped.entries, shipped.date, problems + shipped.problems)


def read(file: Path) -> Catalogue:
    """The catalogue in a file; entries that make no sense are left out. Raises CatalogueBroken if there are none."""
    try:
        content = json.loads(read_regular(file, _LARGEST_FILE))
    except OSError as error:
        raise CatalogueBroken("catalogue-unreadable", file=file, reason=reason(error)) from None
    except (ValueError, RecursionError):
        raise CatalogueBroken("catalogue-damaged", file=file) from None
    if not isinstance(content, dict) or not isinstance(content.get("models"), list):
        raise CatalogueBroken("catalogue-no-list", file=file)
    if content.get("format") != FORMAT:
        raise CatalogueBroken("catalogue-other-version", file=file)
    entries: dict[tuple[str, str], Entry] = {}
    problems = []
    for number, record in enumerate(content["models"], 1):
        try:
            entry = entry_from(record)
        except (ValueError, TypeError) as error:
            problems.append(Message("catalogue-entry-left-out", number=number, reason=str(error)))
            continue
        entries.setdefault((entry.kind, entry.id), entry)
    if not entries:
        raise CatalogueBroken("catalogue-empty", file=file)
    date = content.get("date")
    return Catalogue(tuple(entries.values()), date if isinstance(date, str) else "", tuple(problems))


def rendered(entries: Iterable[Entry], date: str) -> str:
    """The file's text, one entry on each line so that changes can be reviewed."""
    lines = ",\n".join("  " + json.dumps(record_of(entry), ensure_ascii=False) for entry in entries)
    return f'{{"format": {FORMAT}, "date": {json.dumps(date)}, "models": [\n{lines}\n]}}\n'


def missing_for(
    source: str, target: str, wants_speech: bool, catalogue: Catalogue | None = None, *, fast: bool = True
) -> tuple[Entry, ...]:
    """What to fetch so that `source` (a code, or "auto") is recognised, translated into `target` (empty: not) and, if
    wanted, spoken: the sensible choice for each gap, smallest first. Starter models close no gap.

    fast: the machine recognises with a small model in time; otherwise the choice is a tiny one."""
    entries = (catalogue or load()).entries
    wanted: list[Entry] = []
    have = [one for one in models.installed("whisper") if not one.is_starter]
    if not any(_hears(one.languages, source) for one in have):
        wanted += _recognisers(entries, source, fast=fast)[:1]
    if target and source not in ("auto", target):
        wanted += _route(entries, source, target)
    elif target and source == "auto" and target != "en":
        wanted += _route(entries, "en", target)
    spoken = target or (source if source != "auto" else "")
    if wants_speech and spoken:
        voices = [one for one in models.installed("voice") if not one.is_starter]
        if not any(spoken in one.languages for one in voices):
            wanted += _voices(entries, spoken)[:1]
    return tuple(sorted(wanted, key=lambda one: (one.size_bytes or 0, one.id)))


def installed_as(entry: Entry) -> InstalledModel | None:
    """The model on this machine that is this entry, if it is whole."""
    return next((one for one in models.installed(entry.kind) if not one.is_starter and one.name == entry.id), None)


def _hears(languages: Sequence[str], source: str) -> bool:
    return source in languages if source != "auto" else len(languages) > 1


def _recognisers(entries: Iterable[Entry], source: str, *, fast: bool) -> list[Entry]:
    order = ("small", "base", "tiny") if fast else ("tiny", "base", "small")
    able = [one for one in entries if one.kind == "whisper" and _hears(one.languages, source)]
    return sorted(able, key=lambda one: (order.index(one.id) if one.id in order else 9, one.size_bytes or _LARGEST))


def _route(entries: Iterable[Entry], source: str, target: str) -> list[Entry]:
    """The packages that are still to be fetched on the shortest way, with the fewest of them; none if there is no
    way, or it is there already."""
    steps: dict[tuple[str, str], Entry | None] = {}
    for one in entries:
        if one.kind == "argos":
            steps[(one.languages[0], one.languages[1])] = one
    for model in models.installed("argos"):
        if not model.is_starter:
            steps[(model.languages[0], model.languages[1])] = None
    ways: list[list[Entry | None]] = [[steps[source, target]]] if (source, target) in steps else []
    ways += [
        [steps[source, middle], steps[middle, target]]
        for (start, middle) in steps
        if start == source and (middle, target) in steps and middle != target
    ]
    choices = [[one for one in way if one is not None] for way in ways]
    # A way that is complete costs nothing; else the direct one comes first in the list and min() keeps it.
    return min(choices, key=len, default=[])


def _voices(entries: Iterable[Entry], language: str) -> list[Entry]:
    able = [one for one in entries if one.kind == "voice" and one.languages[0] == language]
    qualities = ("medium", "low", "x_low", "high")
    home = {"en": "en_US", "zh": "zh_CN", "sv": "sv_SE", "da": "da_DK", "uk": "uk_UA", "cs": "cs_CZ", "el": "el_GR"}

    def order(one: Entry) -> tuple[bool, int, bool, int, str]:
        region, _, rest = one.id.partition("-")
        quality = next((index for index, word in enumerate(qualities) if rest.endswith(f"-{word}")), 9)
        at_home = region == home.get(language, f"{language}_{language.upper()}")
        # LJ Speech's recordings are in the public domain; some English voices may be used for research only.
        return (not at_home, quality, "ljspeech" not in rest, one.size_bytes or _LARGEST, one.id)

    return sorted(able, key=order)


def pair_label(source: str, target: str) -> str:
    """ "English → Spanish" """
    return f"{language_name(source)} → {language_name(target)}"

"""The catalogue: which models there are to fetch, and what a pair of languages still lacks. Any thread; no network.

It ships with Parley (resources/catalogue.json), pinned to revisions; `downloads.refresh` writes a newer one into the
models' directory, which then counts. A bad entry is left out with a message, a bad file leaves the shipped one.
"""

import json
import logging
import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from desktop.engine.errors import CatalogueBroken, LanguageUnknown, ModelMissing
from desktop.engine.message import Message
from desktop.engine.models import installed as models
from desktop.engine.models import packages as model_packages
from desktop.engine.models.files import Shape, reason
from desktop.engine.models.installed import InstalledModel, Kind
from desktop.engine.text.languages import CODES, check_language, language_name
from desktop.system import paths

_log = logging.getLogger(__name__)

FORMAT = 1
"""version of the file's layout"""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_REPOSITORY = re.compile(r"[A-Za-z0-9][\w.-]{0,95}/[A-Za-z0-9][\w.-]{0,95}", re.ASCII)
_REVISION = re.compile(r"[0-9a-f]{40}|[A-Za-z0-9][\w./-]{0,99}", re.ASCII)
_LARGEST = 100 * 10**9


@dataclass(frozen=True, slots=True)
class ModelFile:
    """One file of a model. Checksums are hexadecimal; empty where the catalogue does not know them."""

    path: str
    """inside the repository, with slashes"""
    size: int | None = None
    """bytes"""
    sha256: str = ""
    md5: str = ""
    parts: tuple[str, ...] = ()
    """files in installed Python packages that make it when joined; for a model of `Entry.packages`"""


@dataclass(frozen=True, slots=True)
class Entry:
    """A model that can be fetched."""

    kind: Kind
    id: str
    """what it is called once it is installed ("small", "translate-en_es-1_0", "en_US-lessac-medium")"""
    label: str
    """as shown to the user"""
    languages: tuple[str, ...]
    """whisper: what it recognises; argos: (source, target); voice: the one it speaks"""
    size_bytes: int | None
    """of the download; None: only the server knows"""
    licence: str
    """its name, or where it is written down"""
    repository: str = ""
    """on the hub ("Systran/faster-whisper-small"); empty for Argos"""
    revision: str = ""
    """commit; empty: the newest one is looked up when it is fetched"""
    files: tuple[ModelFile, ...] = ()
    links: tuple[str, ...] = ()
    """argos: where the package lies, tried in turn"""
    packages: tuple[str, ...] = ()
    """Python packages that hold the files, instead of a repository"""
    parameters: int | None = None
    """weights of the network"""
    shape: Shape | None = None


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
        content = json.loads(file.read_text(encoding="utf-8"))
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
    lines = ",\n".join("  " + json.dumps(_record(entry), ensure_ascii=False) for entry in entries)
    return f'{{"format": {FORMAT}, "date": {json.dumps(date)}, "models": [\n{lines}\n]}}\n'


def entry_from(record: Any) -> Entry:
    """An entry from its JSON record. Raises ValueError with the end of a sentence."""
    if not isinstance(record, dict):
        raise ValueError("it is no object")
    kind: Kind | None = next((one for one in models.KINDS if one == record.get("kind")), None)
    name = record.get("id")
    if kind is None:
        raise ValueError("its kind is unknown")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise ValueError("its id is no name")
    languages = _languages(record.get("languages"), kind)
    files = tuple(_file(one) for one in _list(record, "files"))
    links = tuple(one for one in _list(record, "links") if isinstance(one, str) and one.startswith(("https:", "http:")))
    repository, revision = _text(record, "repository"), _text(record, "revision")
    if repository and not _REPOSITORY.fullmatch(repository):
        raise ValueError(f"{name} has no proper repository")
    if revision and (not _REVISION.fullmatch(revision) or ".." in revision):
        raise ValueError(f"{name} has no proper revision")
    if kind == "argos" and not links:
        raise ValueError(f"{name} says nowhere to fetch it from")
    packages = tuple(one for one in _list(record, "packages") if isinstance(one, str) and _NAME.fullmatch(one))
    if packages and not all(one.parts and one.sha256 for one in files):
        raise ValueError(f"{name} does not say where in its packages its files are")
    if kind != "argos" and not ((repository or packages) and files):
        raise ValueError(f"{name} names no files of a repository")
    if len({PurePosixPath(one.path).name for one in files}) < len(files):
        raise ValueError(f"{name} names a file twice")
    return Entry(
        kind,
        name,
        _text(record, "label") or name,
        languages,
        _number(record.get("size_bytes")),
        _text(record, "licence"),
        repository,
        revision,
        files,
        links,
        packages,
        _number(record.get("parameters")),
        _shape(record.get("shape")),
    )


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


# Reading a record.


def _languages(value: Any, kind: str) -> tuple[str, ...]:
    if value == "all" and kind == "whisper":
        return CODES
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise ValueError("it names no languages")
    try:
        found = tuple(check_language(one) for one in value)
    except LanguageUnknown:
        raise ValueError(f"it names a language that Parley does not know ({', '.join(value)[:60]})") from None
    if len(found) < {"argos": 2}.get(kind, 1) or (kind == "argos" and len(found) > 2):
        raise ValueError("it names no languages")
    return found


def _file(value: Any) -> ModelFile:
    if not isinstance(value, dict) or not isinstance(value.get("path"), str):
        raise ValueError("a file of it has no path")
    parts = tuple(one for one in _list(value, "parts") if isinstance(one, str))
    if not all(_is_safe(one) for one in (value["path"], *parts)):
        raise ValueError("a file of it has an unsafe path")
    sha256, md5 = _text(value, "sha256"), _text(value, "md5")
    if (sha256 and not re.fullmatch(r"[0-9a-f]{64}", sha256)) or (md5 and not re.fullmatch(r"[0-9a-f]{32}", md5)):
        raise ValueError("a file of it has a checksum that is none")
    return ModelFile(value["path"], _number(value.get("size")), sha256, md5, parts)


def _is_safe(text: str) -> bool:
    """Whether it is a path below the place it belongs to, written as it should be."""
    path = PurePosixPath(text)
    return bool(path.parts) and all(_NAME.fullmatch(part) for part in path.parts) and str(path) == text


def _shape(value: Any) -> Shape | None:
    if value is None:
        return None
    numbers = [value.get(name) if isinstance(value, dict) else None for name in Shape.__dataclass_fields__]
    if not all(isinstance(one, int) and not isinstance(one, bool) and 0 < one <= 10**5 for one in numbers):
        raise ValueError("its shape makes no sense")
    return Shape(*numbers)  # type: ignore[arg-type]  # checked above


def _number(value: Any) -> int | None:
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value <= _LARGEST:
        raise ValueError("its size makes no sense")
    return value


def _text(record: dict[str, Any], key: str) -> str:
    value = record.get(key)
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > 300 or not value.isprintable():
        raise ValueError(f"its {key} is no text")
    return value.strip()


def _list(record: dict[str, Any], key: str) -> list[Any]:
    value = record.get(key) or []
    if not isinstance(value, list) or len(value) > 100:
        raise ValueError(f"its {key} is no list")
    return value


def _record(entry: Entry) -> dict[str, Any]:
    record = asdict(entry)
    record["files"] = [{key: value for key, value in one.items() if value} for one in record["files"]]
    if entry.languages == CODES:
        record["languages"] = "all"
    return {key: value for key, value in record.items() if value not in (None, "", (), [])}


def pair_label(source: str, target: str) -> str:
    """ "English → Spanish" """
    return f"{language_name(source)} → {language_name(target)}"

"""The lists of those who publish models, as entries of the catalogue; and a new catalogue from them when the user asks.
On the caller's thread."""

import logging
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urljoin

from desktop.engine.errors import DownloadError, DownloadStopped
from desktop.engine.message import Message
from desktop.engine.models import catalogue
from desktop.engine.models.catalogue import Catalogue, Entry, ModelFile, entry_from, pair_label
from desktop.engine.models.downloads import places
from desktop.engine.models.downloads.control import Control
from desktop.engine.models.downloads.network.client import (
    PIPER,
    Patience,
    argos_lists,
    get_json,
    hub_headers,
    hubs,
    open_client,
)
from desktop.engine.models.downloads.network.sources import Asking, plan, repository
from desktop.settings.declaration import ModelSettings
from desktop.system.files import write_atomically

if TYPE_CHECKING:
    from huggingface_hub.hf_api import ModelInfo

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What came of asking for new lists."""

    catalogue: Catalogue
    added: int
    changed: int
    problems: tuple[Message, ...]
    """one for each list that could not be had; its models are as they were"""


def argos_entries(index: Any, address: str = "") -> tuple[Entry, ...]:
    """Argos's index: a list of packages with languages, version and links. The newest version of each pair counts; what
    makes no sense, or speaks a language that Parley does not know, is left out. Raises DownloadError if it is none.

    address: where the index was read, for links that are relative to it."""
    if not isinstance(index, list):
        raise DownloadError("argos-list-unusable")
    best: dict[tuple[str, ...], tuple[tuple[int, ...], Entry]] = {}
    for package in index:
        try:
            version, entry = _argos_entry(package, address)
        except (ValueError, TypeError, AttributeError) as error:
            _log.info("a package of Argos's list is left out: %s", error)
            continue
        if entry.languages not in best or best[entry.languages][0] < version:
            best[entry.languages] = (version, entry)
    return tuple(sorted((entry for _, entry in best.values()), key=lambda one: one.id))


def _argos_entry(package: Any, address: str) -> tuple[tuple[int, ...], Entry]:
    if package.get("type", "translate") != "translate":
        raise ValueError("it translates nothing")
    version = str(package.get("package_version", "1.0"))
    if not re.fullmatch(r"\d{1,4}(\.\d{1,4}){0,3}", version):
        raise ValueError("its version is none")
    links = [urljoin(address, one) for one in package.get("links") or () if isinstance(one, str)]
    pair = f"translate-{package.get('from_code')}_{package.get('to_code')}-"
    stems = [PurePosixPath(one).stem for one in links]
    # A package is called like its file; the version beside it is sometimes another one.
    name = next((one for one in stems if one.startswith(pair)), pair + version.replace(".", "_"))
    entry = entry_from(
        {
            "kind": "argos",
            "id": name,
            "languages": [package.get("from_code"), package.get("to_code")],
            "licence": "in its README",
            "links": links,
            "size_bytes": package.get("size"),
        }
    )
    return tuple(int(part) for part in version.split(".")), replace(entry, label=pair_label(*entry.languages))


def piper_entries(voices: Any, revision: str) -> tuple[Entry, ...]:
    """Piper's catalogue (voices.json): key -> language, quality, files with size and MD5. Raises DownloadError if it is
    none."""
    if not isinstance(voices, dict):
        raise DownloadError("piper-list-unusable")
    found = []
    for key, voice in voices.items():
        try:
            found.append(_piper_entry(key, voice, revision))
        except (ValueError, TypeError, AttributeError, KeyError) as error:
            _log.info("a voice of Piper's list is left out: %s", error)
    return tuple(sorted(found, key=lambda one: one.id))


def _piper_entry(key: Any, voice: Any, revision: str) -> Entry:
    files = [
        {"path": path, "size": about.get("size_bytes"), "md5": about.get("md5_digest")}
        for path, about in voice["files"].items()
        if path.endswith((".onnx", ".onnx.json"))
    ]
    names = {PurePosixPath(one["path"]).name for one in files}
    if names != {f"{key}.onnx", f"{key}.onnx.json"}:
        raise ValueError(f"{key} has other files than a voice")
    entry = entry_from(
        {
            "kind": "voice",
            "id": key,
            "languages": [voice["language"]["family"]],
            "licence": "in its MODEL_CARD",
            "repository": PIPER,
            "revision": revision,
            "files": files,
            "size_bytes": sum(one["size"] for one in files),
        }
    )
    region, _, rest = key.partition("-")
    return replace(entry, label=f"{rest.replace('-', ' ').replace('_', ' ')} ({region})")


def refresh(
    before: Catalogue, settings: ModelSettings, control: Control | None = None, *, patience: Patience | None = None
) -> Refreshed:
    """Ask the hub, Argos and Piper for what there is now, and keep the new catalogue for this user. A list that cannot
    be had stays as it was. Raises DownloadError if none can be had, DownloadStopped."""
    control = control or Control()
    problems: list[Message] = []
    old = {kind: tuple(one for one in before.entries if one.kind == kind) for kind in ("whisper", "argos", "voice")}
    with open_client(settings, patience or Patience(attempts=3)) as client:
        asking = Asking(client, settings, patience or Patience(attempts=3), control)

        def attempt(ask: Callable[[], tuple[Entry, ...]], kept: tuple[Entry, ...]) -> tuple[Entry, ...]:
            try:
                found = ask()
            except DownloadStopped:
                raise
            except DownloadError as error:
                problems.append(error.message)
                return kept
            return found or kept

        new = {
            "whisper": attempt(lambda: _whisper(old["whisper"], asking), old["whisper"]),
            "argos": attempt(lambda: sized(_argos(asking), old["argos"]), old["argos"]),
            "voice": attempt(lambda: _piper(asking), old["voice"]),
        }
    if len(problems) == len(new):
        raise DownloadError(problems[0])
    entries = new["whisper"] + new["argos"] + new["voice"]
    date = datetime.now(UTC).date().isoformat()
    _save(entries, date)
    known = {(one.kind, one.id): one for one in before.entries}
    added = sum((one.kind, one.id) not in known for one in entries)
    changed = sum(known.get((one.kind, one.id), one) != one for one in entries)
    return Refreshed(Catalogue(entries, date), added, changed, tuple(problems))


def _whisper(old: Iterable[Entry], asking: Asking) -> tuple[Entry, ...]:
    """The same models, at the newest revision of each."""
    return tuple(_newest(entry, asking) for entry in old)


def _newest(entry: Entry, asking: Asking) -> Entry:
    def ask(hub: str) -> "ModelInfo":
        return repository(entry, hub, asking.client, asking.patience, newest=True)

    revision = asking.first_of(hubs(asking.settings), ask).sha or ""
    if revision == entry.revision:
        return entry
    unpinned = replace(entry, revision=revision, files=tuple(ModelFile(one.path) for one in entry.files))
    latest = plan(unpinned, asking)
    files = tuple(ModelFile(one.path or one.name, one.size, one.sha256) for one in latest.remotes)
    return replace(entry, revision=latest.revision, files=files, size_bytes=latest.total or entry.size_bytes)


def _argos(asking: Asking) -> tuple[Entry, ...]:
    def ask(address: str) -> tuple[Entry, ...]:
        return argos_entries(get_json(asking.client, address, Message("argos-list"), patience=asking.patience), address)

    return asking.first_of(argos_lists(asking.settings), ask)


def sized(found: Iterable[Entry], old: Iterable[Entry]) -> tuple[Entry, ...]:
    """Argos's index says no sizes: what is known of the same package is kept."""
    known = {one.id: one for one in old}
    return tuple(
        replace(one, size_bytes=one.size_bytes or known[one.id].size_bytes, files=known[one.id].files)
        if one.id in known
        else one
        for one in found
    )


def _piper(asking: Asking) -> tuple[Entry, ...]:
    what = Message("piper-list")
    if asking.settings.piper:
        return asking.first_of(
            asking.settings.piper,
            lambda base: piper_entries(
                get_json(asking.client, f"{base.rstrip('/')}/voices.json", what, patience=asking.patience), "main"
            ),
        )

    def ask(hub: str) -> tuple[Entry, ...]:
        probe = Entry("voice", "voices", "", (), None, "", PIPER)
        revision = repository(probe, hub, asking.client, asking.patience, newest=True, what=what).sha or "main"
        url = f"{hub}/{PIPER}/resolve/{quote(revision)}/voices.json"
        return piper_entries(get_json(asking.client, url, what, hub_headers(hub), asking.patience), revision)

    return asking.first_of(hubs(asking.settings), ask)


def _save(entries: tuple[Entry, ...], date: str) -> None:
    file = catalogue.refreshed_file()
    places.make_directory(file.parent)
    try:
        write_atomically(file, catalogue.rendered(entries, date))
    except OSError as error:
        raise places.disk_error(file, error) from None

"""Where the files of a catalogue's entry lie: the hub, its mirrors, Argos, a copy of Piper's voices.
On the thread that downloads."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote

from desktop.engine.errors import DownloadError, DownloadGone, DownloadStopped
from desktop.engine.message import Message
from desktop.engine.models.catalogue import Entry
from desktop.engine.models.downloads.control import Control, Meter, Phase
from desktop.engine.models.downloads.network.client import Patience, Temporary, gave_up, get_json, hub_headers, hubs
from desktop.engine.models.downloads.network.transfer import Remote
from desktop.settings.declaration import ModelSettings

if TYPE_CHECKING:
    import httpx2
    from huggingface_hub.hf_api import ModelInfo

_T = TypeVar("_T")
_LARGEST = 100 * 10**9
"""bytes of a file"""

WHISPER_FILES = (
    "config.json",
    "preprocessor_config.json",
    "tokenizer.json",
    "vocabulary.json",
    "vocabulary.txt",
    "model.bin",
)
"""what faster-whisper reads of a repository"""


@dataclass(frozen=True, slots=True)
class Plan:
    """What to fetch for an entry."""

    revision: str
    """commit on the hub; empty for Argos"""
    remotes: tuple[Remote, ...]

    @property
    def total(self) -> int | None:
        """Bytes, if every file says its size."""
        sizes = [one.size for one in self.remotes]
        return sum(size for size in sizes if size is not None) if None not in sizes else None


@dataclass(frozen=True, slots=True)
class Asking:
    """What asking servers needs."""

    client: "httpx2.Client"
    settings: ModelSettings
    patience: Patience
    control: Control
    meter: Meter | None = None

    def patiently(self, ask: Callable[[], _T], *, is_last: bool = True) -> _T:
        """ask(), again while that may help. is_last: there is nobody else to ask. Raises Unreachable after the last
        try."""
        attempt = 0
        waited = 0.0
        while True:
            self.control.wait_while_paused()
            try:
                return ask()
            except Temporary as problem:
                attempt += 1
                pause = max(self.patience.pause(attempt), problem.after)
                waited += pause
                is_over = self.patience.is_over(waited, is_last=is_last)
                if attempt >= self.patience.attempts or problem.is_hopeless or is_over:
                    raise gave_up(problem) from None
                if self.meter is not None:
                    self.meter.enter(Phase.RETRYING, problem.retrying)
                self.control.wait(pause)

    def first_of(self, mirrors: tuple[str, ...], ask: Callable[[str], _T]) -> _T:
        """The answer of the first mirror that gives a good one. Raises the first one's error if none does."""
        first: DownloadError | None = None
        for number, mirror in enumerate(mirrors, 1):
            try:
                return self.patiently(lambda mirror=mirror: ask(mirror), is_last=number == len(mirrors))  # type: ignore[misc]
            except DownloadStopped:
                raise
            except DownloadError as error:
                first = first or error
        raise first or DownloadError("no-address")


def plan(entry: Entry, asking: Asking) -> Plan:
    """Which files, from where, with which checksums; what the catalogue does not know, the hub is asked for.
    Raises DownloadError."""
    if entry.kind == "argos":
        known = entry.files[0] if entry.files else None
        remote = Remote(
            f"{entry.id}.argosmodel",
            entry.links,
            known.size if known else None,
            known.sha256 if known else "",
            md5=known.md5 if known else "",
        )
        return Plan("", (remote,))
    if entry.kind == "voice" and asking.settings.piper:
        return Plan(entry.revision, _mirrored_voice(entry, asking.settings.piper))
    if entry.revision and all(one.size is not None and one.sha256 for one in entry.files):
        return _pinned(entry, asking.settings)
    try:
        info = asking.first_of(
            hubs(asking.settings), lambda hub: repository(entry, hub, asking.client, asking.patience)
        )
    except DownloadGone:
        if entry.revision and all(one.size is not None and (one.sha256 or one.md5) for one in entry.files):
            return _pinned(entry, asking.settings)  # a mirror that has the files and answers no questions
        raise
    return _answered(entry, info, asking.settings)


def _pinned(entry: Entry, settings: ModelSettings) -> Plan:
    remotes = tuple(
        _remote(entry, entry.revision, one.path, settings, size=one.size, sha256=one.sha256, md5=one.md5)
        for one in entry.files
    )
    return Plan(entry.revision, remotes)


def repository(
    entry: Entry,
    hub: str,
    client: "httpx2.Client",
    patience: Patience | None = None,
    *,
    newest: bool = False,
    what: Message | None = None,
) -> "ModelInfo":
    """What the hub says of the entry's repository at its revision. what: is asked for, if not the entry
    itself. Raises DownloadError, Temporary."""
    revision = "main" if newest else entry.revision or "main"
    url = f"{hub}/api/models/{entry.repository}/revision/{quote(revision, safe='')}?blobs=true"
    return read_repository(get_json(client, url, what or entry.label, hub_headers(hub), patience), hub)


def read_repository(answer: Any, hub: str) -> "ModelInfo":
    """The hub's answer as huggingface_hub reads it. Raises DownloadError if it makes no sense."""
    from huggingface_hub.hf_api import ModelInfo

    try:
        info = ModelInfo(**answer)  # type: ignore[no-untyped-call]
        sane = re.fullmatch(r"[0-9a-f]{40}", info.sha or "") and all(_is_sane(one) for one in info.siblings or ())
    except (TypeError, KeyError, ValueError, AttributeError):
        sane = None
    if not sane:
        raise DownloadError("hub-answer-unusable", hub=hub)
    return info


def _is_sane(file: Any) -> bool:
    """Whether what the hub says of a file is of the right types."""
    lfs = file.lfs
    sizes = [file.size] if lfs is None else [file.size, lfs.size]
    hashes = [(file.blob_id, 40)] if lfs is None else [(file.blob_id, 40), (lfs.sha256, 64)]
    return (
        isinstance(file.rfilename, str)
        and all(one is None or (type(one) is int and 0 <= one <= _LARGEST) for one in sizes)
        and all(
            one is None or (isinstance(one, str) and re.fullmatch(r"[0-9a-f]*", one) and len(one) == length)
            for one, length in hashes
        )
    )


def _answered(entry: Entry, info: "ModelInfo", settings: ModelSettings) -> Plan:
    assert info.sha is not None
    there = {one.rfilename: one for one in info.siblings or ()}
    wanted = [one.path for one in entry.files]
    if entry.kind == "whisper":
        wanted = [name for name in WHISPER_FILES if name in there]
        if "model.bin" not in wanted:
            wanted = ["model.bin"]
    remotes = []
    for path in wanted:
        if path not in there:
            raise DownloadGone("file-gone", repository=entry.repository, path=path, label=entry.label)
        file = there[path]
        lfs = file.lfs
        sha256 = lfs.sha256 if lfs is not None else ""
        git = file.blob_id or "" if lfs is None else ""
        size = lfs.size if lfs is not None else file.size
        remotes.append(_remote(entry, info.sha, path, settings, size=size, sha256=sha256, git=git))
    return Plan(info.sha, tuple(remotes))


def _remote(
    entry: Entry,
    revision: str,
    path: str,
    settings: ModelSettings,
    *,
    size: int | None,
    sha256: str,
    git: str = "",
    md5: str = "",
) -> Remote:
    from huggingface_hub import hf_hub_url

    mirrors = hubs(settings)
    urls = tuple(hf_hub_url(entry.repository, path, revision=revision, endpoint=hub) for hub in mirrors)
    headers = tuple(hub_headers(mirrors[0]).items())
    return Remote(PurePosixPath(path).name, urls, size, sha256, git, md5, headers, path)


def _mirrored_voice(entry: Entry, mirrors: tuple[str, ...]) -> tuple[Remote, ...]:
    """From plain copies of Piper's tree, which answer no questions: size and checksum are the catalogue's."""
    return tuple(
        Remote(
            PurePosixPath(one.path).name,
            tuple(f"{mirror.rstrip('/')}/{quote(one.path)}" for mirror in mirrors),
            one.size,
            one.sha256,
            md5=one.md5,
            path=one.path,
        )
        for one in entry.files
    )

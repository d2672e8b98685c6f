"""An entry of the catalogue, and its JSON record. Pure.

A record comes from a file or a network: pydantic checks it strictly, `_SENTENCES` says what is wrong for people.
"""

import re
from dataclasses import asdict, dataclass
from pathlib import PurePosixPath
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from desktop.engine.errors import LanguageUnknown
from desktop.engine.models.files import Shape
from desktop.engine.models.installed import Kind
from desktop.engine.text.languages import CODES, package_language

_LARGEST = 100 * 10**9
_NAME = r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}"
_REPOSITORY = re.compile(r"[A-Za-z0-9][\w.-]{0,95}/[A-Za-z0-9][\w.-]{0,95}", re.ASCII)
_REVISION = re.compile(r"[0-9a-f]{40}|[A-Za-z0-9][\w./-]{0,99}", re.ASCII)


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


def entry_from(record: Any) -> Entry:
    """An entry from its JSON record. Raises ValueError with the end of a sentence."""
    try:
        read = _EntryRecord.model_validate(record)
    except ValidationError as error:
        raise ValueError(_sentence(error)) from None
    return _checked(read)


def record_of(entry: Entry) -> dict[str, Any]:
    """The JSON record of an entry, without what is not known."""
    record = asdict(entry)
    record["files"] = [{key: value for key, value in one.items() if value} for one in record["files"]]
    if entry.languages == CODES:
        record["languages"] = "all"
    return {key: value for key, value in record.items() if value not in (None, "", (), [])}


def _empty_for_none(value: Any) -> Any:
    return "" if value is None else value


def _nothing_for_none(value: Any) -> Any:
    return value or []


def _printable(text: str) -> str:
    if not text.isprintable():
        raise ValueError
    return text.strip()


def _languages(value: Any) -> Any:
    if value == "all":
        return CODES
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise ValueError("it names no languages")
    try:
        return tuple(package_language(one) for one in value)
    except LanguageUnknown as error:
        raise ValueError(f"“{error.message.parameters.get('name', '')}” is not a language that Parley knows") from None


def _safe(text: str) -> str:
    """Refuse what is no path below the place it belongs to, written as it should be."""
    path = PurePosixPath(text)
    if not path.parts or not all(re.fullmatch(_NAME, part) for part in path.parts) or str(path) != text:
        raise ValueError("a file of it has an unsafe path")
    return text


_Text = Annotated[str, BeforeValidator(_empty_for_none), Field(max_length=300), AfterValidator(_printable)]
_Number = Annotated[int, Field(gt=0, le=_LARGEST)]
_Path = Annotated[str, AfterValidator(_safe)]
_List = Annotated[list[Any], BeforeValidator(_nothing_for_none), Field(default_factory=list, max_length=100)]


class _Record(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True)


class _FileRecord(_Record):
    path: _Path
    parts: _List
    sha256: Annotated[_Text, Field(pattern=r"^([0-9a-f]{64})?$")] = ""
    md5: Annotated[_Text, Field(pattern=r"^([0-9a-f]{32})?$")] = ""
    size: _Number | None = None


class _ShapeRecord(_Record):
    width: Annotated[int, Field(gt=0, le=10**5)]
    encoder_layers: Annotated[int, Field(gt=0, le=10**5)]
    decoder_layers: Annotated[int, Field(gt=0, le=10**5)]


class _EntryRecord(_Record):
    """Fields in the order in which what is wrong with them is told."""

    kind: Kind
    id: Annotated[str, Field(pattern=rf"^{_NAME}$")]
    languages: Annotated[tuple[str, ...], BeforeValidator(_languages)]
    files: Annotated[list[_FileRecord], BeforeValidator(_nothing_for_none), Field(default_factory=list, max_length=100)]
    links: _List
    repository: _Text = ""
    revision: _Text = ""
    packages: _List
    label: _Text = ""
    size_bytes: _Number | None = None
    licence: _Text = ""
    parameters: _Number | None = None
    shape: _ShapeRecord | None = None


_SENTENCES = {
    "kind": "its kind is unknown",
    "id": "its id is no name",
    "languages": "it names no languages",
    "path": "a file of it has no path",
    "sha256": "a file of it has a checksum that is none",
    "md5": "a file of it has a checksum that is none",
    "size": "its size makes no sense",
    "size_bytes": "its size makes no sense",
    "parameters": "its size makes no sense",
    "shape": "its shape makes no sense",
}
"""name of a field -> what is wrong with it, for people; of any other it is no text, or no list"""


def _sentence(error: ValidationError) -> str:
    """The first thing that is wrong."""
    first = error.errors(include_url=False)[0]
    if first["type"] == "value_error" and (said := str(first["ctx"]["error"])):
        return said
    if not first["loc"]:
        return "it is no object"
    field, *inner = (one for one in first["loc"] if isinstance(one, str))
    if field == "files" and not inner and len(first["loc"]) > 1:
        return _SENTENCES["path"]
    name = inner[0] if field == "files" and inner else field
    kind = "list" if name in ("files", "links", "packages", "parts") else "text"
    return _SENTENCES.get(name, f"its {name} is no {kind}")


def _checked(read: _EntryRecord) -> Entry:
    """What the fields say together. Raises ValueError."""
    name, kind = read.id, read.kind
    count = len(read.languages)
    if count < 1 or (kind == "argos" and count != 2) or (kind != "whisper" and read.languages == CODES):
        raise ValueError("it names no languages")
    if read.repository and not _REPOSITORY.fullmatch(read.repository):
        raise ValueError(f"{name} has no proper repository")
    if read.revision and (not _REVISION.fullmatch(read.revision) or ".." in read.revision):
        raise ValueError(f"{name} has no proper revision")
    links = tuple(one for one in read.links if isinstance(one, str) and one.startswith(("https:", "http:")))
    if kind == "argos" and not links:
        raise ValueError(f"{name} says nowhere to fetch it from")
    files = tuple(
        ModelFile(
            one.path,
            one.size,
            one.sha256,
            one.md5,
            tuple(_safe(part) for part in one.parts if isinstance(part, str)),
        )
        for one in read.files
    )
    packages = tuple(one for one in read.packages if isinstance(one, str) and re.fullmatch(_NAME, one))
    if packages and not all(one.parts and one.sha256 for one in files):
        raise ValueError(f"{name} does not say where in its packages its files are")
    if kind != "argos" and not ((read.repository or packages) and files):
        raise ValueError(f"{name} names no files of a repository")
    if len({PurePosixPath(one.path).name for one in files}) < len(files):
        raise ValueError(f"{name} names a file twice")
    return Entry(
        kind,
        name,
        read.label or name,
        read.languages,
        read.size_bytes,
        read.licence,
        read.repository,
        read.revision,
        files,
        links,
        packages,
        read.parameters,
        Shape(**read.shape.model_dump()) if read.shape is not None else None,
    )

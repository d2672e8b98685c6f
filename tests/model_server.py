"""A server on this machine with the layouts that models are fetched from: the hub (its API, and files by revision with
redirects to a store), Argos's index and packages, Piper's catalogue. Faults can be put in for any request.

What it serves are the starter models and made ones, so what is fetched can be loaded and used.
"""

import contextlib
import hashlib
import io
import json
import re
import threading
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from desktop.engine.models.catalogue import Entry, ModelFile
from desktop.settings.declaration import ModelSettings
from desktop.system.paths import RESOURCES

STARTER = RESOURCES / "starter"
REVISION = "0123456789abcdef0123456789abcdef01234567"
PIPER = "rhasspy/piper-voices"
_LFS_FROM = 100_000
"""bytes from which a file is in the hub's large-file store"""


@dataclass
class Fault:
    """What goes wrong with requests whose path contains `where`, the first `times` of them."""

    where: str
    times: int = 10**9
    status: int = 0
    """answer this instead"""
    cut_after: int = -1
    """close the connection after that many bytes of this body"""
    flip: int = -1
    """change the byte at that place of the file"""
    hold: threading.Event | None = None
    """send the first bytes, then wait for this before the rest"""
    hold_after: int = 0
    no_range: bool = False
    """ignore Range and send everything"""
    replace: bytes | None = None
    """send this instead of the file"""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Request:
    """One that came."""

    path: str
    range: str
    status: int
    authorization: str = ""


class ModelServer:
    """Serves until closed. `files` is the whole content: path -> bytes."""

    def __init__(self) -> None:
        self.repositories: dict[str, dict[str, bytes]] = {}
        self.packages: dict[str, bytes] = {}
        self.index: Any = []
        self.faults: list[Fault] = []
        self.requests: list[Request] = []
        self._lock = threading.Lock()
        server = self

        class Handler(_Handler):
            owner = server

        self._http = _Quiet(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self._http.server_address[1]}"
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()

    def close(self) -> None:
        for fault in self.faults:
            if fault.hold is not None:
                fault.hold.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join(5)

    @property
    def settings(self) -> ModelSettings:
        """Settings that make it the only source."""
        return ModelSettings(hub=(self.address,), argos=(f"{self.address}/argos/",))

    # What it offers, as entries of a catalogue.

    def add_whisper(self, name: str = "small", *, weights: bytes | None = None, pinned: bool = False) -> Entry:
        """The starter's recogniser as Systran/faster-whisper-NAME. pinned: the catalogue knows every checksum."""
        names = ("config.json", "preprocessor_config.json", "tokenizer.json", "vocabulary.json", "model.bin")
        files = {one: (STARTER / "whisper" / one).read_bytes() for one in names}
        if weights is not None:
            files["model.bin"] = weights
        files["README.md"] = b"# Whisper\n"
        repository = f"Systran/faster-whisper-{name}"
        self.repositories[repository] = files
        listed = tuple(
            ModelFile(one, len(files[one]), hashlib.sha256(files[one]).hexdigest()) if pinned else ModelFile(one)
            for one in names
        )
        size = sum(len(files[one]) for one in names)
        revision = REVISION if pinned else ""
        return Entry("whisper", name, f"Whisper {name}", ("en", "es"), size, "CC0", repository, revision, listed)

    def add_package(self, source: str = "en", target: str = "es", *, version: str = "1.0") -> Entry:
        """The starter's translation as an Argos package, and its line in the index."""
        name = f"translate-{source}_{target}-{version.replace('.', '_')}"
        about = {"from_code": source, "to_code": target, "package_version": version, "type": "translate"}
        content = packed_package(name, about)
        self.packages[f"{name}.argosmodel"] = content
        link = f"{self.address}/argos/{name}.argosmodel"
        self.index.append({**about, "links": ["ipfs://QmNowhere", link]})
        return Entry("argos", name, f"{source} → {target}", (source, target), None, "CC0", links=(link,))

    def add_voice(self, name: str = "en_US-amy-low") -> Entry:
        """The starter's voice in Piper's repository, and its entry in voices.json."""
        region, person, quality = name.split("-")
        family = region.split("_")[0]
        folder = f"{family}/{region}/{person}/{quality}"
        starter = STARTER / "voices" / f"{'es_ES' if family == 'es' else 'en_US'}-tiny-x_low.onnx"
        files = {
            f"{folder}/{name}.onnx": starter.read_bytes(),
            f"{folder}/{name}.onnx.json": starter.with_name(starter.name + ".json").read_bytes(),
        }
        repository = self.repositories.setdefault(PIPER, {})
        repository.update(files)
        listed = json.loads(repository.get("voices.json", b"{}"))
        listed[name] = {
            "key": name,
            "language": {"code": region, "family": family},
            "quality": quality,
            "files": {
                path: {"size_bytes": len(content), "md5_digest": hashlib.md5(content).hexdigest()}
                for path, content in files.items()
            },
        }
        repository["voices.json"] = json.dumps(listed).encode()
        described = tuple(
            ModelFile(path, len(content), md5=hashlib.md5(content).hexdigest()) for path, content in files.items()
        )
        size = sum(map(len, files.values()))
        return Entry("voice", name, name, (family,), size, "CC0", PIPER, REVISION, described)

    # Answering.

    def fault_for(self, path: str) -> Fault:
        with self._lock:
            for fault in self.faults:
                if fault.where in path and fault.times > 0:
                    fault.times -= 1
                    return fault
        return Fault("")

    def note(self, request: Request) -> None:
        with self._lock:
            self.requests.append(request)

    def content(self, path: str) -> bytes | None:
        """What lies at a path, or None."""
        if path == "/argos/index.json":
            return json.dumps(self.index).encode()
        if path.startswith("/argos/"):
            return self.packages.get(path.removeprefix("/argos/"))
        if found := re.fullmatch(r"/api/models/([^/]+/[^/]+)/revision/([^/]+)", path):
            return self._about(found[1], found[2])
        if found := re.fullmatch(r"/piper/(.+)", path):
            return self.repositories.get(PIPER, {}).get(found[1])
        if found := re.fullmatch(r"/(?:store/)?([^/]+/[^/]+)/resolve/([^/]+)/(.+)", path):
            return self.repositories.get(found[1], {}).get(found[3]) if found[2] in (REVISION, "main") else None
        return None

    def _about(self, repository: str, revision: str) -> bytes | None:
        files = self.repositories.get(repository)
        if files is None or revision not in (REVISION, "main"):
            return None
        siblings = []
        for name, content in files.items():
            record: dict[str, Any] = {"rfilename": name, "size": len(content), "blobId": git_hash(content)}
            if len(content) >= _LFS_FROM:
                record["lfs"] = {
                    "sha256": hashlib.sha256(content).hexdigest(),
                    "size": len(content),
                    "pointerSize": 134,
                }
            siblings.append(record)
        return json.dumps({"id": repository, "modelId": repository, "sha": REVISION, "siblings": siblings}).encode()


class _Quiet(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that go away are what is tested."""


class _Handler(BaseHTTPRequestHandler):
    """One connection. The hub redirects large files to its store, as the real one does."""

    protocol_version = "HTTP/1.1"
    owner: ModelServer

    def do_GET(self) -> None:
        path = unquote(urlsplit(self.path).path)
        fault = self.owner.fault_for(path)
        content = self.owner.content(path) if fault.replace is None else fault.replace
        asked = self.headers.get("range", "")
        status = fault.status or (200 if content is not None else 404)
        is_on_the_hub = "/resolve/" in path and not path.startswith("/store/")
        if status == 200 and content is not None and is_on_the_hub and len(content) >= _LFS_FROM:
            self._answer(302, b"", {"location": f"/store{path}", "x-repo-commit": REVISION})
            return
        if status != 200 or content is None:
            self.owner.note(Request(path, asked, status, self.headers.get("authorization", "")))
            self._answer(status, b"no", dict(fault.headers))
            return
        if fault.flip >= 0:
            content = bytearray(content)  # type: ignore[assignment]
            content[fault.flip % len(content)] ^= 0x40  # type: ignore[index]
        self._send(path, bytes(content), asked, fault)

    def _send(self, path: str, content: bytes, asked: str, fault: Fault) -> None:
        etag = f'"{hashlib.sha256(content).hexdigest()}"'
        headers = {"etag": etag, "accept-ranges": "bytes", "x-repo-commit": REVISION, **fault.headers}
        begin, status = 0, 200
        found = re.fullmatch(r"bytes=(\d+)-", asked)
        if found and not fault.no_range and self.headers.get("if-range", etag) == etag:
            begin, status = int(found[1]), 206
            if begin >= len(content):
                self.owner.note(Request(path, asked, 416))
                self._answer(416, b"", {"content-range": f"bytes */{len(content)}"})
                return
            headers["content-range"] = f"bytes {begin}-{len(content) - 1}/{len(content)}"
        self.owner.note(Request(path, asked, status, self.headers.get("authorization", "")))
        body = content[begin:]
        self._head(status, len(body), headers)
        with contextlib.suppress(ConnectionError):
            if fault.hold is not None:
                self.wfile.write(body[: fault.hold_after])
                self.wfile.flush()
                fault.hold.wait(60)
                body = body[fault.hold_after :]
            if 0 <= fault.cut_after < len(body):
                self.wfile.write(body[: fault.cut_after])
                self.wfile.flush()
                self.close_connection = True
                self.connection.shutdown(2)
            else:
                self.wfile.write(body)

    def _answer(self, status: int, body: bytes, headers: Mapping[str, str]) -> None:
        self._head(status, len(body), headers)
        with contextlib.suppress(ConnectionError):
            self.wfile.write(body)

    def _head(self, status: int, length: int, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("content-length", str(length))
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Tests look at `requests` instead."""


@contextlib.contextmanager
def served() -> Iterator[ModelServer]:
    """A server for a test."""
    server = ModelServer()
    try:
        yield server
    finally:
        server.close()


def packed_package(name: str, about: Mapping[str, Any], change: Callable[[str, bytes], bytes] | None = None) -> bytes:
    """An .argosmodel of the starter's translation. change: gets each file's name and content."""
    place = STARTER / "argos" / "translate-en_es-1_0"
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(place.rglob("*")):
            if not file.is_file():
                continue
            content = json.dumps(about).encode() if file.name == "metadata.json" else file.read_bytes()
            inside = file.relative_to(place).as_posix()
            archive.writestr(f"{name}/{inside}", change(inside, content) if change else content)
    return packed.getvalue()


def git_hash(content: bytes) -> str:
    """As git names a blob."""
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


def catalogue_of(entries: list[Entry], file: Path) -> None:
    """Make these the catalogue."""
    from desktop.engine.models.catalogue import rendered

    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(rendered(entries, "2026-01-01"), encoding="utf-8")

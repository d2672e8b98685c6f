"""Downloads from a server that behaves at random, from a seed: drops, drips, lies, bombs, redirects, wrong ranges."""

import gzip
import hashlib
import io
import json
import random
import threading
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

from desktop.bench.faults.good_models import KINDS, Files, files_of, use
from desktop.bench.faults.home import Watch, empty_home
from desktop.bench.faults.packages import WRONG_VALUES
from desktop.bench.faults.result import Outcome, beyond, judged
from desktop.bench.faults.server import Asked, Send, head, honest, hostile
from desktop.engine.errors import EngineError, ModelError
from desktop.engine.models import installed as models
from desktop.engine.models.catalogue import Entry, ModelFile
from desktop.engine.models.downloads import Downloads, Patience
from desktop.engine.models.installed import Kind
from desktop.messages import text_of
from desktop.settings.declaration import ModelSettings

_NAMES: dict[Kind, str] = {"argos": "translate-en_de-1_0", "voice": "en_US-a-low", "whisper": "tiniest"}
_REVISION = "0123456789abcdef0123456789abcdef01234567"
_PATIENCE = Patience(
    connect=1,
    read=0.5,
    attempts=3,
    first_pause=0.01,
    longest_pause=0.05,
    answer=0.5,
    slow_for=0.3,
    waiting=0.3,
    waiting_beside=0.1,
)

_Act = Callable[[Asked, bytes, Send, threading.Event, random.Random], None]


def run(seed: int) -> Outcome:
    """One schedule against one pull, then an honest server: that must do."""
    chance = random.Random(seed)
    kind = chance.choice(KINDS)
    files = files_of(kind)
    is_pinned = kind == "argos" or chance.random() < 0.7
    served = {**_served(kind, files), "": _listing(files)}
    lock = threading.Lock()
    badness = chance.choice((0.3, 0.6, 0.9, 1.0))

    def answer(asked: Asked, send: Send, ended: threading.Event) -> None:
        content = served.get(Path(asked.path).name, served[""])
        with lock:
            acts = _ACTS if content is not served[""] else (*_ON_LISTINGS, *_ON_LISTINGS, _wrong_value)
            act = chance.choice(acts) if chance.random() < badness else _good
            own = random.Random(chance.random())
        act(asked, content, send, ended, own)

    def honestly(asked: Asked, send: Send, ended: threading.Event) -> None:
        honest(asked, served.get(Path(asked.path).name, served[""]), send)

    size = sum(map(len, files.values())) + (len(served[f"{_NAMES[kind]}.argosmodel"]) if kind == "argos" else 0)
    with empty_home(), hostile(answer) as bad, hostile(honestly) as good:
        addresses = (bad.address,) if chance.random() < 0.7 else (bad.address, bad.address)
        began = time.monotonic()
        is_installed, sentence, problem = True, "", ""
        with Watch() as watch:
            try:
                _pull(kind, files, served, addresses, is_pinned=is_pinned)
            except ModelError as error:
                is_installed, sentence, problem = False, error.code, judged(error)
            except Exception as error:
                is_installed, problem = False, f"{type(error).__name__}: {error}"[:200]
        seconds = time.monotonic() - began
        problem = problem or _wrong(kind, files, is_installed=is_installed)
        if not problem and not is_installed:
            try:
                _pull(kind, files, served, (good.address,), is_pinned=is_pinned)
                problem = _wrong(kind, files, is_installed=True)
            except ModelError as error:
                problem = f"afterwards, a good server is refused: {text_of(error)}"
    over = max(0, watch.disk - size)
    problem = problem or beyond(seconds, over, watch.memory)
    return Outcome(seed, f"pull of {kind}", is_installed, sentence, seconds, over, problem, watch.memory)


def _pull(kind: Kind, files: Files, served: Files, addresses: tuple[str, ...], *, is_pinned: bool) -> None:
    """Raises ModelError."""
    entry = entry_of(kind, files, served, addresses, is_pinned=is_pinned)
    Downloads(ModelSettings(hub=addresses), patience=_PATIENCE).pull(entry)


def entry_of(kind: Kind, files: Files, served: Files, addresses: tuple[str, ...], *, is_pinned: bool = True) -> Entry:
    """As a catalogue has it, with sizes and checksums; not pinned: the hub is asked for them."""
    name = _NAMES[kind]
    if kind == "argos":
        package = served[f"{name}.argosmodel"]
        links = tuple(f"{one}/{name}.argosmodel" for one in addresses)
        file = ModelFile(f"{name}.argosmodel", len(package), hashlib.sha256(package).hexdigest())
        return Entry("argos", name, "English to German", ("en", "de"), len(package), "", files=(file,), links=links)
    listed = tuple(
        ModelFile(file, *((len(content), hashlib.sha256(content).hexdigest()) if is_pinned else ()))
        for file, content in files.items()
    )
    size = sum(map(len, files.values())) if is_pinned else None
    return Entry(kind, name, "Tiniest", ("en",), size, "", "a/models", _REVISION if is_pinned else "", listed)


def served_of(kind: Kind, files: Files) -> Files:
    """What an honest server has of a model: its files, for Argos its package; "" is what it says of them."""
    return {**_served(kind, files), "": _listing(files)}


def _served(kind: Kind, files: Files) -> Files:
    if kind != "argos":
        return files
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(f"{_NAMES[kind]}/{name}"), content)
    return {f"{_NAMES[kind]}.argosmodel": packed.getvalue()}


def _listing(files: Files) -> bytes:
    """What the hub answers when it is asked for a repository's files."""
    siblings = [
        {
            "rfilename": name,
            "size": len(content),
            "blobId": hashlib.sha1(content).hexdigest(),
            "lfs": {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content), "pointerSize": 134},
        }
        for name, content in files.items()
    ]
    return json.dumps({"id": "a/models", "modelId": "a/models", "sha": _REVISION, "siblings": siblings}).encode()


def _wrong(kind: Kind, files: Files, *, is_installed: bool) -> str:
    found = [one for one in models.installed(kind) if one.name == _NAMES[kind] or one.path.name == _NAMES[kind]]
    if not is_installed:
        return "half a model is there" if found or models.broken(kind) else ""
    if not found:
        return "it is not installed"
    root = found[0].path.parent if kind == "voice" else found[0].path
    if not all((root / name).read_bytes() == content for name, content in files.items()):
        return "another content is installed"
    try:
        use(found[0])
    except EngineError as error:
        return f"it cannot be used: {text_of(error)}"
    return ""


def _good(asked: Asked, content: bytes, send: Send, ended: threading.Event, chance: random.Random) -> None:
    honest(asked, content, send, etag='"a"')


def _drop(asked: Asked, content: bytes, send: Send, ended: threading.Event, chance: random.Random) -> None:
    send(head(200, content_length=len(content)) + content[: chance.randrange(len(content))])


def _short(asked: Asked, content: bytes, send: Send, ended: threading.Event, chance: random.Random) -> None:
    send(head(200) + content[: chance.randrange(len(content))])


def _drip(asked: Asked, content: bytes, send: Send, ended: threading.Event, chance: random.Random) -> None:
    send(head(200, content_length=len(content)))
    for byte in content:
        send(bytes([byte]))
        if ended.wait(chance.choice((0.005, 0.02, 0.1))):
            return


def _silent(asked: Asked, content: bytes, send: Send, ended: threading.Event, chance: random.Random) -> None:
    if chance.random() < 0.5:
        send(head(200, content_length=len(content)) + content[:100])
    ended.wait(3)


def _drip_head(asked: Asked, content: bytes, send: Send, ended: threading.Event, chance: random.Random) -> None:
    send(b"HTTP/1.1 200 OK\r\n")
    while not ended.wait(0.05):
        send(b"x: y\r\n")


def _endless(asked: Asked, content: bytes, send: Send, ended: threading.Event, chance: random.Random) -> None:
    send(head(200, transfer_encoding="chunked"))
    while not ended.is_set():
        send(b"10000\r\n" + chance.randbytes(1) * 65536 + b"\r\n")


def _bomb(asked: Asked, content: bytes, send: Send, ended: threading.Event, chance: random.Random) -> None:
    packed = gzip.compress(bytes(20_000_000), 1)
    send(head(200, content_encoding=chance.choice(("gzip", "gzip, gzip", "br")), content_length=len(packed)) + packed)


def _flip(asked: Asked, content: bytes, send: Send, ended: threading.Event, chance: random.Random) -> None:
    other = bytearray(content)
    other[chance.randrange(len(other))] ^= 1 << chance.randrange(8)
    honest(asked, bytes(other), send)


def _other(asked: Asked, content: bytes, send: Send, ended: threading.Event, chance: random.Random) -> None:
    honest(asked, chance.randbytes(chance.choice((0, 10, len(content), 2 * len(content)))), send)


def _redirect(asked: Asked, content: bytes, send: Send, ended: threading.Event, chance: random.Random) -> None:
    place = chance.choice((asked.path + "?again", "ftp://nowhere/x", "http://127.0.0.1:1/x", "//", "\xe9", "x" * 9000))
    send(head(chance.choice((301, 302, 307, 308)), location=place, content_length=0))


def _range(asked: Asked, content: bytes, send: Send, ended: threading.Event, chance: random.Random) -> None:
    total = chance.choice((len(content), "*", "9" * 5000, "²", -1))
    begin = chance.randrange(len(content))
    place = f"bytes {begin}-{len(content) - 1}/{total}"
    send(head(206, content_range=place.encode("utf-8").decode("latin-1"), content_length=len(content) - begin))
    send(content[begin:])


def _status(asked: Asked, content: bytes, send: Send, ended: threading.Event, chance: random.Random) -> None:
    after = chance.choice(("", "1000000000", "\xb2", "soon", "-5", "9" * 5000))
    status = chance.choice((100, 204, 206, 300, 304, 400, 401, 404, 408, 416, 418, 429, 500, 503, 599, 999))
    send(head(status, retry_after=after, content_length=0))


def _etag(asked: Asked, content: bytes, send: Send, ended: threading.Event, chance: random.Random) -> None:
    send(
        head(200, etag=chance.choice(('"\xe9"', "W/x", '"' + "e" * 5000 + '"', '"a\x7f"')), content_length=len(content))
    )
    send(content[: chance.randrange(len(content))])


def _noise(asked: Asked, content: bytes, send: Send, ended: threading.Event, chance: random.Random) -> None:
    send(chance.choice((b"", b"HTTP/1.1 ", b"HTTP/9.9 200 OK\r\n\r\n")) + chance.randbytes(chance.randrange(3000)))


def _wrong_value(asked: Asked, content: bytes, send: Send, ended: threading.Event, chance: random.Random) -> None:
    """A listing in which one value is of another type, or nonsense."""
    about = json.loads(content)
    inner = chance.choice((about, chance.choice(about["siblings"]), chance.choice(about["siblings"])["lfs"]))
    inner[chance.choice(sorted(inner))] = chance.choice(WRONG_VALUES)
    honest(asked, json.dumps(about).encode(), send)


_ON_LISTINGS: tuple[_Act, ...] = (
    *(_drop, _short, _drip, _silent, _drip_head, _endless, _bomb),
    *(_redirect, _status, _etag, _noise),
)
_ACTS: tuple[_Act, ...] = (*_ON_LISTINGS, _flip, _other, _range)

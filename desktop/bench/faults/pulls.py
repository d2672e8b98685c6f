"""Downloads from a server that behaves at random, from a seed: drops, drips, lies, bombs, redirects, wrong ranges."""

import gzip
import hashlib
import random
import threading
import time
from collections.abc import Callable
from pathlib import Path

from desktop.bench.faults.home import DiskWatch, empty_home
from desktop.bench.faults.result import Outcome, judged
from desktop.bench.faults.server import Asked, Send, head, honest, hostile
from desktop.engine.errors import ModelError
from desktop.engine.models import installed as models
from desktop.engine.models.catalogue import Entry, ModelFile
from desktop.engine.models.downloads import Downloads, Patience
from desktop.messages import text_of
from desktop.settings.declaration import ModelSettings
from desktop.system.paths import RESOURCES

_STARTER = RESOURCES / "starter" / "voices" / "en_US-tiny-x_low.onnx"
_NAME = "en_US-amy-low"
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
LONGEST = 60.0
"""seconds that no download may take, with that patience"""
SPARE = 1 << 20
"""bytes on the disk beyond the size of the model"""

_Act = Callable[[Asked, bytes, Send, threading.Event, random.Random], None]


def run(seed: int) -> Outcome:
    """One schedule against one pull, then an honest server: that must do."""
    chance = random.Random(seed)
    files = {f"{_NAME}.onnx": _STARTER.read_bytes(), f"{_NAME}.onnx.json": _named(".json").read_bytes()}
    lock = threading.Lock()
    badness = chance.choice((0.3, 0.6, 0.9, 1.0))

    def answer(asked: Asked, send: Send, ended: threading.Event) -> None:
        content = files[Path(asked.path).name]
        with lock:
            act = chance.choice(_ACTS) if chance.random() < badness else _good
            own = random.Random(chance.random())
        act(asked, content, send, ended, own)

    def honestly(asked: Asked, send: Send, ended: threading.Event) -> None:
        honest(asked, files[Path(asked.path).name], send)

    entry = _entry(files)
    size = sum(map(len, files.values()))
    with empty_home(), hostile(answer) as bad, hostile(honestly) as good:
        began = time.monotonic()
        is_installed, sentence, problem = True, "", ""
        with DiskWatch() as disk:
            try:
                addresses = (bad.address,) if chance.random() < 0.7 else (bad.address, bad.address)
                Downloads(ModelSettings(hub=addresses), patience=_PATIENCE).pull(entry)
            except ModelError as error:
                is_installed, sentence, problem = False, error.code, judged(error)
            except Exception as error:
                is_installed, problem = False, f"{type(error).__name__}: {error}"[:200]
        seconds = time.monotonic() - began
        problem = problem or _wrong(files, is_installed=is_installed)
        if not problem and not is_installed:
            try:
                Downloads(ModelSettings(hub=(good.address,)), patience=_PATIENCE).pull(entry)
                problem = _wrong(files, is_installed=True)
            except ModelError as error:
                problem = f"afterwards, a good server is refused: {text_of(error)}"
    over = max(0, disk.most - size)
    if seconds > LONGEST:
        problem = problem or f"{seconds:.0f} s"
    if over > SPARE:
        problem = problem or f"{over} bytes too many on the disk"
    return Outcome(seed, "pull", is_installed, sentence, seconds, over, problem)


def _named(suffix: str) -> Path:
    return _STARTER.with_name(_STARTER.name + suffix)


def _entry(files: dict[str, bytes]) -> Entry:
    """As a catalogue has it, with sizes and checksums."""
    listed = tuple(
        ModelFile(
            f"en/{name}",
            len(content),
            hashlib.sha256(content).hexdigest(),
        )
        for name, content in files.items()
    )
    return Entry("voice", _NAME, "Amy", ("en",), sum(map(len, files.values())), "", "a/voices", _REVISION, listed)


def _wrong(files: dict[str, bytes], *, is_installed: bool) -> str:
    found = [one for one in models.installed("voice") if one.name == _NAME]
    if not is_installed:
        return "half a model is there" if found or models.broken("voice") else ""
    if not found:
        return "it is not installed"
    whole = all((found[0].path.parent / name).read_bytes() == content for name, content in files.items())
    return "" if whole else "another content is installed"


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


_ACTS: tuple[_Act, ...] = (
    *(_drop, _short, _drip, _silent, _drip_head, _endless, _bomb, _flip, _other),
    *(_redirect, _range, _status, _etag, _noise),
)

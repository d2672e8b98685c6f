"""Servers that lie, drip and never end: the model comes from the next mirror, or there is one sentence; nothing is
filled and nothing hangs."""

import hashlib
import json
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from desktop.bench.faults.server import Asked, HostileServer, Send, head, honest, hostile
from desktop.engine.errors import ModelError
from desktop.engine.models.catalogue import Entry, ModelFile
from desktop.engine.models.downloads import Downloads, Patience
from desktop.engine.models.downloads.network.client import whole_number
from desktop.messages import text_of
from desktop.settings.declaration import ModelSettings
from tests.model_server import REVISION, STARTER, packed_package
from tests.unit.engine.models.downloads.test_pull import is_sentence, nothing_is_there

FILES = {
    "en_US-amy-low.onnx": (STARTER / "voices" / "en_US-tiny-x_low.onnx").read_bytes(),
    "en_US-amy-low.onnx.json": (STARTER / "voices" / "en_US-tiny-x_low.onnx.json").read_bytes(),
}
QUICK = Patience(
    connect=1,
    read=1,
    attempts=3,
    first_pause=0.01,
    longest_pause=0.02,
    answer=0.5,
    slow_for=0.3,
    waiting=0.3,
    waiting_beside=0.1,
)
Bad = Callable[[Asked, bytes, Send, threading.Event], None]


def voice() -> Entry:
    files = tuple(
        ModelFile(f"en/{name}", len(content), hashlib.sha256(content).hexdigest()) for name, content in FILES.items()
    )
    size = sum(map(len, FILES.values()))
    return Entry("voice", "en_US-amy-low", "Amy", ("en",), size, "CC0", "rhasspy/piper-voices", REVISION, files)


def served(bad: Bad) -> Callable[[Asked, Send, threading.Event], None]:
    def answer(asked: Asked, send: Send, ended: threading.Event) -> None:
        bad(asked, FILES[Path(asked.path).name], send, ended)

    return answer


def good(asked: Asked, content: bytes, send: Send, ended: threading.Event) -> None:
    honest(asked, content, send)


def endless(asked: Asked, content: bytes, send: Send, ended: threading.Event) -> None:
    send(head(200, transfer_encoding="chunked"))
    while not ended.is_set():
        send(b"10000\r\n" + bytes(65536) + b"\r\n")


def bomb(asked: Asked, content: bytes, send: Send, ended: threading.Event) -> None:
    import gzip

    packed = gzip.compress(bytes(50_000_000))
    send(head(200, content_encoding="gzip", content_length=len(packed)) + packed)


def drips(asked: Asked, content: bytes, send: Send, ended: threading.Event) -> None:
    send(head(200, content_length=len(content)))
    for byte in content:
        send(bytes([byte]))
        if ended.wait(0.05):
            return


def drips_headers(asked: Asked, content: bytes, send: Send, ended: threading.Event) -> None:
    send(b"HTTP/1.1 200 OK\r\n")
    while not ended.wait(0.05):
        send(b"x: y\r\n")


def redirects(asked: Asked, content: bytes, send: Send, ended: threading.Event) -> None:
    send(head(302, location=f"{asked.path}?x", content_length=0))


def busy(asked: Asked, content: bytes, send: Send, ended: threading.Event) -> None:
    send(head(429, retry_after=10**9, content_length=0))


def busy_oddly(asked: Asked, content: bytes, send: Send, ended: threading.Event) -> None:
    send(b"HTTP/1.1 503 No\r\nretry-after: \xb2\r\ncontent-length: 0\r\n\r\n")


def huge(asked: Asked, content: bytes, send: Send, ended: threading.Event) -> None:
    send(head(206, content_length=10, content_range=f"bytes 0-9/{'9' * 5000}") + content[:10])


def huge_length(asked: Asked, content: bytes, send: Send, ended: threading.Event) -> None:
    send(head(200, content_length="9" * 5000) + content)


def wrong_range(asked: Asked, content: bytes, send: Send, ended: threading.Event) -> None:
    send(head(206, content_length=10, content_range=f"bytes 5-14/{len(content)}") + content[:10])


def nothing(asked: Asked, content: bytes, send: Send, ended: threading.Event) -> None:
    send(head(204))


def no_http(asked: Asked, content: bytes, send: Send, ended: threading.Event) -> None:
    send(b"\0\xff nonsense \r\n\r\n")


BAD = [
    endless,
    bomb,
    drips,
    drips_headers,
    redirects,
    busy,
    busy_oddly,
    huge,
    huge_length,
    wrong_range,
    nothing,
    no_http,
]


@pytest.mark.parametrize("bad", [*BAD, no_http])
def test_a_bad_server_is_left_for_a_good_one_or_there_is_a_sentence(home: Path, bad: Bad) -> None:
    size = sum(map(len, FILES.values()))
    with hostile(served(bad)) as first, hostile(served(good)) as second:
        with pytest.raises(ModelError) as caught:
            pull(first)
        assert is_sentence(caught.value)
        assert nothing_is_there(home)
        assert on_disk(home) <= size + (1 << 20)
        assert pull(first, second).name == "en_US-amy-low"


def pull(*servers: HostileServer) -> object:
    settings = ModelSettings(hub=tuple(one.address for one in servers))
    return Downloads(settings, patience=QUICK).pull(voice())


def on_disk(place: Path) -> int:
    return sum(file.stat().st_size for file in place.rglob("*") if file.is_file())


def test_a_name_of_the_content_that_cannot_be_sent_back_does_no_harm(home: Path) -> None:
    """An ETag in other letters than ASCII: the rest is asked for without it."""
    cuts = [True]

    def cut_once(asked: Asked, content: bytes, send: Send, ended: threading.Event) -> None:
        if len(content) > 10_000 and cuts:
            cuts.clear()
            send(b'HTTP/1.1 200 OK\r\netag: "\xe9\xff"\r\ncontent-length: %d\r\n\r\n' % len(content))
            send(content[:5000])
            return
        honest(asked, content, send)

    with hostile(served(cut_once)) as server:
        pull(server)
        assert [one.start for one in server.requests if one.has_range] == [5000]


@pytest.mark.parametrize(
    "odd",
    [
        {"size": "abc"},
        {"size": -1},
        {"size": True},
        {"size": 10**30},
        {"lfs": {"size": "x", "sha256": 7, "pointerSize": 1}},
        {"blobId": "zz"},
        {"blobId": ["a"]},
        {"rfilename": 7},
    ],
)
def test_what_the_hub_says_is_read_strictly(home: Path, odd: dict[str, object]) -> None:
    entry = Entry("whisper", "mine", "Mine", ("en",), 9, "CC0", "some/mine", "", (ModelFile("model.bin"),))
    file = {"rfilename": "model.bin", "size": 9, "blobId": "0" * 40, **odd}

    def answer(asked: Asked, send: Send, ended: threading.Event) -> None:
        body = json.dumps({"id": "some/mine", "sha": REVISION, "siblings": [file]}).encode()
        send(head(200, content_length=len(body)) + body)

    with hostile(answer) as server, pytest.raises(ModelError) as caught:
        Downloads(ModelSettings(hub=(server.address,)), patience=QUICK).pull(entry)
    assert caught.value.code == "hub" or is_sentence(caught.value)
    assert "answers in a way" in text_of(caught.value)


def test_a_package_of_unknown_size_is_not_endless(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from desktop.engine.models.downloads.network import transfer

    monkeypatch.setattr(transfer, "_LARGEST_UNKNOWN", 1_000_000)
    content = packed_package("translate-en_de-1_0", {"from_code": "en", "to_code": "de"})

    def answer(asked: Asked, send: Send, ended: threading.Event) -> None:
        if "good" in asked.path:
            send(head(200) + content)  # as long as the line is open
        else:
            endless(asked, b"", send, ended)

    with hostile(answer) as server:
        links = (f"{server.address}/bad.argosmodel", f"{server.address}/good.argosmodel")
        entry = Entry("argos", "translate-en_de-1_0", "en → de", ("en", "de"), None, "CC0", links=links)
        monkeypatch.setattr(transfer, "_LARGEST_UNKNOWN", len(content) + 10)
        assert Downloads(patience=QUICK).pull(entry).languages == ("en", "de")


def test_numbers_are_those_of_ascii_and_no_longer_than_any_size() -> None:
    assert [whole_number(text) for text in ("12", "²", "١", "", "-1", "9" * 5000, "1e3")] == [12, *[None] * 6]

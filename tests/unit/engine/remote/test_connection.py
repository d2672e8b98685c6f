"""A connection to servers that are none, refuse, say nothing or stand still: each question ends, and says why."""

import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from websockets.http11 import Request, Response
from websockets.sync.server import Server, ServerConnection, serve

from desktop.engine.errors import EngineAway, EngineError
from desktop.engine.recognition.backends.base import Hypothesis, RecognitionRequest, RecognizerCapabilities
from desktop.engine.recognition.work import Decode
from desktop.engine.remote import address, wire
from desktop.engine.remote.connection import Connection
from desktop.engine.requests import Kind
from tests.waiting import wait_until

ABLE = RecognizerCapabilities(frozenset({"en"}), detects_language=False, streaming=True)
WORK = Decode(np.zeros(1600, np.float32), RecognitionRequest("en"), 0.0)
Handler = Callable[[ServerConnection], None]


@contextmanager
def served(handler: Handler, **options: Any) -> Iterator[str]:
    with serve(handler, "127.0.0.1", 0, **options) as server:
        yield from _running(server)


def _running(server: Server) -> Iterator[str]:
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.socket.getsockname()[1]}"
    server.shutdown()
    thread.join()


@contextmanager
def connected(url: str, token: str | None = None, certificate: Path | None = None) -> Iterator[Connection]:
    connection = Connection(address.read(url), lambda: token, certificate)
    try:
        yield connection
    finally:
        began = time.monotonic()
        connection.close()
        assert time.monotonic() - began < 2
        assert not [thread for thread in threading.enumerate() if thread.name == "parley-server"]


def greets(socket: ServerConnection) -> None:
    socket.send(wire.hello("base", ABLE, 1, 0.1))


def answers(socket: ServerConnection) -> None:
    greets(socket)
    for message in socket:
        assert isinstance(message, bytes)
        socket.send(wire.answered(wire.read_asked(message).id, Hypothesis("en", ())))


def why(connection: Connection) -> str:
    with pytest.raises(EngineAway) as caught:
        connection.open()
    return caught.value.message.key


def test_it_asks_and_is_answered() -> None:
    with served(answers) as url, connected(url) as connection:
        hello = connection.open()
        assert (hello.name, hello.capabilities.needs_network) == ("base", True)
        assert connection.ask(0, Kind.PARTIAL, WORK) == Hypothesis("en", ())


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ssl.SSLContext]:
    """A certificate that a server made itself, and that server's side of it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    folder = tmp_path_factory.mktemp("certificate")
    pem = made.public_bytes(Encoding.PEM)
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "server.pem").write_bytes(pem)
    (folder / "both.pem").write_bytes(secret + pem)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "both.pem")
    return folder / "server.pem", context


def test_a_certificate_that_a_server_made_itself_is_taken_where_it_is_named(
    certificate: tuple[Path, ssl.SSLContext], tmp_path: Path
) -> None:
    file, context = certificate
    with served(answers, ssl=context) as url:
        secure = url.replace("http", "https")
        with connected(secure) as connection:
            assert why(connection) == "server-certificate-unknown"
        with connected(secure, certificate=file) as connection:
            assert connection.open().name == "base"
        with connected(secure, certificate=tmp_path / "none.pem") as connection:
            assert why(connection) == "server-certificate-unreadable"


def test_the_token_goes_in_the_header_only() -> None:
    seen: list[tuple[str, str | None]] = []

    def look(socket: ServerConnection, request: Request) -> Response | None:
        seen.append((request.path, request.headers.get("Authorization")))
        return None

    with served(answers, process_request=look) as url, connected(url, "parley_secret") as connection:
        connection.open()
    assert seen == [("/work", "Bearer parley_secret")]


@pytest.mark.parametrize(
    ("status", "key"),
    [
        (HTTPStatus.UNAUTHORIZED, "server-refuses-token"),
        (HTTPStatus.FORBIDDEN, "server-refuses-token"),
        (HTTPStatus.TOO_MANY_REQUESTS, "server-has-no-room"),
        (HTTPStatus.NOT_FOUND, "server-no-parley"),
    ],
)
def test_a_server_that_refuses(status: HTTPStatus, key: str) -> None:
    asked: list[str] = []

    def refuse(socket: ServerConnection, request: Request) -> Response:
        asked.append(request.path)
        return socket.respond(status, "no")

    with served(answers, process_request=refuse) as url, connected(url) as connection:
        assert why(connection) == key
        if key == "server-refuses-token":
            assert len(asked) == 1  # whoever knocks again and again is locked out


def test_a_server_that_is_none() -> None:
    with served(lambda socket: socket.send("hello")) as url, connected(url) as connection:
        assert why(connection) == "server-no-parley"
    with connected("http://127.0.0.1:9") as connection:
        assert why(connection) == "server-not-reached"
        with pytest.raises(EngineAway):
            connection.ask(0, Kind.PARTIAL, WORK)


def test_a_server_that_stands_still_is_waited_for_in_measure() -> None:
    still = threading.Event()

    def hangs(socket: ServerConnection) -> None:
        greets(socket)
        still.wait(20)

    with served(hangs) as url, connected(url) as connection:
        connection.open()
        with pytest.raises(EngineAway, match="server-silent-now"):
            connection.ask(0, Kind.PARTIAL, WORK)
        still.set()


def test_a_connection_that_breaks_ends_what_is_asked_and_is_made_again() -> None:
    count = 0

    def breaks_first(socket: ServerConnection) -> None:
        nonlocal count
        count += 1
        if count == 1:
            greets(socket)
            socket.recv()
            socket.close()
            return
        answers(socket)

    with served(breaks_first) as url, connected(url) as connection:
        connection.open()
        with pytest.raises(EngineAway, match="server-gone"):
            connection.ask(0, Kind.PARTIAL, WORK)
        assert wait_until(lambda: count == 2 and connection.hello is not None)
        assert connection.ask(0, Kind.PARTIAL, WORK) == Hypothesis("en", ())


def test_errors_of_the_server_are_raised_here() -> None:
    def fails(socket: ServerConnection) -> None:
        greets(socket)
        for message in socket:
            assert isinstance(message, bytes)
            error = EngineError("speakers-full", code="server-busy")
            socket.send(wire.answered(wire.read_asked(message).id, error))

    with served(fails) as url, connected(url) as connection:
        connection.open()
        with pytest.raises(EngineError, match="speakers-full") as caught:
            connection.ask(0, Kind.PARTIAL, WORK)
        assert caught.value.code == "server-busy"


def test_audio_that_the_server_lost_is_sent_whole_again() -> None:
    wholes: list[int] = []

    def forgets(socket: ServerConnection) -> None:
        greets(socket)
        for message in socket:
            assert isinstance(message, bytes)
            asked = wire.read_asked(message)
            assert asked.audio is not None
            wholes.append(asked.audio.keep)
            lost = EngineError("work-audio-missing", code="bad-message")
            socket.send(wire.answered(asked.id, lost if asked.audio.keep else Hypothesis("en", ())))

    with served(forgets) as url, connected(url) as connection:
        connection.open()
        connection.ask(0, Kind.PARTIAL, WORK)
        with pytest.raises(EngineError):
            connection.ask(0, Kind.PARTIAL, WORK)
        assert connection.ask(0, Kind.PARTIAL, WORK) == Hypothesis("en", ())
    assert wholes == [0, 1600, 0]

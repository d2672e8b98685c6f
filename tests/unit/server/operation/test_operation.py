"""What leaves the server for its operator holds no word of what was said."""

import io
import json
import logging
import threading
import zlib
from collections.abc import Iterator
from gzip import decompress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from desktop.engine.errors import EngineError
from desktop.server.operation import error_tracking, logs
from desktop.server.operation.tracing import trace
from tests.waiting import wait_until

SAID = "the secret recipe"


def test_each_line_of_the_log_is_an_object_with_its_trace() -> None:
    stream = io.StringIO()
    handler = logs.write_json(stream)
    token = trace.set("ab" * 16)
    try:
        logging.getLogger("desktop.server.test").warning("a client left", extra={"protocol": "native"})
    finally:
        trace.reset(token)
        logging.getLogger().removeHandler(handler)
    line = json.loads(stream.getvalue())
    assert line["event"] == "a client left"
    assert line["level"] == "warning"
    assert line["protocol"] == "native"
    assert line["trace_id"] == "ab" * 16
    assert line["timestamp"].endswith("+00:00")


@pytest.fixture
def service() -> Iterator[tuple[str, list[bytes]]]:
    """Something that takes what Sentry's protocol sends: its DSN, and what came."""
    came: list[bytes] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            encoding = self.headers.get("Content-Encoding", "")
            came.append(decompress(body) if encoding == "gzip" else zlib.decompress(body) if encoding else body)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://key@127.0.0.1:{server.server_port}/1", came
    server.shutdown()
    server.server_close()
    thread.join(5)


def test_an_error_is_sent_without_what_was_said(service: tuple[str, list[bytes]]) -> None:
    import sentry_sdk

    dsn, came = service
    error_tracking.begin(dsn)
    try:
        heard = SAID
        try:
            raise ValueError(f"cannot decode {heard}")
        except ValueError:
            logging.getLogger("desktop.server.test").exception("failed on %s", heard)
        sentry_sdk.flush(5)
        assert wait_until(lambda: bool(came), 5)
    finally:
        client = sentry_sdk.get_client()
        sentry_sdk.get_global_scope().set_client(None)
        client.close(timeout=2)
    sent = b"".join(came)
    assert SAID.encode() not in sent
    assert b"ValueError" in sent
    assert b"test_an_error_is_sent" in sent


def test_a_wrong_address_is_one_sentence() -> None:
    with pytest.raises(EngineError) as raised:
        error_tracking.begin("no address")
    assert raised.value.message.key == "sentry-dsn-wrong"

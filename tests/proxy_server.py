"""An HTTP proxy on this machine that demands a name and a password, in front of a server of models."""

import base64
import contextlib
import http.client
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit


class ProxyServer:
    """Whatever host is asked for, the answer is that of `behind` (host:port). Tunnels (CONNECT) end in a 502 once
    the password is right: there is nothing behind them."""

    def __init__(self, behind: str, user: str, password: str) -> None:
        self.statuses: list[int] = []
        """of the answers, in their order"""
        self.hosts: list[str] = []
        """that were asked for with the right password"""
        proxy = self
        wanted = "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                if not self._may():
                    return
                parts = urlsplit(self.path)
                proxy.hosts.append(parts.netloc)
                line = http.client.HTTPConnection(behind, timeout=10)
                passed = {name: value for name, value in self.headers.items() if not name.lower().startswith("proxy-")}
                line.request("GET", parts.path + (f"?{parts.query}" if parts.query else ""), headers=passed)
                answer = line.getresponse()
                body = answer.read()
                line.close()
                headers = [one for one in answer.getheaders() if one[0].lower() not in ("date", "server")]
                self._answer(answer.status, headers, body)

            def do_CONNECT(self) -> None:
                if self._may():
                    self._answer(502, [("content-length", "0")], b"")

            def _may(self) -> bool:
                if self.headers.get("proxy-authorization") == wanted:
                    return True
                self._answer(407, [("proxy-authenticate", 'Basic realm="proxy"'), ("content-length", "0")], b"")
                return False

            def _answer(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
                proxy.statuses.append(status)
                self.send_response(status)
                for name, value in headers:
                    self.send_header(name, value)
                self.end_headers()
                with contextlib.suppress(ConnectionError):
                    self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                """Tests look at `statuses` instead."""

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self.place = f"127.0.0.1:{self._http.server_address[1]}"
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join(5)


@contextlib.contextmanager
def proxied(behind: str, user: str, password: str) -> Iterator[ProxyServer]:
    """A proxy for a test."""
    proxy = ProxyServer(behind, user, password)
    try:
        yield proxy
    finally:
        proxy.close()

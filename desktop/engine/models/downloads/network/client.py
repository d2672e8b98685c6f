"""Asking servers: one client for a download, with the user's proxy and mirrors. On the thread that downloads.

huggingface_hub is offline for the whole process (desktop/__init__.py) and stays so: nothing it does by itself can
reach the network. A download has a client of its own, and takes from huggingface_hub what needs none: addresses,
the user's token, the meaning of the hub's answers, the cache.
"""

import contextlib
import json
import logging
import os
import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from desktop import __version__
from desktop.engine.errors import DownloadError, DownloadGone, DownloadRefused, Unreachable
from desktop.engine.message import Message, Value
from desktop.engine.models.downloads.network.proxy import with_password
from desktop.settings.declaration import ModelSettings
from desktop.system import secrets

if TYPE_CHECKING:
    import httpx2

_log = logging.getLogger(__name__)

HUB = "https://huggingface.co"
ARGOS = "https://raw.githubusercontent.com/argosopentech/argospm-index/main/index.json"
PIPER = "rhasspy/piper-voices"
"""Piper's voices on the hub"""
_LARGEST_LIST = 5_000_000
"""bytes; real lists have a tenth of that. As values of Python even the worst one takes 20 times as much"""
_ENCODINGS = ("gzip", "x-gzip", "deflate", "br", "zstd", "compress")


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a download puts up with a bad line. Tests make it short."""

    connect: float = 10.0
    """seconds until somebody must answer"""
    read: float = 10.0
    """seconds without a byte after which the connection counts as broken"""
    attempts: int = 6
    """tries in a row that bring nothing"""
    first_pause: float = 0.5
    """seconds before the second try; doubled each time"""
    longest_pause: float = 20.0
    answer: float = 30.0
    """seconds until an answer must have begun, redirects included"""
    least_speed: float = 1000.0
    """bytes per second below which a server is given up"""
    slow_for: float = 20.0
    """seconds that the speed is averaged over"""
    waiting: float = 60.0
    """seconds of pauses at one server, also if it asks for more"""
    waiting_beside: float = 10.0
    """the same while there is another server to ask"""

    def is_over(self, waited: float, *, is_last: bool) -> bool:
        """Whether so many seconds of pauses at a server are too many. is_last: there is no other one to ask."""
        return waited > (self.waiting if is_last else self.waiting_beside)

    def pause(self, attempt: int) -> float:
        """Seconds to wait after the failed try of that number, 1 for the first."""
        return float(min(self.longest_pause, self.first_pause * 2 ** (attempt - 1)))


class Temporary(Exception):
    """Worth another try. what, parameters: of the message for when it does not get better.
    after: seconds that the server asked for. is_hopeless: not from this server, now."""

    def __init__(self, what: str, /, *, after: float = 0.0, is_hopeless: bool = False, **parameters: Value) -> None:
        self.message = Message(what, **parameters)
        super().__init__(self.message)
        self.after = after
        self.is_hopeless = is_hopeless

    @property
    def retrying(self) -> Message:
        """What is said while there are tries left."""
        return Message("download-retrying", problem=self.message)


def hubs(settings: ModelSettings) -> tuple[str, ...]:
    """Addresses of the hub, best first, without the closing slash."""
    chosen = settings.hub or ((os.environ.get("HF_ENDPOINT"),) if os.environ.get("HF_ENDPOINT") else (HUB,))
    return tuple(str(one).strip().rstrip("/") for one in chosen)


def argos_lists(settings: ModelSettings) -> tuple[str, ...]:
    """Addresses of Argos's index; a folder means the index.json in it, as in ARGOS_PACKAGE_INDEX."""
    chosen = settings.argos or (os.environ.get("ARGOS_PACKAGE_INDEX") or ARGOS,)
    return tuple(one if one.endswith(".json") else one.rstrip("/") + "/index.json" for one in chosen)


@contextmanager
def open_client(settings: ModelSettings, patience: Patience) -> "Iterator[httpx2.Client]":
    """A client for one action. Raises DownloadError if the proxy cannot be used."""
    import httpx2

    timeout = httpx2.Timeout(patience.read, connect=patience.connect)
    try:
        client = httpx2.Client(
            proxy=with_password(settings.proxy) or None,
            timeout=timeout,
            follow_redirects=True,
            limits=httpx2.Limits(max_keepalive_connections=0),  # each request has a line of its own, see `answered`
            headers={"user-agent": f"parley/{__version__}", "accept-encoding": "identity"},
        )
    except (ValueError, ImportError, httpx2.HTTPError, httpx2.InvalidURL) as error:
        _log.warning("proxy: %s", type(error).__name__)
        raise DownloadError("proxy-unusable") from None
    with client:
        yield client


@contextmanager
def translated(url: str) -> Iterator[None]:
    """Failures of the line become Temporary."""
    import httpx2

    host = _host(url)
    try:
        yield
    except httpx2.ProxyError as error:
        if str(error).startswith("407"):
            raise DownloadRefused("proxy-asks-password", secret=secrets.PROXY) from None
        raise Temporary("proxy-in-the-way", host=host) from None
    except httpx2.ConnectTimeout:
        raise Temporary("server-silent", host=host) from None
    except httpx2.ConnectError as error:
        if _is_name_error(error):
            raise Temporary("server-not-found", host=host) from None
        if "certificate" in str(error).lower():
            raise Temporary("certificate-not-valid", host=host) from None
        raise Temporary("server-unreachable", host=host) from None
    except httpx2.UnsupportedProtocol:
        raise DownloadError("address-unusable", address=url[:120]) from None
    except httpx2.TimeoutException:
        raise Temporary("server-stopped", host=host) from None
    except (httpx2.TransportError, httpx2.DecodingError, httpx2.StreamError):
        raise Temporary("connection-breaks", host=host) from None
    except (httpx2.InvalidURL, httpx2.TooManyRedirects, UnicodeError):
        raise DownloadError("address-unusable", address=url[:120]) from None


def check_status(response: "httpx2.Response", what: str | Message) -> None:
    """Raises DownloadRefused, DownloadGone, Temporary or DownloadError unless the answer is a good one."""
    status, host = response.status_code, response.url.host
    if status in (200, 206):
        if any(one in response.headers.get("content-encoding", "").casefold() for one in _ENCODINGS):
            raise DownloadError("answer-packed", host=host, what=what)  # unasked: it may be of any length
        return
    if status == 407:
        raise DownloadRefused("proxy-asks-password", secret=secrets.PROXY)
    if status in (401, 403):
        raise DownloadRefused("download-refused", host=host, what=what, status=status)
    if status in (404, 410):
        raise DownloadGone("download-gone", host=host, what=what, status=status)
    if status in (408, 425, 429) or status >= 500:
        after = whole_number(response.headers.get("retry-after", "")) or 0
        raise Temporary("server-busy", host=host, what=what, status=status, after=float(after))
    raise DownloadError("answer-unexpected", host=host, status=status, what=what)


def whole_number(text: str) -> int | None:
    """What a header says, if it is a number that makes sense."""
    return int(text) if re.fullmatch(r"[0-9]{1,15}", text) else None


@contextmanager
def answered(
    client: "httpx2.Client", url: str, headers: dict[str, str] | None, patience: Patience
) -> "Iterator[httpx2.Response]":
    """The answer to a request, its headers read. Raises like `translated`; Temporary, too, if it does not begin in
    time: a server may send a byte now and then for ever."""
    lines: list[Any] = []

    def note(_: str, about: dict[str, Any]) -> None:
        line = about.get("return_value")
        if hasattr(line, "get_extra_info"):
            lines.append(line)

    def give_up() -> None:
        has_waited.set()
        for line in lines:
            hang_up(line)

    has_waited = threading.Event()
    timer = threading.Timer(patience.answer, give_up)
    timer.daemon = True
    timer.start()
    with contextlib.ExitStack() as stack:
        stack.enter_context(translated(url))
        try:
            response = stack.enter_context(client.stream("GET", url, headers=headers, extensions={"trace": note}))
        except Exception:
            if has_waited.is_set():
                raise Temporary("server-too-slow", host=_host(url), is_hopeless=True) from None
            raise
        finally:
            timer.cancel()
        yield response


def pieces(response: "httpx2.Response", patience: Patience) -> Iterator[bytes]:
    """The body as it comes, as it was sent. Raises Temporary if it comes too slowly to be waited for."""
    began, received = time.monotonic(), 0
    for piece in response.iter_raw():
        yield piece
        received += len(piece)
        passed = time.monotonic() - began
        if passed >= patience.slow_for:
            if received < patience.least_speed * passed:
                raise Temporary("server-too-slow", host=response.url.host, is_hopeless=True)
            began, received = time.monotonic(), 0


def hang_up(line: Any) -> None:
    """Whoever waits for bytes on this line gets an error at once. From any thread."""
    connection = line.get_extra_info("socket")
    if connection is not None:
        with contextlib.suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)


def get_json(
    client: "httpx2.Client",
    url: str,
    what: str | Message,
    headers: dict[str, str] | None = None,
    patience: Patience | None = None,
) -> Any:
    """The JSON at an address. Raises like check_status, and DownloadError if it is no JSON."""
    patience = patience or Patience()
    with answered(client, url, headers, patience) as response:
        check_status(response, what)
        content = bytearray()
        for piece in pieces(response, patience):
            content += piece
            if len(content) > _LARGEST_LIST:
                raise DownloadError("answer-too-long", host=response.url.host, what=what)
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        host = urlsplit(url).hostname or url
        raise DownloadError("answer-no-list", host=host, what=what) from None


def hub_headers(hub: str) -> dict[str, str]:
    """The user's token, for the hub itself and the one that HF_ENDPOINT names, never for another mirror."""
    own = {HUB, (os.environ.get("HF_ENDPOINT") or HUB).rstrip("/")}
    if hub not in own:
        return {}
    from huggingface_hub import get_token

    token = get_token()
    return {"authorization": f"Bearer {token}"} if token else {}


def gave_up(problem: Temporary) -> Unreachable:
    """The error after the last try."""
    return Unreachable(problem.message, recoverable=True)


def _host(url: str) -> str:
    try:
        return urlsplit(url).netloc.rpartition("@")[2] or url
    except ValueError:
        raise DownloadError("address-unusable", address=url[:120]) from None


def _is_name_error(error: BaseException) -> bool:
    here: BaseException | None = error
    while here is not None:
        if isinstance(here, socket.gaierror):
            return True
        here = here.__cause__ or here.__context__
    return False

"""What the three services of Google Cloud share: the key, the address, the connection, and what their errors mean.

The key is a service account's (the JSON file that Google gives) or an API key.
"""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from desktop.engine.cloud.clients.libraries import importing, is_here, setting
from desktop.engine.cloud.errors import CloudFailed, CloudLimit, Failure, Limit
from desktop.engine.cloud.options import CloudOptions
from desktop.engine.errors import EngineError

_SCOPE = "https://www.googleapis.com/auth/cloud-platform"
_DAILY = re.compile(r"per day|billing|free tier", re.IGNORECASE)
_TOO_LONG = re.compile(r"duration|long|timeout|time limit", re.IGNORECASE)
_TOO_BIG = re.compile(r"too (?:large|big|long)|exceeds?\b.*(?:limit|maximum|size)|\bKB\b", re.IGNORECASE)
_UNRESOLVED = re.compile(r"dns|resol|domain name|nodename|getaddrinfo", re.IGNORECASE)
_SLOW = re.compile(r"timed? ?out|deadline", re.IGNORECASE)
_NOBODY = re.compile(r"refused|failed to connect|unreachable|no route", re.IGNORECASE)
_BROKEN = re.compile(r"closed|reset|goaway|broken|removed|rst_stream|eof", re.IGNORECASE)
_UNREADABLE = re.compile(r"deserializ|pars(?:e|ing)|protocol error|frame|http2 response|content-type", re.IGNORECASE)


class GoogleAccess:
    """Of one service.

    service: as in its address ("speech"). Raises CloudFailed where the library is missing or the key is none."""

    def __init__(self, options: CloudOptions, service: str, region: str) -> None:
        self._options = options
        self.place = options.place
        key = (options.key() or "").strip()
        self.project = options.project
        self.metadata: tuple[tuple[str, str], ...] = ()
        """of each call"""
        self._credentials = self._read(key)
        is_own = options.endpoint == options.engine.endpoint
        prefix = f"{region}-" if region and region != "global" else ""
        self.host = f"{prefix}{service}.{options.endpoint}" if is_own else options.endpoint.rpartition("://")[2]

    def _read(self, key: str) -> Any:
        with importing(self._options):
            from google.auth import credentials
            from google.oauth2 import service_account
        if not key:
            raise CloudFailed(Failure.KEY, self.place)
        if not key.startswith("{"):
            if not key.isascii() or not key.isprintable():
                raise CloudFailed(Failure.KEY, self.place)
            self.metadata = (("x-goog-api-key", key),)
            return _untyped(credentials).AnonymousCredentials()
        try:
            record = json.loads(key)
            self.project = self.project or str(record.get("project_id", ""))
            return _untyped(service_account).Credentials.from_service_account_info(record, scopes=[_SCOPE])
        except ValueError:  # of json, and of what google.auth says of a record that is incomplete
            raise CloudFailed(Failure.KEY, self.place) from None

    def parent(self, location: str) -> str:
        """Whose work it is. Raises CloudFailed where no project is known."""
        if not self.project:
            raise CloudFailed(Failure.SETTING, self.place, detail=setting(self._options, "project"))
        return f"projects/{self.project}/locations/{location}"

    def transport(self, kind: Any) -> Any:
        """A connection of its own, of the library's class `kind`; without encryption where the service is this
        machine."""
        import grpc
        from google.api_core.gapic_v1.client_info import ClientInfo

        class Unnamed(ClientInfo):
            """The versions of Python and of libraries are nobody's business."""

            def to_user_agent(self) -> str:
                return "gccl/parley"

        unnamed = _untyped(Unnamed)()

        # Each client has a connection of its own; those of one process are else shared.
        own = [
            ("grpc.use_local_subchannel_pool", 1),
            (
                "grpc.min_reconnect_backoff_ms",
                round(1000 * self._options.timeouts.connect),
            ),  # also how long it connects
        ]
        if is_here(self.host):
            channel = grpc.insecure_channel(self.host, options=[*own, ("grpc.enable_http_proxy", 0)])
            return kind(host=self.host, channel=channel, client_info=unnamed)

        def secure(host: str, *, options: list[tuple[str, Any]], **arguments: Any) -> Any:
            return kind.create_channel(host, options=[*options, *own], **arguments)

        return kind(
            host=self.host,
            credentials=self._credentials,
            channel=secure,
            client_info=unnamed,
            always_use_jwt_access=True,
        )

    @contextmanager
    def working(self, what: str) -> Iterator[None]:
        """Around calls of the library: what it raises becomes CloudFailed or CloudLimit. what: the setting that is
        wrong where what was asked for cannot be."""
        from google.api_core.exceptions import GoogleAPICallError, RetryError
        from google.auth.exceptions import GoogleAuthError

        try:
            yield
        except GoogleAPICallError as error:
            raise meaning(error, self.place, setting(self._options, what)) from None
        except RetryError:
            raise CloudFailed(Failure.STALL, self.place) from None
        except GoogleAuthError:
            raise CloudFailed(Failure.KEY, self.place) from None


def _untyped(module: Any) -> Any:
    """A module whose functions have no types, for mypy."""
    return module


def meaning(error: Any, place: str, what: str) -> EngineError:
    """Of a GoogleAPICallError. what: the setting that is wrong where what was asked for cannot be."""
    status = error.grpc_status_code
    name = status.name if status is not None else ""
    text = str(error.message)
    match name:
        case "UNAUTHENTICATED":
            return CloudFailed(Failure.KEY, place)
        case "PERMISSION_DENIED":
            return CloudFailed(Failure.FORBIDDEN, place)
        case "RESOURCE_EXHAUSTED":
            wait = _wait(error)
            if wait is None and _DAILY.search(text):
                return CloudFailed(Failure.QUOTA, place)
            return CloudFailed(Failure.RATE, place, wait=wait)
        case "DEADLINE_EXCEEDED":
            return CloudFailed(Failure.STALL, place)
        case "ABORTED" | "OUT_OF_RANGE" if _TOO_LONG.search(text):
            return CloudLimit(Limit.LENGTH, place)
        case "INVALID_ARGUMENT" if "api key" in text.lower():
            return CloudFailed(Failure.KEY, place)
        case "INVALID_ARGUMENT" if _TOO_BIG.search(text):
            return CloudLimit(Limit.SIZE, place)
        case "INVALID_ARGUMENT" if "language" in text.lower():
            return CloudLimit(Limit.LANGUAGE, place)
        case "INVALID_ARGUMENT" | "NOT_FOUND" | "UNIMPLEMENTED" | "FAILED_PRECONDITION":
            return CloudFailed(Failure.SETTING, place, detail=what)
        case "CANCELLED":
            return CloudFailed(Failure.DISCONNECT, place)
    return CloudFailed(_of_connection(text), place)


def _of_connection(text: str) -> Failure:
    """What UNAVAILABLE, INTERNAL and UNKNOWN mean, which gRPC uses for all that happens to a connection."""
    for pattern, kind in (
        (_UNRESOLVED, Failure.NAME),
        (_SLOW, Failure.STALL),
        (_UNREADABLE, Failure.GARBAGE),
        (_NOBODY, Failure.REFUSED),
        (_BROKEN, Failure.DISCONNECT),
    ):
        if pattern.search(text):
            return kind
    return Failure.BUSY


def _wait(error: Any) -> float | None:
    """Seconds until it may be asked again, where RetryInfo says so."""
    for detail in error.details or ():
        delay = getattr(detail, "retry_delay", None)
        if delay is not None:
            return float(delay.seconds) + float(delay.nanos) / 1e9
    return None

"""Saying no: to HTTP requests, and to WebSockets before they are opened. On the event loop."""

import json
import logging
from collections.abc import Mapping

from starlette.types import Receive, Send
from starlette.types import Scope as Connection

from desktop.engine.errors import EngineError
from desktop.engine.message import Value
from desktop.messages import text_of

log = logging.getLogger(__name__)


class Refused(EngineError):
    """A request that is not answered.

    status: of the HTTP response; after: seconds after which it may be tried again, 0: that would not help.
    The code stands in the audit log, too."""

    code = "refused"

    def __init__(self, what: str, /, *, status: int, code: str, after: float = 0.0, **parameters: Value) -> None:
        super().__init__(what, code=code, recoverable=after > 0, **parameters)
        self.status = status
        self.after = after


def as_refused(error: EngineError) -> Refused:
    """The refusal for an error that is not the client's fault; what it is about is not its business, either."""
    if isinstance(error, Refused):
        return error
    log.error("a request could not be looked at: %s", error)
    return Refused("not-ready", status=503, code=error.code, after=5.0)


async def refuse(refused: Refused, connection: Connection, receive: Receive, send: Send) -> None:
    """Send it as JSON, in the form that OpenAI's clients read."""
    body = json.dumps(
        {"error": {"message": text_of(refused), "type": _type_of(refused.status), "code": refused.code, "param": None}}
    ).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    headers += [(name.encode(), value.encode()) for name, value in _headers(refused).items()]
    prefix = "http.response"
    if connection["type"] == "websocket":
        await receive()  # websocket.connect
        if "websocket.http.response" not in connection.get("extensions", {}):
            await send({"type": "websocket.close", "code": 1008})  # before it is opened: a bare 403
            return
        prefix = "websocket.http.response"
    await send({"type": f"{prefix}.start", "status": refused.status, "headers": headers})
    await send({"type": f"{prefix}.body", "body": body})


def _headers(refused: Refused) -> Mapping[str, str]:
    headers = {"cache-control": "no-store"}
    if refused.status == 401:
        is_bare = refused.code == "token-missing"
        headers["www-authenticate"] = 'Bearer realm="parley"' + ("" if is_bare else ', error="invalid_token"')
    if refused.after > 0:
        headers["retry-after"] = str(max(1, -int(-refused.after // 1)))
    return headers


def _type_of(status: int) -> str:
    return {401: "authentication_error", 403: "permission_error", 429: "rate_limit_error"}.get(
        status, "invalid_request_error"
    )

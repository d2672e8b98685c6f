"""No token is written anywhere. `Redacting` is a filter for logs, for what other libraries say of requests. Pure."""

import logging
import re

PREFIX = "parley_"
"""how every token begins, so that scanners for leaked secrets know it"""
_SECRET = re.compile(
    PREFIX + r"[A-Za-z0-9_-]{20,}"  # ours
    r"|\beyJ[A-Za-z0-9_-]{6,}\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*"  # JSON Web Tokens
)
_NAMES = frozenset({"auth", "authorization", "bearer", "jwt", "key", "token", "api-key", "api_key", "apikey"})
_NAMES |= {"access_token", "id_token", "refresh_token", "x-api-key"}
"""under which clients send tokens in an address"""
_QUERY = re.compile(r"\?[^\s'\"]*")


def holds_secret(text: str) -> bool:
    """Whether there is a token in it."""
    return _SECRET.search(text) is not None


def names_secret(name: str) -> bool:
    """Whether what is so called, in an address, is a token, whatever it looks like."""
    return name.casefold() in _NAMES


def redacted(text: str) -> str:
    """The same without tokens."""
    return _SECRET.sub("[token]", text)


class Redacting(logging.Filter):
    """Lets every record through, without queries of addresses and without tokens."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(_clean(one) if isinstance(one, str) else one for one in record.args)
        if isinstance(record.msg, str):
            record.msg = redacted(record.msg)
        return True


def _clean(text: str) -> str:
    return redacted(_QUERY.sub("", text) if text.startswith(("/", "http")) else text)


def redact_logs() -> None:
    """Attach the filter to the loggers of the web server. Twice is as good as once."""
    for name in ("uvicorn.error", "uvicorn.access", "uvicorn.asgi"):
        logger = logging.getLogger(name)
        if not any(isinstance(one, Redacting) for one in logger.filters):
            logger.addFilter(Redacting())

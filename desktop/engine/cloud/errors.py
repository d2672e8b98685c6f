"""What goes wrong at a cloud engine, each kind with one sentence (`desktop/messages/english/cloud.py`).

    CloudFailed   the engine cannot be used for now: it is left alone, and tried again beside the work
    CloudLimit    it cannot do this piece of work, which goes to the next engine; other work may still go there

Neither ever holds a key, an answer of the provider or what was said.
"""

from enum import StrEnum

from desktop.engine.errors import EngineAway, EngineError


class Failure(StrEnum):
    """Why an engine cannot be used; also the label of the metrics."""

    REFUSED = "refused"
    """nobody listens at the address"""
    NAME = "name"
    """the name of the host is not known: mostly there is no network"""
    KEY = "key"
    """401: no key, or one that is not valid"""
    FORBIDDEN = "forbidden"
    """403: the key may not do this, or the service is not switched on for it"""
    QUOTA = "quota"
    """what was paid for, or given, is used up"""
    RATE = "rate"
    """too many requests for now; `wait` says until when"""
    BUSY = "busy"
    """5xx, or UNAVAILABLE"""
    STALL = "stall"
    """no answer in time"""
    GARBAGE = "garbage"
    """an answer that means nothing"""
    DISCONNECT = "disconnect"
    """the connection broke"""
    LIBRARY = "library"
    """the provider's library is not installed"""
    SETTING = "setting"
    """an address, region, project or model that cannot be"""
    METERED = "metered"
    """the network is paid by volume, and the settings keep away from those"""
    CAP = "cap"
    """today's spending has reached its limit"""
    POLICY = "policy"
    """cloud engines are not to be used on this machine"""


class Limit(StrEnum):
    """Why an engine cannot do a piece of work."""

    LENGTH = "length"
    """more seconds of sound than one stream or request may have"""
    SIZE = "size"
    """more bytes or characters than one request may have"""
    LANGUAGE = "language"
    """a language, pair or voice that it does not know"""


class CloudFailed(EngineAway):
    """An engine cannot be used for now.

    name: the engine, as users know it. wait: seconds after which it may be asked again, where it said so. detail: of a
    kind that has one, what is meant: the address, the setting, the library's extra; never a key."""

    def __init__(self, kind: Failure, name: str, *, wait: float | None = None, detail: str = "") -> None:
        waits = kind is Failure.RATE and wait is not None
        super().__init__(
            f"cloud-{kind}-wait" if waits else f"cloud-{kind}",
            recoverable=True,
            name=name,
            **({"wait": round(wait)} if waits and wait is not None else {}),
            **({"detail": detail} if detail else {}),
        )
        self.kind = kind
        self.wait = wait


class CloudLimit(EngineError):
    """An engine cannot do this piece of work."""

    code = "cloud-limit"

    def __init__(self, kind: Limit, name: str, *, detail: str = "") -> None:
        super().__init__(f"cloud-limit-{kind}", recoverable=True, name=name, **({"detail": detail} if detail else {}))
        self.kind = kind


def kind_of(error: BaseException) -> str:
    """The label under which an error is counted."""
    if isinstance(error, CloudFailed | CloudLimit):
        return error.kind.value
    return "other"


def http_failure(status: int, name: str, *, retry_after: str | None = None, is_quota: bool = False) -> EngineError:
    """What an HTTP status of at least 400 means. retry_after: the header. is_quota: the body says that the account is
    used up, which some tell as 429 and others as 402 or 456."""
    if is_quota or status in (402, 456):
        return CloudFailed(Failure.QUOTA, name)
    if status == 401:
        return CloudFailed(Failure.KEY, name)
    if status == 403:
        return CloudFailed(Failure.FORBIDDEN, name)
    if status == 413:
        return CloudLimit(Limit.SIZE, name)
    if status == 429:
        return CloudFailed(Failure.RATE, name, wait=_seconds(retry_after))
    if status in (400, 404, 405, 422):
        return CloudFailed(Failure.SETTING, name, detail=f"HTTP {status}")
    return CloudFailed(Failure.BUSY, name)


def _seconds(header: str | None) -> float | None:
    """Of Retry-After; a date is not read."""
    try:
        return max(0.0, float(header)) if header is not None else None
    except ValueError:
        return None

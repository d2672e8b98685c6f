"""What goes wrong at a cloud engine, each kind with one sentence (`desktop/messages/english/cloud.py`).

    CloudFailed   the engine cannot be used for now: it is left alone, and tried again beside the work
    CloudLimit    it cannot do this piece of work, which goes to the next engine; other work may still go there

Neither ever holds a key, an answer of the provider or what was said.
"""

from enum import StrEnum

from desktop.engine.errors import EngineAway, EngineError
from desktop.engine.message import Message


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

    name: the engine, as users know it. wait: seconds after which it may be asked again, where it said so. detail: of
    LIBRARY the extra that is missing, of SETTING the name of the setting that is wrong; never a key."""

    def __init__(self, kind: Failure, name: str, *, wait: float | None = None, detail: str = "") -> None:
        super().__init__(_failed(kind, name, wait, detail), recoverable=True)
        self.kind = kind
        self.wait = wait


class CloudLimit(EngineError):
    """An engine cannot do this piece of work."""

    code = "cloud-limit"

    def __init__(self, kind: Limit, name: str) -> None:
        super().__init__(_limited(kind, name), recoverable=True)
        self.kind = kind


def _failed(kind: Failure, name: str, wait: float | None, detail: str) -> Message:
    match kind:
        case Failure.REFUSED:
            return Message("cloud-refused", name=name)
        case Failure.NAME:
            return Message("cloud-name", name=name)
        case Failure.KEY:
            return Message("cloud-key", name=name)
        case Failure.FORBIDDEN:
            return Message("cloud-forbidden", name=name)
        case Failure.QUOTA:
            return Message("cloud-quota", name=name)
        case Failure.RATE if wait is not None:
            return Message("cloud-rate-wait", name=name, wait=round(wait))
        case Failure.RATE:
            return Message("cloud-rate", name=name)
        case Failure.BUSY:
            return Message("cloud-busy", name=name)
        case Failure.STALL:
            return Message("cloud-stall", name=name)
        case Failure.GARBAGE:
            return Message("cloud-garbage", name=name)
        case Failure.DISCONNECT:
            return Message("cloud-disconnect", name=name)
        case Failure.LIBRARY:
            return Message("cloud-library", name=name, detail=detail)
        case Failure.SETTING:
            return Message("cloud-setting", name=name, detail=detail)
        case Failure.METERED:
            return Message("cloud-metered", name=name)
        case Failure.CAP:
            return Message("cloud-cap", name=name)
        case Failure.POLICY:
            return Message("cloud-policy", name=name)


def _limited(kind: Limit, name: str) -> Message:
    match kind:
        case Limit.LENGTH:
            return Message("cloud-limit-length", name=name)
        case Limit.SIZE:
            return Message("cloud-limit-size", name=name)
        case Limit.LANGUAGE:
            return Message("cloud-limit-language", name=name)


def kind_of(error: BaseException) -> str:
    """The label under which an error is counted."""
    if isinstance(error, CloudFailed | CloudLimit):
        return error.kind.value
    return "other"


def http_failure(
    status: int, name: str, *, setting: str, retry_after: str | None = None, is_quota: bool = False
) -> CloudFailed | CloudLimit:
    """What an HTTP status of at least 400 means. setting: the one that is wrong where what was asked for cannot be
    ("cloud.openai_model"). retry_after: the header. is_quota: the body says that the account is used up, which some
    tell as 429 and others as 402 or 456."""
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
        return CloudFailed(Failure.SETTING, name, detail=setting)
    return CloudFailed(Failure.BUSY, name)


def _seconds(header: str | None) -> float | None:
    """Of Retry-After; a date is not read."""
    try:
        return max(0.0, float(header)) if header is not None else None
    except ValueError:
        return None

"""What the engines with OpenAI's interface share: the client, and what its errors mean. Parley's own server, vLLM,
speaches, LocalAI and others have the same; the setting of the address names them.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from desktop.engine.cloud.clients.libraries import checked_address, importing, setting
from desktop.engine.cloud.errors import CloudFailed, CloudLimit, Failure, http_failure
from desktop.engine.cloud.network import failure_of
from desktop.engine.cloud.options import CloudOptions
from desktop.engine.errors import EngineError

_NO_KEY = "none"
"""what the library wants where a server asks for no key"""
CHOOSING = ("gpt-transcribe", "gpt-live-transcribe")
"""models that can be told between which languages to choose"""
_QUOTA = ("insufficient_quota", "billing_hard_limit_reached")


def make_client(options: CloudOptions, *, is_asynchronous: bool = False) -> Any:
    """The library's client. It tries nothing again: who asks does. Raises CloudFailed."""
    address = checked_address(options)
    with importing(options):
        import openai
    key = (options.key() or "").strip()
    if (not key and address == options.engine.endpoint) or not key.isascii() or not (key or " ").isprintable():
        raise CloudFailed(Failure.KEY, options.place)
    timeouts = options.timeouts
    silent: Mapping[str, Any] = dict.fromkeys(_PLATFORM, openai.Omit())
    return (openai.AsyncOpenAI if is_asynchronous else openai.OpenAI)(
        api_key=key or _NO_KEY,
        base_url=address,
        # What the environment says is meant for other programs.
        organization="",
        project="",
        timeout=openai.Timeout(timeouts.answer, connect=timeouts.connect),
        max_retries=0,
        default_headers={**silent, "User-Agent": "parley"},
    )


_PLATFORM = (
    "X-Stainless-Lang",
    "X-Stainless-Package-Version",
    "X-Stainless-OS",
    "X-Stainless-Arch",
    "X-Stainless-Runtime",
    "X-Stainless-Runtime-Version",
    "X-Stainless-Async",
    "X-Stainless-Retry-Count",
    "X-Stainless-Read-Timeout",
    "X-Stainless-Raw-Response",
    "X-Stainless-Helper-Method",
    "OpenAI-Organization",
    "OpenAI-Project",
)
"""headers that tell of this machine, or of an account that nobody named"""


def check(client: Any, options: CloudOptions) -> None:
    """Whether somebody is there who accepts the key. Raises CloudFailed. A key may be kept from the list of models,
    and a server may have none."""
    try:
        with working(options):
            client.models.list(timeout=options.timeouts.load)
    except CloudFailed as error:
        if error.kind not in (Failure.FORBIDDEN, Failure.SETTING):
            raise


@contextmanager
def working(options: CloudOptions, what: str = "model") -> Iterator[None]:
    """Around calls of the library: what it raises becomes CloudFailed or CloudLimit. what: the setting that is wrong
    where what was asked for cannot be."""
    import openai

    try:
        yield
    except openai.APIStatusError as error:
        wait = error.response.headers.get("retry-after")
        raise meaning(options, error.status_code, error.code, wait, what) from None
    except openai.APITimeoutError:
        raise CloudFailed(Failure.STALL, options.place) from None
    except openai.APIConnectionError as error:
        raise CloudFailed(failure_of(error), options.place) from None
    except (openai.OpenAIError, AttributeError, TypeError, ValueError):  # it takes whatever comes for an answer
        raise CloudFailed(Failure.GARBAGE, options.place) from None


def meaning(
    options: CloudOptions, status: int, code: str | None, retry_after: str | None, what: str = "model"
) -> EngineError:
    """Of an answer that is an error. code: its word for it."""
    failure: CloudFailed | CloudLimit = http_failure(
        status,
        options.place,
        setting=setting(options, what),
        retry_after=retry_after,
        is_quota=code in _QUOTA,
    )
    return failure

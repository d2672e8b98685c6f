"""LibreTranslate: the provider's, or anybody's server. On the translation thread."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from desktop.engine.cloud.clients.libraries import checked_address, setting
from desktop.engine.cloud.errors import CloudFailed, CloudLimit, Failure, Limit, http_failure
from desktop.engine.cloud.network import failure_of
from desktop.engine.cloud.options import CloudOptions
from desktop.engine.errors import LanguageUnknown
from desktop.engine.text.languages import check_target
from desktop.engine.text.sentences import has_words
from desktop.engine.translation.backends.base import TranslatorCapabilities
from desktop.engine.translation.backends.cloud.base import CloudTranslator


class LibreTranslateTranslator(CloudTranslator):
    """A Translator."""

    def __init__(self, options: CloudOptions) -> None:
        super().__init__(options)
        self._key = ""
        self._codes: dict[str, str] = {}
        """the server's, by Parley's"""

    def translate(self, text: str, source: str, target: str, prefix: str = "", is_final: bool = True) -> str | None:
        if source == target or not has_words(text):
            return text
        if self._client is None:
            self._connect()
        client = self._client
        wanted = {"q": text, "source": self._codes[source], "target": self._codes[target], "format": "text"}
        if self._key:
            wanted["api_key"] = self._key  # in the body, as the interface has it, so that no log of addresses shows it
        with self._working():
            answer = client.post("/translate", json=wanted)
            return str(self._checked(answer)["translatedText"])

    def close(self) -> None:
        client, self._client, self._key = self._client, None, ""
        if client is not None:
            client.close()

    def _connect(self) -> None:
        import httpx2

        options = self._options
        address = checked_address(options)
        key = (options.key() or "").strip()
        if not key and address == options.engine.endpoint:
            raise CloudFailed(Failure.KEY, options.place)
        timeouts = options.timeouts
        client = httpx2.Client(
            base_url=address,
            timeout=httpx2.Timeout(timeouts.answer, connect=timeouts.connect),
            headers={"User-Agent": "parley"},
        )
        try:
            with self._working():
                found = self._checked(client.get("/languages", timeout=timeouts.load))
                codes = {str(one["code"]): [str(target) for target in one.get("targets", ())] for one in found}
        except BaseException:
            client.close()
            raise
        known = {code: _known(code) for code in {*codes, *(one for targets in codes.values() for one in targets)}}
        self._codes = {own: code for code, own in known.items() if own}
        pairs = frozenset(
            (known[one], known[other])
            for one, targets in codes.items()
            for other in targets or codes
            if known[one] and known[other] and known[one] != known[other]
        )
        self.capabilities = TranslatorCapabilities(pairs, forces_prefix=False, needs_network=True)
        self._client, self._key = client, key

    def _checked(self, answer: Any) -> Any:
        """What it says. Raises CloudFailed, CloudLimit, or ValueError where it means nothing."""
        if answer.status_code < 400:
            return answer.json()
        said = answer.text.lower()
        status, place = answer.status_code, self._options.place
        if status in (400, 403) and "api key" in said:
            raise CloudFailed(Failure.KEY, place)
        if status == 400 and "limit" in said:
            raise CloudLimit(Limit.SIZE, place)
        if status == 400 and "not supported" in said:
            raise CloudLimit(Limit.LANGUAGE, place)
        what = setting(self._options, "endpoint")
        raise http_failure(status, place, setting=what, retry_after=answer.headers.get("retry-after"))

    @contextmanager
    def _working(self) -> Iterator[None]:
        import httpx2

        place = self._options.place
        try:
            yield
        except httpx2.TimeoutException:
            raise CloudFailed(Failure.STALL, place) from None
        except httpx2.TransportError as error:
            raise CloudFailed(failure_of(error), place) from None
        except (httpx2.HTTPError, httpx2.InvalidURL, AttributeError, KeyError, TypeError, ValueError):
            raise CloudFailed(Failure.GARBAGE, place) from None


def _known(code: str) -> str:
    """Parley's for one of the server's; empty: Parley does not know it."""
    try:
        return check_target(code)
    except LanguageUnknown:
        return ""

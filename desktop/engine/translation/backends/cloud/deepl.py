"""DeepL, by its own library. On the translation thread."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from desktop.engine.cloud.clients.libraries import checked_address, importing, setting
from desktop.engine.cloud.errors import CloudFailed, Failure, http_failure
from desktop.engine.cloud.network import failure_of
from desktop.engine.errors import LanguageUnknown
from desktop.engine.text.languages import base_language, check_target
from desktop.engine.text.sentences import has_words
from desktop.engine.translation.backends.base import TranslatorCapabilities
from desktop.engine.translation.backends.cloud.base import CloudTranslator

_FREE, _FREE_HOST = ":fx", "https://api-free.deepl.com"
"""how the keys of accounts end that cost nothing, and where they are good for"""
_TARGETS = {"en": "EN-US", "pt": "PT-PT", "pt-BR": "PT-BR", "zh": "ZH-HANS", "zh-Hant": "ZH-HANT", "no": "NB"}
_SOURCES = {"no": "NB"}


class DeepLTranslator(CloudTranslator):
    """A Translator."""

    def translate(self, text: str, source: str, target: str, prefix: str = "", is_final: bool = True) -> str | None:
        if source == target or not has_words(text):
            return text
        if self._client is None:
            self._connect()
        client = self._client
        with self._working(self._options.timeouts.answer):
            answer = client.translate_text(
                text,
                source_lang=_SOURCES.get(source, base_language(source).upper()),
                target_lang=_TARGETS.get(target, target.upper()),
                split_sentences="0",  # what comes is a sentence
            )
            return str(answer.text)

    def close(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            client.close()

    def _connect(self) -> None:
        options = self._options
        address = checked_address(options)
        with importing(options):
            import deepl
        key = (options.key() or "").strip()
        if not key or not key.isascii() or not key.isprintable():
            raise CloudFailed(Failure.KEY, options.place)
        if address == options.engine.endpoint and key.endswith(_FREE):
            address = _FREE_HOST
        client: Any = deepl.DeepLClient(key, server_url=address, send_platform_info=False)
        try:
            with self._working(options.timeouts.load):
                sources = {_known(one.code) for one in client.get_source_languages()}
                targets = {_known(one.code) for one in client.get_target_languages()}
                if not sources or not targets:  # as the library has it where the answer is none
                    raise ValueError("no languages")
        except BaseException:
            client.close()
            raise
        pairs = frozenset((one, other) for one in sources for other in targets if one and other and one != other)
        self.capabilities = TranslatorCapabilities(pairs, forces_prefix=False, needs_network=True)
        self._client = client

    @contextmanager
    def _working(self, seconds: float) -> Iterator[None]:
        """Around calls of the library: what it raises becomes CloudFailed or CloudLimit. Its retries would take longer
        than anybody waits; who asks tries again."""
        import deepl

        deepl.http_client.max_network_retries = 0
        deepl.http_client.min_connection_timeout = seconds
        place = self._options.place
        try:
            yield
        except deepl.AuthorizationException:
            raise CloudFailed(Failure.KEY, place) from None
        except deepl.QuotaExceededException:
            raise CloudFailed(Failure.QUOTA, place) from None
        except deepl.TooManyRequestsException:
            raise CloudFailed(Failure.RATE, place) from None
        except deepl.ConnectionException as error:
            raise CloudFailed(failure_of(error), place) from None
        except deepl.DeepLException as error:
            status = error.http_status_code
            if status is None:
                raise CloudFailed(Failure.GARBAGE, place) from None
            raise http_failure(status, place, setting=setting(self._options, "endpoint")) from None
        except (AttributeError, IndexError, KeyError, TypeError, ValueError):
            raise CloudFailed(Failure.GARBAGE, place) from None


def _known(code: str) -> str:
    """Parley's for one of the provider's; empty: Parley does not know it."""
    for tag in (code, base_language(code)):
        try:
            return check_target({"zh-hans": "zh", "pt-pt": "pt"}.get(tag.lower(), tag))
        except LanguageUnknown:
            continue
    return ""

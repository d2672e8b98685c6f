"""Google Cloud Translation, version 3. On the translation thread."""

from typing import Any

from desktop.engine.cloud.clients.google import GoogleAccess
from desktop.engine.cloud.clients.google_languages import of_translation, to_translate
from desktop.engine.cloud.clients.libraries import importing
from desktop.engine.cloud.errors import CloudFailed, Failure
from desktop.engine.cloud.options import CloudOptions
from desktop.engine.text.sentences import has_words
from desktop.engine.translation.backends.base import TranslatorCapabilities
from desktop.engine.translation.backends.cloud.base import CloudTranslator

_CONTINENTS = {"eu": "europe-west1", "us": "us-central1"}
"""where texts are translated that are to stay there"""


class GoogleTranslator(CloudTranslator):
    """A Translator. The model is a glossary's name, or empty."""

    def __init__(self, options: CloudOptions) -> None:
        super().__init__(options)
        self._access: GoogleAccess | None = None

    def translate(self, text: str, source: str, target: str, prefix: str = "", is_final: bool = True) -> str | None:
        if source == target or not has_words(text):
            return text
        if self._client is None:
            self._connect()
        client, access = self._client, self._access
        assert client is not None
        assert access is not None
        from google.cloud import translate_v3

        parent = access.parent(self._location)
        request = translate_v3.TranslateTextRequest(
            parent=parent,
            contents=[text],
            mime_type="text/plain",
            source_language_code=to_translate(source),
            target_language_code=to_translate(target),
        )
        if glossary := self._options.model:
            request.glossary_config = translate_v3.TranslateTextGlossaryConfig(
                glossary=f"{parent}/glossaries/{glossary}", ignore_case=True
            )
        with access.working("glossary"):
            answer = client.translate_text(
                request=request, timeout=self._options.timeouts.answer, retry=None, metadata=access.metadata
            )
        found = list(answer.glossary_translations) or list(answer.translations)
        if not found:
            raise CloudFailed(Failure.GARBAGE, self._options.place)
        return str(found[0].translated_text)

    def close(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            client.transport.close()

    @property
    def _location(self) -> str:
        return _CONTINENTS.get(self._options.region, self._options.region) or "global"

    def _connect(self) -> None:
        with importing(self._options):
            from google.cloud import translate_v3
            from google.cloud.translate_v3.services.translation_service.transports import (
                TranslationServiceGrpcTransport,
            )
        options = self._options
        access = GoogleAccess(options, "translate", "")
        continent = next((one for one in _CONTINENTS if self._location.startswith(one)), "")
        if continent and access.host == f"translate.{options.engine.endpoint}":
            access.host = f"translate-{continent}.{options.engine.endpoint}"
        parent = access.parent(self._location)
        client: Any = translate_v3.TranslationServiceClient(transport=access.transport(TranslationServiceGrpcTransport))
        try:
            with access.working("region"):
                found = client.get_supported_languages(
                    parent=parent, timeout=options.timeouts.load, retry=None, metadata=access.metadata
                )
        except BaseException:
            client.transport.close()
            raise
        sources = {of_translation(one.language_code) for one in found.languages if one.support_source}
        targets = {of_translation(one.language_code) for one in found.languages if one.support_target}
        pairs = frozenset((one, other) for one in sources for other in targets if one and other and one != other)
        self.capabilities = TranslatorCapabilities(pairs, forces_prefix=False, needs_network=True)
        self._access, self._client = access, client

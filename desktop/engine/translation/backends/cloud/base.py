"""What translators in clouds share. On the translation thread."""

from typing import Any

from desktop.engine.cloud.errors import CloudLimit, Limit
from desktop.engine.cloud.options import CloudOptions
from desktop.engine.recognition.backends.base import Progress
from desktop.engine.translation.backends.base import TranslatorCapabilities


class CloudTranslator:
    """All of a Translator but how it connects, translates and closes."""

    def __init__(self, options: CloudOptions) -> None:
        self._options = options
        self._client: Any = None
        """None: not connected"""
        self.capabilities = TranslatorCapabilities(frozenset(), forces_prefix=False, needs_network=True)

    @property
    def name(self) -> str:
        return self._options.place

    @property
    def sent_to(self) -> str:
        """Where text goes; empty: nowhere now."""
        return self._options.place if self._client is not None else ""

    def load(self, source: str, target: str, progress: Progress) -> None:
        """Ask which languages there are. Raises CloudFailed, and CloudLimit where the pair is none of them."""
        progress(0.0)
        if self._client is None:
            self._connect()
        if (source, target) not in self.capabilities.pairs:
            raise CloudLimit(Limit.LANGUAGE, self._options.place)
        progress(1.0)

    def _connect(self) -> None:
        """Set the client and the capabilities. Raises CloudFailed, CloudLimit."""
        raise NotImplementedError

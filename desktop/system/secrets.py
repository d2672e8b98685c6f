"""Secrets, for example a proxy's password, in the keyring of the system: never in a file of Parley's.

keyring is imported with the first call; asking the system may take a while and may open a window that wants the
user's password, so not on the GUI thread. Any other thread.
"""

import logging
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

log = logging.getLogger(__name__)

SERVICE = "parley"
"""Under which the keyring shows them."""
PROXY = "proxy"
SERVER = "server"
DATABASE = "database"
CLOUD = "cloud-"
"""what the names of keys of cloud engines begin with"""
KNOWN: Mapping[str, str] = MappingProxyType(
    {
        PROXY: "password for the proxy in models.proxy",
        SERVER: "token for the Parley server in server.url",
        DATABASE: "password for the server's database",
        f"{CLOUD}google": "key for Google Cloud: the service account's JSON file, or an API key",
        f"{CLOUD}openai": "key for OpenAI, or a service that speaks its protocol",
        f"{CLOUD}deepgram": "key for Deepgram",
        f"{CLOUD}deepl": "key for DeepL",
        f"{CLOUD}libretranslate": "key for LibreTranslate",
    }
)
"""Every secret there is: name -> what it is."""
_SAFE = 1.0
"""Least priority of a backend: below are those that keep secrets in a file, or nowhere."""


class SecretsUnavailable(Exception):
    """The keyring cannot be used. `message`: one sentence, what to do about it."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


def get(name: str) -> str | None:
    """The secret of that name (one of KNOWN), or None. Raises SecretsUnavailable."""
    keyring = _keyring()
    try:
        return keyring.get_password(SERVICE, name)
    except Exception as error:  # backends raise what their libraries raised
        raise _failed("read", error) from None


def set(name: str, secret: str) -> None:
    """Keep a secret. Raises SecretsUnavailable, and then it is kept nowhere."""
    keyring = _keyring()
    try:
        keyring.set_password(SERVICE, name, secret)
    except Exception as error:
        raise _failed("kept", error) from None


def delete(name: str) -> None:
    """Forget a secret, if there is one. Raises SecretsUnavailable."""
    keyring = _keyring()
    try:
        if keyring.get_password(SERVICE, name) is not None:
            keyring.delete_password(SERVICE, name)
    except Exception as error:
        raise _failed("deleted", error) from None


def _keyring() -> "KeyringBackend":
    try:
        import keyring

        backend = keyring.get_keyring()
        priority = float(backend.priority)
    except Exception as error:
        log.warning("no keyring: %s", type(error).__name__)
        raise SecretsUnavailable(_MISSING) from None
    if priority < _SAFE:
        raise SecretsUnavailable(_MISSING)
    return backend


_MISSING = (
    "There is no keyring for secrets on this desktop; start GNOME Keyring, KWallet or another Secret Service, "
    "then try again."
)


def _failed(what: str, error: Exception) -> SecretsUnavailable:
    """What the backend said may hold the secret: only its kind is passed on."""
    kind = type(error).__name__
    log.warning("a secret could not be %s: %s", what, kind)
    return SecretsUnavailable(
        f"The secret could not be {what} ({kind}); unlock the keyring of the system and try again."
    )

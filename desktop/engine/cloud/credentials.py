"""Keys of cloud engines: in the keyring of the system, in no file, setting, variable or log. May take a while, and may
open a window that wants the user's password; not on the GUI thread."""

import json
import logging
from collections.abc import Callable

from desktop.engine.cloud.catalogue import CloudEngine
from desktop.system import secrets

log = logging.getLogger(__name__)


def key_of(engine: CloudEngine) -> Callable[[], str | None]:
    """What gives an engine's key when it is asked, and None where there is none, or the keyring cannot be used."""

    def kept() -> str | None:
        if not engine.secret:
            return None
        try:
            return secrets.get(engine.secret)
        except secrets.SecretsUnavailable:
            log.info("%s gets no key: the keyring cannot be used", engine.key)
            return None

    return kept


def keep(engine: CloudEngine, key: str) -> None:
    """Raises SecretsUnavailable, and then it is kept nowhere."""
    secrets.set(engine.secret, one_line(key))


def forget(engine: CloudEngine) -> None:
    """Also where there is none. Raises SecretsUnavailable."""
    secrets.delete(engine.secret)


def one_line(key: str) -> str:
    """A key as it is kept. That of a service account is a file of JSON with many lines, which a field of one line may
    have joined by signs of its own."""
    key = key.strip()
    if not key.startswith("{"):
        return key
    try:
        return json.dumps(json.loads(key.replace("\u2028", "\n").replace("\u2029", "\n")))
    except ValueError:
        return key

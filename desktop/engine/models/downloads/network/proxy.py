"""The proxy's address with the password that the system's keyring keeps for it. On the thread that downloads: the
keyring may take a while.

The result lives in the memory of one client; nothing writes or logs it.
"""

import logging
from urllib.parse import quote, urlsplit, urlunsplit

from desktop.system import secrets

_log = logging.getLogger(__name__)


def with_password(address: str) -> str:
    """The address, with the kept password where it names a user and no password; as it is where there is none."""
    try:
        parts = urlsplit(address)
        is_complete = not parts.username or parts.password is not None
    except ValueError:  # the client says what is wrong with it
        return address
    if is_complete:
        return address
    try:
        password = secrets.get(secrets.PROXY)
    except secrets.SecretsUnavailable:
        _log.info("the proxy gets no password: the keyring cannot be used")
        return address
    if not password:
        return address
    user, _, host = parts.netloc.rpartition("@")
    return urlunsplit(parts._replace(netloc=f"{user}:{quote(password, safe='')}@{host}"))

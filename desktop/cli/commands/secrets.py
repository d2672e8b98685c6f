"""`parley config secret`: what the system's keyring keeps for Parley, in the terminal. Secrets come in by a hidden
prompt or standard input, never by an argument, and never go out. Runs on the main thread."""

import getpass
import sys

from desktop.cli.commands.config import print_json
from desktop.cli.messages import say
from desktop.engine.cloud.credentials import one_line
from desktop.system import secrets


def show_list(*, as_json: bool) -> int:
    """Print which of the known secrets are kept; their values never."""
    try:
        kept = {name: secrets.get(name) is not None for name in secrets.KNOWN}
    except secrets.SecretsUnavailable as error:
        say(error.message)
        return 1
    if as_json:
        print_json([{"name": name, "help": secrets.KNOWN[name], "is_kept": kept[name]} for name in kept])
        return 0
    for name, is_kept in kept.items():
        print(f"{name:20} {'kept' if is_kept else 'not kept':10} {secrets.KNOWN[name]}")
    return 0


def keep(name: str) -> int:
    """Ask for a secret and keep it. 1 if there is no such secret, nothing came, or it cannot be kept."""
    if not _is_known(name):
        return 1
    try:
        secret = _asked(name)
    except UnicodeError:
        say("the secret is not text in UTF-8; nothing was changed.")
        return 1
    if name.startswith(secrets.CLOUD):
        secret = one_line(secret)
    if not secret or "\n" in secret:
        say("a secret is one line that is not empty; nothing was changed.")
        return 1
    try:
        secrets.set(name, secret)
    except secrets.SecretsUnavailable as error:
        say(error.message)
        return 1
    say(f"the secret {name} is kept in the keyring of the system.")
    return 0


def forget(name: str) -> int:
    """Delete a secret, if it is there."""
    if not _is_known(name):
        return 1
    try:
        secrets.delete(name)
    except secrets.SecretsUnavailable as error:
        say(error.message)
        return 1
    say(f"the secret {name} is no longer kept.")
    return 0


def _is_known(name: str) -> bool:
    if name in secrets.KNOWN:
        return True
    say(f"there is no secret {name!r}; there is {', '.join(secrets.KNOWN)}.")
    return False


def _asked(name: str) -> str:
    """What the user types unseen, or what is piped in, without the end of its last line. Raises UnicodeError."""
    if sys.stdin is None:
        return ""
    if not sys.stdin.isatty():
        return sys.stdin.buffer.read().decode().removesuffix("\n").removesuffix("\r")
    try:
        secret = getpass.getpass(f"{name}, {secrets.KNOWN[name]} (not shown): ")
    except EOFError:
        return ""
    secret.encode()  # a terminal in another encoding leaves what cannot be kept
    return secret

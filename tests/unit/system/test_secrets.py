"""Secrets go to the system's keyring or nowhere."""

import logging
import subprocess
import sys
from collections.abc import Iterator

import keyring
import keyring.backends.fail
import keyring.backends.null
import pytest
from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked, PasswordDeleteError

from desktop.system import secrets
from desktop.system.secrets import SecretsUnavailable


class MemoryKeyring(KeyringBackend):
    """Keeps secrets as long as the process runs."""

    priority = 5.0  # type: ignore[assignment]

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        if (service, username) not in self.kept:
            raise PasswordDeleteError("not there")
        del self.kept[service, username]


class LockedKeyring(MemoryKeyring):
    """Its user closed the window that asks for the password."""

    def get_password(self, service: str, username: str) -> str | None:
        raise KeyringLocked("hunter2 is locked")

    def set_password(self, service: str, username: str, password: str) -> None:
        raise KeyringLocked(f"{password} is locked")


class FileKeyring(MemoryKeyring):
    """As those that write a file: keyring gives them a low priority."""

    priority = 0.5  # type: ignore[assignment]


@pytest.fixture
def use() -> Iterator[object]:
    before = keyring.get_keyring()
    yield keyring.set_keyring
    keyring.set_keyring(before)


def test_a_secret_is_kept_read_and_forgotten(use) -> None:  # type: ignore[no-untyped-def]
    backend = MemoryKeyring()
    use(backend)
    assert secrets.get("proxy") is None
    secrets.set("proxy", "pässword\n1")
    assert secrets.get("proxy") == "pässword\n1"
    assert backend.kept == {("parley", "proxy"): "pässword\n1"}
    secrets.delete("proxy")
    secrets.delete("proxy")
    assert secrets.get("proxy") is None


@pytest.mark.parametrize("make", [keyring.backends.fail.Keyring, keyring.backends.null.Keyring, FileKeyring])
def test_without_a_keyring_nothing_is_kept_and_one_sentence_says_so(use, make) -> None:  # type: ignore[no-untyped-def]
    backend = make()
    use(backend)
    for call in (lambda: secrets.get("proxy"), lambda: secrets.set("proxy", "x"), lambda: secrets.delete("proxy")):
        with pytest.raises(SecretsUnavailable, match=r"^There is no keyring .* try again\.$"):
            call()
    assert not getattr(backend, "kept", {})


def test_what_the_keyring_says_is_not_repeated(use, caplog: pytest.LogCaptureFixture) -> None:  # type: ignore[no-untyped-def]
    use(LockedKeyring())
    caplog.set_level(logging.DEBUG)
    for call in (lambda: secrets.get("proxy"), lambda: secrets.set("proxy", "hunter2")):
        with pytest.raises(SecretsUnavailable, match=r"KeyringLocked.*unlock the keyring") as raised:
            call()
        assert "hunter2" not in str(raised.value)
    assert "hunter2" not in caplog.text


def test_keyring_is_imported_with_the_first_call_only() -> None:
    code = "import sys, desktop.system.secrets; print('keyring' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == "False"

"""A keyring for tests with real processes: PYTHON_KEYRING_BACKEND=tests.kept_keyring.KeptKeyring, kept in the file that
KEPT_KEYRING names."""

import json
import os
from pathlib import Path
from typing import cast

from keyring.backend import KeyringBackend

from desktop.system.files import write_atomically


class KeptKeyring(KeyringBackend):
    """What one process keeps, the next one finds."""

    priority = 5.0  # type: ignore[assignment]

    def get_password(self, service: str, username: str) -> str | None:
        return self._read().get(f"{service}/{username}")

    def set_password(self, service: str, username: str, password: str) -> None:
        self._write({**self._read(), f"{service}/{username}": password})

    def delete_password(self, service: str, username: str) -> None:
        kept = self._read()
        del kept[f"{service}/{username}"]
        self._write(kept)

    def _read(self) -> dict[str, str]:
        file = Path(os.environ["KEPT_KEYRING"])
        return cast(dict[str, str], json.loads(file.read_text(encoding="utf-8"))) if file.exists() else {}

    def _write(self, kept: dict[str, str]) -> None:
        # Another thread or process reads the old one or the new one, never half of it.
        write_atomically(Path(os.environ["KEPT_KEYRING"]), json.dumps(kept))

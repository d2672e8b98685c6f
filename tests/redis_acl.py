"""The users of Redis that docs/operations.md advises, with a password of the tests."""

from hashlib import sha256
from pathlib import Path

PASSWORD = "for tests only"
_DOCUMENT = Path(__file__).resolve().parents[1] / "docs" / "operations.md"


def users() -> str:
    """As an ACL file of Redis."""
    lines = [line for line in _DOCUMENT.read_text(encoding="utf-8").splitlines() if line.startswith("user ")]
    return "\n".join(lines).replace("SHA256-OF-THE-PASSWORD", sha256(PASSWORD.encode()).hexdigest()) + "\n"

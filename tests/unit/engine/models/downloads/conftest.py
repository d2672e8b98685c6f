"""What the tests of downloads share: an empty home, and a server on this machine."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.engine.models.downloads import Patience
from desktop.system import paths
from tests.model_server import ModelServer, served

SHORT = Patience(connect=2, read=2, attempts=4, first_pause=0.01, longest_pause=0.02)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty models directory; Hugging Face's and Argos's places are empty too."""
    monkeypatch.setattr(paths, "models_dir", lambda: tmp_path / "models")
    monkeypatch.setenv("HF_HOME", str(tmp_path / "huggingface"))
    for name in ("HF_HUB_CACHE", "HF_ENDPOINT", "HF_TOKEN", "ARGOS_PACKAGE_INDEX"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("ARGOS_PACKAGES_DIR", str(tmp_path / "argos-packages"))
    return tmp_path / "models"


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with served() as running:
        yield running

"""What the tests of human speech share: a new user's files, with the models that the set-up installed."""

from pathlib import Path

import pytest

from desktop.bench.people.whole_files import PlainWhisper
from tests.real_models import parley

LANGUAGES = ("en", "es", "fr", "it", "ru")
COUNT = 2
"""prompts a language; `parley bench speech` reads twenty"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new user's files, after the first command."""
    place = tmp_path_factory.mktemp("home")
    done = parley(place, "models", "--json")
    assert done.returncode == 0, done.stderr
    assert "putting Whisper base and joe medium (en_US) in place, once." in done.stderr
    return place


@pytest.fixture(scope="module")
def base(home: Path) -> Path:
    return home / "data" / "parley" / "models" / "whisper" / "base"


@pytest.fixture(scope="module")
def plain(base: Path) -> PlainWhisper:
    """What Parley is held against."""
    return PlainWhisper(base)

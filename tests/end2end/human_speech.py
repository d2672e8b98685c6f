"""What the tests of human speech share: a new user's files, with the models that the set-up installed."""

import hashlib
import json
from importlib.metadata import version
from pathlib import Path

import pytest

from desktop.bench.people.whole_files import PlainWhisper
from desktop.engine.events import Samples
from desktop.system.files import write_atomically
from tests.real_models import parley

LANGUAGES = ("en", "es", "fr", "it", "ru")
COUNT = 2
"""prompts a language; `parley bench speech` reads twenty"""
_REMEMBERED = Path(__file__).parents[2] / ".cache" / "plain-whisper"


class RememberedWhisper(PlainWhisper):
    """PlainWhisper that hears each prompt once: what it heard is kept for other tests, as long as libraries, model and
    prompt stay the same. A prompt has a file of its own, so that processes do not disturb each other."""

    def __init__(self, model: Path) -> None:
        self._place = model
        self._is_loaded = False
        with (model / "model.bin").open("rb") as file:
            self._about = hashlib.file_digest(file, "sha256")
        self._about.update("".join(map(version, ("faster-whisper", "ctranslate2"))).encode())

    def read(self, samples: Samples, language: str) -> str:
        about = self._about.copy()
        about.update(language.encode() + samples.tobytes())
        file = _REMEMBERED / f"{about.hexdigest()}.json"
        if file.is_file():
            return str(json.loads(file.read_text(encoding="utf-8")))
        if not self._is_loaded:
            super().__init__(self._place)
            self._is_loaded = True
        heard = super().read(samples, language)
        file.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(file, json.dumps(heard))
        return heard


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
    return RememberedWhisper(base)

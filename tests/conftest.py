"""What every test shares: the user's own files stay untouched, and the test audio is at hand."""

import json
import os
import signal
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

_home = tempfile.TemporaryDirectory(prefix="parley-tests-")
for _name in ("CONFIG", "DATA", "CACHE", "STATE"):
    # Set before desktop.system.paths is imported: the directories are read once.
    os.environ[f"XDG_{_name}_HOME"] = str(Path(_home.name) / _name.lower())
for _name in [name for name in os.environ if name.startswith("PARLEY_")]:
    del os.environ[_name]
# Tests that need a model in an installed package name it (tests/real_models.py); all others have the starter models.
os.environ["PARLEY_MODEL_PACKAGES"] = str(Path(_home.name) / "packages")
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # Started in the background by a shell; programs that tests interrupt would inherit it.
    signal.signal(signal.SIGINT, signal.default_int_handler)

from desktop.engine.events import Samples  # noqa: E402
from desktop.system.paths import RESOURCES  # noqa: E402

_LEFT_OUT = pytest.StashKey[int]()
TEST_AUDIO = RESOURCES / "starter" / "test"


@cache
def read_audio(path: Path) -> Samples:
    """A file as 16 kHz mono float32, shape (n,)."""
    from faster_whisper.audio import decode_audio

    return decode_audio(str(path), sampling_rate=16_000)  # type: ignore[no-any-return]


@pytest.fixture(scope="session")
def speech() -> Callable[[str], Samples]:
    """speech("en-00") -> the samples of that recording."""
    return lambda name: read_audio(TEST_AUDIO / f"{name}.flac")


@pytest.fixture(scope="session")
def manifest() -> dict[str, dict[str, Any]]:
    """What is said in each recording: name -> its entry of the manifest."""
    entries = json.loads((TEST_AUDIO / "manifest.json").read_text(encoding="utf-8"))
    return {Path(entry["file"]).stem: entry for entry in entries}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Without the speech models the tests that need them are left out; not in continuous integration, where they are
    to be there."""
    from tests.real_models import are_installed

    if os.environ.get("CI") or are_installed():
        return
    left_out = [item for item in items if item.get_closest_marker("real_models")]
    if left_out:
        items[:] = [item for item in items if item not in left_out]
        config.hook.pytest_deselected(items=left_out)
        config.stash[_LEFT_OUT] = len(left_out)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if count := config.stash.get(_LEFT_OUT, 0):
        terminalreporter.write_line(
            f"{count} tests of real speech were left out: the speech models are not installed; "
            "PARLEY_SETUP_MODELS=all ./installer/test.sh installs them."
        )

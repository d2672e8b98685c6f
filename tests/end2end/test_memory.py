"""Unloading gives the memory of real models back, and loading again shows at once that it does."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from desktop.bench.make_model import BASE, make_whisper
from desktop.system.paths import RESOURCES

ROUNDS = 3
PROGRESS_WITHIN = 0.2
LIBRARIES = 180_000_000
"""bytes that the engine's libraries, and gaps in the heap (110 to 152 million were seen), take at most: they stay"""


def facts(model: Path) -> dict[str, Any]:
    """What `memory_of_models` says of it, in a process of its own."""
    root = Path(__file__).parents[2]
    command = [sys.executable, "-m", "tests.end2end.memory_of_models", str(model), str(ROUNDS)]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    model = make_whisper(tmp_path_factory.mktemp("models") / "base", BASE, quantization=None)
    return model, facts(model)


def test_unloading_gives_the_memory_of_the_model_back(large: tuple[Path, dict[str, Any]]) -> None:
    model, found = large
    weights = (model / "model.bin").stat().st_size
    assert weights > 250_000_000
    for one in found["rounds"]:
        assert one["loaded"] - one["unloaded"] > 0.9 * weights, found
        assert one["unloaded"] - found["before"] < LIBRARIES, found
    first, *later = [one["unloaded"] for one in found["rounds"]]
    assert min(later) - first < 0.1 * weights, found  # nothing piles up


def test_loading_again_shows_progress_at_once(large: tuple[Path, dict[str, Any]]) -> None:
    shown = [one["progress"] for one in large[1]["rounds"]]
    # The best of three: what is asked is that nothing slow comes first, not that the machine is free.
    assert min(shown) < PROGRESS_WITHIN, shown
    assert shown[0] < large[1]["rounds"][0]["ready"]


def test_the_starter_model_comes_and_goes() -> None:
    found = facts(RESOURCES / "starter" / "whisper")
    for one in found["rounds"]:
        assert one["loaded"] - one["unloaded"] > 30_000_000, found
    assert found["rounds"][-1]["unloaded"] - found["rounds"][0]["unloaded"] < 15_000_000, found

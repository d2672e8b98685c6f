"""A process that is killed at a random moment while it replaces a model by an import, or a file by a save: the next
start finds the old one or the new one, whole, and nothing else. Linux: the process is a fork."""

import os
import random
import shutil
import signal
import time
from pathlib import Path

from desktop.bench.faults.home import empty_home
from desktop.bench.faults.result import Outcome
from desktop.engine.models import installed as models
from desktop.engine.models.downloads import Downloads
from desktop.engine.models.downloads.recovery import recover
from desktop.engine.models.leftovers import leftovers
from desktop.system import paths
from desktop.system.files import write_atomically
from desktop.system.paths import RESOURCES

_PACKAGE = RESOURCES / "starter" / "argos" / "translate-en_es-1_0"
_LATEST = {"replace": 0.25, "save": 0.004}
"""seconds after which the last kills come; the work takes about as long"""
_TEXTS = {"old": "old " * 50_000, "new": "new " * 60_000}


def run(seed: int) -> Outcome:
    """One kill."""
    chance = random.Random(seed)
    kind = chance.choice(("replace", "replace", "save"))
    with empty_home() as place:
        began = time.monotonic()
        problem = _replace(place, chance) if kind == "replace" else _save(place, chance)
        return Outcome(seed, f"kill during {kind}", not problem, "", time.monotonic() - began, 0, problem)


def _replace(place: Path, chance: random.Random) -> str:
    _package(paths.models_dir() / "argos" / "mine", "old")
    new = _package(place / "new", "new")
    _killed(lambda: Downloads().import_from(new, name="mine"), chance.uniform(0, _LATEST["replace"]))
    recover()
    found = [one for one in models.installed("argos") if not one.is_starter]
    if [one.name for one in found] != ["mine"] or models.broken("argos"):
        return f"installed: {[one.name for one in found]}, broken: {len(models.broken('argos'))}"
    if (found[0].path / "README.md").read_text(encoding="utf-8") not in _TEXTS:
        return "neither the old nor the new model"
    return f"left behind: {leftovers()[0].name}" if leftovers() else ""


def _save(place: Path, chance: random.Random) -> str:
    file = place / "talk.txt"
    file.write_text(_TEXTS["old"], encoding="utf-8")
    _killed(lambda: write_atomically(file, _TEXTS["new"]), chance.uniform(0, _LATEST["save"]))
    if file.read_text(encoding="utf-8") not in _TEXTS.values():
        return "neither the old nor the new text"
    left = [one.name for one in place.iterdir() if one.name not in ("talk.txt", "home")]
    return f"left behind: {left[0]}" if left else ""


def _package(place: Path, text: str) -> Path:
    shutil.copytree(_PACKAGE, place, ignore=shutil.ignore_patterns("minisbd"))
    (place / "README.md").write_text(text, encoding="utf-8")
    return place


def _killed(work: object, after: float) -> None:
    """work() in a process of its own, which is killed after so many seconds."""
    child = os.fork()
    if child == 0:
        try:
            work()  # type: ignore[operator]
        finally:
            os._exit(0)
    time.sleep(after)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)

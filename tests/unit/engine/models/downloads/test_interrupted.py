"""A process is killed while it replaces, imports or removes a model: the next start finds all as before or as after,
and nothing is left behind."""

import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from desktop.engine.models import installed as models
from desktop.engine.models.downloads import Downloads, places
from desktop.engine.models.downloads.recovery import recover
from desktop.engine.models.leftovers import leftovers, partial_dir
from desktop.system.files import locked
from tests.model_server import STARTER

PROGRAM = """
import os, signal, sys
from pathlib import Path
from desktop.engine.models.downloads import Downloads, imports, places
from desktop.system import paths
home, source, wanted = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
paths.models_dir = lambda: home
paths.checked_file = lambda: home.with_name("checked.json")
steps = 0
def killed(step):
    def stepped(*arguments, **named):
        global steps
        steps += 1
        if steps == wanted:
            os.kill(os.getpid(), signal.SIGKILL)
        return step(*arguments, **named)
    return stepped
Path.replace = killed(Path.replace)
places.sync_tree = killed(places.sync_tree)
places.delete = killed(places.delete)
imports._copy = killed(imports._copy)
Downloads().import_from(source, name="mine")
print(steps)
"""


def package(place: Path, version: str) -> Path:
    shutil.copytree(STARTER / "argos" / "translate-en_es-1_0", place, ignore=shutil.ignore_patterns("minisbd"))
    (place / "README.md").write_text(version)
    return place


def die_at(step: int, home: Path, source: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", PROGRAM, str(home), str(source), str(step)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60)


def test_a_replacement_that_is_killed_at_any_step_is_as_before_or_as_after(home: Path, tmp_path: Path) -> None:
    new = package(tmp_path / "new", "new")
    package(home / "argos" / "mine", "old")
    die_at(10**6, home, new)  # fills the cache of what was checked
    steps = int(die_at(10**6, home, new).stdout)
    assert steps >= 8
    seen = set()
    for step in (2, *range(steps - 4, steps + 1)):  # each costs a process; the last ones are the replacement
        shutil.rmtree(home)
        package(home / "argos" / "mine", "old")
        assert die_at(step, home, new).returncode in (-signal.SIGKILL, 0)
        recover()
        assert leftovers() == []
        assert {one.suffix for one in partial_dir().iterdir()} <= {".lock"}
        assert not models.broken("argos")
        (mine,) = [one for one in models.installed("argos") if not one.is_starter]
        seen.add((mine.path / "README.md").read_text())
    assert seen == {"old", "new"}


def test_what_was_being_replaced_comes_back(home: Path) -> None:
    place = package(partial_dir() / "replaced-argos-mine", "old")
    assert recover() == 0
    assert (home / "argos" / "mine" / "README.md").read_text() == "old"
    assert not place.exists()
    package(place, "older")
    assert recover() > 1_000_000
    assert (home / "argos" / "mine" / "README.md").read_text() == "old"


def test_what_somebody_works_on_is_left_alone(home: Path) -> None:
    at_work = package(partial_dir() / "import-1" / "made", "x")
    dead = package(partial_dir() / "import-2" / "made", "x")
    going = package(partial_dir() / "old-3", "x")
    replaced = package(partial_dir() / "replaced-argos-mine", "x")
    fetched = partial_dir() / "argos-other" / "parts" / "a.part"
    fetched.parent.mkdir(parents=True)
    fetched.write_bytes(b"half")
    with locked(partial_dir() / "import-1.lock", 0), locked(places.lock_of("argos", "mine"), 0):
        recover()
        assert at_work.exists()
        assert replaced.exists()
        assert not dead.exists()
        assert not going.exists()
    recover()
    assert leftovers() == []
    assert fetched.read_bytes() == b"half"  # a download goes on from there


def test_what_a_fetch_left_that_was_killed_when_all_was_done_goes(home: Path) -> None:
    """As after the last rename: its model is there, the workshop not yet deleted. A download that can go on stays."""
    package(home / "argos" / "mine", "new")
    done = partial_dir() / "argos-mine"
    (done / "model").mkdir(parents=True)
    (done / "parts").mkdir()
    (done / "parts" / "mine.argosmodel").write_bytes(b"the package")
    empty = partial_dir() / "voice-other" / "parts"
    empty.mkdir(parents=True)
    fetched = partial_dir() / "argos-third" / "parts" / "third.argosmodel"
    fetched.parent.mkdir(parents=True)
    fetched.write_bytes(b"whole, and still to be unpacked")
    with locked(places.lock_of("argos", "mine"), 0):
        recover()
        assert done.exists()
    assert recover() > 0
    assert not done.exists()
    assert not empty.exists()
    assert fetched.exists()


@pytest.mark.parametrize("kind", ["import", "removal"])
def test_the_next_use_of_models_tidies(home: Path, kind: str) -> None:
    package(partial_dir() / ("import-1" if kind == "import" else "old-1"), "x")
    assert Downloads().clear_partial() > 1_000_000
    assert leftovers() == []

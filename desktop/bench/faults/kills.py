"""A process that is killed while it imports, replaces or fetches a model, or writes a file: the next start finds the
old or the new, whole, and leaves nothing else behind. Half of the kills come at a moment, half before a change on the
disk that is counted (`changes`), so that those between two changes come, too. Linux: most processes are forks.
"""

import os
import random
import runpy
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from desktop.bench.faults.changes import watched
from desktop.bench.faults.good_models import Files, files_of
from desktop.bench.faults.home import empty_home
from desktop.bench.faults.pulls import entry_of, served_of
from desktop.bench.faults.result import Outcome
from desktop.bench.faults.server import Asked, Send, honest, hostile
from desktop.engine.errors import EngineError
from desktop.engine.models import installed as models
from desktop.engine.models.downloads import Downloads
from desktop.engine.models.downloads.recovery import recover
from desktop.engine.models.installed import Kind
from desktop.engine.models.leftovers import partial_dir
from desktop.messages import text_of
from desktop.settings.declaration import ModelSettings
from desktop.system.files import tidy_own, write_atomically
from desktop.system.paths import RESOURCES

_PACKAGE = RESOURCES / "starter" / "argos" / "translate-en_es-1_0"
_RECORDING = RESOURCES / "starter" / "test" / "en-00.flac"
_SAID = "I will go to the school in the afternoon.\n"
_LATEST = {"import": 0.25, "replace": 0.25, "pull": 0.4, "save": 0.004, "transcribe": 2.5}
"""seconds after which the last kills come; the work takes about as long"""
_MOST_CHANGES = {"import": 32, "replace": 36, "pull": 60, "save": 4, "transcribe": 24}
"""names on the disk that the work changes, about"""
_TEXTS = {"old": "old " * 50_000, "new": "new " * 60_000}
_SURELY = 60.0
"""seconds for a command that is not killed"""


def run(seed: int) -> Outcome:
    """One kill, then a start that is left alone."""
    chance = random.Random(seed)
    kind = chance.choice(sorted(_LATEST))
    death = _Death.drawn(kind, chance)
    with empty_home() as place:
        began = time.monotonic()
        problem = _TRIED[kind](place, death, chance)
        _start()
        if not problem and (left := _left(place / "home")):
            problem = f"left behind: {left[0]}"
        way = "at a change" if death.change else "at a moment"
        return Outcome(seed, f"{kind}, {way}", not problem, "", time.monotonic() - began, 0, problem)


class _Death:
    """When a process is killed: after so many seconds, or before so manieth change; 0 where the other holds."""

    def __init__(self, seconds: float = 0.0, change: int = 0) -> None:
        self.seconds = seconds
        self.change = change

    @classmethod
    def drawn(cls, kind: str, chance: random.Random) -> "_Death":
        if chance.random() < 0.5:
            return cls(change=chance.randint(1, _MOST_CHANGES[kind]))
        return cls(seconds=chance.uniform(0, _LATEST[kind]))


def _import(place: Path, death: _Death, chance: random.Random) -> str:
    new = _package(place / "new", "new")
    _killed(lambda: Downloads().import_from(new, name="mine"), death, place)
    _start()
    problem = _model("mine", ("new",), may_lack=True)
    Downloads().import_from(new, name="mine")
    return problem or _model("mine", ("new",))


def _replace(place: Path, death: _Death, chance: random.Random) -> str:
    Downloads().import_from(_package(place / "old", "old"), name="mine")
    new = _package(place / "new", "new")
    _killed(lambda: Downloads().import_from(new, name="mine"), death, place)
    _start()
    problem = _model("mine", ("old", "new"))
    Downloads().import_from(new, name="mine")
    return problem or _model("mine", ("new",))


def _pull(place: Path, death: _Death, chance: random.Random) -> str:
    kind: Kind = chance.choice(("argos", "voice", "whisper"))
    files = files_of(kind)
    served = served_of(kind, files)
    read, write = os.pipe()

    def work() -> None:
        """In the process that is killed; it is forked before the server has threads."""
        address = os.read(read, 100).decode()
        Downloads(ModelSettings(hub=(address,))).pull(entry_of(kind, files, served, (address,)))

    def answer(asked: Asked, send: Send, ended: object) -> None:
        honest(asked, served[Path(asked.path).name], send, etag='"a"')

    child = _forked(work, death, place)
    with hostile(answer) as server:
        os.write(write, server.address.encode())
        _end(child, death)
        os.close(read)
        os.close(write)
        _start()
        problem = _fetched(kind, files, may_lack=True)
        try:
            Downloads(ModelSettings(hub=(server.address,))).pull(entry_of(kind, files, served, (server.address,)))
        except EngineError as error:
            return problem or f"it cannot be fetched any more: {text_of(error)}"
    return problem or _fetched(kind, files)


def _save(place: Path, death: _Death, chance: random.Random) -> str:
    file = place / "home" / "talk.txt"
    file.parent.mkdir()
    file.write_text(_TEXTS["old"], encoding="utf-8")
    _killed(lambda: write_atomically(file, _TEXTS["new"]), death, place)
    problem = "" if file.read_text(encoding="utf-8") in _TEXTS.values() else "neither the old nor the new text"
    write_atomically(file, _TEXTS["new"])
    return problem or ("" if os.listdir(file.parent) == ["talk.txt"] else f"left behind: {os.listdir(file.parent)}")  # noqa: PTH208


def _transcribe(place: Path, death: _Death, chance: random.Random) -> str:
    file = place / "texts" / "talk.txt"
    if old := chance.choice(("", "old\n")):
        file.parent.mkdir()
        file.write_text(old, encoding="utf-8")
    arguments = ["transcribe", str(_RECORDING), "-o", str(file)]
    process = _command(arguments, death.change, place)
    try:
        process.wait(death.seconds or _SURELY)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    found = file.read_text(encoding="utf-8") if file.exists() else ""
    problem = "" if found in (old, _SAID) else f"neither the old nor the new text: {found[:60]!r}"
    if _command(arguments, 0, place).wait(_SURELY) or file.read_text(encoding="utf-8") != _SAID:
        return problem or "afterwards it is not written down"
    left = [one.name for one in file.parent.iterdir() if one != file]
    return problem or (f"left behind: {left[0]}" if left else "")


def _start() -> None:
    """What Parley puts in order when it starts."""
    tidy_own()
    recover()


_TRIED: dict[str, Callable[[Path, _Death, random.Random], str]] = {
    "import": _import,
    "replace": _replace,
    "pull": _pull,
    "save": _save,
    "transcribe": _transcribe,
}
"""each gives what must not be; empty if all is well"""


def _package(place: Path, text: str) -> Path:
    shutil.copytree(_PACKAGE, place, ignore=shutil.ignore_patterns("minisbd"))
    (place / "README.md").write_text(_TEXTS[text], encoding="utf-8")
    return place


def _model(name: str, texts: tuple[str, ...], *, may_lack: bool = False) -> str:
    """What is wrong with the one package that was imported."""
    found = [one for one in models.installed("argos") if not one.is_starter]
    if models.broken("argos") or [one.name for one in found] != [name][: len(found) or not may_lack]:
        return f"installed: {[one.name for one in found]}, broken: {len(models.broken('argos'))}"
    if found and (found[0].path / "README.md").read_text(encoding="utf-8") not in [_TEXTS[one] for one in texts]:
        return "neither the old nor the new model"
    return ""


def _fetched(kind: Kind, files: Files, *, may_lack: bool = False) -> str:
    """What is wrong with the one model that was fetched."""
    found = [one for one in models.installed(kind) if not one.is_starter]
    if models.broken(kind) or len(found) != (1 if found or not may_lack else 0):
        return f"installed: {[one.name for one in found]}, broken: {len(models.broken(kind))}"
    root = found[0].path.parent if found and kind == "voice" else found[0].path if found else None
    is_whole = root is None or all((root / name).read_bytes() == content for name, content in files.items())
    return "" if is_whole else "another content is installed"


def _left(home: Path) -> list[str]:
    """What nobody needs any more: unfinished things, but for the locks, which stay."""
    partial = partial_dir()
    unfinished = [one for one in partial.iterdir() if one.suffix != ".lock"] if partial.is_dir() else []
    return [str(one.relative_to(home)) for one in (*unfinished, *home.rglob("*.tmp"), *home.rglob("import-*.lock"))]


def _killed(work: Callable[[], object], death: _Death, place: Path) -> None:
    """work() in a process of its own, which is killed."""
    _end(_forked(work, death, place), death)


def _forked(work: Callable[[], object], death: _Death, place: Path) -> int:
    child = os.fork()
    if child == 0:
        try:
            with watched(_dying(death.change, place)):
                work()
        finally:
            os._exit(0)
    return child


def _end(child: int, death: _Death) -> None:
    if death.seconds:
        time.sleep(death.seconds)
        os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


def _dying(change: int, place: Path) -> Callable[[Path], None]:
    """Kills this process before the so manieth change below a place; 0: never."""
    left = change

    def watch(name: Path) -> None:
        nonlocal left
        left -= name.is_relative_to(place)
        if change and left <= 0:
            os.kill(os.getpid(), signal.SIGKILL)

    return watch


def _command(arguments: list[str], change: int, place: Path) -> "subprocess.Popen[bytes]":
    """`parley ARGUMENTS`, which dies before the so manieth change below a place; 0: never."""
    return subprocess.Popen(
        [sys.executable, "-m", __name__, str(change), str(place), *arguments],
        env={**os.environ, "PARLEY_RECOGNITION__MODEL": "starter", "PYTHONPATH": str(RESOURCES.parent)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def _as_command(change: int, place: Path, arguments: list[str]) -> None:
    sys.argv = ["parley", *arguments]
    with watched(_dying(change, place)):
        runpy.run_module("desktop", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    _as_command(int(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:])

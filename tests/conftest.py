"""What every test shares: the user's own files stay untouched, each bears the mark of its folder, and the test audio is
at hand.

Everything here is done once in each process of pytest-xdist, so that the processes share nothing: folders of the user,
sockets and D-Bus lie in a temporary folder of the process's own. Screens and sound servers are begun by the tests
(`VirtualDesktop`, `VirtualAudio`) on a free display and socket; servers of tests take a free port.
"""

import gc
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from functools import cache
from pathlib import Path
from typing import Any

import hypothesis
import pytest

_home = tempfile.TemporaryDirectory(prefix="parley-tests-")
for _name in ("CONFIG", "DATA", "CACHE", "STATE"):
    # Set before desktop.system.paths is imported: the directories are read once.
    os.environ[f"XDG_{_name}_HOME"] = str(Path(_home.name) / _name.lower())
# Short, as a socket's path must be; only its user may enter, as programs demand.
_runtime = Path(_home.name) / "run"
_runtime.mkdir(mode=0o700)
os.environ["XDG_RUNTIME_DIR"] = str(_runtime)
os.environ["DBUS_SESSION_BUS_ADDRESS"] = f"unix:path={_runtime / 'bus'}"
os.environ["PULSE_SERVER"] = f"unix:{_runtime / 'sound'}"
for _name in ("DISPLAY", "WAYLAND_DISPLAY", "PIPEWIRE_REMOTE"):
    os.environ.pop(_name, None)
os.environ["QT_QPA_PLATFORM"] = "offscreen"
for _name in [name for name in os.environ if name.startswith("PARLEY_")]:
    del os.environ[_name]
# Tests that need a model in an installed package name it (tests/real_models.py); all others have the starter models.
os.environ["PARLEY_MODEL_PACKAGES"] = str(Path(_home.name) / "packages")
# Threads of OpenMP that wait for each other would spin, and so take the cores from the other processes of the check.
os.environ["OMP_WAIT_POLICY"] = "passive"
if sys.platform == "linux":
    from tests.x_displays import keep_apart

    keep_apart()
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # Started in the background by a shell; programs that tests interrupt would inherit it.
    signal.signal(signal.SIGINT, signal.default_int_handler)

from desktop.engine.events import Samples  # noqa: E402
from desktop.system import paths  # noqa: E402
from desktop.system.paths import RESOURCES  # noqa: E402
from tests.marks import PARTS, computing_only, is_measured, mark_of, part_of, turn_of  # noqa: E402
from tests.waiting import wait_until  # noqa: E402

hypothesis.settings.register_profile("parley", deadline=None)  # a busy machine is slow
hypothesis.settings.load_profile("parley")

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


@pytest.fixture(scope="session")
def session_bus() -> Iterator[None]:
    """A D-Bus of this process's own, at the address that the environment names."""
    address = os.environ["DBUS_SESSION_BUS_ADDRESS"]
    rules = Path(__file__).with_name("session_bus.xml")
    command = ["dbus-daemon", f"--config-file={rules}", "--nofork", "--nopidfile", f"--address={address}"]
    bus = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    assert wait_until((_runtime / "bus").exists)
    yield
    bus.terminate()
    bus.wait()


@pytest.fixture(autouse=True, scope="module")
def _nothing_measured() -> None:
    """How fast this machine is decides which model is chosen; what the tests of another file measured is forgotten."""
    paths.tuning_file().unlink(missing_ok=True)


@pytest.fixture(autouse=True)
def _own_bus(request: pytest.FixtureRequest) -> None:
    if request.node.get_closest_marker("desktop"):
        request.getfixturevalue("session_bus")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--part", choices=PARTS, help="only this part of the tests, see tests/marks.py")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """What is not in the wanted part is not even imported."""
    part = config.getoption("--part")
    if part is None or not collection_path.match("test_*.py"):
        return None
    return True if part_of(collection_path) != part else None


def pytest_collection_finish() -> None:
    """What the tests themselves are made of is not looked at again whenever garbage is collected, hundreds of times."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """A test that bears the mark `pure` is held to it."""
    with computing_only() if item.get_closest_marker("pure") else nullcontext():
        return (yield)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Marks by folder. Without the speech models the tests that need them are left out; not in continuous integration,
    where they are to be there."""
    part = config.getoption("--part")
    if part is not None:  # files that are named on the command line are not ignored above
        config.hook.pytest_deselected(items=[item for item in items if part_of(item.path) != part])
        items[:] = [item for item in items if part_of(item.path) == part]
    for item in items:
        item.add_marker(mark_of(item.path))
        if getattr(getattr(item, "obj", None), "is_hypothesis_test", False) and not is_measured(item.path):
            item.add_marker("no_cover")
    items.sort(key=lambda item: turn_of(item.path))  # keeps the order within a file
    from tests.real_models import are_installed

    if os.environ.get("CI") or are_installed():
        return
    left_out = [item for item in items if item.get_closest_marker("real_models")]
    if left_out:
        items[:] = [item for item in items if item not in left_out]
        config.hook.pytest_deselected(items=left_out)
        config.stash[_LEFT_OUT] = len(left_out)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """What was left out, and the tables that tests made (`record_property`), also those of other processes."""
    for report in (*terminalreporter.getreports("passed"), *terminalreporter.getreports("failed")):
        for title, content in report.user_properties:
            terminalreporter.section(title)
            terminalreporter.write_line(str(content))
    if count := config.stash.get(_LEFT_OUT, 0):
        terminalreporter.write_line(
            f"{count} tests of real speech were left out: the speech models are not installed; "
            "PARLEY_SETUP_MODELS=all ./installer/test.sh installs them."
        )

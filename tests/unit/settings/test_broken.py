"""A thousand broken settings files: no crash, clear sentences, and the file stays byte for byte."""

import os
import string
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import tomlkit
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from desktop.settings.declaration import Settings
from desktop.settings.store import DEFAULT, SettingsStore, fields, get, validate

KEYS = [key for key, _ in fields()]
DEFAULTS = {key: get(Settings(), key) for key in KEYS}

NUMBERS = st.one_of(
    st.integers(-(2**63), 2**63 - 1),
    st.sampled_from(["nan", "inf", "-inf", "1e400", "9" * 400, "-" + "9" * 5000, "0x" + "f" * 300, "1_0", "01", "1."]),
    st.floats(allow_nan=False, allow_infinity=False),
).map(str)
TEXTS = st.text(max_size=12).map(lambda text: tomlkit.string(text.encode("utf-8", "ignore").decode()).as_string())
ODD = st.sampled_from(
    ["true", "1979-05-27", "1979-13-40", "07:32:00", "[]", "{}", "{a = 1", "'", '"""', "[[", '"\\ud800"', '"\\x"', "''"]
)
SCALARS = st.one_of(NUMBERS, TEXTS, ODD)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3).map(lambda parts: f"[{', '.join(parts)}]"), max_leaves=6
)
NAMES = st.one_of(
    st.sampled_from(["Meeting", "Stream", "Default", "default", '""', '" "', "'a\tb'", '"' + "n" * 60 + '"']),
    st.text(string.ascii_letters, min_size=1, max_size=8),
)
LINES = st.one_of(
    st.builds("{} = {}".format, st.sampled_from(KEYS), VALUES),
    st.builds("[{}]".format, st.sampled_from([key.split(".")[0] for key in KEYS])),
    st.builds("{} = {}".format, st.sampled_from([key.split(".")[1] for key in KEYS]), VALUES),
    st.builds("[profiles.{}.{}]".format, NAMES, st.sampled_from(["speech", "window", "nothing"])),
    st.builds("profiles.{}.{} = {}".format, NAMES, st.sampled_from(KEYS), VALUES),
    st.builds("{} = {}".format, st.sampled_from(["version", "profile", "profiles"]), VALUES | NAMES.map(repr)),
    st.builds("[[{}]]".format, st.sampled_from(["speech", "profiles", "profiles.Meeting"])),
    st.text(string.printable, max_size=15),
)
FILES = st.one_of(
    st.lists(LINES, min_size=1, max_size=8).map(lambda lines: "\n".join(lines).encode("utf-8", "ignore")),
    st.builds("{} = {}".format, st.sampled_from(KEYS), VALUES).map(lambda line: line.encode("utf-8", "ignore")),
    st.binary(max_size=100),
    st.integers(1, 3000).map(lambda depth: b"x = " + b"[" * depth + b"]" * depth),
    st.integers(1, 3000).map(lambda depth: b".".join([b"speech"] * depth) + b" = 1"),
    st.sampled_from(KEYS).map(lambda key: f"{key} = 1\n{key} = 1".encode()),
    st.sampled_from(KEYS).map(lambda key: f"[{key}]\n[{key}.x]\n".encode()),
)


@pytest.fixture
def in_memory(tmp_path: Path) -> Iterator[Path]:
    """A folder without a disk behind it, if there is one: each save waits until a disk has written it."""
    memory = Path("/dev/shm")
    if not os.access(memory, os.W_OK):
        yield tmp_path
        return
    with TemporaryDirectory(dir=memory) as folder:
        yield Path(folder)


def test_what_is_preset_is_valid() -> None:
    for key, value in DEFAULTS.items():
        assert validate(key, value) == value


@settings(max_examples=1000, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(FILES)
@example(b"")
@example(b"\xff\xfe[\x00s\x00")
@example(b"profile = 'Gone'")
@example(b"profiles = 1\nprofile = 2\nversion = -1")
@example(b"'speech.rate' = 2.0")
@example(b"[profiles.Meeting.window]\ntheme = 'dark'")
def test_a_broken_file_is_survived_explained_and_kept(in_memory: Path, content: bytes) -> None:
    file = in_memory / "settings.toml"
    file.write_bytes(content)
    made = SettingsStore(file, {})
    assert file.read_bytes() == content
    for key in KEYS:
        value = get(made.current, key)
        assert value == DEFAULTS[key] or validate(key, value) == value
    assert made.profile in made.profiles()
    for problem in made.problems:
        assert is_clear(problem, file), problem
    # Whatever is unusable is either explained or does no harm: what has no sentence is as good as the file.
    if made.current != Settings() or made.profile != DEFAULT:
        assert content
    # Saving something loses nothing either: what cannot stay in place is kept beside it.
    made.set("speech.volume", 0.25)
    again = SettingsStore(file, {})
    assert again.current.speech.volume == 0.25
    if any("cannot be read" in problem for problem in made.problems):
        assert any(copy.read_bytes() == content for copy in in_memory.glob("settings.broken*.toml"))
    for copy in in_memory.glob("settings.broken*.toml"):
        copy.unlink()


def is_clear(problem: str, file: Path) -> bool:
    """One sentence or two on one line, of bearable length, that name the file and say what happens."""
    return (
        "\n" not in problem
        and problem.isprintable()
        and len(problem) < 500 + len(str(file))
        and str(file) in problem
        and problem.endswith((".", "?"))
    )


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[speech]\nrate = nan\n", "speech.rate cannot be nan: input should be"),
        ("[speech]\nrate = 'fast'\n", "speech.rate cannot be 'fast': input should be a valid number"),
        ("[speech]\nraet = 1\n", "there is no setting called 'speech.raet'; did you mean speech.rate?"),
        ("[window]\ngeometry = [1, 2]\n", "it must be four numbers, x, y, width and height"),
        ("[window]\ngeometry = [1, 2, 3, 99999999999]\n", "it must be four numbers, x, y, width and height"),
        ("stray = 1\n", "there is no setting called 'stray'"),
        ("[speech]\nrate = 1\nrate = 2\n", "cannot be read (Cannot overwrite a value"),
        ("[speech\n", "cannot be read (Expected ']'"),
        (f"x = {'9' * 5000}", "cannot be read (it has a number or a date that is none)"),
        (f"x = {'[' * 900}{']' * 900}", "it is nested too deeply"),
        ("profile = 'Gone'\n", "The profile 'Gone' that"),
        ("profile = 3\n", "profile must be the name of a profile"),
        ("profiles = 3\n", "profiles must be tables"),
        ("[profiles]\nMeeting = 3\n", "the profile 'Meeting' cannot be used: a profile must have tables"),
        ("[profiles.Default.speech]\nrate = 1\n", "Default means that no profile is used"),
        ("[profiles.A.window]\ntheme = 'dark'\n", "window.theme stands in the profile 'A', but belongs to no profile"),
        ("[profiles.A.speech]\nrate = 9\n", "In the profile A of"),
        ("version = 'new'\n", "version must be a whole number"),
        ("version = 99\n", "was written by a newer Parley (version 99"),
    ],
)
def test_what_is_said(tmp_path: Path, text: str, says: str) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(text)
    made: Any = SettingsStore(file, {})
    (problem,) = made.problems
    assert says in problem
    assert is_clear(problem, file)
    assert file.read_text() == text

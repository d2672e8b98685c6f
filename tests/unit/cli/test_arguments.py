"""Which arguments are shared, and who gets the rest."""

import pytest

from desktop.cli.arguments import for_running, for_window, hoisted
from desktop.system.instance import WISHES


@pytest.mark.parametrize(
    ("arguments", "shared", "others"),
    [
        ("listen --to es", "", "listen --to es"),
        ("listen --set a=b --to es --profile Meeting", "--set a=b --profile Meeting", "listen --to es"),
        ("--set a=b listen --settings=f", "--set a=b --settings=f", "listen"),
        ("transcribe -- --set a=b", "", "transcribe -- --set a=b"),
        ("listen --set", "--set", "listen"),
        ("", "", ""),
    ],
)
def test_shared_options_may_stand_anywhere(arguments: str, shared: str, others: str) -> None:
    assert hoisted(arguments.split()) == (shared.split(), others.split())


@pytest.mark.parametrize(
    ("arguments", "window"),
    [
        ("", ""),
        ("gui", ""),
        ("gui --start --set a=b", "--set a=b --start"),
        ("--set a=b gui --help", "--set a=b --help"),
        ("--profile Meeting", "--profile Meeting"),
        ("--profile gui", "--profile gui"),
        ("--set a=b --start", "--set a=b --start"),
        ("gui --unknown", "--unknown"),
    ],
)
def test_what_opens_the_window(arguments: str, window: str) -> None:
    assert for_window(arguments.split()) == window.split()


@pytest.mark.parametrize(
    "arguments", ["listen", "--help", "--version", "--set a=b listen", "--verbose listen", "--set a=b --help", "gui2"]
)
def test_what_does_not(arguments: str) -> None:
    assert for_window(arguments.split()) is None


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["toggle"], ("", "toggle")),
        (["--settings", "a.toml", "stop"], ("a.toml", "stop")),
        (["stop", "--settings=a.toml"], ("a.toml", "stop")),
        (["status", "--json"], None),
        (["--set", "speech.rate=1", "toggle"], None),
        (["--settings", "a.toml", "--set", "speech.rate=1", "toggle"], None),
        (["show"], None),
        ([], None),
    ],
)
def test_what_is_for_a_parley_that_runs(arguments: list[str], expected: tuple[str, str] | None) -> None:
    assert for_running(arguments, WISHES[2:]) == expected

"""Setting, flag, environment variable, file, `parley config` and documentation of every setting agree.

Walks the declaration: a setting that is added there is tested here without another line."""

import json
import logging
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import tomlkit
from typer.main import get_command

from desktop import cli
from desktop.settings import docs as settings_docs
from desktop.settings.declaration import Settings
from desktop.settings.store import fields, get
from desktop.settings.values import Declaration, declaration, declarations, parse, text_of, validate

KEYS = [key for key, _ in fields()]
TEXTS = {"list": "7, -8, 9, 10", "colour": "#12ab34", "text": 'some words, an = and "quotes"'}

SPECIAL = {
    "audio.source": 'loopback:some words, an = and "quotes"',
    "speech.output": 'output:some words, an = and "quotes"',
    # `parley config set` takes only languages that there are.
    "recognition.language": "es",
    "recognition.languages": "es, de",
    "translation.target": "es",
    "cloud.recognition": "deepgram, google",
    "cloud.translation": "deepl, google",
    "cloud.speech": "openai, google",
    "practice.language": "es",
}

Parley = Callable[..., str]

_command = cache(get_command)
"""of typer: it makes the commands anew for each call, which takes longer than all the rest"""


def other(one: Declaration) -> Any:
    """A value that is not the default."""
    if one.type == "switch":
        return not one.default
    if one.choices:
        return next(choice for choice in one.choices if choice != one.default)
    if one.minimum is not None:
        assert one.maximum is not None
        return validate(one.key, one.maximum if one.default != one.maximum else one.minimum)
    return parse(one.key, SPECIAL.get(one.key, TEXTS[one.type]))


OTHER = {one.key: other(one) for one in declarations()}


@pytest.fixture
def parley(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Parley]:
    """parley("config", "get", …) -> what it prints; it must succeed and say nothing about problems."""
    root = logging.getLogger()
    before = root.handlers[:]
    monkeypatch.setattr("sys.excepthook", lambda *_: None)  # put back afterwards: the command line sets its own
    monkeypatch.setattr("threading.excepthook", lambda *_: None)
    monkeypatch.setattr("typer.main.get_command", _command)

    def call(*arguments: str) -> str:
        assert cli.main(["--settings", str(tmp_path / "settings.toml"), *arguments]) == 0
        printed = capsys.readouterr()
        assert "ignored" not in printed.err
        for handler in [handler for handler in root.handlers if handler not in before]:
            root.removeHandler(handler)
            handler.close()
        return printed.out.removesuffix("\n")

    yield call
    from desktop.system import log

    log.close()


def listed(parley: Parley, *arguments: str) -> dict[str, dict[str, Any]]:
    return {one["key"]: one for one in json.loads(parley(*arguments, "config", "list", "--json"))}


def plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def test_the_other_values_are_valid_and_different() -> None:
    for one in declarations():
        assert validate(one.key, OTHER[one.key]) == OTHER[one.key] != one.default
        assert parse(one.key, text_of(OTHER[one.key])) == OTHER[one.key]
        assert parse(one.key, text_of(one.default)) == one.default


@pytest.mark.parametrize("key", KEYS)
def test_a_setting_is_the_same_in_every_way(
    key: str, parley: Parley, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    value, text, one = OTHER[key], text_of(OTHER[key]), declaration(key)
    file = tmp_path / "settings.toml"
    assert parley("config", "get", key) == text_of(one.default)
    # As a flag, before and behind the command.
    assert parley("--set", f"{key}={text}", "config", "get", key) == text
    assert parley("config", "get", key, f"--set={key}={text}") == text
    # As an environment variable.
    monkeypatch.setenv(one.environment, text)
    assert parley("config", "get", key) == text
    record = json.loads(parley("config", "get", key, "--json"))
    assert (record["value"], record["from"], record["environment"]) == (plain(value), "environment", one.environment)
    monkeypatch.delenv(one.environment)
    assert not file.exists()
    # In a file written by hand.
    group, name = key.split(".")
    file.write_text(tomlkit.dumps({group: {name: plain(value)}}), encoding="utf-8")
    assert parley("config", "get", key) == text
    file.unlink()
    # With `config set`, and back.
    assert parley("config", "set", key, text) == ""
    assert parley("config", "get", key) == text
    assert json.loads(parley("config", "get", key, "--json"))["from"] == "file"
    assert parley("config", "reset", key) == ""
    assert parley("config", "get", key) == text_of(one.default)


def test_all_at_once_as_flags_and_as_variables(parley: Parley, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = {key: plain(value) for key, value in OTHER.items()}
    flags = [part for key, value in OTHER.items() for part in ("--set", f"{key}={text_of(value)}")]
    by_flag = listed(parley, *flags)
    assert {key: one["value"] for key, one in by_flag.items()} == wanted
    assert {one["from"] for one in by_flag.values()} == {"flag"}
    for key, value in OTHER.items():
        monkeypatch.setenv(declaration(key).environment, text_of(value))
    by_variable = listed(parley)
    assert {key: one["value"] for key, one in by_variable.items()} == wanted
    assert {one["from"] for one in by_variable.values()} == {"environment"}


def test_the_list_is_the_declaration(parley: Parley) -> None:
    found = listed(parley)
    assert list(found) == KEYS
    defaults = Settings()
    for key, field in fields():
        one = found[key]
        assert one["help"] == field.description
        assert one["value"] == one["default"] == plain(get(defaults, key))
        assert one["from"] == "default"
        assert one["applies"] in ("at once", "reload", "restart")
    table = parley("config", "list")
    assert all(f"\n{key} " in table for key in KEYS)


def test_the_page_is_not_stale() -> None:
    on_disk = settings_docs.PAGE.read_text(encoding="utf-8")
    assert on_disk == settings_docs.page(), "run `python -m desktop.settings.docs`"


@pytest.mark.parametrize("key", KEYS)
def test_the_page_tells_everything_about_a_setting(key: str) -> None:
    one = declaration(key)
    page = settings_docs.PAGE.read_text(encoding="utf-8")
    start = page.index(f"\n### `{key}`\n")
    entry = page[start : page.index("\n#", start + 1)]
    assert one.help in entry
    assert f"`{one.environment}`" in entry
    assert f"`--set {key}=…`" in entry
    assert f"default `{text_of(one.default)}`" in entry or (text_of(one.default) == "" and "default empty" in entry)
    assert "applies " in entry
    assert all(choice in entry for choice in one.choices)
    if one.minimum is not None:
        assert f"{one.minimum:g} to {one.maximum:g}" in entry
    assert ("advanced" in entry) == one.is_advanced


def test_writing_the_page_writes_the_page(tmp_path: Path) -> None:
    assert settings_docs.main(tmp_path / "settings.md") == 0
    assert (tmp_path / "settings.md").read_text(encoding="utf-8") == settings_docs.page()


@pytest.mark.parametrize("number", [one.key for one in declarations() if one.type.endswith("number")])
def test_every_number_has_a_range(number: str) -> None:
    one = declaration(number)
    assert one.minimum is not None
    assert one.maximum is not None
    assert one.minimum < one.maximum


def test_what_a_window_says_of_a_setting_has_nothing_that_only_files_have() -> None:
    for one in declarations():
        assert not re.search(r"\b(NAME|PATH)\b|[<>]", one.help), one
        assert one.written in settings_docs.page(), one

"""Checking a model's directory: what is damaged is told, and what is large is read for it once."""

import json
import shutil
from pathlib import Path

import pytest

from desktop.engine.errors import ModelBroken
from desktop.engine.models import checked, contents, installed, whisper_directory
from desktop.engine.models.files import FileBroken, Shape, whisper_shape
from desktop.system import paths
from tests.raising import raises

STARTER = paths.RESOURCES / "starter" / "whisper"


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return Path(shutil.copytree(STARTER, tmp_path / "model"))


def test_what_is_large_is_read_once_also_by_a_process_that_starts_later(
    directory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paths, "checked_file", lambda: tmp_path / "cache" / "checked.json")
    read: list[str] = []
    read_bytes = contents.read_bytes
    monkeypatch.setattr(contents, "read_bytes", lambda file, most: (read.append(file.name), read_bytes(file, most))[1])
    whisper_directory.verify(directory)
    assert sorted(read) == ["tokenizer.json", "vocabulary.json"]
    monkeypatch.setattr(checked, "_found", {})
    whisper_directory.verify(directory)
    assert len(read) == 2  # parsing megabytes would keep the window's thread from running
    (tmp_path / "cache" / "checked.json").write_text('{"version": 1, "good": 7}')
    monkeypatch.setattr(checked, "_found", {})
    (directory / "tokenizer.json").write_bytes((directory / "tokenizer.json").read_bytes() + b"x")
    with raises(ModelBroken, match=r"tokenizer\.json is damaged"):
        whisper_directory.verify(directory)


@pytest.mark.parametrize("content", ["", "{", "[1]", '{"model": {"vocab"', "<html>no such file</html>"])
def test_a_damaged_tokenizer_is_told(directory: Path, content: str) -> None:
    (directory / "tokenizer.json").write_text(content)
    with raises(ModelBroken, match=r"tokenizer\.json is (damaged|empty)"):
        whisper_directory.verify(directory)


def test_a_download_that_broke_off_is_told(directory: Path) -> None:
    tokenizer = directory / "tokenizer.json"
    tokenizer.write_bytes(tokenizer.read_bytes()[:-2_000_000])
    with raises(ModelBroken, match=r"tokenizer\.json"):
        whisper_directory.verify(directory)


@pytest.mark.parametrize(
    ("file", "why"),
    [
        ("model.bin", r"model\.bin is missing"),
        ("config.json", r"config\.json is missing"),
        ("vocabulary.json", r"vocabulary\.json is missing"),
        ("tokenizer.json", r"tokenizer\.json is missing"),
    ],
)
def test_what_is_missing_is_told_alike_where_models_are_listed_and_where_they_are_loaded(
    directory: Path, file: str, why: str
) -> None:
    (directory / file).unlink()
    with raises(ModelBroken, match=why):
        whisper_directory.verify(directory)
    with raises(FileBroken, match=why):
        installed.examine("whisper", directory)


def tokens_of(directory: Path) -> list[str]:
    found: list[str] = json.loads((directory / "vocabulary.json").read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize("form", ["json", "txt"])
@pytest.mark.parametrize(("extra", "languages"), [(-1, 1), (0, 99), (1, 100)])
def test_the_vocabulary_says_how_many_languages_a_model_knows(
    directory: Path, form: str, extra: int, languages: int
) -> None:
    """English models list every language in their config.json, too; their names need not end in .en."""
    (directory / "parley.json").unlink()
    tokens = [*tokens_of(directory), "<|more|>"][: 51_865 + extra]
    (directory / "vocabulary.json").unlink()
    text = json.dumps(tokens) if form == "json" else "\n".join(tokens) + "\n"
    (directory / f"vocabulary.{form}").write_text(text, encoding="utf-8")
    found = whisper_directory.describe(directory)
    assert len(found.languages) == languages
    assert found.languages[0] == "en"
    assert ("es" in found.languages) == (languages > 1)


def test_a_model_with_fewer_layers_that_write_does_not_translate(directory: Path) -> None:
    (directory / "parley.json").unlink()
    assert whisper_shape(directory / "model.bin") == Shape(192, 4, 2)
    assert not whisper_directory.describe(directory).translates
    assert whisper_directory.describe(STARTER).translates  # its parley.json says so

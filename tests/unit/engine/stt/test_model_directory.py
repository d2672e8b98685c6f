"""Checking a model's directory: what is damaged is told, and nothing large is read for it."""

import shutil
from pathlib import Path

import pytest

from desktop import paths
from desktop.engine.errors import ModelBroken
from desktop.engine.stt import model_directory

STARTER = paths.RESOURCES / "starter" / "whisper"


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return Path(shutil.copytree(STARTER, tmp_path / "model"))


def test_a_whole_model_passes_without_its_tokenizer_being_parsed(
    directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[int] = []
    loads = model_directory.json.loads
    monkeypatch.setattr(model_directory.json, "loads", lambda text: (read.append(len(text)), loads(text))[1])
    model_directory.verify(directory)
    assert max(read) < 100_000  # parsing megabytes would keep the window's thread from running


@pytest.mark.parametrize("content", ["", "{", "[1]", '{"model": {"vocab"', "<html>no such file</html>"])
def test_a_damaged_tokenizer_is_told(directory: Path, content: str) -> None:
    (directory / "tokenizer.json").write_text(content)
    with pytest.raises(ModelBroken, match=r"tokenizer\.json is missing or damaged"):
        model_directory.verify(directory)


def test_a_download_that_broke_off_is_told(directory: Path) -> None:
    tokenizer = directory / "tokenizer.json"
    tokenizer.write_bytes(tokenizer.read_bytes()[:-2_000_000])
    with pytest.raises(ModelBroken, match=r"tokenizer\.json"):
        model_directory.verify(directory)

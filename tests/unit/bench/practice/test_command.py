"""A run that goes on with what a file has."""

import json
from pathlib import Path

import pytest

from desktop.bench.practice.command import kept
from desktop.engine.errors import EngineError, FileUnreadable

ABOUT = {"model": "Whisper base", "half": "odd", "update_ms": [1.0, 2.0]}


def test_languages_of_the_same_kind_of_run_are_kept(tmp_path: Path) -> None:
    file = tmp_path / "practice.json"
    assert kept(file, ABOUT) == {}
    file.write_text(json.dumps({**ABOUT, "update_ms": [3.0, 4.0], "languages": {"en": {"passages": 15}}}))
    assert kept(file, ABOUT) == {"en": {"passages": 15}}


def test_another_run_or_another_file_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "practice.json"
    file.write_text(json.dumps({**ABOUT, "half": "even", "languages": {}}))
    with pytest.raises(EngineError, match="another kind of run"):
        kept(file, ABOUT)
    file.write_text("[]")
    with pytest.raises(FileUnreadable, match="cannot be gone on with"):
        kept(file, ABOUT)

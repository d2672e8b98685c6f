"""The peers' environment: what is said when it cannot be made. Nothing large is installed."""

import re
from pathlib import Path

import pytest

from desktop.bench.peers import environment
from desktop.bench.peers.environment import REQUIREMENTS, TORCH, PeersMissing, make, python
from desktop.messages import text_of
from tests.raising import raises


def test_there_is_none(tmp_path: Path) -> None:
    assert python(tmp_path / "peers") is None


def test_one_made_from_other_versions_is_made_again(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "python").touch()
    (tmp_path / "made-from").write_text("others")
    assert python(tmp_path) is None


def test_without_a_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The real venv and the real pip, which may look nowhere."""
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    for name in ("PIP_FIND_LINKS", "PIP_EXTRA_INDEX_URL", "PIP_INDEX_URL"):
        monkeypatch.delenv(name, raising=False)
    told: list[str] = []
    with raises(PeersMissing, match="are you online") as caught:
        make(told.append, tmp_path / "peers")
    assert "torch" in text_of(caught.value)
    assert "Traceback" not in text_of(caught.value)
    assert len(told) == 2
    assert python(tmp_path / "peers") is None


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with raises(PeersMissing, match="cannot be made"):
        make(lambda sentence: None, tmp_path / "file" / "folder" / "peers")


def test_the_packaged_app_has_no_python(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment.sys, "frozen", True, raising=False)
    with raises(PeersMissing, match="install Parley with pip"):
        make(lambda sentence: None, tmp_path)


def test_every_requirement_is_pinned_and_no_address_is_named() -> None:
    lines = [
        line
        for file in (REQUIREMENTS, TORCH)
        for line in file.read_text(encoding="utf-8").splitlines()
        if not line.startswith("#")
    ]
    assert all(re.fullmatch(r"[A-Za-z0-9_.-]+==[0-9][0-9A-Za-z.+]*", line) for line in lines)
    names = {line.partition("==")[0].lower().replace("_", "-") for line in lines}
    assert {"realtimestt", "whisper-live", "whisperlivekit", "faster-whisper", "ctranslate2", "torch"} <= names

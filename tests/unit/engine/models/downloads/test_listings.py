"""Refreshing the catalogue from the hub's, Argos's and Piper's lists."""

import json
import random
from dataclasses import replace
from pathlib import Path

import pytest

from desktop.engine.errors import DownloadError
from desktop.engine.models import catalogue
from desktop.engine.models.catalogue import Catalogue
from desktop.engine.models.downloads import Downloads
from desktop.engine.models.downloads.network.listings import argos_entries, piper_entries
from desktop.settings.declaration import ModelSettings
from tests.model_server import REVISION, Fault, ModelServer, catalogue_of
from tests.unit.engine.models.downloads.conftest import SHORT
from tests.unit.engine.models.downloads.test_pull import is_sentence


def test_a_refresh_finds_what_is_new_and_what_it_finds_can_be_fetched(home: Path, server: ModelServer) -> None:
    old = server.add_whisper(pinned=True)
    catalogue_of([replace(old, revision="f" * 40)], catalogue.refreshed_file())
    server.add_package("en", "de", version="1.9")
    server.add_package("en", "de", version="1.10")
    server.add_voice("de_DE-thorsten-low")
    downloads = Downloads(server.settings, patience=SHORT)
    found = downloads.refresh()
    assert found.problems == ()
    assert (found.added, found.changed) == (2, 1)
    assert {one.id for one in found.catalogue.entries} == {"small", "translate-en_de-1_10", "de_DE-thorsten-low"}
    assert catalogue.load().entries == found.catalogue.entries
    assert next(one for one in found.catalogue.entries if one.id == "small").revision == REVISION
    for entry in catalogue.load().entries:
        assert downloads.pull(entry).name == entry.id


def test_a_list_that_cannot_be_had_stays_as_it_was(home: Path, server: ModelServer) -> None:
    known = [server.add_whisper(pinned=True), server.add_package("en", "de"), server.add_voice()]
    catalogue_of(known, catalogue.refreshed_file())
    server.faults = [Fault("/argos/", status=500)]
    found = Downloads(server.settings, patience=SHORT).refresh()
    assert len(found.problems) == 1
    assert {one.id for one in found.catalogue.entries} == {one.id for one in known}


def test_when_nobody_answers_the_list_stays(home: Path) -> None:
    dead = ("http://127.0.0.1:9",)
    with pytest.raises(DownloadError) as caught:
        Downloads(ModelSettings(hub=dead, argos=dead, piper=dead), patience=SHORT).refresh()
    assert is_sentence(caught.value)
    assert not catalogue.refreshed_file().exists()
    assert isinstance(catalogue.load(), Catalogue)


def test_1000_generated_broken_lists(server: ModelServer) -> None:
    chance = random.Random(9)
    for pair in (("en", "de"), ("de", "en"), ("en", "es")):
        server.add_package(*pair)
    for name in ("en_US-a-low", "de_DE-b-medium"):
        server.add_voice(name)
    voices = json.loads(server.repositories["rhasspy/piper-voices"]["voices.json"])
    strange: list[object] = [None, True, -1, 10**30, "", "../..", "x" * 3000, [], {}, [None], {"files": 1}]
    from tests.unit.engine.models.test_catalogue import spoil

    for _ in range(500):
        index, listed = json.loads(json.dumps([server.index, voices]))
        for _ in range(chance.randint(1, 5)):
            spoil(index, chance, strange)
            spoil(listed, chance, strange)
        for one in (*argos_entries(index), *piper_entries(listed, "main")):
            assert ".." not in one.id
            assert one.links or one.files


@pytest.mark.parametrize("content", [None, 3, "x", {}])
def test_an_index_that_is_none_is_said(content: object) -> None:
    with pytest.raises(DownloadError):
        argos_entries(content)
    with pytest.raises(DownloadError):
        piper_entries(content if content != {} else [], "main")

"""Broken models are found, named and repaired file by file; removing frees the space."""

import shutil
from pathlib import Path

import pytest

from desktop.engine.errors import DownloadBusy, ModelMissing, ModelProtected, Unreachable
from desktop.engine.models import catalogue, model_places
from desktop.engine.models import installed as models
from desktop.engine.models.downloads import Broken, Control, Downloads, places, state
from desktop.messages import text_of
from desktop.settings.declaration import ModelSettings
from desktop.system.files import locked
from desktop.system.paths import RESOURCES
from tests.model_server import REVISION, STARTER, ModelServer, catalogue_of
from tests.unit.engine.models.downloads.conftest import SHORT
from tests.unit.engine.models.downloads.test_pull import STORE, WEIGHTS, is_sentence


def halve(file: Path) -> None:
    """As a copy that stopped; a hard link elsewhere keeps its content."""
    content = file.read_bytes()
    file.unlink()
    file.write_bytes(content[: len(content) // 2])


def test_only_the_bad_file_is_fetched(home: Path, server: ModelServer) -> None:
    downloads = Downloads(server.settings, patience=SHORT)
    model = downloads.pull(server.add_whisper())
    server.requests.clear()
    halve(model.path / "model.bin")
    (broken,) = downloads.find_broken()
    assert (broken.kind, broken.name, broken.path) == ("whisper", "small", model.path)
    assert broken.entry is not None
    assert text_of(broken.problem).endswith(".")
    assert downloads.repair(broken) == model
    assert (model.path / "model.bin").read_bytes() == WEIGHTS
    # The hub is asked for the checksums of the small files again; of the files only the bad one is fetched.
    assert {one.path for one in server.requests if not one.path.startswith("/api/")} == {STORE}
    assert downloads.find_broken() == ()


def test_a_repair_that_fails_leaves_it_as_it_was(home: Path, server: ModelServer) -> None:
    model = Downloads(server.settings, patience=SHORT).pull(server.add_whisper(pinned=True))
    halve(model.path / "config.json")
    offline = Downloads(ModelSettings(hub=("http://127.0.0.1:9",)), patience=SHORT)
    (broken,) = offline.find_broken()
    with pytest.raises(Unreachable):
        offline.repair(broken)
    assert (model.path / "model.bin").read_bytes() == WEIGHTS
    assert len(offline.find_broken()) == 1
    Downloads(server.settings, patience=SHORT).repair(broken)
    assert offline.find_broken() == ()


def test_voices_and_packages_are_repaired(home: Path, server: ModelServer) -> None:
    downloads = Downloads(server.settings, patience=SHORT)
    package, voice = server.add_package("en", "de"), server.add_voice()
    catalogue_of([package, voice], catalogue.refreshed_file())
    halve(downloads.pull(package).path / "model" / "model.bin")
    spoken = downloads.pull(voice).path
    spoken.with_name(spoken.name + ".json").unlink()
    found = downloads.find_broken()
    assert {one.kind for one in found} == {"argos", "voice"}
    for one in found:
        downloads.repair(one)
    assert downloads.find_broken() == ()
    assert len(models.installed("argos")) == 3


def test_a_broken_model_that_was_copied_there_is_repaired_from_the_catalogue(home: Path, server: ModelServer) -> None:
    catalogue_of([server.add_whisper(pinned=True)], catalogue.refreshed_file())
    place = home / "whisper" / "faster-whisper-small"
    shutil.copytree(STARTER / "whisper", place)
    halve(place / "model.bin")
    downloads = Downloads(server.settings, patience=SHORT)
    (broken,) = downloads.find_broken()
    assert downloads.repair(broken).path == home / "whisper" / "small"
    assert not place.exists()
    assert downloads.find_broken() == ()


def test_what_nobody_knows_cannot_be_repaired(home: Path) -> None:
    (home / "whisper" / "mystery").mkdir(parents=True)
    (broken,) = Downloads().find_broken()
    with pytest.raises(ModelMissing) as caught:
        Downloads().repair(broken)
    assert is_sentence(caught.value)
    Downloads().remove(broken)
    assert Downloads().find_broken() == ()


def test_a_broken_model_in_the_hubs_cache_is_repaired(home: Path, server: ModelServer) -> None:
    catalogue_of([server.add_whisper(pinned=True)], catalogue.refreshed_file())
    snapshot = cached_whisper()
    halve((snapshot / "model.bin").resolve())
    downloads = Downloads(server.settings, patience=SHORT)
    (broken,) = downloads.find_broken()
    assert broken.name == "small"
    model = downloads.repair(broken)
    assert model.path == home / "whisper" / "small"
    assert downloads.find_broken() == ()
    assert not snapshot.exists()


def test_removing_frees_the_space(home: Path, server: ModelServer) -> None:
    downloads = Downloads(server.settings, patience=SHORT)
    for entry in (server.add_whisper(), server.add_package("en", "de"), server.add_voice()):
        model = downloads.pull(entry)
        before = places.size_of(home)
        freed = downloads.remove(model)
        assert freed >= model.size_bytes
        assert not model.path.exists()
        assert before - places.size_of(home) >= model.size_bytes
        assert state.recorded(model.kind, model.name) is None
    assert [one for kind in models.KINDS for one in models.installed(kind) if not one.is_starter] == []
    assert not list(home.glob(".partial/old-*"))


def test_removing_from_the_hubs_cache_frees_the_blobs(home: Path) -> None:
    snapshot = cached_whisper()
    model = models.recognition_model("small")
    assert model.path == snapshot
    blobs = snapshot.parents[1] / "blobs"
    assert Downloads().remove(model) >= len(WEIGHTS)
    assert not list(blobs.glob("*"))
    with pytest.raises(ModelMissing):
        models.recognition_model("small")


def test_a_voice_of_the_hubs_cache_goes_alone(home: Path) -> None:
    repository = model_places.huggingface_cache() / "models--rhasspy--piper-voices"
    for name in ("en_US-a-low", "es_ES-b-low"):
        language = name[:2]
        place = repository / "snapshots" / REVISION / language / name
        place.mkdir(parents=True)
        (repository / "blobs").mkdir(exist_ok=True)
        starter = next((STARTER / "voices").glob(f"{language}*.onnx"))
        for ending in ("", ".json"):
            blob = repository / "blobs" / f"{name}{ending}"
            shutil.copy(str(starter) + ending, blob)
            (place / f"{name}.onnx{ending}").symlink_to(blob)
    english = models.voice_for("en", "en_US-a-low")
    assert Downloads().remove(english) > 0
    assert not (repository / "blobs" / "en_US-a-low").exists()
    assert models.voice_for("es").name == "es_ES-b-low"


def test_starter_models_stay(home: Path) -> None:
    for kind in models.KINDS:
        for model in models.installed(kind):
            with pytest.raises(ModelProtected) as caught:
                Downloads().remove(model)
            assert is_sentence(caught.value)
    sly = Broken("whisper", "starter", RESOURCES / "starter" / "whisper", "", None)
    with pytest.raises(ModelProtected):
        Downloads().remove(sly)
    assert (STARTER / "whisper" / "model.bin").exists()


def test_a_model_that_is_being_fetched_is_not_removed(home: Path, server: ModelServer) -> None:
    model = Downloads(server.settings, patience=SHORT).pull(server.add_whisper())
    with places.locked("whisper", "small", "Whisper small", Control(), None, wait=False):
        with pytest.raises(DownloadBusy):
            Downloads().remove(model)
        (home / ".partial" / "whisper-small" / "parts").mkdir(parents=True)
        (home / ".partial" / "voice-x" / "parts").mkdir(parents=True)
        (home / ".partial" / "voice-x" / "parts" / "a.part").write_bytes(bytes(100))
        assert Downloads().clear_partial() == 100  # what runs now is left alone
        assert (home / ".partial" / "whisper-small").exists()
    old, young = home / ".partial" / "import-old", home / ".partial" / "import-young"
    for place in (old, young):
        (place / "unpacked").mkdir(parents=True)
    with locked(home / ".partial" / "import-young.lock", 0):
        Downloads().clear_partial()
    assert not (home / ".partial" / "whisper-small").exists()
    assert (old.exists(), young.exists()) == (False, True)  # an import may be under way


def cached_whisper() -> Path:
    """The starter's recogniser in Hugging Face's cache, as its tools leave it; returns the snapshot."""
    repository = model_places.huggingface_cache() / "models--Systran--faster-whisper-small"
    snapshot = repository / "snapshots" / REVISION
    snapshot.mkdir(parents=True)
    (repository / "blobs").mkdir()
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text(REVISION)
    for name in ("config.json", "preprocessor_config.json", "tokenizer.json", "vocabulary.json", "model.bin"):
        shutil.copy(STARTER / "whisper" / name, repository / "blobs" / name)
        (snapshot / name).symlink_to(Path("../../blobs") / name)
    return snapshot

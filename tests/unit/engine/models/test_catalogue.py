"""The catalogue: what ships, what is read of broken files, what a pair of languages lacks."""

import copy
import json
import random
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from desktop.engine.errors import CatalogueBroken, ModelMissing
from desktop.engine.models import catalogue
from desktop.engine.models import installed as models
from desktop.engine.models.catalogue import Catalogue, Entry, entry_from, rendered
from desktop.engine.models.speed import speed_class
from desktop.engine.models.speed.speed_class import Measured, SpeedClass
from desktop.engine.text.languages import CODES
from desktop.messages import text_of
from desktop.system import paths
from desktop.system.paths import RESOURCES

STARTER = RESOURCES / "starter"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(paths, "models_dir", lambda: tmp_path / "models")
    monkeypatch.setenv("HF_HOME", str(tmp_path / "huggingface"))
    monkeypatch.delenv("HF_HUB_CACHE", raising=False)
    monkeypatch.setenv("ARGOS_PACKAGES_DIR", str(tmp_path / "argos-packages"))
    return tmp_path / "models"


@pytest.fixture(scope="module")
def shipped() -> Catalogue:
    return catalogue.read(catalogue.shipped_file())


def test_the_shipped_one_is_whole_and_pinned(shipped: Catalogue) -> None:
    assert shipped.problems == ()
    names = {one.id for one in shipped.entries if one.kind == "whisper"}
    assert names >= {"tiny", "tiny.en", "base", "small", "medium.en", "large-v3", "large-v3-turbo", "distil-large-v3"}
    for one in shipped.entries:
        assert one.licence, one.id
        assert one.label, one.id
        if one.kind == "argos":
            assert all(link.startswith("https://") for link in one.links)
            continue
        assert len(one.revision) == 40, one.id
        assert all(file.size for file in one.files), one.id
        assert one.size_bytes == sum(file.size or 0 for file in one.files), one.id
        if one.kind == "whisper":
            assert one.shape is not None
            weights = next(file for file in one.files if file.path == "model.bin")
            assert weights.sha256, one.id
            # Two bytes for each parameter, as Systran packs them.
            assert one.parameters is not None
            assert 1.7 < (weights.size or 0) / one.parameters < 2.2, one.id
    assert len({(one.kind, one.id) for one in shipped.entries}) == len(shipped.entries)
    assert len({one.languages[0] for one in shipped.entries if one.kind == "voice"}) > 30


def test_it_is_written_as_it_is_read(shipped: Catalogue, tmp_path: Path) -> None:
    file = tmp_path / "catalogue.json"
    file.write_text(rendered(shipped.entries, "2026-11-20"), encoding="utf-8")
    assert catalogue.read(file).entries == shipped.entries
    assert file.read_bytes() == catalogue.shipped_file().read_bytes()


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("small", "small"),
        (" Whisper  Small ", "small"),
        ("Systran/faster-whisper-base", "base"),
        ("en-es", "translate-en_es-1_0"),
        ("en → es", "translate-en_es-1_0"),
        ("EN_US-lessac-medium", "en_US-lessac-medium"),
    ],
)
def test_names_find_entries(shipped: Catalogue, name: str, found: str) -> None:
    assert shipped.find(name).id == found


@pytest.mark.parametrize("name", ["", "smal", "en-xx", "x" * 500, "../etc"])
def test_names_that_find_nothing_say_what_is_like_it(shipped: Catalogue, name: str) -> None:
    with pytest.raises(ModelMissing) as caught:
        shipped.find(name)
    assert len(text_of(caught.value)) < 200
    if name == "smal":
        assert "small" in text_of(caught.value)


def test_a_refreshed_one_counts_and_a_broken_one_does_not(home: Path, shipped: Catalogue) -> None:
    assert catalogue.load().entries == shipped.entries
    home.mkdir()
    small = shipped.find("small")
    catalogue.refreshed_file().write_text(rendered([small], "2027-01-01"))
    assert catalogue.load() == Catalogue((small,), "2027-01-01")
    for text in ("", "{", "[]", '{"format": 9, "models": []}', '{"format": 1, "models": []}', "[" * 100_000):
        catalogue.refreshed_file().write_text(text)
        found = catalogue.load()
        assert found.entries == shipped.entries
        (problem,) = found.problems
        assert str(catalogue.refreshed_file()) in text_of(problem)
        assert text_of(problem).endswith("is used.")


def test_a_bad_entry_is_left_out(tmp_path: Path, shipped: Catalogue) -> None:
    content = json.loads(rendered(shipped.entries[:3], ""))
    content["models"][1]["files"][0]["path"] = "../../.bashrc"
    file = tmp_path / "catalogue.json"
    file.write_text(json.dumps(content))
    found = catalogue.read(file)
    assert [one.id for one in found.entries] == [shipped.entries[0].id, shipped.entries[2].id]
    assert [text_of(problem) for problem in found.problems] == [
        "Entry 2 of the list of models is left out: a file of it has an unsafe path."
    ]


@pytest.mark.parametrize(
    "path", ["/etc/passwd", "../x", "a/../../b", ".hidden", "a//b", "a\\b", "C:x", "", ".", "a/", "x" * 200, "a\nb"]
)
def test_unsafe_paths_are_refused(path: str, shipped: Catalogue) -> None:
    record = json.loads(rendered(shipped.entries[:1], ""))["models"][0]
    record["files"][0]["path"] = path
    with pytest.raises(ValueError, match="path"):
        entry_from(record)


def test_1000_generated_broken_catalogues(
    home: Path, shipped: Catalogue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Values of wrong kinds in any place, bytes changed or cut: entries that make sense, or one sentence."""
    home.mkdir()
    chance = random.Random(3)
    kinds = [next(one for one in shipped.entries if one.kind == kind) for kind in models.KINDS]
    good = json.loads(rendered(kinds, "2026-01-01"))
    fallback = tmp_path / "shipped.json"  # a short one, read a thousand times
    fallback.write_text(rendered([shipped.find("large-v3")], ""))
    monkeypatch.setattr(catalogue, "shipped_file", lambda: fallback)
    strange: list[object] = [
        None,
        True,
        -1,
        0,
        10**30,
        1.5,
        "",
        "x" * 5000,
        "\x00",
        "../..",
        [],
        {},
        [[]],
        [None],
        {"a": 1},
    ]
    file = catalogue.refreshed_file()
    fell_back = 0
    for number in range(1000):
        if number % 2:
            content = json.loads(json.dumps(good))
            for _ in range(chance.randint(1, 4)):
                spoil(content, chance, strange)
            file.write_text(json.dumps(content))
        else:
            raw = bytearray(json.dumps(good).encode())
            if chance.random() < 0.3:
                raw = raw[: chance.randrange(len(raw))]
            for _ in range(chance.randint(1, 30)):
                if raw:
                    raw[chance.randrange(len(raw))] = chance.randrange(256)
            file.write_bytes(raw)
        before = file.read_bytes()
        found = catalogue.load()
        assert found.entries
        assert file.read_bytes() == before  # the user's file is kept
        for problem in map(text_of, found.problems):
            assert problem.endswith(".")
            assert "\n" not in problem
            assert len(problem) < 500
        fell_back += ids(found.entries) == ["large-v3"]
        for one in found.entries:
            assert set(one.languages) <= set(CODES)
            assert all(".." not in part.path and not part.path.startswith("/") for part in one.files)
    assert 100 < fell_back < 900


def spoil(content: object, chance: random.Random, values: list[object]) -> None:
    """Put something strange at a random place."""
    while True:
        places: list[object] = (
            list(content)
            if isinstance(content, dict)
            else list(range(len(content)))
            if isinstance(content, list)
            else []
        )
        if not places:
            return
        key = chance.choice(places)
        inner = content[key]  # type: ignore[index]
        if not isinstance(inner, dict | list) or not inner or chance.random() < 0.25:
            content[key] = copy.deepcopy(chance.choice(values))  # type: ignore[index]
            return
        content = inner


def ids(found: tuple[Entry, ...]) -> list[str]:
    return [one.id for one in found]


def test_what_a_pair_of_languages_lacks(home: Path, shipped: Catalogue) -> None:
    lacks = catalogue.missing_for("en", "es", True, shipped)
    assert sorted(one.kind for one in lacks) == ["argos", "voice", "whisper"]
    assert [one.size_bytes for one in lacks] == sorted(one.size_bytes or 0 for one in lacks)
    assert {one.languages for one in lacks if one.kind == "argos"} == {("en", "es")}
    assert ids(catalogue.missing_for("en", "", False, shipped)) == ["small"]
    assert ids(catalogue.missing_for("es", "", False, shipped, fast=False)) == ["tiny"]
    assert ids(catalogue.missing_for("en", "en", False, shipped)) == ["small"]
    voice = next(one for one in catalogue.missing_for("es", "en", True, shipped) if one.kind == "voice")
    assert voice.id.startswith("en_US-ljspeech")


def test_a_pair_without_a_package_goes_through_english(home: Path, shipped: Catalogue) -> None:
    lacks = catalogue.missing_for("de", "fr", False, shipped)
    assert {one.languages for one in lacks if one.kind == "argos"} == {("de", "en"), ("en", "fr")}
    direct = catalogue.missing_for("pt", "es", False, shipped)
    assert {one.languages for one in direct if one.kind == "argos"} == {("pt", "es")}


def test_what_is_installed_is_not_missing(home: Path, shipped: Catalogue) -> None:
    shutil.copytree(STARTER / "whisper", home / "whisper" / "tiny")
    (home / "whisper" / "tiny" / "parley.json").unlink()
    package = home / "argos" / "translate-de_en-1_0"
    shutil.copytree(STARTER / "argos" / "translate-en_es-1_0", package)
    (package / "metadata.json").write_text('{"from_code": "de", "to_code": "en"}')
    lacks = catalogue.missing_for("de", "fr", False, shipped)
    assert {one.languages for one in lacks} == {("en", "fr")}
    assert catalogue.missing_for("de", "en", False, shipped) == ()
    tiny = catalogue.installed_as(shipped.find("tiny"))
    assert tiny is not None
    assert tiny.path == home / "whisper" / "tiny"
    assert catalogue.installed_as(shipped.find("small")) is None
    # The starter's package has the real one's name; it is not the real one.
    assert catalogue.installed_as(shipped.find("translate-en_es-1_0")) is None


def test_a_language_that_nobody_offers_lacks_nothing_that_could_be_fetched(home: Path, shipped: Catalogue) -> None:
    assert [one.kind for one in catalogue.missing_for("haw", "yue", True, shipped)] == ["whisper"]


def test_speed_classes_follow_the_work(shipped: Catalogue) -> None:
    quick = Measured("x", "cpu", "default", 1, 3e12, 3e11)
    usual = Measured("x", "cpu", "default", 1, 30e9, 8e9)
    slow = Measured("x", "cpu", "default", 1, 1e9, 3e8)

    def classes(result: Measured) -> dict[str, SpeedClass]:
        return {one.id: speed_class.speed_class(one, result) for one in shipped.entries if one.kind == "whisper"}

    assert set(classes(quick).values()) == {SpeedClass.FASTER}
    assert classes(usual)["tiny"] is SpeedClass.FASTER
    assert classes(usual)["large-v3"] is SpeedClass.SLOWER
    assert set(classes(slow).values()) == {SpeedClass.SLOWER}
    shares = [speed_class.share_of_time(shipped.find(name), usual) for name in ("tiny", "base", "small", "medium")]
    assert shares == sorted(shares, key=lambda share: share or 0)
    assert speed_class.speed_class(shipped.find("en-es"), usual) is SpeedClass.FASTER
    assert speed_class.speed_class(shipped.find("small"), None) is SpeedClass.UNKNOWN
    voice = replace(shipped.find("en_US-amy-low"))
    assert speed_class.speed_class(voice, usual) is SpeedClass.UNKNOWN


def test_a_measurement_that_is_not_possible_is_an_error_and_prints_nothing(
    home: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(ValueError, match="cannot be measured"):
        speed_class.measure(compute_type="no such format")
    assert speed_class.measured(compute_type="no such format") is None
    assert capfd.readouterr().err == ""


def test_the_machine_is_measured_once(home: Path) -> None:
    paths.tuning_file().unlink(missing_ok=True)  # another test of this process may have measured
    assert speed_class.measured() is None
    first = speed_class.measure()
    assert first.encoder > 1e8
    assert first.decoder > 1e7
    assert speed_class.measured() == first
    assert speed_class.measure() == first  # to the last digit: it was not measured again
    assert speed_class.measured(threads=7) is None
    assert speed_class.measured(compute_type="float32") is None
    file = paths.tuning_file()
    content = file.read_text()
    for damage in ("[", "[]", '{"version": 1, "rates": 3}', content.replace(str(first.encoder), '"x"')):
        file.write_text(damage)
        assert speed_class.measured() is None


def test_a_broken_shipped_file_is_an_error(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paths, "RESOURCES", tmp_path / "nowhere")
    with pytest.raises(CatalogueBroken) as caught:
        catalogue.load()
    assert text_of(caught.value).endswith(".")


RECORD = {
    "kind": "whisper",
    "id": "small",
    "languages": ["en"],
    "repository": "a/b",
    "files": [{"path": "model.bin", "size": 5, "sha256": "0" * 64}],
}


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"kind": "song"}, "its kind is unknown"),
        ({"id": "a b"}, "its id is no name"),
        ({"languages": []}, "it names no languages"),
        ({"languages": ["klingon"]}, "“klingon” is not a language that Parley knows"),
        ({"kind": "voice", "languages": "all"}, "it names no languages"),
        ({"label": "x" * 301}, "its label is no text"),
        ({"licence": 5}, "its licence is no text"),
        ({"links": "https://host/x"}, "its links is no list"),
        ({"files": [{"size": 5}]}, "a file of it has no path"),
        ({"files": ["model.bin"]}, "a file of it has no path"),
        ({"files": [{"path": "m", "sha256": "f00"}]}, "a file of it has a checksum that is none"),
        ({"files": [{"path": "m", "size": True}]}, "its size makes no sense"),
        ({"size_bytes": 1.5}, "its size makes no sense"),
        ({"shape": {"width": 512}}, "its shape makes no sense"),
        ({"repository": "no repository"}, "small has no proper repository"),
        ({"revision": "a..b"}, "small has no proper revision"),
        ({"files": []}, "small names no files of a repository"),
        ({"files": RECORD["files"] * 2}, "small names a file twice"),  # type: ignore[operator]
        ({"packages": ["parley-model"]}, "small does not say where in its packages its files are"),
        ({"kind": "argos", "languages": ["en", "es"]}, "small says nowhere to fetch it from"),
    ],
)
def test_what_is_wrong_with_an_entry_is_said(changes: dict[str, object], why: str) -> None:
    entry_from(RECORD)
    with pytest.raises(ValueError) as caught:
        entry_from(RECORD | changes)
    assert str(caught.value) == why

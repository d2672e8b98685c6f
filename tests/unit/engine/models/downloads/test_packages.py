"""Models in installed Python packages: put together once, checked, removed for good, put together again."""

import itertools
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.engine.errors import DownloadStopped, ModelBroken, ModelError, ModelMissing
from desktop.engine.models import catalogue
from desktop.engine.models import installed as models
from desktop.engine.models import packages as model_packages
from desktop.engine.models.catalogue import Entry, ModelFile
from desktop.engine.models.downloads import Control, Downloads, identity, packages
from desktop.engine.models.downloads.assembly import assemble
from desktop.engine.models.downloads.control import Meter
from desktop.messages import text_of
from tests.model_packages import list_them, recogniser_in_two
from tests.model_server import STARTER
from tests.raising import raises
from tests.unit.engine.models.downloads.test_pull import is_sentence

TALK = ("whisper", "talk")


@pytest.fixture
def entry(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Entry:
    """A recogniser in two packages that are installed."""
    place = tmp_path / "site-packages"
    place.mkdir()
    found = recogniser_in_two(place)
    list_them(tmp_path / "model-packages.json", found)
    monkeypatch.setenv(model_packages.VARIABLE, str(place))
    monkeypatch.setattr(catalogue, "packages_file", lambda: tmp_path / "model-packages.json")
    return found


def part(tmp_path: Path, number: int) -> Path:
    return tmp_path / "site-packages" / f"talk_model_{number}" / "data" / f"model.bin.part{number}"


def talk() -> models.InstalledModel | None:
    return next((one for one in models.installed("whisper") if one.name == "talk"), None)


def test_it_is_put_together_once_and_none_of_its_code_runs(entry: Entry) -> None:
    assert packages.waiting() == (entry,)
    before = set(sys.modules)
    assert assemble() == ()
    assert not {name for name in set(sys.modules) - before if "talk" in name}
    found = talk()
    assert found is not None
    assert (found.path / "model.bin").read_bytes() == (STARTER / "whisper" / "model.bin").read_bytes()
    assert sorted(one.name for one in found.path.iterdir()) == sorted(one.path for one in entry.files)
    assert packages.waiting() == ()
    known = identity.known_as(found)
    assert known is not None
    assert (known.id, known.licence, known.packages) == ("talk", "MIT", entry.packages)
    assert identity.source_of(found) == "packages talk-model-1, talk-model-2"


def test_a_removed_model_stays_removed_until_it_is_fetched_by_name(entry: Entry) -> None:
    assemble()
    found = talk()
    assert found is not None
    assert Downloads().remove(found) == found.size_bytes
    assert packages.waiting() == ()
    assert assemble() == ()
    assert talk() is None
    listed = Downloads().catalogue().find("talk")
    assert listed == entry
    assert Downloads().pull(listed) == talk()  # no server is there to be asked
    Downloads().pull(listed, again=True)
    assert talk() is not None


def test_the_packages_come_before_the_hub(entry: Entry) -> None:
    found = Downloads().catalogue()
    assert [one for one in found.entries if (one.kind, one.id) == TALK] == [entry]
    assert found.find("tiny").repository  # what lies in no package comes from the hub


def test_without_its_packages_nothing_waits(entry: Entry, tmp_path: Path) -> None:
    for file in (tmp_path / "site-packages").glob("talk_model_2-*/METADATA"):
        file.unlink()
        file.parent.rmdir()
    assert packages.waiting() == ()
    assert all(one.id != "talk" for one in catalogue.load().entries)
    with raises(ModelMissing, match="talk-model-1 or talk-model-2") as caught:
        Downloads().pull(entry)
    assert is_sentence(caught.value)


@pytest.mark.parametrize("fault", ["changed", "cut short", "gone"])
def test_a_damaged_package_is_told_and_nothing_of_it_is_used(entry: Entry, tmp_path: Path, fault: str) -> None:
    file = part(tmp_path, 1)
    content = file.read_bytes()
    if fault == "gone":
        file.unlink()
    else:
        file.write_bytes(content[:-1] if fault == "cut short" else bytes([content[0] ^ 1]) + content[1:])
    (problem,) = map(text_of, assemble())
    assert "talk-model-1 or talk-model-2" in problem
    assert "damaged" in problem
    assert problem.endswith(".")
    assert talk() is None
    (broken,) = [one for one in Downloads().find_broken() if one.name == "talk"]
    assert broken.is_package
    with raises(ModelBroken, match="damaged"):
        Downloads().repair(broken)  # nobody can install these packages anew
    file.write_bytes(content)  # somebody did
    assert Downloads().repair(broken) == talk()
    assert [one for one in Downloads().find_broken() if one.name == "talk"] == []


def test_a_damaged_package_can_be_left_alone(entry: Entry, tmp_path: Path) -> None:
    part(tmp_path, 2).write_bytes(b"")
    (broken,) = [one for one in Downloads().find_broken() if one.name == "talk"]
    assert Downloads().remove(broken) == 0
    assert part(tmp_path, 1).exists()
    assert assemble() == ()
    assert Downloads().find_broken() == ()


def test_a_broken_copy_is_put_together_again(entry: Entry) -> None:
    assemble()
    found = talk()
    assert found is not None
    weights = found.path / "model.bin"
    weights.write_bytes(weights.read_bytes()[:-1000])
    (broken,) = [one for one in Downloads().find_broken() if one.name == "talk"]
    assert not broken.is_package
    assert Downloads().repair(broken) == found


def test_it_can_be_stopped(entry: Entry) -> None:
    control = Control()
    control.stop()
    with pytest.raises(DownloadStopped):
        assemble(control=control)
    assert talk() is None
    assert assemble() == ()
    assert talk() is not None


def test_the_hash_decides_which_model_it_is(entry: Entry, tmp_path: Path) -> None:
    assemble()
    found = talk()
    assert found is not None
    folder = tmp_path / "whatever"
    folder.mkdir()
    for file in found.path.iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    Downloads().remove(found)
    (imported,) = Downloads().import_from(folder)
    assert imported.name == "talk"
    assert packages.waiting() == ()
    # The same weights in a folder that somebody copied by hand, and other weights in one of that name.
    by_hand = found.path.parent / "something"
    imported.path.rename(by_hand)
    known = identity.known_as(next(one for one in models.installed("whisper") if one.name == "something"))
    assert known is not None
    assert known.id == "talk"
    weights = by_hand / "model.bin"
    content = bytearray(weights.read_bytes())
    content[-1] ^= 1
    weights.write_bytes(content)
    assert identity.identify("whisper", by_hand) is None


@given(content=st.binary(max_size=3000), cuts=st.lists(st.integers(0, 3000), max_size=4))
@settings(max_examples=30, deadline=None)
def test_parts_make_the_whole_wherever_they_are_cut(content: bytes, cuts: list[int]) -> None:
    import hashlib

    from tests.model_packages import install

    edges = [0, *sorted(min(one, len(content)) for one in cuts), len(content)]
    pieces = [content[begin:end] for begin, end in itertools.pairwise(edges)]
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        place = Path(folder)
        install(place, "cut", {f"p{number}": piece for number, piece in enumerate(pieces)})
        patch.setenv(model_packages.VARIABLE, folder)
        names = tuple(f"cut/p{number}" for number in range(len(pieces)))
        right, wrong = hashlib.sha256(content).hexdigest(), hashlib.sha256(content + b".").hexdigest()

        def bring(digest: str) -> bytes:
            file = ModelFile("all.bin", len(content), digest, parts=names)
            one = Entry("whisper", "cut", "Cut", ("en",), len(content), "MIT", files=(file,), packages=("cut",))
            packages.bring(one, place / "made", Meter("cut", None, None), Control())
            return (place / "made" / "all.bin").read_bytes()

        assert bring(right) == content
        with pytest.raises(ModelError):
            bring(wrong)


def test_the_list_that_ships_agrees_with_the_published_models() -> None:
    """tiny.en and joe are byte for byte what the catalogue lists."""
    shipped = {one.id: one for one in catalogue.read(catalogue.shipped_file()).entries}
    in_packages = catalogue.read(catalogue.packages_file()).entries
    assert [one.id for one in in_packages] == ["base", "tiny.en", "en_US-joe-medium"]
    for one in in_packages:
        assert one.size_bytes == sum(file.size or 0 for file in one.files)
        assert one.languages == shipped[one.id].languages
    tiny = next(one for one in in_packages if one.id == "tiny.en")
    published = {file.path: file.sha256 for file in shipped["tiny.en"].files}
    assert {file.path: file.sha256 for file in tiny.files} == published

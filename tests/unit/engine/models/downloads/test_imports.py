"""Installing from files and folders: what is taken, and what is refused with which words."""

import io
import json
import random
import shutil
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from desktop.engine.errors import DownloadStopped, ModelError, ModelProtected, PackageRefused
from desktop.engine.models import installed as models
from desktop.engine.models.downloads import Control, Downloads, archives
from desktop.engine.models.translation_routes import translation_route
from tests.model_server import STARTER, packed_package
from tests.unit.engine.models.downloads.test_pull import is_sentence, nothing_is_there

ABOUT = {"from_code": "en", "to_code": "de", "package_version": "1.2", "type": "translate"}


def install(place: Path, **options: str) -> tuple[models.InstalledModel, ...]:
    return Downloads().import_from(place, **options)


def whisper_folder(place: Path) -> Path:
    shutil.copytree(STARTER / "whisper", place)
    (place / "parley.json").unlink()
    return place


def test_a_package(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "translate-en_de-1_2.argosmodel"
    file.write_bytes(packed_package("en_de", ABOUT))
    (model,) = install(file)
    assert (model.name, model.languages) == ("translate-en_de-1_2", ("en", "de"))
    assert translation_route("en", "de") == (model,)
    (again,) = install(file)  # a newer copy takes its place
    assert again == model


@pytest.mark.parametrize("form", ["folder", "zip", "tar", "tar.gz"])
def test_a_whisper_model(home: Path, tmp_path: Path, form: str) -> None:
    folder = whisper_folder(tmp_path / "faster-whisper-mine")
    source = folder
    if form == "zip":
        source = Path(shutil.make_archive(str(tmp_path / "packed"), "zip", tmp_path, folder.name))
    elif form != "folder":
        source = tmp_path / f"packed.{form}"
        with tarfile.open(source, "w:gz" if form.endswith("gz") else "w") as archive:
            archive.add(folder, folder.name)
    (model,) = install(source)
    assert (model.kind, model.name, model.is_starter) == ("whisper", "mine", False)
    assert models.recognition_model("mine") == model
    assert folder.is_dir()  # copied, not moved


def test_a_voice_and_a_folder_of_several_models(home: Path, tmp_path: Path) -> None:
    folder = tmp_path / "stick"
    (folder / "voices").mkdir(parents=True)
    for file in (STARTER / "voices").glob("en_US*"):
        shutil.copy(file, folder / "voices" / file.name.replace("tiny", "amy"))
    (model,) = install(folder / "voices" / "en_US-amy-x_low.onnx")
    assert (model.kind, model.languages) == ("voice", ("en",))
    whisper_folder(folder / "small")
    shutil.copytree(STARTER / "argos" / "translate-en_es-1_0", folder / "translate-en_es-1_0")
    assert {one.kind for one in install(folder)} == {"whisper", "argos", "voice"}
    (renamed,) = install(folder / "small", name="my-own")
    assert renamed.path == home / "whisper" / "my-own"
    for name in ("../up", "", ".hidden", "a/b"):
        if name:
            with pytest.raises(PackageRefused):
                install(folder / "small", name=name)


def test_what_is_no_model_is_refused(home: Path, tmp_path: Path) -> None:
    text = tmp_path / "letter.txt"
    text.write_text("Dear all")
    empty = tmp_path / "empty"
    empty.mkdir()
    truncated = whisper_folder(tmp_path / "cut")
    content = (truncated / "model.bin").read_bytes()
    (truncated / "model.bin").write_bytes(content[: len(content) // 2])
    toothless = whisper_folder(tmp_path / "toothless")
    (toothless / "tokenizer.json").unlink()
    lonely = tmp_path / "lonely.onnx"
    shutil.copy(STARTER / "voices" / "en_US-tiny-x_low.onnx", lonely)
    for place in (text, empty, truncated, toothless, lonely, tmp_path / "nowhere"):
        with pytest.raises(PackageRefused) as caught:
            install(place)
        assert is_sentence(caught.value)
    with pytest.raises(ModelProtected):
        install(STARTER / "whisper")
    assert nothing_is_there(home)
    assert not list((home / ".partial").glob("import-*"))


def zipped(*members: tuple[str, bytes], mode: int = 0) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = mode << 16
            archive.writestr(info, content)
    return packed.getvalue()


def tarred(change: Callable[[tarfile.TarInfo], None]) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        info = tarfile.TarInfo("model/config.json")
        info.size = 2
        change(info)
        archive.addfile(info, io.BytesIO(b"{}"[: info.size]))
    return packed.getvalue()


def link(kind: bytes) -> Callable[[tarfile.TarInfo], None]:
    def change(info: tarfile.TarInfo) -> None:
        info.type, info.linkname, info.size = kind, "/etc/passwd", 0

    return change


@pytest.mark.parametrize(
    "content",
    [
        zipped(("../../evil", b"x")),
        zipped(("/etc/evil", b"x")),
        zipped(("a/../../evil", b"x")),
        zipped(("..\\evil", b"x")),
        zipped(("C:\\evil", b"x")),
        zipped(("new\nline", b"x")),
        zipped(("model/model.bin", b"/etc/passwd"), mode=0o120777),
        zipped(("Model.bin", b"x"), ("model.BIN", b"y")),
        zipped(("bomb", bytes(300_000_000))),
        zipped(*[(f"file{number}", b"") for number in range(2100)]),
        zipped(),
        tarred(link(tarfile.SYMTYPE)),
        tarred(link(tarfile.LNKTYPE)),
        tarred(link(tarfile.CHRTYPE)),
        tarred(link(tarfile.FIFOTYPE)),
        tarred(lambda info: setattr(info, "name", "../evil")),
        tarred(lambda info: setattr(info, "name", "/tmp/evil")),
    ],
)
def test_unsafe_packages_are_refused(home: Path, tmp_path: Path, content: bytes) -> None:
    place = tmp_path / "inner" / "deep"
    place.mkdir(parents=True)
    file = place / "package.argosmodel"
    file.write_bytes(content)
    before = {one for one in tmp_path.rglob("*") if ".partial" not in str(one)}
    with pytest.raises(PackageRefused) as caught:
        install(file)
    assert is_sentence(caught.value)
    assert nothing_is_there(home)
    assert {one for one in tmp_path.rglob("*") if ".partial" not in str(one)} - before <= {home}


def test_links_in_a_folder_are_not_followed_out_of_it(home: Path, tmp_path: Path) -> None:
    folder = whisper_folder(tmp_path / "sly")
    secret = tmp_path / "secret.json"
    secret.write_text("{}")
    (folder / "parley.json").symlink_to(secret)
    with pytest.raises(PackageRefused) as caught:
        install(folder)
    assert is_sentence(caught.value)
    assert nothing_is_there(home)


def test_a_stopped_import_leaves_nothing(home: Path, tmp_path: Path) -> None:
    control = Control()
    folder = whisper_folder(tmp_path / "mine")
    with pytest.raises(DownloadStopped):
        Downloads().import_from(folder, lambda _: control.cancel(), control)
    assert nothing_is_there(home)
    assert not list((home / ".partial").glob("import-*"))


def refusal(place: Path) -> ModelError | None:
    """Why it was not installed; any other failure than a ModelError fails the test."""
    try:
        install(place)
    except ModelError as error:
        return error
    return None


def test_500_generated_broken_packages(home: Path, tmp_path: Path) -> None:
    """Bytes changed, cut and mixed at random: a model that works, or one sentence; never anything else."""
    chance = random.Random(11)
    good = packed_package("en_de", ABOUT)
    voice = zipped(
        ("v/en_US-a-low.onnx", (STARTER / "voices" / "en_US-tiny-x_low.onnx").read_bytes()),
        ("v/en_US-a-low.onnx.json", (STARTER / "voices" / "en_US-tiny-x_low.onnx.json").read_bytes()),
    )
    with io.BytesIO() as packed:
        with tarfile.open(fileobj=packed, mode="w:gz") as archive:
            archive.add(STARTER / "argos" / "translate-en_es-1_0", "translate-en_es-1_0")
        tar = packed.getvalue()
    file = tmp_path / "package.argosmodel"
    refused = 0
    for number in range(500):
        content = bytearray(chance.choice((voice, voice, voice, voice, tar, good)))
        match chance.randrange(5):
            case 0:
                content = content[: chance.randrange(len(content))]
            case 1:
                for _ in range(chance.randint(1, 40)):
                    content[chance.randrange(len(content))] = chance.randrange(256)
            case 2:
                # The list at the end is where a zip is most easily misread.
                for _ in range(chance.randint(1, 8)):
                    content[-chance.randint(1, min(400, len(content)))] = chance.randrange(256)
            case 3:
                begin = chance.randrange(len(content))
                del content[begin : begin + chance.randint(1, 2000)]
            case _:
                content = bytearray(chance.randbytes(chance.randrange(3000)))
        file.write_bytes(content)
        problem = refusal(file)
        refused += problem is not None
        assert problem is None or is_sentence(problem), number
    assert refused > 300
    assert not [problem for kind in models.KINDS for problem in models.broken(kind)]


def test_300_generated_package_descriptions(home: Path, tmp_path: Path) -> None:
    """The package is whole, what it says of itself is not."""
    chance = random.Random(5)
    values: list[object] = [None, 0, -1, "", "en", "xx", "../..", "e" * 10_000, [], {}, True, 1e308, "\x00", "en\n"]
    refused = 0
    for _ in range(300):
        place = tmp_path / "package"
        shutil.rmtree(place, ignore_errors=True)
        shutil.copytree(STARTER / "argos" / "translate-en_es-1_0", place, ignore=shutil.ignore_patterns("minisbd"))
        about: object = {key: chance.choice([value, *values]) for key, value in ABOUT.items()}
        if chance.random() < 0.2:
            about = chance.choice([*values, [about]])
        (place / "metadata.json").write_text(json.dumps(about))
        problem = refusal(place)
        refused += problem is not None
        assert problem is None or is_sentence(problem), about
    assert refused > 150
    assert not models.broken("argos")


def test_packages_are_told_from_other_files(tmp_path: Path) -> None:
    file = tmp_path / "x"
    file.write_bytes(zipped(("a", b"b")))
    assert archives.is_archive(file)
    assert archives.unpacked_size(file) == 1
    assert not archives.is_archive(STARTER / "whisper" / "model.bin")
    assert not archives.is_archive(tmp_path / "nowhere")

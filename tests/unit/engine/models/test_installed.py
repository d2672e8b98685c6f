"""What is installed, and what is broken, on real and damaged model directories."""

import json
import shutil
from pathlib import Path

import pytest

from desktop.engine.errors import ModelBroken, ModelMissing
from desktop.engine.models import apertium
from desktop.engine.models import installed as models
from desktop.engine.models.files import FileBroken, check_ctranslate2, check_onnx
from desktop.engine.models.translation_routes import translation_pairs, translation_route, usable_target
from desktop.engine.text.languages import check_target
from desktop.messages import text_of
from desktop.system import paths
from desktop.system.paths import RESOURCES
from tests.raising import raises

STARTER = RESOURCES / "starter"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty models directory; Hugging Face's, Argos's and Apertium's places are empty too."""
    monkeypatch.setattr(apertium, "MODES", ())
    monkeypatch.setattr(paths, "models_dir", lambda: tmp_path / "models")
    monkeypatch.setenv("HF_HOME", str(tmp_path / "huggingface"))
    monkeypatch.delenv("HF_HUB_CACHE", raising=False)
    monkeypatch.setenv("ARGOS_PACKAGES_DIR", str(tmp_path / "argos-packages"))
    return tmp_path


def whisper(place: Path, *, padding: int = 0) -> Path:
    """A copy of the starter's model as if the user had installed it. padding: bytes that make it larger."""
    place.mkdir(parents=True)
    for name in ("model.bin", "config.json", "vocabulary.json", "tokenizer.json"):
        shutil.copy(STARTER / "whisper" / name, place / name)
    if padding:
        (place / "extra.bin").write_bytes(bytes(padding))
    return place


def package(place: Path, source: str, target: str) -> Path:
    shutil.copytree(STARTER / "argos" / "translate-en_es-1_0", place)
    (place / "metadata.json").write_text(json.dumps({"from_code": source, "to_code": target}))
    return place


def voice(place: Path, name: str, *, language: str = "en_US") -> Path:
    place.mkdir(parents=True, exist_ok=True)
    shutil.copy(STARTER / "voices" / "en_US-tiny-x_low.onnx", place / f"{name}.onnx")
    about = json.loads((STARTER / "voices" / "en_US-tiny-x_low.onnx.json").read_text())
    about["language"] = {"code": language, "family": language.split("_")[0]}
    (place / f"{name}.onnx.json").write_text(json.dumps(about))
    return place / f"{name}.onnx"


def truncate(file: Path, share: float = 0.6) -> None:
    content = file.read_bytes()
    file.write_bytes(content[: int(len(content) * share)])


def test_a_fresh_machine_has_the_starter_models(home: Path) -> None:
    (recogniser,) = models.installed("whisper")
    assert (recogniser.name, recogniser.is_starter) == ("starter", True)
    assert [model.languages for model in models.installed("argos")] == [("en", "es"), ("es", "en")]
    assert {model.languages for model in models.installed("voice")} == {("en",), ("es",)}
    assert [models.broken(kind) for kind in models.KINDS] == [(), (), ()]
    assert models.recognition_model("") == recogniser
    assert models.recognition_model("starter") == recogniser
    assert recogniser.size_bytes > 14_000_000


def test_the_users_largest_model_comes_before_the_starter(home: Path) -> None:
    whisper(home / "models/whisper/faster-whisper-tiny")
    whisper(home / "models/whisper/medium.en", padding=1000)
    snapshot = home / "huggingface/hub/models--Systran--faster-whisper-small/snapshots/abc"
    whisper(snapshot, padding=2000)
    assert [model.name for model in models.installed("whisper")] == ["small", "medium.en", "tiny", "starter"]
    assert models.recognition_model("").path == snapshot
    tiny = models.recognition_model("faster-whisper-tiny")
    assert tiny == models.recognition_model("Tiny")
    assert (tiny.label, tiny.is_starter) == ("Whisper tiny", False)
    assert len(tiny.languages) == 99
    assert models.recognition_model(str(snapshot)).name == "small"


def test_a_name_from_parley_json_is_shown(home: Path) -> None:
    place = whisper(home / "models/whisper/mine")
    (place / "parley.json").write_text('{"name": "Kitchen talk", "languages": ["fr", "??"], "short_context": true}')
    found = models.recognition_model("mine")
    assert (found.label, found.languages, found.short_context) == ("Kitchen talk", ("fr",), True)
    (place / "parley.json").write_text('{"name": 7, "languages": "fr"}')
    assert models.recognition_model("mine").label == "Whisper mine"


@pytest.mark.parametrize("share", [0.0, 0.00001, 0.3, 0.999999])
def test_a_truncated_recogniser_is_told(home: Path, share: float) -> None:
    place = whisper(home / "models/whisper/small")
    truncate(place / "model.bin", share)
    assert [model.name for model in models.installed("whisper")] == ["starter"]
    (problem,) = models.broken("whisper")
    assert "small" in text_of(problem)
    assert "truncated" in text_of(problem)
    for wanted in ("small", str(place)):
        with raises(ModelBroken, match="truncated"):
            models.recognition_model(wanted)


def test_foreign_directories_do_not_break_the_listing(home: Path) -> None:
    place = home / "models/whisper"
    (place / "holiday").mkdir(parents=True)
    (place / "holiday/photo.jpg").write_bytes(b"jpg")
    (place / ".cache").mkdir()
    shutil.copytree(STARTER / "argos/translate-en_es-1_0/model", place / "translation")
    no_json = whisper(place / "no-json")
    (no_json / "config.json").unlink()
    bad_json = whisper(place / "bad-json")
    (bad_json / "config.json").write_text("{")
    text = whisper(place / "text")
    (text / "model.bin").write_text("<html>404 Not Found</html>" * 50)
    (place / "notes.txt").write_text("mine")
    assert [model.name for model in models.installed("whisper")] == ["starter"]
    problems = {path.name: text_of(problem) for path, problem in models.broken_places("whisper").items()}
    assert set(problems) == {"holiday", "translation", "no-json", "bad-json", "text"}
    assert "model.bin is missing" in problems["holiday"]
    assert "another kind (TransformerSpec)" in problems["translation"]
    assert "config.json is missing" in problems["no-json"]
    assert "not valid JSON" in problems["bad-json"]
    assert "no CTranslate2 model" in problems["text"]
    assert all(problem.endswith("install it again or delete it.") for problem in problems.values())


def test_a_directory_that_may_not_be_read_is_told(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Permissions do not bind root, so the refusal is made here.
    place = home / "models/whisper"
    place.mkdir(parents=True)
    listing = Path.iterdir

    def refuse(path: Path) -> object:
        if path == place:
            raise PermissionError(13, "Permission denied")
        return listing(path)

    monkeypatch.setattr(Path, "iterdir", refuse)
    assert [model.name for model in models.installed("whisper")] == ["starter"]
    assert [text_of(problem) for problem in models.broken("whisper")] == [
        f"The directory {place} cannot be read (permission denied); mend its permissions."
    ]


def test_a_recogniser_that_is_not_there(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with raises(ModelMissing, match=r"“huge” is not installed; choose one that is \(starter\)"):
        models.recognition_model("huge")
    with raises(ModelMissing, match="There is no model directory /nowhere/small"):
        models.recognition_model("/nowhere/small")
    with raises(ModelBroken, match="it is not a directory"):
        models.recognition_model(str(STARTER / "whisper" / "model.bin"))
    monkeypatch.setattr(paths, "RESOURCES", home / "nothing")
    with raises(ModelMissing, match="No Whisper model is installed; fetch one"):
        models.recognition_model("")


def test_packages_and_routes(home: Path) -> None:
    own = home / "models/argos"
    package(own / "translate-fr_en-1_9", "fr", "en")
    package(home / "argos-packages/translate-de_en-1_0", "de", "en")
    package(own / "translate-en_es-1_9", "en", "es")
    names = [model.name for model in translation_route("fr", "es")]
    assert names == ["translate-fr_en-1_9", "translate-en_es-1_9"]  # the user's before the starter's
    assert [model.languages for model in translation_route("de", "es")] == [("de", "en"), ("en", "es")]
    assert translation_route("en", "en") == ()
    package(own / "fr_es", "fr", "es")
    assert [model.name for model in translation_route("fr", "es")] == ["fr_es"]  # direct is shortest
    assert translation_pairs() == {
        ("en", "es"), ("es", "en"), ("fr", "en"), ("fr", "es"), ("de", "en"), ("de", "es"),
    }  # fmt: skip


def test_a_missing_pair_names_what_to_install(home: Path) -> None:
    with pytest.raises(ModelMissing) as caught:
        translation_route("fr", "es")
    assert text_of(caught.value) == (
        "No translation from French to Spanish is installed; install the Argos package fr→es or fr→en."
    )
    with raises(ModelMissing, match="en→fr or es→fr"):
        translation_route("en", "fr")
    with raises(ModelMissing, match="fr→de, or fr→en and en→de"):
        translation_route("fr", "de")


def test_bad_packages_do_not_break_the_listing(home: Path) -> None:
    own = home / "models/argos"
    truncate(package(own / "cut", "en", "de") / "model/model.bin")
    (package(own / "no-metadata", "en", "fr") / "metadata.json").unlink()
    (package(own / "no-pieces", "en", "it") / "sentencepiece.model").unlink()
    package(own / "martian", "en", "martian")
    (own / "stray").mkdir()
    (home / "argos-packages/stray").mkdir(parents=True)  # another program's matter
    assert all(model.is_starter for model in models.installed("argos"))
    text = "\n".join(map(text_of, models.broken("argos")))
    assert len(models.broken("argos")) == 5
    assert "model.bin is truncated" in text
    assert text.count("metadata.json is missing") == 2
    assert "sentencepiece.model is missing" in text
    assert "does not know (martian)" in text
    assert ("en", "de") not in translation_pairs()


def test_voices(home: Path) -> None:
    own = home / "models/voices"
    voice(own / "en/en_US/lessac/low", "en_US-lessac-low")
    best = voice(own / "en/en_US/lessac/medium", "en_US-lessac-medium")
    french = voice(own, "fr_FR-siwis-medium", language="fr_FR")
    assert models.voice_for("en").path == best
    assert models.voice_for("en").label == "lessac medium (en_US)"
    assert models.voice_for("en", "en_US-lessac-low").name == "en_US-lessac-low"
    assert models.voice_for("en", "starter voice (english)").is_starter
    assert models.voice_for("fr", "en_US-lessac-low").path == french  # the wanted one speaks another language
    assert models.voice_for("es", "no such voice").is_starter
    with raises(ModelMissing, match="No voice for German is installed; fetch one"):
        models.voice_for("de")


def test_broken_voices(home: Path) -> None:
    own = home / "models/voices"
    truncate(voice(own, "en_US-cut-high"))
    voice(own, "en_US-alone-high").with_name("en_US-alone-high.onnx.json").unlink()
    (own / "page.onnx").write_text("<html></html>")
    (own / "page.onnx.json").write_text("[]")
    assert all(model.is_starter for model in models.installed("voice"))
    problems = "\n".join(map(text_of, models.broken("voice")))
    assert "en_US-cut-high.onnx is truncated" in problems
    assert "en_US-alone-high.onnx.json is missing" in problems
    assert "page.onnx.json does not describe a model" in problems
    with raises(ModelBroken, match="truncated"):
        models.voice_for("en", "en_US-cut-high")
    assert models.voice_for("en").is_starter


def test_every_cut_of_a_file_is_noticed(tmp_path: Path) -> None:
    onnx = (STARTER / "voices" / "en_US-tiny-x_low.onnx").read_bytes()
    model = (STARTER / "argos" / "translate-en_es-1_0" / "model" / "model.bin").read_bytes()
    file = tmp_path / "model.bin"
    for cut in (1, 3, 100, 5000, len(model) // 2, len(model) - 1):
        file.write_bytes(model[:cut])
        with pytest.raises(FileBroken):
            check_ctranslate2(file, "TransformerSpec")
    file.write_bytes(model)
    check_ctranslate2(file, "TransformerSpec")
    for cut in (0, 1, 100, 5000, len(onnx) - 1):
        file.write_bytes(onnx[:cut])
        with pytest.raises(FileBroken):
            check_onnx(file)
    file.write_bytes(onnx)
    check_onnx(file)


@pytest.mark.parametrize(
    ("code", "language"), [("pb", "pt-BR"), ("zt", "zh-Hant"), ("eo", "eo"), ("ga", "ga"), ("ky", "ky"), ("pt", "pt")]
)
def test_packages_of_languages_that_are_only_written(home: Path, code: str, language: str) -> None:
    package(home / "argos-packages" / "one", "en", code)
    found = next(one for one in models.installed("argos") if one.path == home / "argos-packages" / "one")
    assert found.languages == ("en", language)
    assert [one.path for one in translation_route("en", language)] == [home / "argos-packages" / "one"]
    assert usable_target(check_target(code)) == language


def test_a_variant_stands_for_its_language_where_only_one_is_installed(home: Path) -> None:
    package(home / "argos-packages" / "one", "en", "pb")
    assert usable_target("pt") == "pt-BR"
    package(home / "argos-packages" / "two", "en", "pt")
    assert (usable_target("pt"), usable_target("pt-BR"), usable_target("zh-Hant")) == ("pt", "pt-BR", "zh")


def test_a_package_of_an_unknown_language_is_named_as_such(home: Path) -> None:
    package(home / "argos-packages" / "one", "en", "tlh")
    (text,) = [text_of(one) for one in models.broken("argos") if str(home / "argos-packages" / "one") in text_of(one)]
    assert "is of a language that Parley does not know (tlh)" in text
    assert "install it again" not in text

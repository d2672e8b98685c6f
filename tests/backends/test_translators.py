"""Every translator, on real models: one suite for all of them, and what is special to Argos packages. What hears
instead of reading is in test_speech_translators.py. Those in clouds talk to peers that translate with the starter's
phrasebook, but do not say what they do not know."""

import importlib
import json
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import sacrebleu

from desktop.engine.errors import EngineError, ModelBroken, ModelMissing
from desktop.engine.events import TranscriptUpdate
from desktop.engine.models import catalogue
from desktop.engine.models import installed as models
from desktop.engine.models.installed import InstalledModel, broken_places
from desktop.engine.models.translation_routes import translation_route
from desktop.engine.speech.clauses import ClauseReader
from desktop.engine.text.sentences import split
from desktop.engine.translation.backends.argos import ArgosTranslator, BpeCodec, SentencePieceCodec, _Leg
from desktop.engine.translation.backends.base import Translator
from desktop.engine.translation.backends.choose import make_translator
from desktop.engine.translation.backends.remote import RemoteTranslator
from desktop.messages import text_of
from desktop.settings.declaration import Settings
from desktop.system import paths
from desktop.system.paths import RESOURCES
from tests.cloud_peers.engines import TRANSLATORS, at_peer
from tests.cloud_peers.hearing import real
from tests.driven import DrivenTranslator
from tests.raising import raises
from tests.serving import shared_client

STARTER = RESOURCES / "starter" / "argos"
OTHER = {"en": "es", "es": "en"}
BACKENDS: dict[str, Callable[[], Translator]] = {
    "argos": ArgosTranslator,
    "auto": lambda: make_translator(Settings(), lambda event: None),
    "server": lambda: RemoteTranslator(shared_client()),
}
LOCAL = sorted(BACKENDS)
"""which say what they do not know"""

Sentence = tuple[str, str, str]
"""language, text, translation"""


def loaded(name: str) -> Iterator[Translator]:
    with ExitStack() as kept:
        made: Translator = (
            BACKENDS[name]() if name in BACKENDS else kept.enter_context(at_peer(TRANSLATORS[name], real()))
        )
        for source, target in OTHER.items():
            made.load(source, target, lambda _: None)
        yield made
        made.close()


@pytest.fixture(scope="module", params=[*LOCAL, *TRANSLATORS])
def translator(request: pytest.FixtureRequest) -> Iterator[Translator]:
    yield from loaded(request.param)


@pytest.fixture(scope="module", params=LOCAL)
def local(request: pytest.FixtureRequest) -> Iterator[Translator]:
    yield from loaded(request.param)


@pytest.fixture(scope="module")
def sentences(manifest: dict[str, dict[str, Any]]) -> list[Sentence]:
    """Every sentence of the test recordings that has a translation."""
    found = []
    for entry in manifest.values():
        for part in [entry, *entry.get("sentences", [])]:
            if "translation" in part:
                found.append((entry["language"], part["text"], part["translation"]))
    assert len(found) > 50
    return found


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The directory of the user's packages, empty."""
    monkeypatch.setattr(paths, "models_dir", lambda: tmp_path)
    monkeypatch.setenv("ARGOS_PACKAGES_DIR", str(tmp_path / "none"))
    (tmp_path / "argos").mkdir()
    return tmp_path / "argos"


def copy(package: str, place: Path, **metadata: str) -> Path:
    shutil.copytree(STARTER / package, place)
    about = json.loads((place / "metadata.json").read_text())
    (place / "metadata.json").write_text(json.dumps(about | metadata))
    return place


# Every translator.


@pytest.mark.parametrize("language", sorted(OTHER))
def test_the_test_sentences_are_translated(translator: Translator, sentences: list[Sentence], language: str) -> None:
    chosen = [(text, wanted) for source, text, wanted in sentences if source == language]
    made = [translator.translate(text, language, OTHER[language]) or "" for text, _ in chosen]
    exact = sum(one == wanted for one, (_, wanted) in zip(made, chosen, strict=True)) / len(chosen)
    chrf = sacrebleu.corpus_chrf(made, [[wanted for _, wanted in chosen]]).score
    print(f"{translator.name} {language}: exact {exact:.0%}, chrF {chrf:.1f}")
    assert exact >= 0.95
    assert chrf >= 97


def test_a_quick_translation_is_not_much_worse(translator: Translator, sentences: list[Sentence]) -> None:
    made = [translator.translate(text, source, OTHER[source], is_final=False) or "" for source, text, _ in sentences]
    assert sacrebleu.corpus_chrf(made, [[wanted for _, _, wanted in sentences]]).score >= 95


def test_the_prefix_is_honoured(packages: Path, sentences: list[Sentence]) -> None:
    """By packages that are no phrasebook: the starter's, as the user's own."""
    for source, target in OTHER.items():
        copy(f"translate-{source}_{target}-1_0", packages / f"{source}_{target}")
    translator = ArgosTranslator()
    assert translator.capabilities.forces_prefix
    assert not translator.capabilities.phrasebook
    for source, text, wanted in sentences:
        words = wanted.split()
        for count in (1, len(words) // 2, len(words)):
            prefix = " ".join(words[:count])
            for is_final in (False, True):
                result = translator.translate(text, source, OTHER[source], prefix, is_final)
                assert result.startswith(prefix)
                assert result == wanted or count == len(words), (text, prefix)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "...",
        "?!",
        "😀",
        "Where is the hotel? 😀",
        "\0\x07",
    ],
)
def test_odd_text(local: Translator, text: str) -> None:
    for prefix in ("", "¿Dónde"):
        result = local.translate(text, "en", "es", prefix)
        assert result is not None
        assert result.startswith(prefix) or "Where" in text
        assert "⁇" not in result
        assert "<unk>" not in result
        assert "▁" not in result
        assert "\n" not in result


@pytest.mark.parametrize(
    "text", ["你好，世界。", "a\nb\r\n\tc", "ﷺ", "Zürich Łódź", "Where is 😀 the hotel?", "x" * 2000]
)
def test_odd_text_is_in_no_phrasebook(local: Translator, text: str) -> None:
    assert local.translate(text, "en", "es") is None


@pytest.mark.parametrize("text", ["...", "😀", "¿?"])
def test_what_cannot_be_translated_is_copied(translator: Translator, text: str) -> None:
    assert translator.translate(text, "en", "es") == text


def test_long_text(local: Translator) -> None:
    sentence = "Where is the beach?"
    many = local.translate(" ".join([sentence] * 100), "en", "es")
    assert many == " ".join(["¿Dónde está la playa?"] * 100)
    assert local.translate("the house is big " * 118, "en", "es") is None


def test_several_sentences_and_lines(translator: Translator) -> None:
    result = translator.translate("Where is the beach?\nThe contract is cheap.", "en", "es")
    assert result == "¿Dónde está la playa? El contrato es barato."


def test_the_same_language_is_no_work(translator: Translator) -> None:
    assert translator.translate("Hello there", "en", "en") == "Hello there"


def test_a_missing_pair_says_what_to_install(local: Translator) -> None:
    with raises(ModelMissing, match=r"install (the Argos package fr→es|its Argos package)"):
        local.load("fr", "es", lambda _: None)
    assert ("fr", "es") not in local.capabilities.pairs


def test_closing_twice_and_working_again(translator: Translator) -> None:
    translator.close()
    translator.close()
    progress: list[float] = []
    translator.load("en", "es", progress.append)
    assert progress == sorted(progress)
    assert progress[-1] == 1.0
    assert translator.translate("Where is the beach?", "en", "es") == "¿Dónde está la playa?"


# Live.


@pytest.mark.parametrize("lag", [0, 2])
def test_streamed_sentences_end_as_if_translated_whole(local: Translator, sentences: list[Sentence], lag: int) -> None:
    """Word by word, the last `lag` words unconfirmed: the end is as good, nothing committed changes, and what
    is spoken is the translation. Of a phrasebook's sentences nothing is committed before they are whole."""
    equal, early, deleted, total = 0, 0, 0, 0
    for number, (source, text, _) in enumerate(sentences):
        target = OTHER[source]
        live, reader = DrivenTranslator(local, target), ClauseReader()
        words = text.split()
        committed, shown, spoken = "", list[str](), list[str]()
        for heard in range(1, len(words) + 2):
            is_final = heard > len(words)
            certain = len(words) if is_final else max(0, heard - lag)
            # The full stop is often heard only at the end, so it is kept from the running text.
            running = [" ".join(words[:certain]), " ".join(words[certain:heard])]
            if not is_final:
                running = [part.rstrip(".?!") for part in running]
            result = live.update(TranscriptUpdate(number, heard, source, *running, (), 0.0, 0.0, is_final))
            assert result.committed.startswith(committed)
            committed = result.committed
            now = f"{committed} {result.unconfirmed}".split()
            kept = next(
                (i for i, (a, b) in enumerate(zip(shown, now, strict=False)) if a != b), min(len(shown), len(now))
            )
            deleted += len(shown) - kept
            shown = now
            spoken += [clause.text for clause in reader.update(result)]
            if heard < len(words) - lag and len(split(text, source)) == 1:
                early += len(committed.split())
        equal += committed == local.translate(text, source, target)
        total += len(committed.split())
        assert " ".join(part for part in spoken if part) == committed
    share, erasure = equal / len(sentences), deleted / total
    print(f"lag {lag}: as whole {share:.1%}, committed before the end {early}, erasure {erasure:.2f}")
    assert share >= 0.95
    assert erasure <= 0.5
    assert early == 0


# The phrasebook of the starter packages.

REAL = {
    "en": """
        And so my fellow Americans.
        And so my fellow Americans, ask not what your country can do for you, ask what you can do for your country.
        Today we will talk about energy. | The meeting has been moved to the afternoon. | Look at the first slide.
        Does anybody have an objection? | We should finish the report before the end of the month.
        I will share my screen with you. | Can you hear me? | You are still on mute. | Thank you all for coming today.
        In this lecture I want to show you a new solution. | The answer is in the last chapter of the book.
        Boil the water and add the salt. | Cut the potato and the cheese. | The soup is ready. | It needs more salt.
        The weather is beautiful today. | It is raining. | It was very cold last night. | It will rain in the garden.
        The train is late again. | The train to London is late. | My flight is late. | My suitcase is lost.
        How much is the coffee? | What time does the train leave? | Is the museum closed on Monday?
        The hotel is very good. | I am in the hotel. | I am a teacher. | Where is my brother? | Where do you live?
        I have a question. | I do not know. | I do not speak English. | That is very expensive. | Let us take the train.
        My brother is in the kitchen. | My sister lives in a small town. | The doctor speaks Spanish.
        I live in a big house. | I would like a house and a garden, please. | I think that we should take a break.
        Your country can ask what you can do. | The quick dog jumps over the lazy fox. | You are on the table.
        Turn left at the train. | We arrived in Paris tomorrow. | The window is open? | Can you open the door.
        Thank you. | Hello. | Yes. | No. | Good. | Please. | See you tomorrow. | It does not matter to me.
    """,
    "es": """
        La reunión es el lunes. | Tengo una pregunta. | Tengo mucho trabajo hoy. | Quiero ir a la playa.
        Mi hermano está en la cocina. | ¿Dónde está mi hermano? | El tren de Madrid llega tarde. | Hace mucho calor hoy.
        Está lloviendo en la ciudad. | Hierve el agua y añade la sal. | La sopa está lista. | No hablo inglés.
        No entiendo la pregunta. | El banco está cerrado. | Necesito ayuda. | Vivo en una casa pequeña.
        Mi hermana vive en un pueblo pequeño. | Me encanta este libro. | Puedes guardar la caja. | Lo siento mucho.
        Gracias. | Hola. | Buenas. | Sí. | Hasta mañana. | ¿Qué es esto? | Por favor, cierre la puerta.
    """,
}
"""what people say; most of it in words that the phrasebook has, too"""


@pytest.mark.parametrize("language", sorted(REAL))
def test_nothing_is_made_up(local: Translator, language: str) -> None:
    said = [text.strip() for line in REAL[language].splitlines() for text in line.split("|") if text.strip()]
    assert len(said) > 25
    made = {text: local.translate(text, language, OTHER[language]) for text in said}
    assert {text: result for text, result in made.items() if result is not None} == {}
    bare = {text: local.translate(text.lower().strip("¿.,?! "), language, OTHER[language]) for text in said}
    open_door = "can you open the door." if language == "en" else "puedes guardar la caja."
    window = "the window is open?"
    wrong = {text for text, result in bare.items() if result is not None}
    # Without marks these are the phrasebook's own.
    assert {text.lower() for text in wrong} <= {open_door, window}


@pytest.mark.parametrize("language", sorted(OTHER))
def test_the_phrasebook_knows_its_own_sentences(local: Translator, language: str) -> None:
    """Sentences that the packages never learned, of the recipe's kind; with their marks, and without, where the model
    is less sure."""
    side = sorted(OTHER).index(language)
    pairs = held_out_pairs(300)
    for change, least in ((str, 0.97), (lambda text: text.lower().strip("¿¡.,?! "), 0.9)):
        made = [local.translate(change(pair[side]), language, OTHER[language]) for pair in pairs]
        known = [one is not None for one in made]
        right = [one == pair[1 - side] for one, pair in zip(made, pairs, strict=True) if one is not None]
        print(f"{language}: {sum(known)} of {len(pairs)} translated, {sum(right)} word for word")
        assert sum(known) >= least * len(pairs)
        assert sum(right) >= 0.98 * len(right)


def held_out_pairs(count: int) -> list[tuple[str, str]]:
    recipe = str(RESOURCES / "starter" / "recipe")
    sys.path.insert(0, recipe)
    try:
        phrases = importlib.import_module("phrases")
    finally:
        sys.path.remove(recipe)
    pairs: list[tuple[str, str]] = phrases.sentences(20 * count)[1]
    assert len(pairs) >= count // 2
    return pairs[:count]


def test_a_phrasebook_says_what_is_missing(local: Translator) -> None:
    assert local.capabilities.phrasebook == set(OTHER.items())
    message = text_of(local.capabilities.limits["en", "es"])
    assert message.startswith("From English to Spanish only a phrasebook of about 400 words is installed; other ")
    assert message.endswith("Fetch the Argos package en→es in the Models window or with `parley models pull en-es`.")
    assert catalogue.load().find("en-es").languages == ("en", "es")


def test_a_second_leg_that_is_a_phrasebook_is_asked_too(packages: Path) -> None:
    copy("translate-es_en-1_0", packages / "fr_en", from_code="fr")
    translator = ArgosTranslator()
    assert ("fr", "es") in translator.capabilities.phrasebook
    assert ("fr", "en") not in translator.capabilities.phrasebook
    assert "`parley models pull en-es`" in text_of(translator.capabilities.limits["fr", "es"])
    assert translator.translate("¿Dónde está la playa?", "fr", "es") == "¿Dónde está la playa?"
    # What the first leg, posing as a real package, makes of this is English that the second leg does not know.
    text = "Mi hermano tiene hambre y quiere comer pizza"
    assert translator.translate(text, "fr", "en")
    assert translator.translate(text, "fr", "es") is None


def test_a_real_package_comes_before_a_phrasebook(packages: Path) -> None:
    """Even if the way is longer."""
    copy("translate-en_es-1_0", packages / "en_fr", to_code="fr")
    copy("translate-en_es-1_0", packages / "fr_es", from_code="fr")
    route = translation_route("en", "es")
    assert [package.languages for package in route] == [("en", "fr"), ("fr", "es")]
    assert ("en", "es") not in ArgosTranslator().capabilities.phrasebook


def test_a_starter_without_its_phrasebook_is_broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = copy("translate-en_es-1_0", tmp_path / "starter" / "argos" / "translate-en_es-1_0")
    (place / "phrasebook.json").unlink()
    monkeypatch.setattr(paths, "RESOURCES", tmp_path)
    with raises(ModelBroken, match="cannot be loaded"):
        ArgosTranslator().load("en", "es", lambda _: None)


# Argos packages.


def test_the_starter_is_named_as_such() -> None:
    translator = ArgosTranslator()
    translator.load("en", "es", lambda _: None)
    assert translator.name == "Argos Translate (starter phrasebook)"


def test_a_pivot_goes_through_a_third_language(packages: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # The starter's Spanish package, posing as French, makes French → English → Spanish a pivot.
    copy("translate-es_en-1_0", packages / "fr_en", from_code="fr")
    translator = ArgosTranslator()
    assert ("fr", "es") in translator.capabilities.pairs
    steps: list[float] = []
    translator.load("fr", "es", steps.append)
    assert steps == [0.0, 0.5, 1.0, 1.0]
    assert translator.translate("¿Dónde está la playa?", "fr", "es") == "¿Dónde está la playa?"
    steps_taken = []
    translate = _Leg.translate

    def remember(leg: _Leg, *arguments: Any) -> str | None:
        steps_taken.append(arguments)
        return translate(leg, *arguments)

    monkeypatch.setattr(_Leg, "translate", remember)
    assert translator.translate("¿Dónde está la playa?", "fr", "es") == "¿Dónde está la playa?"
    assert steps_taken == [
        ("¿Dónde está la playa?", "fr", "en", "", True),
        ("Where is the beach?", "en", "es", "", True),
    ]


def test_a_package_with_a_language_token(packages: Path) -> None:
    # Multilingual models want the target's token first; a token of this vocabulary stands for it.
    copy("translate-en_es-1_0", packages / "en_es", target_prefix="▁El")
    translator = ArgosTranslator()
    whole = translator.translate("The contract is cheap.", "en", "es")
    assert whole == "contrato es barato."
    assert translator.translate("The contract is cheap.", "en", "es", "contrato") == whole


def test_damaged_packages_are_refused(packages: Path) -> None:
    cut = copy("translate-en_es-1_0", packages / "en_de", to_code="de")
    content = (cut / "model" / "model.bin").read_bytes()
    pieces = copy("translate-en_es-1_0", packages / "en_fr", to_code="fr")
    translator = ArgosTranslator()
    (cut / "model" / "model.bin").write_bytes(content[:-1000])
    (pieces / "sentencepiece.model").write_bytes(b"\x0anonsense")
    with raises(ModelMissing, match="No translation from English to German"):
        translator.load("en", "de", lambda _: None)
    with raises(ModelMissing, match="No translation from English to French"):
        translator.load("en", "fr", lambda _: None)
    problems = broken_places("argos")
    assert "model.bin is truncated" in text_of(problems[cut])
    assert "sentencepiece.model is damaged" in text_of(problems[pieces])
    assert translator.translate("Where is the beach?", "en", "es") == "¿Dónde está la playa?"


def test_unknown_words_are_copied_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """A model that answers <unk> gets the source word that it looked at, once, with all its pieces."""
    translator = ArgosTranslator()
    translator.load("en", "es", lambda _: None)
    leg = next(iter(translator._legs.values()))
    source = leg._codec.encode("The Zürich hotel")
    assert source[:3] == ["▁The", "▁", "Zü"]
    look = [[1.0 if index == at else 0.0 for index in range(len(source))] for at in (0, 2, 4, len(source) - 1)]
    copied = leg._copied(["▁El", "<unk>", "<unk>", "▁hotel"], look, source)
    assert leg._codec.decode(copied) == "El Zürich hotel"


def test_sentencepiece_leaves_no_marks() -> None:
    codec = SentencePieceCodec(STARTER / "translate-en_es-1_0" / "sentencepiece.model")
    assert codec.decode(["▁El", "▁Zü", "rich", "<unk>", "▁hotel", "."]) == "El Zürich hotel."
    assert codec.decode([]) == ""
    assert not codec.is_known("😀")
    assert codec.is_known("▁the")


def test_packages_in_byte_pair_encoding(packages: Path) -> None:
    """The codec of old packages: Moses tokens, cut by merges, and put together again."""
    place = packages / "en_es"
    place.mkdir()
    (place / "bpe.model").write_text("#version: 0.2\nt h\nth e</w>\nh o\nho u\ns e</w>\nhou se</w>\n", encoding="utf-8")
    codec = BpeCodec(place / "bpe.model", "en", "es")
    assert codec.encode("the house, theo") == ["the", "house", ",", "th@@", "e@@", "o"]
    assert codec.decode(["¿", "the", "th@@", "e@@", "o", ",", "house", "?"]) == "¿the theo, house?"
    assert [codec.starts_word(token, before) for token, before in (("o", "th@@"), ("the", "o"), (",", "o"))] == [
        False, True, False,
    ]  # fmt: skip
    (place / "bpe.model").write_text("#version: 0.2\nthis line is damaged\n", encoding="utf-8")
    package = InstalledModel("argos", "en_es", "", place, ("en", "es"), 1, False)
    (place / "metadata.json").write_text("{}")
    with pytest.raises(ModelBroken):
        _Leg(package)


def test_no_network_and_no_second_splitter(monkeypatch: pytest.MonkeyPatch) -> None:
    import socket
    import sys

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", refuse)
    translator = ArgosTranslator()
    assert translator.translate("Where is the beach?", "en", "es") == "¿Dónde está la playa?"
    assert "stanza" not in sys.modules
    assert "argostranslate.translate" not in sys.modules


def test_errors_hold_no_text(packages: Path) -> None:
    translator = ArgosTranslator()
    with pytest.raises(EngineError) as caught:
        translator.translate("my secret words", "en", "xx")
    assert "secret" not in text_of(caught.value)
    assert models.installed("argos")

"""Apertium, with the package that the set-up of the tests installs (Spanish and Portuguese), and what it is worth."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
import sacrebleu

from desktop.engine.errors import BackendFailed, ModelMissing
from desktop.engine.events import ErrorEvent
from desktop.engine.models import apertium
from desktop.engine.models.translation_routes import readable_pairs
from desktop.engine.translation.backends.apertium import ApertiumTranslator
from desktop.engine.translation.backends.choose import make_translator
from desktop.messages import text_of
from desktop.settings.declaration import Settings
from tests.raising import raises
from tests.waiting import wait_until

EVERYDAY = (
    ("¿Dónde está la estación de tren?", "Onde está a estação de comboio?"),
    ("Buenos días, quisiera un café con leche, por favor.", "Bom dia, queria um café com leite, por favor."),
    ("Mañana vamos a la playa con los niños.", "Amanhã vamos à praia com as crianças."),
    ("No entiendo lo que dices.", "Não entendo o que você diz."),
    ("El tren sale a las ocho y media.", "O comboio sai às oito e meia."),
    ("¿Cuánto cuesta este libro?", "Quanto custa este livro?"),
    ("Me gusta mucho la música de este país.", "Gosto muito da música deste país."),
    ("Mi hermana trabaja en un hospital grande.", "Minha irmã trabalha num hospital grande."),
    ("La reunión empieza dentro de diez minutos.", "A reunião começa dentro de dez minutos."),
    ("Necesitamos más tiempo para terminar el trabajo.", "Precisamos de mais tempo para terminar o trabalho."),
)


@pytest.fixture
def told() -> list[ErrorEvent]:
    return []


@pytest.fixture
def translator(told: list[ErrorEvent]) -> Iterator[ApertiumTranslator]:
    made = ApertiumTranslator(told.append)
    yield made
    made.close()


def test_a_close_language_is_understood(translator: ApertiumTranslator) -> None:
    translator.load("es", "pt", lambda _: None)
    assert translator.translate("¿Dónde está la estación?", "es", "pt") == "Onde está a estação?"
    found = [translator.translate(text, "es", "pt") or "" for text, _ in EVERYDAY]
    score = sacrebleu.corpus_chrf(found, [[wanted for _, wanted in EVERYDAY]]).score
    print(f"chrF {score:.1f}: {found}")
    assert score > 70


def test_it_is_told_once_that_it_is_rough(translator: ApertiumTranslator, told: list[ErrorEvent]) -> None:
    for _ in range(2):
        translator.load("es", "pt", lambda _: None)
    assert [text_of(event) for event in told] == [
        "From Spanish to Portuguese Apertium translates, roughly; an Argos package may do it better."
    ]
    assert "rough" in translator.name


def test_what_it_does_not_know_stays_as_it_was_said(translator: ApertiumTranslator) -> None:
    translator.load("es", "pt", lambda _: None)
    assert translator.translate("Vivo en Zarautz con mi familia y mis amigos.", "es", "pt") == (
        "Vivo em Zarautz com minha família e meus amigos."
    )  # fmt: skip
    assert translator.translate("xkcd qwfp zxcv blorg", "es", "pt") is None, "nothing is made up"
    assert translator.translate("", "es", "pt") == ""


@pytest.mark.parametrize(
    "text", ["Cuesta 5 $.", "[a] {b} <c> ^d$ e/f @g", "a\\b", "uno\0dos\ntres", "¡Hola! ¿Qué tal?"]
)
def test_signs_of_its_own_format_come_through(translator: ApertiumTranslator, text: str) -> None:
    translator.load("es", "pt", lambda _: None)
    translator.translate(text, "es", "pt")
    assert translator.translate("¿Qué hora es?", "es", "pt") == "Que horas são?", "nothing is left of it"


def test_a_program_that_dies_is_told_of_and_begun_anew(translator: ApertiumTranslator) -> None:
    translator.load("es", "pt", lambda _: None)
    processes = next(iter(translator._running.values()))._processes
    os.kill(processes[2].pid, signal.SIGKILL)
    processes[2].wait()
    assert translator.translate("Buenos días.", "es", "pt") == "Bons dias.", "one that is gone is begun anew"
    processes = next(iter(translator._running.values()))._processes
    for process in processes:
        os.kill(process.pid, signal.SIGSTOP)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("desktop.engine.translation.backends.apertium._PATIENCE", 0.2)
        with raises(BackendFailed, "stopped working"):
            translator.translate("Buenos días.", "es", "pt")
    assert translator.translate("Buenos días.", "es", "pt") == "Bons dias."


def test_only_two_pipelines_run_and_none_is_left(translator: ApertiumTranslator) -> None:
    for target in ("pt", "pt-BR"):
        translator.load("es", target, lambda _: None)
    translator.load("pt", "es", lambda _: None)
    running = [process for one in translator._running.values() for process in one._processes]
    assert len(translator._running) == 2
    translator.close()
    assert wait_until(lambda: all(process.poll() is not None for process in running))


def test_what_is_not_installed_is_missing(translator: ApertiumTranslator, tmp_path: Path) -> None:
    assert ("en", "es") not in translator.capabilities.pairs, "not good enough, whatever is installed"
    with raises(ModelMissing, "install its Argos package"):
        translator.load("eu", "es", lambda _: None)
    (tmp_path / "es-pt.mode").write_text("no-such-program 'x' | cat")
    for poor in ("eng-spa", "spa-ita", "swe-dan"):
        (tmp_path / f"{poor}.mode").write_text("cat")
    assert apertium.pairs((tmp_path,)) == {("es", "pt")}
    assert apertium.pipeline("es", "pt", (tmp_path,)) is None
    (tmp_path / "es-pt.mode").write_text("cat 'unbalanced")
    assert apertium.pipeline("es", "pt", (tmp_path,)) is None


def test_it_is_used_where_no_argos_package_is(told: list[ErrorEvent]) -> None:
    assert ("es", "pt") in readable_pairs()
    translator = make_translator(Settings(), told.append)
    translator.load("es", "pt", lambda _: None)
    assert translator.name == "Apertium (rough)"
    assert translator.translate("El tren sale a las ocho.", "es", "pt") == "O comboio sai às oito."
    translator.close()

"""Answers that come from other threads: only the one to the newest question is shown."""

import json
import shutil
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from desktop.engine.models.speed import speed_class
from desktop.settings.declaration import Settings
from desktop.settings.store import changed
from desktop.system import paths
from desktop.ui.models import installed_choices, overview
from desktop.ui.models.installed_choices import InstalledChoicesLookup
from desktop.ui.models.overview import ModelOverviewLookup
from desktop.ui.runtime.lookup import Deliver, Lookup

ENGLISH = changed(Settings(), {"recognition.language": "en"})
SPANISH = changed(Settings(), {"recognition.language": "es"})


class SlowFor:
    """A look at the machine that answers with the language that was asked for; that for English comes last."""

    def __init__(self) -> None:
        self.begun = threading.Event()
        self.go_on = threading.Event()
        self.ended = threading.Event()

    def __call__(self, settings: Settings) -> str:
        if settings is ENGLISH:
            self.begun.set()
            assert self.go_on.wait(10)
            self.ended.set()
        return settings.recognition.language


@pytest.mark.parametrize(
    ("module", "make"), [(installed_choices, InstalledChoicesLookup), (overview, ModelOverviewLookup)]
)
def test_a_late_look_does_not_replace_a_newer_one(
    module: object,
    make: Callable[[], InstalledChoicesLookup | ModelOverviewLookup],
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    slow = SlowFor()
    monkeypatch.setattr(module, "find", slow)
    if module is overview:
        monkeypatch.setattr(overview, "measure", lambda settings: False)
    lookup = make()
    shown: list[object] = []
    lookup.found.connect(shown.append)
    lookup.refresh(ENGLISH)
    assert slow.begun.wait(10)
    with qtbot.waitSignal(lookup.found):
        lookup.refresh(SPANISH)
    slow.go_on.set()
    assert slow.ended.wait(10)
    qtbot.wait(50)
    lookup.close()
    assert shown == ["es"]


def test_a_speed_that_an_older_look_measured_meanwhile_is_shown(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    measured: list[object] = []

    def find(settings: Settings) -> str:
        shown = "with its speed" if measured else "speed unknown"
        measured.append(object())  # an older look ends its measurement now; its own answer is not wanted any more
        return shown

    monkeypatch.setattr(overview, "find", find)
    monkeypatch.setattr(speed_class, "measured", lambda **_: measured[0] if measured else None)
    lookup = ModelOverviewLookup()
    shown: list[object] = []
    lookup.found.connect(shown.append)
    lookup.refresh(ENGLISH)
    qtbot.waitUntil(lambda: shown == ["speed unknown", "with its speed"])
    lookup.close()


def test_a_question_that_is_forgotten_gets_no_answer(qtbot: QtBot) -> None:
    lookup = Lookup()
    begun, go_on, told = threading.Event(), threading.Event(), threading.Event()
    answers: list[object] = []
    lookup.found.connect(answers.append)

    def work(deliver: Deliver) -> None:
        assert deliver("first")
        begun.set()
        assert go_on.wait(10)
        assert not deliver("second")
        told.set()

    lookup.ask(work)
    assert begun.wait(10)
    lookup.forget()  # the first answer is on its way to this thread
    go_on.set()
    assert told.wait(10)
    qtbot.wait(20)
    assert answers == []
    lookup.close()


def test_the_speakers_of_a_voice_can_be_chosen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    starter = paths.RESOURCES / "starter" / "voices" / "en_US-tiny-x_low.onnx"
    about = json.loads(Path(f"{starter}.json").read_text())
    for name, named, count in (("two", {"b": 1, "a": 0}, 2), ("many", {}, 3), ("one", {"a": 0}, 1)):
        voice = paths.models_dir() / "voices" / f"en_US-{name}-low" / f"en_US-{name}-low.onnx"
        voice.parent.mkdir(parents=True)
        shutil.copyfile(starter, voice)
        described = {**about, "num_speakers": count, "speaker_id_map": named}
        voice.with_name(f"{voice.name}.json").write_text(json.dumps(described))
    found = [(one.value, one.label) for one in installed_choices.find(Settings()).voices]
    assert [value.removeprefix("en_US-") for value, _ in found if "#" in value or "-low" in value] == [
        *("many-low", "many-low#0", "many-low#1", "many-low#2"),
        "one-low",
        *("two-low", "two-low#a", "two-low#b"),
    ]
    assert ("en_US-two-low#a", "two low (en_US) · a") in found

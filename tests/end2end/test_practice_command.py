"""`parley practice` as users and scripts run it."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import numpy as np
import pytest

from desktop.bench.people.prompts import prompts
from desktop.system.paths import RESOURCES
from tests.command_line import run_parley
from tests.real_models import as_wav
from tests.real_models import environment as real_environment

TEST = RESOURCES / "starter" / "test"
RECORDING = TEST / "en-00.flac"
SAID = "I will go to the school in the afternoon."

Run = Callable[..., CompletedProcess[str]]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PARLEY_", "PULSE_")) or name == "PARLEY_MODEL_PACKAGES"
    }
    kept |= {f"XDG_{name}_HOME": str(tmp_path / "home" / name.lower()) for name in ("CONFIG", "DATA", "CACHE", "STATE")}
    kept |= {"PULSE_SERVER": f"unix:{tmp_path}/nowhere", "PYTHONPATH": str(RESOURCES.parent)}
    kept["PARLEY_RECOGNITION__MODEL"] = "starter"

    def call(*arguments: object) -> CompletedProcess[str]:
        done = run_parley(["practice", *map(str, arguments)], kept, folder=tmp_path)
        assert "Traceback" not in done.stdout + done.stderr
        return done

    return call


@pytest.fixture
def text(tmp_path: Path) -> Path:
    file = tmp_path / "text.txt"
    file.write_text(f"Another line.\n{SAID.replace('school', 'beach')}\n", encoding="utf-8")
    return file


def test_scripts_get_each_word_and_the_score(run: Run, text: Path) -> None:
    done = run(text, "--audio", RECORDING, "--language", "English", "--lines", "2", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    found = json.loads(done.stdout)
    assert [one["word"] for one in found["word_feedback"]] == SAID.replace("school", "beach").split()
    wrong = found["word_feedback"][5]
    assert (wrong["word"], wrong["status"], wrong["heard"]) == ("beach", "wrong", "school")
    assert 0.5 < wrong["start"] < wrong["end"] < 2
    assert found["score"] == 90
    assert found["breakdown"]["counts"] == {"correct": 8, "minor_mistake": 0, "wrong": 1, "missing": 0, "extra": 0}
    assert found["to_practise"] == ["beach"]
    assert set(found) == {
        "title", "language", "seconds", "word_feedback", "score", "breakdown", "to_practise"
    }  # fmt: skip


def test_people_see_the_marks(run: Run, text: Path) -> None:
    done = run(text, "--audio", RECORDING, "--language", "en", "--lines", "2-")
    assert done.returncode == 0
    assert done.stdout.splitlines()[0] == "I will go to the ✗beach (school) in the afternoon."
    assert "Score 90 of 100" in done.stdout


def test_what_is_heard_now_is_followed_to_the_end(run: Run, text: Path) -> None:
    done = run(text, "--language", "en", "--lines", "2", "--set", f"audio.source=file:{RECORDING}", "--prompt")
    assert done.returncode == 0, done.stderr
    assert "✗beach (school)" in done.stdout
    assert "parley: read now; Ctrl+C ends it." in done.stderr


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("none.txt", "--language", "en"), "none.txt does not exist; check the name."),
        (("text.txt",), "Say in which language it is read, with --language."),
        (("text.txt", "--language", "xyz"), "“xyz” is not a language that Parley knows"),
        (("text.txt", "--language", "en", "--audio", "text.txt"), "is not a media file"),
        (("text.txt", "--language", "en", "--lines", "7"), "There are 2 lines to read; --lines names some of them."),
        (("text.txt", "--language", "en", "--chapter", "2"), "text.txt has 1 chapters; --chapter names one of them."),
    ],
)
def test_one_sentence_says_what_is_wrong(run: Run, text: Path, arguments: tuple[str, ...], sentence: str) -> None:
    done = run("--set", "recognition.language=auto", *arguments)
    assert done.returncode == 1
    (line,) = done.stderr.strip().splitlines()
    assert sentence in line


def test_a_range_of_lines_is_checked(run: Run, text: Path) -> None:
    for bad in ("x", "0", "5-3", "-2"):
        done = run(text, f"--lines={bad}", "--language", "en")
        assert done.returncode == 2
        assert "is no range of lines; write it as 3-7." in " ".join(done.stderr.split())


@pytest.mark.real_models
@pytest.mark.parametrize("language", ["en", "es"])
def test_a_person_who_reads_is_understood(tmp_path: Path, language: str) -> None:
    some = [one for one in prompts(language) if not set("*#?") & set(one.text)][:2]
    lines = [one.text.split() for one in some]
    lines[0][1] = {"en": "umbrella", "es": "paraguas"}[language]
    text = tmp_path / "text.txt"
    text.write_text("\n".join(map(" ".join, lines)), encoding="utf-8")
    recording = as_wav(some, tmp_path / "people.wav")
    done = run_parley(
        ["practice", str(text), "--audio", str(recording), "--language", language, "--json", "--model", "base"],
        real_environment(tmp_path / "home"),
        timeout=250,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)["word_feedback"]
    in_text = [one for one in found if one["status"] != "extra"]
    assert in_text[1]["status"] in ("wrong", "missing")
    right = np.mean([one["status"] == "correct" for one in in_text])
    assert right >= (len(in_text) - 3) / len(in_text)

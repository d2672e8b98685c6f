"""`parley bench` as users run it, on a few seconds of audio. Figures depend on the machine, their presence does not."""

import json
import os
from dataclasses import replace
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

from desktop.bench import ablate
from desktop.bench.live.harness import QUIET, Rig
from desktop.bench.live.parts import TimedRecognizer, backends
from desktop.bench.live.script import chosen
from desktop.bench.people.prompts import key_of
from desktop.engine.events import Samples
from desktop.engine.recognition.backends.base import Hypothesis, RecognitionRequest, WindowRecognizer
from desktop.engine.recognition.backends.choose import make_recognizer
from desktop.engine.recognition.backends.wrapped import WrappedRecognizer
from desktop.engine.takeover import Notify
from desktop.settings.declaration import RecognitionSettings, Settings
from desktop.settings.store import changed
from desktop.system.paths import RESOURCES
from tests import prompt_packages
from tests.command_line import run_parley
from tests.conftest import TEST_AUDIO, read_audio
from tests.waiting import let_pass

ROOT = RESOURCES.parent
STARTER = changed(Settings(), {"recognition.model": "starter"})
PNG = b"\x89PNG\r\n\x1a\n"


def run(home: Path, *arguments: str) -> "CompletedProcess[str]":
    names = {f"XDG_{name}_HOME": str(home / name.lower()) for name in ("CONFIG", "DATA", "CACHE", "STATE")}
    names["XDG_DATA_DIRS"] = str(home / "share")
    return run_parley(["bench", *arguments], {**os.environ, **names}, timeout=200)


def measured(home: Path, *arguments: str) -> dict[str, Any]:
    """What a command writes with --json FILE; a limit may fail on a busy machine, an error may not."""
    file = home / "found.json"
    done = run(home, *arguments, "--json", str(file))
    assert done.returncode in (0, 1), done.stderr
    assert "Traceback" not in done.stderr
    assert file.is_file(), done.stderr
    record: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    assert record["title"] in done.stdout
    assert done.returncode == (0 if record["holds"] else 1)
    assert record["machine"]["cores"] >= 1
    return record


def test_accuracy(tmp_path: Path) -> None:
    found = measured(tmp_path, "accuracy", "--only", "en-00", "--via", "pushed")
    assert found["totals"]["en"]["words"] == 9
    assert found["totals"]["en"]["live"] <= 0.4
    assert found["translation"]["en → es"]["chrf_of_script"] > 80


def test_latency_with_a_plot(tmp_path: Path) -> None:
    plot = tmp_path / "latency.png"
    found = measured(tmp_path, "latency", "--quick", "--only", "es-01", "--via", "pushed", "--plot", str(plot))
    assert found["seconds"]["first_partial"]["count"] == 1
    assert found["seconds"]["commit"]["count"] >= 5
    assert found["seconds"]["commit_unaware"]["median"] <= found["seconds"]["commit"]["median"]
    assert {"First text after the onset, p95"} <= {check["name"] for check in found["checks"]}
    assert plot.read_bytes().startswith(PNG)


def test_cost_of_the_model_and_of_a_size(tmp_path: Path) -> None:
    found = measured(tmp_path, "cost", "--only", "en-00", "--size", "tiny")
    starter, tiny = found["costs"]
    assert starter["decodes"] > 2
    assert starter["real_time_factor"] > 0
    assert tiny["label"] == "size tiny"
    # A dearer look comes less often, so all of them together need not be dearer.
    assert tiny["recogniser_share"] / tiny["decodes"] > starter["recogniser_share"] / starter["decodes"]


def test_soak(tmp_path: Path) -> None:
    found = measured(tmp_path, "soak", "--minutes", "0.2")
    assert len(found["periods"]) >= 8
    assert found["words"] >= 5
    assert found["lost"] <= found["words"] / 4
    assert found["checks"][-1] == {"name": "Audio dropped", "value": 0.0, "limit": 0.0, "unit": "s", "holds": True}


def test_stability(tmp_path: Path) -> None:
    found = measured(tmp_path, "stability", "--only", "en-00")
    assert found["revisions"] == {"text": 0, "translation": 0}
    assert [row[0] for row in found["tables"][0]["rows"]] == ["en", "all"]


def test_people_are_read_whole_and_heard_live(tmp_path: Path, manifest: dict[str, dict[str, Any]]) -> None:
    names = [name for name in map(str, range(20)) if key_of(name) % 2 == 0]
    files = dict(zip(names, ("es-00", "es-01", "es-02"), strict=False))
    said = {name: (manifest[file]["text"], read_audio(TEST_AUDIO / f"{file}.flac")) for name, file in files.items()}
    prompt_packages.install(tmp_path / "share", "es", said)
    found = measured(tmp_path, "speech", "--languages", "es,fr", "--quick")
    (spanish,) = found["languages"]
    assert {line["said"]: line["parley"] for line in spanish["lines"]} == {text: text for text, _ in said.values()}
    assert spanish["credit"].startswith("Allison Smith, CC BY-SA 3.0")
    live = spanish["live"]
    assert live["seconds"] > sum(manifest[file]["seconds"] for file in files.values())
    assert live["errors"] <= live["words"] / 4
    assert live["first_partial"]
    assert live["final"]
    assert live["commit"]
    assert live["revisions"] == 0
    assert any("asterisk-core-sounds-fr" in note for note in found["notes"])
    # Nothing is measured again that the file has.
    again = run(tmp_path, "speech", "--languages", "es", "--quick", "--resume", "--json", str(tmp_path / "found.json"))
    assert "whole files" not in again.stderr
    assert json.loads((tmp_path / "found.json").read_text(encoding="utf-8"))["languages"] == [spanish]


class _Slow(WrappedRecognizer):
    """Each decode takes longer than the quiet after which a recording counts as done."""

    def transcribe(self, samples: Samples, request: RecognitionRequest) -> Hypothesis:
        let_pass(2 * QUIET)
        return super().transcribe(samples, request)


def test_a_slow_recogniser_is_waited_for() -> None:
    (one,) = chosen(["es-00"], ())
    timed: list[TimedRecognizer] = []

    def made(settings: RecognitionSettings, notify: Notify) -> WindowRecognizer:
        timed.append(TimedRecognizer(_Slow(make_recognizer(settings, notify))))
        return timed[-1]

    settings = changed(Settings(), {"recognition.language": "es", "recognition.mode": "buffered"})
    with Rig(
        settings,
        None,
        replace(backends(["speculative final"], []), recognizer=made),
        lambda: any(each.is_running for each in timed),
    ) as rig:
        rig.play(one)
        assert " ".join(said.text for said in rig.transcript.utterances()) == one.text


def test_streams_before_a_simulated_model_lose_nothing(tmp_path: Path) -> None:
    found = measured(tmp_path, "streams", "--streams", "3", "--seconds", "6")
    figures = {check["name"]: check["value"] for check in found["checks"]}
    assert figures["Speakers not told to their end"] == 0
    assert figures["Words lost or doubled"] == 0
    assert set(found["cores"]) == {"Redis", "worker", "gateway-1", "gateway-2"}


def test_an_idea_is_left_out() -> None:
    (one,) = chosen(["en-00"], ())
    variants = [variant for variant in ablate.IDEAS if variant.name in ("everything on", "no speculation")]
    found = ablate.measure(STARTER, variants, [one], 1, is_translated=False)
    assert [len(outcome.takes) for outcome in found] == [1, 1]
    assert not any(outcome.errors or outcome.revisions for outcome in found)
    report = ablate.ideas_report("Starter", {}, found)
    assert {"word_error_rate", "commit_p95", "final_p50"} <= set(report.data["variants"][1])


def test_a_model_is_made_in_a_new_folder_only(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    made = run(tmp_path, "make-model", "--size", "tiny", "--out", str(folder))
    assert made.returncode == 0, made.stderr
    assert "random weights" in made.stdout
    assert (folder / "model.bin").stat().st_size > 30e6
    again = run(tmp_path, "make-model", "--size", "tiny", "--out", str(folder))
    assert again.returncode == 1
    assert "not empty" in again.stderr


def test_the_page_is_filled(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("<!-- begin silence -->\n<!-- end silence -->\n", encoding="utf-8")
    file = tmp_path / "silence.json"
    done = run(tmp_path, "silence", "--minutes", "0.1", "--json", str(file))
    assert done.returncode == 0, done.stdout + done.stderr
    assert run(tmp_path, "page", str(page), str(file)).returncode == 0
    assert "| silence | 0 | 0 | 0.00% of the time |" in page.read_text(encoding="utf-8")
    unknown = run(tmp_path, "page", str(page), str(file.rename(tmp_path / "other.json")))
    assert unknown.returncode == 1
    assert "no block other" in unknown.stderr


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("cost", "--json", "/nowhere/at/all.json"), "does not exist"),
        (("soak", "--plot", "plot.gif"), "neither PNG nor SVG"),
        (("latency", "--only", "en-77"), "no recording"),
        (("stability", "--model", "no-such-model"), "no-such-model"),
        (("speech",), "apt-get install asterisk-core-sounds-en-g722"),
        (("speech", "--languages", "ja"), "Japanese"),
    ],
)
def test_what_cannot_work_is_said_at_once(tmp_path: Path, arguments: tuple[str, ...], sentence: str) -> None:
    done = run(tmp_path, *arguments)
    assert done.returncode == 1
    assert sentence in done.stderr
    assert done.stdout == ""

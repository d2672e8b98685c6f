"""`parley doctor` as a user runs it: on a real sound server, a real screen, and where neither is."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

from desktop.bench.live.virtual_audio import VirtualAudio
from desktop.bench.make_model import TINY, make_whisper
from desktop.doctor.examination import CHECKS
from desktop.system.paths import RESOURCES
from tests.command_line import run_parley
from tests.conftest import TEST_AUDIO
from tests.virtual_desktop import VirtualDesktop

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def audio() -> Iterator[VirtualAudio]:
    with VirtualAudio() as server:
        yield server


@pytest.fixture(scope="module")
def screen() -> Iterator[VirtualDesktop]:
    with VirtualDesktop() as desktop:
        yield desktop


def run(home: Path, *arguments: str, **environment: str) -> "CompletedProcess[str]":
    names = {f"XDG_{name}_HOME": str(home / name.lower()) for name in ("CONFIG", "DATA", "CACHE", "STATE")}
    return run_parley(arguments, {**os.environ, **names, **environment})


def found(home: Path, *arguments: str, **environment: str) -> tuple[int, dict[str, dict[str, Any]]]:
    """Exit code, and id -> finding."""
    before = [part for part in arguments if part != "--quick"]
    quick = [part for part in arguments if part == "--quick"]
    done = run(home, *before, "doctor", "--json", *quick, **environment)
    report = json.loads(done.stdout)
    return done.returncode, {one["id"]: one for one in report["findings"]}


def test_on_a_machine_where_everything_is_there(audio: VirtualAudio, screen: VirtualDesktop, tmp_path: Path) -> None:
    player = audio.play(TEST_AUDIO / "stream-en.flac")
    try:
        code, findings = found(tmp_path)
    finally:
        player.kill()
        player.wait()
    assert list(findings) == [check.id for check in CHECKS]
    healths = {check_id: one["health"] for check_id, one in findings.items()}
    # The starter models are all there is, and they are basic.
    assert healths.pop("models") == "warning"
    assert healths.pop("server") == "skipped"
    assert healths.pop("start") in ("ok", "warning")  # how fast this machine is decides no test
    assert set(healths.values()) == {"ok"}, findings
    assert code == 0
    assert "dB on average" in findings["microphone"]["sentence"]
    assert "heard coming out" in findings["output"]["sentence"]
    assert "with ease" in findings["speed"]["sentence"]


def test_a_muted_microphone_and_a_muted_output_are_told_apart_from_good_ones(
    audio: VirtualAudio, tmp_path: Path
) -> None:
    audio.pactl("set-source-mute", "virtmic", "1")
    audio.pactl("set-sink-mute", "speakers", "1")
    try:
        code, findings = found(tmp_path)
    finally:
        audio.pactl("set-source-mute", "virtmic", "0")
        audio.pactl("set-sink-mute", "speakers", "0")
    assert code == 1
    assert findings["microphone"]["health"] == "problem"
    assert "muted" in findings["microphone"]["sentence"]
    assert findings["microphone"]["command"] == "pactl set-source-mute @DEFAULT_SOURCE@ 0"
    assert findings["output"]["health"] == "warning"
    assert "muted" in findings["output"]["sentence"]


def test_devices_that_are_gone_are_problems(audio: VirtualAudio, tmp_path: Path) -> None:
    code, findings = found(
        tmp_path, "--set", "audio.source=microphone:gone", "--set", "speech.output=output:away", "--set",
        "speech.enabled=true",
    )  # fmt: skip
    assert code == 1
    assert (findings["microphone"]["health"], findings["output"]["health"]) == ("problem", "problem")
    assert "gone" in findings["microphone"]["sentence"]


def test_where_there_is_neither_sound_nor_screen(tmp_path: Path) -> None:
    nothing = {"PULSE_SERVER": f"unix:{tmp_path}/none", "DISPLAY": "", "WAYLAND_DISPLAY": "", "QT_QPA_PLATFORM": ""}
    code, findings = found(tmp_path, "--quick", **nothing)
    assert code == 1
    healths = {check_id: one["health"] for check_id, one in findings.items()}
    assert healths["microphone"] == "problem"
    assert healths["loopback"] == "warning"
    for check_id in ("typing", "hotkeys", "compositor", "clipboard", "output", "speed"):
        assert healths[check_id] == "skipped"
    assert all(one["fix"] or one["health"] != "warning" or one["sentence"].count(" ") > 5 for one in findings.values())


def test_without_a_compositor_and_with_wrong_hotkeys(tmp_path: Path) -> None:
    with VirtualDesktop(compositor=False):
        _, findings = found(tmp_path, "--set", "hotkeys.stop_speaking=<ctrl>+nothing", "--quick")
        assert findings["compositor"]["health"] == "warning"
        assert findings["hotkeys"]["health"] == "problem"
        assert findings["typing"]["health"] == "ok"
        _, findings = found(
            tmp_path, "--set", "hotkeys.stop_speaking=<ctrl>+a", "--set", "hotkeys.toggle_listening=<ctrl>+a", "--quick"
        )
        assert findings["hotkeys"]["health"] == "warning"


def test_a_clipboard_whose_owner_hangs_is_found(screen: VirtualDesktop, tmp_path: Path) -> None:
    owner = screen.spawn(["xclip", "-selection", "clipboard", "-quiet", "/etc/hostname"])
    _, findings = found(tmp_path, "--quick", "--set", "typing.enabled=true")
    assert findings["clipboard"]["health"] == "ok"
    owner.send_signal(19)  # SIGSTOP: it holds the clipboard and does not answer
    try:
        _, findings = found(tmp_path, "--quick", "--set", "typing.enabled=true")
    finally:
        owner.send_signal(18)
        owner.terminate()
        owner.wait(10)
    assert findings["clipboard"]["health"] == "warning"
    assert "does not answer" in findings["clipboard"]["sentence"]


def test_broken_and_missing_models_are_named(tmp_path: Path) -> None:
    broken = make_whisper(tmp_path / "data" / "parley" / "models" / "whisper" / "mine", TINY)
    (broken / "model.bin").write_bytes((broken / "model.bin").read_bytes()[:-1000])
    code, findings = found(tmp_path, "--quick", "--set", "translation.target=ja")
    assert code == 1
    assert "mine" in findings["broken-models"]["sentence"]
    assert "Japanese" in findings["models"]["sentence"]
    assert findings["models"]["health"] == "problem"


def test_what_is_printed_and_the_text_for_reports(tmp_path: Path) -> None:
    (tmp_path / "config" / "parley").mkdir(parents=True)
    (tmp_path / "config" / "parley" / "settings.toml").write_text(
        '[speech]\nrate = 99\n[recognition]\nvocabulary = "Contoso quarterly"\n', encoding="utf-8"
    )
    plain = run(tmp_path, "doctor", "--quick")
    assert "speech.rate" in plain.stdout
    assert "problem" in plain.stdout
    assert "Traceback" not in plain.stderr
    text = run(tmp_path, "doctor", "--quick", "--diagnostics", HOME=str(tmp_path)).stdout
    assert text.startswith("Parley ")
    assert "recognition.vocabulary = set" in text
    for word in ("Contoso", "quarterly", str(tmp_path)):
        assert word not in text
    assert str(RESOURCES) not in text


def test_tuning_is_measured_once_and_remembered(tmp_path: Path) -> None:
    first = json.loads(run(tmp_path, "bench", "tune", "--json").stdout)
    assert first["is_new"] is True
    assert first["used"]["device"] == "cpu"
    assert first["real_time_factor"] < 1
    second = json.loads(run(tmp_path, "bench", "tune", "--json").stdout)
    assert second["is_new"] is False
    assert second["timings"] == first["timings"]
    forced = run(tmp_path, "--set", "recognition.threads=2", "bench", "tune")
    assert "2 threads is used (measured before" in forced.stdout

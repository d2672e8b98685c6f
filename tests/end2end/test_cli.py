"""The command line as users run it: real processes, real files, real models, real exit codes."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import wave
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pysubs2
import pytest

from desktop.bench.people.prompts import key_of
from desktop.system.paths import RESOURCES
from tests import prompt_packages
from tests.command_line import run_parley
from tests.conftest import read_audio
from tests.waiting import let_pass, wait_until

ROOT = RESOURCES.parent
TEST = RESOURCES / "starter" / "test"
EN = "I will go to the school in the afternoon."
ES = "Iré a la escuela por la tarde."
BEST = {"PARLEY_RECOGNITION__MODEL": ""}
"""the best model that is installed, in place of the starter one by name"""
ES_FILES = ("es-00", "es-01", "es-02")


@dataclass(frozen=True)
class Outcome:
    code: int
    out: str
    err: str


Run = Callable[..., Outcome]


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """A user without settings, models and sound, who asks for the starter model by name."""
    made = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PARLEY_", "PULSE_")) or name == "PARLEY_MODEL_PACKAGES"
    }
    made |= {f"XDG_{name}_HOME": str(tmp_path / "home" / name.lower()) for name in ("CONFIG", "DATA", "CACHE", "STATE")}
    made |= {"PULSE_SERVER": f"unix:{tmp_path}/nowhere", "XDG_RUNTIME_DIR": str(tmp_path), "PYTHONPATH": str(ROOT)}
    made["PARLEY_RECOGNITION__MODEL"] = "starter"
    return made


@pytest.fixture
def run(environment: dict[str, str], tmp_path: Path) -> Run:
    """run("models") -> what came of it. Whatever happens, a user sees no traceback."""

    def call(*arguments: object, extra: dict[str, str] | None = None) -> Outcome:
        done = run_parley([*map(str, arguments)], {**environment, **(extra or {})}, folder=tmp_path)
        assert "Traceback" not in done.stdout + done.stderr
        return Outcome(done.returncode, done.stdout, done.stderr)

    return call


def sentence(outcome: Outcome) -> str:
    """The one sentence on stderr."""
    (line,) = outcome.err.strip().splitlines()
    assert line.startswith("parley: ")
    assert line.endswith((".", "?"))
    return line.removeprefix("parley: ")


def write_wav(path: Path, samples: np.ndarray) -> Path:  # type: ignore[type-arg]
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        file.writeframes((samples * 32767).astype("<i2").tobytes())
    return path


def test_who_has_only_a_phrasebook_is_told_before_the_first_word(run: Run, environment: dict[str, str]) -> None:
    del environment["PARLEY_RECOGNITION__MODEL"]
    events = [json.loads(line) for line in run("listen", "--source", TEST / "en-00.flac", "--json").out.splitlines()]
    kinds = [one["type"] for one in events]
    told = next(number for number, one in enumerate(events) if one.get("code") == "phrasebook")
    assert told < kinds.index("transcript")
    done = run("transcribe", TEST / "en-00.flac")
    assert done.out == EN + "\n"
    assert sentence(done).startswith("Only a phrasebook of about 900 words is installed")
    assert "parley models pull base" in done.err


def test_help_answers_without_loading_anything_heavy(environment: dict[str, str]) -> None:
    code = (
        "import sys; from desktop.__main__ import main; code = main(['--help']);"
        "print(code, sorted({'numpy', 'pydantic', 'av', 'ctranslate2', 'PyQt6', 'onnxruntime'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=60)
    assert done.stdout.splitlines()[-1] == "0 []"
    for command in ("devices", "models", "transcribe", "listen", "demo", "bench"):
        assert command in done.stdout


def test_version(environment: dict[str, str]) -> None:
    from desktop import __version__

    done = subprocess.run(
        [sys.executable, "-m", "desktop", "--version"], env=environment, capture_output=True, text=True
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, f"parley {__version__}\n", "")


def test_models_lists_the_starter_ones_and_what_is_broken(run: Run, tmp_path: Path) -> None:
    broken = tmp_path / "home" / "data" / "parley" / "models" / "whisper" / "small"
    broken.mkdir(parents=True)
    (broken / "model.bin").write_bytes(b"cut off")
    shown = run("models", "--json")
    assert shown.code == 0
    found = json.loads(shown.out)
    starters = {one["name"] for one in found["models"] if one["is_starter"]}
    assert starters >= {"starter", "translate-en_es-1_0", "translate-es_en-1_0", "en_US-tiny-x_low"}
    assert any(str(broken) in problem for problem in found["problems"])
    table = run("models")
    assert "starter" in table.out
    assert str(broken) in table.err


def test_a_file_becomes_text_and_its_translation(run: Run) -> None:
    assert run("transcribe", TEST / "en-00.flac") == Outcome(0, EN + "\n", "")
    assert run("transcribe", TEST / "en-00.flac", "--to", "Spanish", "--language", "en").out == f"{EN}\n{ES}\n"


def test_several_files_become_bilingual_subtitles_in_a_folder(run: Run, tmp_path: Path) -> None:
    files = [TEST / f"{name}.flac" for name in ("en-00", "en-08")]
    done = run("transcribe", *files, "--language", "en", "--to", "es", "--format", "srt", "--output", tmp_path / "out")
    assert done.code == 0
    for file, text, translation, end in (
        ("en-00", EN, ES, 2.31),
        ("en-08", "The price is nine dollars.", "El precio es de nueve dólares.", 1.7),
    ):
        (event,) = pysubs2.load(str(tmp_path / "out" / f"{file}.srt"))
        assert event.plaintext == f"{text}\n{translation}"
        # Each file begins at zero, whatever was heard before it.
        assert 0 <= event.start <= 700
        assert abs(event.end / 1000 - end) < 0.6


def test_json_and_text_of_several_files(run: Run) -> None:
    files = [TEST / f"{name}.flac" for name in ("en-00", "es-00")]
    done = run("transcribe", *files, "--format", "json")
    records = [json.loads(line) for line in done.out.splitlines()]
    assert [record["file"] for record in records] == [str(file) for file in files]
    assert records[0]["seconds"] == pytest.approx(2.71, abs=0.05)
    (said,) = records[0]["utterances"]
    assert (said["language"], said["text"], said["translation"]) == ("en", EN, None)
    assert [word["text"] for word in said["words"]] == EN.split()
    assert records[1]["utterances"][0]["language"] == "es"
    text = run("transcribe", *files, "--format", "txt").out
    assert f"==> {files[0]} <==\n{EN}\n\n==> {files[1]} <==\n" in text


def test_one_bad_file_does_not_stop_the_others(run: Run, tmp_path: Path) -> None:
    done = run("transcribe", tmp_path / "gone.wav", TEST / "en-00.flac")
    assert done.code == 1
    assert EN in done.out
    assert "gone.wav does not exist" in sentence(done)


def _not_media(folder: Path) -> Path:
    (folder / "notes.wav").write_text("These are notes, not sound. " * 50)
    return folder / "notes.wav"


def _empty(folder: Path) -> Path:
    (folder / "empty.wav").touch()
    return folder / "empty.wav"


def _no_samples(folder: Path) -> Path:
    return write_wav(folder / "nothing.wav", np.zeros(0))


def _silent(folder: Path) -> Path:
    return write_wav(folder / "silent.wav", np.zeros(48_000))


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda folder: folder / "gone.wav", "does not exist"),
        (lambda folder: folder, "is a folder"),
        (_empty, "is empty"),
        (_no_samples, "no audio"),
        (_not_media, "is not a media file"),
        (_silent, "no speech was heard in"),
    ],
    ids=["missing", "folder", "empty", "no-samples", "not-media", "silent"],
)
def test_a_file_without_speech_is_one_sentence(
    run: Run, tmp_path: Path, make: Callable[[Path], Path], says: str
) -> None:
    done = run("transcribe", make(tmp_path))
    assert (done.code, done.out) == (1, "")
    assert says in sentence(done)


def test_a_truncated_file_gives_what_it_holds(run: Run, tmp_path: Path) -> None:
    whole = (TEST / "stream-en.flac").read_bytes()
    (tmp_path / "cut.flac").write_bytes(whole[: len(whole) // 8])
    done = run("transcribe", tmp_path / "cut.flac", "--language", "en")
    assert done.code == 1
    assert "Turn right after the bathroom." in done.out
    assert "cut off" in sentence(done)


def test_an_output_that_cannot_be_written(run: Run, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    done = run("transcribe", TEST / "en-00.flac", "--output", tmp_path / "taken" / "out.txt")
    assert done.code == 1
    assert "cannot be written" in sentence(done)


@pytest.mark.parametrize(("name", "code"), [("SIGINT", 130), ("SIGTERM", 143), ("SIGHUP", 129)])
def test_a_signal_ends_the_work_but_not_what_is_done(
    environment: dict[str, str], tmp_path: Path, name: str, code: int
) -> None:
    minute = read_audio(TEST / "stream-en.flac")
    long = write_wav(tmp_path / "long.wav", np.tile(minute, 20))
    command = [sys.executable, "-m", "desktop", "transcribe", str(TEST / "en-00.flac"), str(long), "--language", "en"]
    process = subprocess.Popen(
        command, env=environment, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        lines = [process.stdout.readline(), process.stdout.readline()]
        # The first file is written, so the second, half a minute of work, has begun.
        process.send_signal(getattr(signal, name))
        _, err = process.communicate(timeout=60)
    finally:
        process.kill()
        process.wait()
    assert lines[1] == EN + "\n"
    assert process.returncode == code
    assert "parley: stopped" in err
    assert "Traceback" not in err


@pytest.mark.parametrize("option", ["--language", "--to"])
def test_an_unknown_language_is_one_sentence(run: Run, option: str) -> None:
    done = run("transcribe", TEST / "en-00.flac", option, "Spannish")
    assert (done.code, done.out) == (1, "")
    assert "did you mean Spanish" in sentence(done)


def test_a_translation_that_is_not_installed_is_marked_and_named(run: Run) -> None:
    done = run("transcribe", TEST / "en-00.flac", "--to", "fr")
    assert done.out == f"{EN}\n[not translated into French]\n"
    assert "install the Argos package en→fr" in sentence(done)


def _missing_model(folder: Path) -> object:
    return "enormous"


def _truncated_model(folder: Path) -> object:
    made = folder / "truncated"
    made.mkdir()
    for file in (RESOURCES / "starter" / "whisper").iterdir():
        data = file.read_bytes()
        (made / file.name).write_bytes(data[: len(data) // 2] if file.name == "model.bin" else data)
    return made


def _foreign_model(folder: Path) -> object:
    made = folder / "foreign"
    made.mkdir()
    (made / "pytorch_model.bin").write_bytes(b"\0" * 100)
    return made


@pytest.mark.parametrize("make", [_missing_model, _truncated_model, _foreign_model])
def test_a_model_that_cannot_be_used_is_one_sentence(run: Run, tmp_path: Path, make: Callable[[Path], object]) -> None:
    done = run("transcribe", TEST / "en-00.flac", "--model", make(tmp_path))
    assert (done.code, done.out) == (1, "")
    assert sentence(done)


def test_a_corrupt_settings_file_is_warned_of_kept_and_survived(run: Run, tmp_path: Path) -> None:
    settings = tmp_path / "settings.toml"
    settings.write_text("[speech\nrate = = 1")
    done = run("--settings", settings, "transcribe", TEST / "en-00.flac")
    assert (done.code, done.out) == (0, EN + "\n")
    assert "cannot be read" in sentence(done)
    assert settings.read_text() == "[speech\nrate = = 1"


def test_settings_come_from_file_environment_and_flags(run: Run, tmp_path: Path) -> None:
    settings = tmp_path / "settings.toml"
    settings.write_text('[translation]\ntarget = "fr"\n')
    file = ("--settings", settings)
    command = ("transcribe", TEST / "en-00.flac")
    assert "[not translated into French]" in run(*file, *command).out
    assert "[not translated into German]" in run(*file, *command, extra={"PARLEY_TRANSLATION__TARGET": "de"}).out
    assert ES in run(*file, "--set", "translation.target=es", *command).out


@pytest.mark.parametrize(
    "arguments",
    [
        ("fly",),
        ("transcribe",),
        ("--set", "speech.rate=fast", "models"),
        ("--set", "speech.colour=red", "models"),
        ("--set", "speech.rate", "models"),
        ("transcribe", "a.wav", "b.wav", "--format", "srt"),
        ("transcribe", "a.wav", "--format", "doc"),
        ("listen", "--speak"),
    ],
    ids=lambda arguments: " ".join(arguments),
)
def test_wrong_usage_is_exit_code_2(run: Run, arguments: Sequence[str]) -> None:
    done = run(*arguments)
    assert (done.code, done.out) == (2, "")
    assert "Usage: parley" in done.err


@pytest.mark.parametrize("arguments", [("devices",), ("listen",), ("listen", "--source", "loopback")])
def test_no_sound_system_is_one_sentence(run: Run, arguments: Sequence[str]) -> None:
    done = run(*arguments)
    assert (done.code, done.out) == (1, "")
    assert "PulseAudio or PipeWire" in sentence(done)


def test_a_closed_pipe_is_no_error_message(environment: dict[str, str]) -> None:
    command = f"'{sys.executable}' -m desktop models --json | head -c 1"
    done = subprocess.run(["sh", "-c", command], env=environment, capture_output=True, text=True, timeout=60)
    assert done.stdout == "{"
    assert done.stderr == ""


def test_the_demo_needs_no_sound_device_and_no_real_model(run: Run, tmp_path: Path) -> None:
    done = run("demo", "--fast", "--out", tmp_path / "demo")
    assert done.code == 0
    assert "Welcome to the meeting.\n  → Bienvenidos a la reunión.\n" in done.out
    subtitles = pysubs2.load(str(tmp_path / "demo" / "meeting-en-es.srt"))
    assert any(event.plaintext == "That is a good idea.\nEsa es una buena idea." for event in subtitles)
    assert speech_seconds(tmp_path / "demo" / "meeting-en-es.wav") > 1
    for name in ("meeting-en-es.srt", "meeting-en-es.wav"):
        assert str(tmp_path / "demo" / name) in done.err
    assert "phrasebook" in done.err
    assert "parley models pull" in done.err


def test_with_a_model_of_the_users_own_the_demo_plays_people(
    run: Run, tmp_path: Path, manifest: dict[str, dict[str, Any]]
) -> None:
    with_own_model(tmp_path)
    names = [name for name in map(str, range(20)) if key_of(name) % 2 == 0]
    said = {
        name: (manifest[file]["text"], read_audio(TEST / f"{file}.flac"))
        for name, file in zip(names, ES_FILES, strict=False)
    }
    prompt_packages.install(tmp_path / "share", "es", said)
    done = run("demo", "--fast", "--out", tmp_path / "demo", extra={"XDG_DATA_DIRS": str(tmp_path / "share")} | BEST)
    assert done.code == 0
    # Who speaks, and on which terms; what recognises.
    for credit in ("John F. Kennedy, 1961, public domain", "Allison Smith, CC BY-SA 3.0", "Whisper mine recognises"):
        assert credit in done.err
    for file in ES_FILES:
        assert manifest[file]["text"] + "\n  → " in done.out
    assert pysubs2.load(str(tmp_path / "demo" / "kennedy-en.srt"))
    subtitles = pysubs2.load(str(tmp_path / "demo" / "telephone-es-en.srt"))
    # Whisper translates by itself, since the phrasebook's package would not know what people say.
    assert len(subtitles) == len(ES_FILES)
    assert any(event.plaintext.partition("\n")[2].endswith("this weekend.") for event in subtitles)
    assert speech_seconds(tmp_path / "demo" / "telephone-es-en.wav") > 1
    assert not (tmp_path / "demo" / "kennedy-en.wav").exists()


def test_without_recordings_of_people_the_demo_says_so_and_plays_one(run: Run, tmp_path: Path) -> None:
    with_own_model(tmp_path)
    done = run("demo", "--out", tmp_path / "demo", extra={"XDG_DATA_DIRS": str(tmp_path)} | BEST)
    assert done.code == 0
    (told,) = [line for line in done.err.splitlines() if "not installed" in line]
    assert "apt-get install asterisk-core-sounds-es-g722 asterisk-core-sounds-es" in told
    assert [file.name for file in (tmp_path / "demo").iterdir()] == ["kennedy-en.srt"]
    # In real time, so there are delays to tell, and whose they are.
    assert "Whisper mine, first words shown after somebody begins to speak: " in done.err
    assert "Whisper mine, final text after the last word: " in done.err


def with_own_model(folder: Path) -> None:
    """A recogniser that a user installed: the starter one under another name."""
    mine = folder / "home" / "data" / "parley" / "models" / "whisper" / "mine"
    shutil.copytree(RESOURCES / "starter" / "whisper", mine)
    about = json.loads((mine / "parley.json").read_text(encoding="utf-8"))
    (mine / "parley.json").write_text(json.dumps({**about, "name": "Whisper mine"}), encoding="utf-8")


def speech_seconds(path: Path) -> float:
    """Of sound that is no silence, in a WAV file."""
    with wave.open(str(path)) as speech:
        samples = np.frombuffer(speech.readframes(speech.getnframes()), "<i2")
        return float(np.count_nonzero(np.abs(samples) > 500)) / speech.getframerate()


def test_the_demo_says_where_it_cannot_write(run: Run, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    done = run("demo", "--fast", "--out", tmp_path / "taken" / "demo")
    assert done.code == 1
    assert "name another one with --out" in sentence(done)


@pytest.mark.parametrize("name", ["-", "<("])
def test_what_is_piped_in_is_a_file_like_others(environment: dict[str, str], tmp_path: Path, name: str) -> None:
    content = (TEST / "en-00.flac").read_bytes()
    program, fifo = [sys.executable, "-m", "desktop"], tmp_path / "pipe"
    if name == "<(":
        os.mkfifo(fifo)
    process = subprocess.Popen(
        [*program, "transcribe", str(fifo) if name == "<(" else name, "--language", "en"],
        env=environment,
        cwd=tmp_path,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    try:
        if name == "<(":
            threading.Thread(target=fifo.write_bytes, args=(content,), daemon=True).start()
        out, err = process.communicate(b"" if name == "<(" else content, timeout=60)
    finally:
        process.kill()
        process.wait()
    assert (out.decode(), err.decode(), process.returncode) == (EN + "\n", "", 0)


def _has_spooled(process: int, folder: Path, size: int) -> bool:
    """Whether it holds as much in a temporary file there."""
    for handle in Path(f"/proc/{process}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):
            if str(handle.readlink()).startswith(f"{folder}/") and handle.stat().st_size >= size:
                return True
    return False


def test_what_has_come_out_of_a_pipe_that_does_not_end_is_written_down(
    environment: dict[str, str], tmp_path: Path
) -> None:
    """After the first Ctrl+C."""
    content = (TEST / "en-00.flac").read_bytes()
    command = [sys.executable, "-m", "desktop", "transcribe", "-", "--language", "en"]
    with subprocess.Popen(
        command,
        env=environment | {"TMPDIR": str(tmp_path)},
        cwd=tmp_path,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        bufsize=0,
    ) as process:
        try:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(content)
            assert wait_until(lambda: _has_spooled(process.pid, tmp_path, 40_000), 60)
            process.send_signal(signal.SIGINT)
            assert process.stdout.read() == f"{EN}\n".encode()
            assert process.wait(60) == 130
        finally:
            process.kill()


def _waits_for_reader(process: int) -> bool:
    """Whether its main thread is about to open a FIFO."""
    return Path(f"/proc/{process}/wchan").read_text() in ("wait_for_partner", "fifo_open")


def test_the_second_ctrl_c_ends_what_the_first_does_not(environment: dict[str, str], tmp_path: Path) -> None:
    """Here: writing into a pipe that nobody reads."""
    os.mkfifo(tmp_path / "out.txt")
    command = [sys.executable, "-m", "desktop", "transcribe", str(TEST / "en-00.flac"), "-o", str(tmp_path / "out.txt")]
    process = subprocess.Popen(command, env=environment, cwd=tmp_path, stderr=subprocess.PIPE)
    try:
        assert wait_until(lambda: _waits_for_reader(process.pid), 60)
        process.send_signal(signal.SIGINT)
        let_pass(0.5)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)
    finally:
        process.kill()
        process.wait()
    assert process.returncode == 130
    assert b"Traceback" not in err


def test_one_of_several_tracks_is_chosen(run: Run, tmp_path: Path) -> None:
    inputs = [part for number in (0, 1) for part in ("-i", str(TEST / f"en-0{number}.flac"))]
    names = ["-map", "0", "-map", "1", "-metadata:s:a:1", "language=eng"]
    subprocess.run(["ffmpeg", "-v", "error", *inputs, *names, str(tmp_path / "two.mka")], check=True)
    done = run("transcribe", "two.mka", "--language", "en")
    assert (done.code, done.out) == (0, EN + "\n")
    assert sentence(done) == (
        "two.mka has 2 sound tracks (1: without a name; 2: eng); track 1 was taken, --track chooses another."
    )
    second = run("transcribe", "two.mka", "--language", "en", "--track", "2")
    assert (second.code, second.err) == (0, "")
    assert second.out not in ("", done.out)


def test_the_same_words_at_the_times_that_a_player_shows(run: Run, tmp_path: Path) -> None:
    """Sound that starts late beside a picture, in a transport stream with opposite phases, and in the centre of six."""
    plain = str(TEST / "en-00.flac")
    made: dict[str, tuple[float, list[str]]] = {
        "plain.wav": (0.0, ["-i", plain]),
        "late.mkv": (3.4, [*_PICTURE, "-itsoffset", "3.4", "-i", plain, "-c:v", "mpeg4"]),
        "phases.ts": (0.0, ["-i", plain, "-af", "pan=stereo|c0=c0|c1=-1*c0", "-c:a", "mp2", "-ar", "48000"]),
        "centre.mp4": (2.0, [*_PICTURE, "-itsoffset", "2", "-i", plain, "-af", "pan=5.1|FC=c0", "-c:v", "mpeg4"]),
        "open.wav": (0.0, ["-i", plain, "-f", "wav", "pipe:1"]),
    }
    for name, (_, arguments) in made.items():
        target = [] if "pipe:1" in arguments else [name]
        command = ["ffmpeg", "-nostdin", "-v", "error", *arguments, *target]
        content = subprocess.run(command, check=True, cwd=tmp_path, stdout=subprocess.PIPE).stdout
        if not target:
            (tmp_path / name).write_bytes(content)
    done = run("transcribe", *made, "--language", "en", "--format", "json")
    assert (done.code, done.err) == (0, "")
    heard = [json.loads(line) for line in done.out.splitlines()]
    (plainly,) = heard[0]["utterances"]
    for record, (offset, _) in zip(heard, made.values(), strict=True):
        (said,) = record["utterances"]
        assert said["text"] == EN, record["file"]
        assert said["start"] == pytest.approx(plainly["start"] + offset, abs=0.1), record["file"]
        for word, same in zip(said["words"], plainly["words"], strict=True):
            assert word["start"] == pytest.approx(same["start"] + offset, abs=0.1), record["file"]


_PICTURE = ["-f", "lavfi", "-i", "color=s=64x64:r=25:d=12"]

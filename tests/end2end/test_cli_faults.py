"""What users and systems do to the command line at the wrong moment: no file is lost, nothing hangs, one sentence."""

import contextlib
import json
import os
import resource
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.end2end.test_cli import EN, TEST, environment  # noqa: F401  # the fixture
from tests.waiting import wait_until

PARLEY = [sys.executable, "-m", "desktop"]


def test_a_full_disk_leaves_the_old_file_and_says_so(tmp_path: Path, environment: dict[str, str]) -> None:  # noqa: F811
    old = tmp_path / "talk.srt"
    old.write_text("old")

    def full() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))

    command = [sys.executable, "-m", "desktop", "transcribe", str(TEST / "en-00.flac"), "-o", str(old)]
    done = subprocess.run(
        command, env=environment, cwd=tmp_path, preexec_fn=full, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 1
    assert f"{old} cannot be written (File too large)" in done.stderr
    assert len(done.stderr.splitlines()) == 1  # the log, too, has no room: nothing is said of it
    assert old.read_text() == "old"
    assert [one.name for one in tmp_path.iterdir() if one.name.startswith(".")] == []


def test_a_full_folder_for_temporary_files_is_one_sentence(
    tmp_path: Path,
    environment: dict[str, str],  # noqa: F811
) -> None:
    def full() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))

    done = subprocess.run(
        [*PARLEY, "demo", "--fast", "--out", "out"],
        env=environment, cwd=tmp_path, preexec_fn=full, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 1
    assert "the folder for temporary files takes no recording (File too large)" in done.stderr
    assert "something went wrong" not in done.stderr


def shell(line: str, environment: dict[str, str], folder: Path) -> subprocess.CompletedProcess[str]:  # noqa: F811
    """A line of a shell, `parley` being the program."""
    words = f'parley() {{ {" ".join(PARLEY)} "$@"; }}; {line}'
    done = subprocess.run(
        ["bash", "-c", words], env=environment, cwd=folder, capture_output=True, text=True, timeout=120
    )
    assert "Traceback" not in done.stdout + done.stderr
    assert "something went wrong" not in done.stderr
    assert "None cannot" not in done.stderr
    return done


@pytest.mark.parametrize(("command", "to"), [("config path", "/dev/full"), (f"transcribe {TEST}/en-00.flac", "&-")])
def test_a_standard_output_that_takes_nothing_is_one_sentence(
    tmp_path: Path,
    environment: dict[str, str],  # noqa: F811
    command: str,
    to: str,
) -> None:
    done = shell(f"parley {command} >{to}", environment, tmp_path)
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith("parley: the result cannot be written to standard output (")


@pytest.mark.parametrize("to", ["/dev/full", "&- <&-"])
def test_without_standard_error_the_result_and_the_exit_code_are_right(
    tmp_path: Path,
    environment: dict[str, str],  # noqa: F811
    to: str,
) -> None:
    done = shell(f"parley transcribe gone.wav {TEST}/en-00.flac 2>{to}", environment, tmp_path)
    assert (done.returncode, done.stdout.lstrip(), done.stderr) == (1, f"==> {TEST}/en-00.flac <==\n{EN}\n", "")
    log = tmp_path / "home" / "state" / "parley" / "log" / "parley.log"
    assert "gone.wav" not in log.read_text()  # no file was opened under the number of standard error
    assert {stat.S_IMODE(one.stat().st_mode) for one in log.parent.iterdir()} == {0o600}


def test_the_reader_of_a_pipe_may_go(tmp_path: Path, environment: dict[str, str]) -> None:  # noqa: F811
    done = shell("parley config list | true; exit ${PIPESTATUS[0]}", environment, tmp_path)
    assert (done.returncode, len(done.stdout.splitlines()), done.stderr) == (141, 0, "")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_pipe_out_of_which_nothing_came_can_be_left(
    tmp_path: Path,
    environment: dict[str, str],  # noqa: F811
    number: signal.Signals,
) -> None:
    """Captions that are ended are no error, whether anything was heard or not."""
    os.mkfifo(tmp_path / "pipe")

    def opened() -> bool:
        names = Path(f"/proc/{process.pid}/fd").iterdir()
        with contextlib.suppress(OSError):  # one was closed meanwhile
            return any(os.readlink(one).endswith("/pipe") for one in names)  # noqa: PTH115
        return False

    command = [*PARLEY, "listen", "--source", str(tmp_path / "pipe")]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        assert wait_until(opened, 60)
        process.send_signal(number)
        out, err = process.communicate(timeout=20)
    finally:
        process.kill()
        process.wait()
    assert (process.returncode, out) == (0, b"")
    assert b"is empty" not in err


def test_two_signals_end_what_waits_for_the_reader_of_a_pipe(
    tmp_path: Path,
    environment: dict[str, str],  # noqa: F811
) -> None:
    pipe = tmp_path / "talk.txt"
    os.mkfifo(pipe)
    process = subprocess.Popen(
        [*PARLEY, "transcribe", str(TEST / "en-00.flac"), "-o", str(pipe)],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    try:
        waits_in = Path(f"/proc/{process.pid}/wchan")
        wait_until(lambda: "wait_for_partner" in waits_in.read_text(), 60)
        process.send_signal(signal.SIGHUP)
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=20)
    finally:
        process.kill()
        process.wait()
    assert process.returncode in (128 + signal.SIGHUP, 128 + signal.SIGTERM)
    assert b"Traceback" not in err
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_what_does_not_listen_to_signals_ends_with_the_second(
    tmp_path: Path,
    environment: dict[str, str],  # noqa: F811
) -> None:
    """A main thread that stays in a call: here one that begins again after each signal."""
    program = (
        "import os, signal, sys, threading; from desktop.cli.signals import SecondSignal;"
        "signal.signal(signal.SIGINT, lambda *_: None); signal.signal(signal.SIGTERM, lambda *_: None);"
        "SecondSignal().__enter__(); print('ready', flush=True); os.read(0, 1)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.send_signal(signal.SIGTERM)
        process.send_signal(signal.SIGINT)
        assert process.wait(20) in (128 + signal.SIGTERM, 128 + signal.SIGINT)


def test_a_model_that_is_named_is_used_or_it_is_an_error(
    tmp_path: Path,
    environment: dict[str, str],  # noqa: F811
) -> None:
    """Not the guess of another recogniser, and exit code 0."""
    done = shell(f"parley listen --source {TEST}/en-00.flac --model nonsense", environment, tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert "The Whisper model “nonsense” is not installed" in done.stderr


def test_another_recogniser_answers_where_that_is_asked_for(
    tmp_path: Path,
    environment: dict[str, str],  # noqa: F811
) -> None:
    words = f"transcribe {TEST}/en-00.flac --model nonsense --language en"
    done = shell(f"parley --set recognition.backend=auto {words}", environment, tmp_path)
    assert done.returncode == 0
    assert done.stdout
    assert "The Whisper model “nonsense” is not installed" in done.stderr


LONG = "x" * 300
ODD = "a\x1b[31mb\x07.wav"
LATIN = os.fsdecode(b"caf\xe9.wav")
COMMANDS = [
    ["transcribe", LONG],
    ["transcribe", ODD],
    ["transcribe", LATIN],
    ["transcribe", ""],
    ["transcribe", LATIN, "-o", LONG],
    ["transcribe", LATIN, "-o", ""],
    ["transcribe", LATIN, "--model", "a\x1b[31m"],
    ["transcribe", LATIN, "--to", "\x1b[31m"],
    ["listen", "--source", "microphone:\x1b[31m"],
    ["models", "import", ""],
    ["models", "import", LONG],
    ["models", "import", ODD],
    ["models", "import", LATIN],
    ["models", "pull", ODD],
    ["models", "remove", LATIN],
    ["models", "repair", LONG],
    ["--settings", "large.toml", "config", "set", "speech.rate", "1.2"],
    ["--settings", LONG, "config", "set", "speech.rate", "1.2"],
    ["--set", f"{LATIN}=1", "config", "path"],
    ["--profile", "\x1b[31m", "config", "path"],
    ["config", "set", "\x1b[31m", "1"],
    ["bench", "make-model", "--size", "tiny", "--out", LONG],
    ["nonsense\x1b[31m"],
]


def test_odd_names_end_in_a_sentence_that_says_what_is_wrong(
    tmp_path: Path,
    environment: dict[str, str],  # noqa: F811
) -> None:
    """All in one process, for they are many."""
    (tmp_path / "large.toml").write_text("a" * 5_000_000)
    (tmp_path / LATIN).write_bytes(b"nothing")
    program = (
        "import contextlib, io, json, sys; from desktop.cli import main; done = []\n"
        "for arguments in json.load(sys.stdin):\n"
        "    out = io.StringIO()\n"
        "    with contextlib.redirect_stderr(out), contextlib.redirect_stdout(out):\n"
        "        code = main(arguments)\n"
        "    done.append([code, out.getvalue()])\n"
        "print(json.dumps(done))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program],
        env=environment,
        cwd=tmp_path,
        input=json.dumps(COMMANDS),
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert ran.stderr == ""
    for arguments, (code, said) in zip(COMMANDS, json.loads(ran.stdout), strict=True):
        assert code in (1, 2), arguments
        assert len(said.strip().splitlines()[-1]) > 20, arguments
        assert not {"\x1b", "\x07"} & set(said), arguments
        assert "something went wrong" not in said, arguments
        assert "Traceback" not in said, arguments
    assert (tmp_path / "large.toml").stat().st_size == 5_000_000
    assert LONG not in [one.name for one in tmp_path.iterdir()]

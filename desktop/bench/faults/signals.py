"""Signals, closed streams and full disks against the commands of the command line, as processes of their own: the exit
code is right, the second signal ends everything within 2 s, there is no traceback, outputs are old or whole. Linux.
"""

import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from desktop.bench.faults.commands import COMMANDS, Command, filled_in, prepare, wrong_outputs
from desktop.bench.faults.home import empty_home
from desktop.bench.faults.result import Outcome
from desktop.bench.faults.server import Asked, Send, head, hostile
from desktop.system.paths import RESOURCES

ENDS_WITHIN = 2.0
"""seconds from the second signal"""
_SURELY = 60.0
"""seconds in which everything ends that ends by itself, also after one signal"""
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_LONGEST_PAUSE = 1.0
"""seconds between two signals"""
_TAKEN = 5.0
"""seconds in which a signal is delivered"""
_NEVER_SAID = (
    *("Traceback", "something went wrong", "Exception ignored", "Logging error", "None cannot", "Fatal Python"),
    *("Error in sys", "terminate called", "RuntimeWarning"),
)
_ROOM = (0, 1000, 20_000, 60_000, 300_000)
"""bytes that are left on a full disk, at most"""


@dataclass(frozen=True, slots=True)
class _Try:
    """A command and what befalls it. signals: (seconds since the start, or since the one before; signal). streams:
    what standard input, output and error are: a pipe, closed, full. room: bytes of a file or disk; None: enough."""

    command: Command
    signals: tuple[tuple[float, signal.Signals], ...] = ()
    streams: tuple[str, str, str] = ("open", "open", "open")
    room: int | None = None
    is_own_disk: bool = False
    has_old: bool = False

    @property
    def fault(self) -> str:
        """In words, for the counts."""
        if self.signals:
            return " and ".join(one.name for _, one in self.signals)
        if self.room is not None:
            return "a full disk" if self.is_own_disk else "a limit of files"
        odd = [f"{name} {how}" for name, how in zip(("in", "out", "err"), self.streams, strict=True) if how != "open"]
        return ", ".join(odd) or "nothing"


def run(seed: int) -> Outcome:
    """One command."""
    one = _drawn(random.Random(seed))
    with empty_home() as place, hostile(_dripping) as server:
        prepare(one.command, place, has_old=one.has_old)
        began = time.monotonic()
        ended = _ran(one, place, filled_in(one.command.arguments, place, server.address))
        seconds = time.monotonic() - began
        problem = _wrong_end(one, ended) or wrong_outputs(
            one.command, place, ended.out, has_ended_well=ended.code == 0 and one.streams[1] == "open"
        )
    problem = problem and f"{one.command.name}, {one.fault}: {problem}"
    return Outcome(seed, one.fault, not problem, "", seconds, 0, problem)


def _drawn(chance: random.Random) -> _Try:
    kind = chance.choice(("signals", "signals", "signals", "streams", "disk"))
    if kind == "signals":
        command = chance.choice(COMMANDS)
        count = 1 if command.ends and chance.random() < 0.4 else 2
        pauses = [chance.uniform(0, command.lasts), chance.choice((0.0, chance.uniform(0, _LONGEST_PAUSE)))]
        numbers = [chance.choice(_SIGNALS) for _ in range(2)]
        signals = tuple(zip(pauses[:count], numbers, strict=False))
        return _Try(command, signals, has_old=chance.random() < 0.5)
    command = chance.choice([one for one in COMMANDS if one.ends])
    if kind == "disk":
        room = chance.randint(0, chance.choice(_ROOM))
        is_own_disk = chance.random() < 0.5 and _has_namespaces()
        return _Try(command, room=room, is_own_disk=is_own_disk, has_old=chance.random() < 0.5)
    streams = tuple(chance.choice(("open", "closed", "full")) for _ in range(3))
    return _Try(command, streams=(streams[0].replace("full", "open"), streams[1], streams[2]))


@dataclass(frozen=True, slots=True)
class _Ended:
    code: int | None
    """None: it did not end"""
    out: str
    err: str
    after: float
    """seconds from the last signal until the end"""
    signals: int
    """that found it running"""


def _wait_until_taken(process: "subprocess.Popen[bytes]", number: signal.Signals) -> None:
    """Of two signals of a kind that wait at once, the system delivers one: so the first must be delivered."""
    until = time.monotonic() + _TAKEN
    while time.monotonic() < until and process.poll() is None:
        try:
            status = Path(f"/proc/{process.pid}/status").read_text(encoding="ascii")
        except OSError:
            return
        waiting = next(int(line.split()[1], 16) for line in status.splitlines() if line.startswith("ShdPnd"))
        if not waiting & 1 << (number - 1):
            return
        time.sleep(0.01)


def _ran(one: _Try, place: Path, arguments: list[str]) -> _Ended:
    command = [sys.executable, "-m", "desktop", *arguments]
    with subprocess.Popen(
        _on_a_small_disk(command, place, one.room) if one.is_own_disk and one.room is not None else command,
        env=_environment(place),
        cwd=place,
        stdin=subprocess.PIPE if one.command.reads else subprocess.DEVNULL,
        stdout=subprocess.PIPE,  # pipes: a limit of files does not hold for them
        stderr=subprocess.PIPE,
        preexec_fn=_prepared(one),
        start_new_session=True,
    ) as process:
        out, err = _Reader(process.stdout), _Reader(process.stderr)
        sent, last = 0, time.monotonic()
        try:
            for pause, number in one.signals:
                if _has_ended(process, pause):
                    break
                _wait_until_taken(process, number)
                process.send_signal(number)
                sent, last = sent + 1, time.monotonic()
            _has_ended(process, _SURELY if len(one.signals) < 2 else ENDS_WITHIN + 3)
            after = time.monotonic() - last
            code = process.poll()
            stacks = _stacks(process, place) if code is None else ""
        finally:
            process.kill()
            process.wait()
        return _Ended(code, out.text(), err.text() + stacks, after, sent)


def _stacks(process: "subprocess.Popen[bytes]", place: Path) -> str:
    """Where the threads of a process are that does not end; it ends by this."""
    process.send_signal(signal.SIGABRT)
    _has_ended(process, 5)
    found = sorted((place / "home").rglob("parley.crash"))
    return found[0].read_text(encoding="utf-8", errors="replace")[-1500:] if found else ""


class _Reader:
    """Reads a pipe to its end, on a thread of its own."""

    def __init__(self, pipe: IO[bytes] | None) -> None:
        assert pipe is not None
        self._pipe = pipe
        self._content = b""
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def text(self) -> str:
        """All of it; the process has ended."""
        self._thread.join(10)
        return self._content.decode("utf-8", "replace")

    def _read(self) -> None:
        self._content = self._pipe.read()


def _has_ended(process: "subprocess.Popen[bytes]", seconds: float) -> bool:
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        return False
    return True


def _wrong_end(one: _Try, ended: _Ended) -> str:
    """What is wrong with the end of a process; empty if nothing."""
    said = ended.out + ended.err
    if ended.code is None:
        return f"it did not end within {ended.after:.1f} s: {ended.err[-1500:]!r}"
    if is_before_parley(ended.err):
        return ""
    if found := next((words for words in _NEVER_SAID if words in said), ""):
        return f"it said {found!r}: {said[-300:]!r}"
    if ended.signals == 2 and ended.after > ENDS_WITHIN:
        return f"it ended {ended.after:.1f} s after the second signal"
    allowed = {*one.command.codes}
    for _, number in one.signals[: ended.signals]:
        allowed |= {128 + number, -number}
    if one.command.stops and ended.signals:
        allowed.add(0)
    if one.room is not None or "full" in one.streams or "closed" in one.streams:
        allowed.add(1)  # a sentence
    if ended.code not in allowed:
        return f"exit code {ended.code}: {ended.err[-200:]!r}"
    is_told = bool(ended.err.strip()) or one.streams[2] != "open" or "--json" in one.command.arguments
    return "" if ended.code != 1 or is_told or 1 in one.command.codes else "it failed without a word"


def is_before_parley(err: str) -> bool:
    """Python was still starting when Ctrl+C came, and tells of it in its own way: no line of Parley had been read."""
    return "KeyboardInterrupt" in err and "desktop" not in err


def _prepared(one: _Try) -> Callable[[], Any]:
    def prepare_process() -> None:
        for ending in _SIGNALS:  # a shell starts what runs beside it deaf to Ctrl+C
            signal.signal(ending, signal.SIG_DFL)
        for number, how in enumerate(one.streams):
            if how == "closed":
                os.close(number)
            elif how == "full":
                os.dup2(os.open("/dev/full", os.O_WRONLY), number)
        if one.room is not None and not one.is_own_disk:
            resource.setrlimit(resource.RLIMIT_FSIZE, (one.room, one.room))

    return prepare_process


_SMALL_DISK = """
place=$1; room=$2; shift 2; cd "$place" && mount -t tmpfs tmpfs "$place" && cp -a . "$place" || exit 99
used=$(df --output=used -B1 "$place" | tail -1); mount -o "remount,size=$((used + room + 4096))" "$place" || exit 99
(cd "$place" && exec "$@"); code=$?
find . -mindepth 1 -delete; cp -a "$place/." .; exit $code
"""
"""Its folder stays the one below the disk, as that was where it began."""


def _on_a_small_disk(command: list[str], place: Path, room: int) -> list[str]:
    """The command where the folder of the try is a disk with so much room; what is on it in the end is copied out."""
    return ["unshare", "-m", "sh", "-c", _SMALL_DISK, "sh", str(place), str(room), *command]


def _has_namespaces() -> bool:
    return os.geteuid() == 0 and shutil.which("unshare") is not None


def _environment(place: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PARLEY_", "PULSE_"))}
    return kept | {
        "PARLEY_RECOGNITION__MODEL": "starter",
        "PARLEY_MODEL_PACKAGES": "",
        "PULSE_SERVER": f"unix:{place}/nowhere",
        "XDG_RUNTIME_DIR": str(place),
        "PYTHONPATH": str(RESOURCES.parent),
    }


def _dripping(asked: Asked, send: Send, ended: threading.Event) -> None:
    send(head(200, content_length=2249))  # as long as the first file of the model, so that it is waited for
    while not ended.wait(0.5):
        send(b" ")

"""Commands of the command line for `signals`: what each is given, how it may end, and what must hold of what it wrote,
whenever it ends. Pure but for files below the place that they get."""

import json
import os
import shutil
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from desktop.system.paths import RESOURCES, config_file

_TEST = RESOURCES / "starter" / "test"
_PACKAGE = RESOURCES / "starter" / "argos" / "translate-en_es-1_0"
OLD = "old\n"
"""what stood in an output before"""


@dataclass(frozen=True, slots=True)
class Command:
    """arguments: PLACE stands for the folder of the try, SERVER for the address of one that sends drop by drop."""

    name: str
    arguments: tuple[str, ...]
    lasts: float
    """seconds, about, on a slow machine"""
    codes: tuple[int, ...] = (0,)
    """how it ends where nothing is wrong"""
    ends: bool = True
    """by itself: otherwise it waits for two signals"""
    stops: bool = False
    """the first signal is how it is ended: exit code 0"""
    reads: bool = False
    """standard input, which stays open"""
    output: str = ""
    """file or folder below the place that it writes"""
    is_json: bool = False
    """each line of standard output is JSON"""


_FILE, _FILES = str(_TEST / "en-00.flac"), tuple(str(_TEST / f"en-0{number}.flac") for number in range(3))
COMMANDS: tuple[Command, ...] = (
    Command("config path", ("config", "path"), 0.7),
    Command("config list", ("config", "list", "--json"), 0.8),
    Command("config set", ("config", "set", "speech.rate", "1.2"), 0.8),
    Command("profile save", ("profile", "save", "Mine"), 0.8),
    Command("models", ("models", "--json"), 1.5),
    Command("models import", ("models", "import", "PLACE/package", "--name", "mine"), 2.0),
    Command("models repair", ("models", "repair"), 1.5),
    Command("models pull", ("--set", "models.hub=SERVER", "models", "pull", "tiny"), 4.0, ends=False),
    Command("devices", ("devices", "--json"), 1.0, codes=(0, 1)),
    Command("doctor", ("doctor", "--quick", "--json"), 3.0, codes=(0, 1)),
    Command("transcribe", ("transcribe", _FILE), 3.0),
    Command("transcribe -o srt", ("transcribe", _FILE, "-o", "PLACE/out/talk.srt"), 3.0, output="out"),
    Command("transcribe -o json", ("transcribe", *_FILES, "--format", "json", "-o", "PLACE/out/"), 5.0, output="out"),
    Command("transcribe --to", ("transcribe", _FILE, "--to", "es", "-o", "PLACE/out/talk.txt"), 4.0, output="out"),
    Command("transcribe -", ("transcribe", "-"), 3.0, ends=False, reads=True),
    Command("transcribe a pipe", ("transcribe", "PLACE/pipe"), 3.0, ends=False),
    Command("transcribe into a pipe", ("transcribe", _FILE, "-o", "PLACE/pipe"), 4.0, ends=False),
    Command("listen", ("listen", "--source", _FILE, "--json"), 5.0, stops=True, is_json=True),
    Command("listen to a pipe", ("listen", "--source", "PLACE/pipe"), 3.0, ends=False, stops=True),
    Command("demo", ("demo", "--fast", "--out", "PLACE/out"), 8.0, codes=(0, 1), output="out"),
)


def prepare(command: Command, place: Path, *, has_old: bool) -> None:
    """Lay down what the command reads, and an old output where it will write."""
    shutil.copytree(_PACKAGE, place / "package", ignore=shutil.ignore_patterns("minisbd"))
    os.mkfifo(place / "pipe")
    config_file().parent.mkdir(parents=True)
    config_file().write_text("[speech]\nrate = 1.1\n", encoding="utf-8")
    if command.output and has_old:
        (place / command.output).mkdir()
        for name in ("talk.srt", "talk.txt", *(f"en-0{number}.json" for number in range(3))):
            (place / command.output / name).write_text(OLD, encoding="utf-8")


def wrong_outputs(command: Command, place: Path, out: str, *, has_ended_well: bool) -> str:
    """What is wrong with the files and the standard output of a command that has ended; empty if nothing."""
    try:
        settings = tomllib.loads(config_file().read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        return f"the settings: {error}"
    if settings.get("speech", {}).get("rate") not in (1.1, 1.2):
        return "the settings are lost"
    for file in sorted((place / command.output).rglob("*")) if command.output else ():
        if file.is_file() and (problem := _wrong_file(file)):
            return f"{file.name}: {problem}"
    return _wrong_lines(command, out, has_ended_well=has_ended_well)


def _wrong_lines(command: Command, out: str, *, has_ended_well: bool) -> str:
    lines = out.splitlines(keepends=True)
    if command.is_json:
        whole = lines if has_ended_well or out.endswith("\n") else lines[:-1]
        return "" if all(_is_json(one) for one in whole) else "a line is no JSON"
    if "--json" in command.arguments and has_ended_well and not _is_json(out):
        return "standard output is no JSON"
    return ""


def _wrong_file(file: Path) -> str:
    if file.name.startswith(".") or file.suffix in (".tmp", ".part"):
        return "is left behind"
    content = file.read_bytes()
    if content == OLD.encode():
        return ""
    check = _CHECKS.get(file.suffix)
    return "" if check is None or check(content) else f"is not whole ({len(content)} bytes)"


def _is_subtitles(content: bytes) -> bool:
    blocks = content.decode().strip().split("\n\n")
    return content.endswith(b"\n") and all(" --> " in one and len(one.splitlines()) >= 3 for one in blocks)


def _is_wave(content: bytes) -> bool:
    return content[:4] == b"RIFF" and int.from_bytes(content[4:8], "little") == len(content) - 8


_CHECKS: dict[str, Callable[[bytes], bool]] = {
    ".srt": _is_subtitles,
    ".txt": lambda content: content.endswith(b"\n") and len(content) > 5,
    ".json": lambda content: content.endswith(b"\n") and _is_json(content.decode()),
    ".wav": _is_wave,
}


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def filled_in(arguments: Sequence[str], place: Path, server: str) -> list[str]:
    """The arguments with their names filled in."""
    return [one.replace("PLACE", str(place)).replace("SERVER", server) for one in arguments]

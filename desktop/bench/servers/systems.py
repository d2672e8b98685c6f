"""The servers that are compared: how each is started, and who speaks to it. Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from desktop.bench.servers.clients import Speak, parley, whisper_live, whisper_live_kit

Command = Callable[[Path, int], list[str]]
"""(directory of the model, port) -> arguments for the interpreter"""


@dataclass(frozen=True, slots=True)
class ServerSystem:
    """One server."""

    name: str
    label: str
    is_peer: bool
    """it runs in the peers' environment"""
    command: Command
    speak: Speak
    how: str
    """one sentence for the notes"""


def _parley(model: Path, port: int) -> list[str]:
    ports = ["--port", str(port), "--health-port", "0", "--whisper-live-port", "-1", "--wyoming-port", "-1"]
    return ["-m", "desktop", "serve", "--model", str(model), "--language", "en", *ports]


def _whisper_live(model: Path, port: int) -> list[str]:
    run = (
        "from whisper_live.server import TranscriptionServer as S; "
        f"S().run('127.0.0.1', {port}, 'faster_whisper', faster_whisper_custom_model_path={str(model)!r}, "
        "single_model=True, max_clients=100)"
    )
    return ["-c", run]


def _whisper_live_kit(model: Path, port: int) -> list[str]:
    chosen = ["--model_dir", str(model), "--lan", "en", "--backend", "faster-whisper"]
    policy = ["--backend-policy", "localagreement", "--warmup-file", "", "--pcm-input"]
    return ["-m", "whisperlivekit.basic_server", "--host", "127.0.0.1", "--port", str(port), *chosen, *policy]


SYSTEMS = (
    ServerSystem("parley", "Parley", False, _parley, parley, "`parley serve` with its defaults."),
    ServerSystem(
        "whisper-live",
        "WhisperLive",
        True,
        _whisper_live,
        whisper_live,
        "its server with one model for all clients and room for 100 of them (its default is 4), its client's defaults.",
    ),
    ServerSystem(
        "whisperlivekit",
        "WhisperLiveKit",
        True,
        _whisper_live_kit,
        whisper_live_kit,
        "its server with policy LocalAgreement on the faster-whisper backend (its default policy needs PyTorch "
        "weights), defaults otherwise.",
    ),
)

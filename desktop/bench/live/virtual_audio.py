"""A private PulseAudio server with a virtual microphone and virtual speakers.

For measuring the whole path, real audio server included, on a machine with or without a sound card, without
touching the user's own audio. Needs the `pulseaudio` and `pulseaudio-utils` packages.

Sinks: `speakers` (default; its monitor is the loopback), `headset` (a second output) and `micfeed`, whose
monitor is the source `virtmic` (the default microphone): what is played into `micfeed` is what the
microphone hears.
"""

import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from desktop.engine.errors import AudioServerMissing
from desktop.engine.message import verbatim

_SCRIPT = """
load-module module-native-protocol-unix auth-anonymous=1 socket={socket}
load-module module-null-sink sink_name=speakers rate=48000 sink_properties=device.description=Speakers
load-module module-null-sink sink_name=headset rate=48000 sink_properties=device.description=Headset
load-module module-null-sink sink_name=micfeed rate=48000 sink_properties=device.description=MicrophoneFeed
load-module module-remap-source master=micfeed.monitor source_name=virtmic source_properties=device.description=VirtualMicrophone
set-default-sink speakers
set-default-source virtmic
"""  # noqa: E501
SINKS = ("speakers", "headset", "micfeed")

_ATTEMPTS = 3
"""starts of a server: several that start at once may get into each other's way"""


class VirtualAudio:
    """A context manager: inside it, this process and its children use the private server.

    environment: what children need (`PULSE_SERVER`, `XDG_RUNTIME_DIR`); also set in os.environ while open.
    Raises AudioServerMissing if PulseAudio is not installed or does not come up.
    """

    def __init__(self) -> None:
        self._directory = Path(tempfile.mkdtemp(prefix="parley-audio-"))
        self._socket = self._directory / "native"
        self._server: subprocess.Popen[bytes] | None = None
        self._keepers: list[subprocess.Popen[bytes]] = []
        self._saved: dict[str, str | None] = {}
        self.environment = {
            "PULSE_SERVER": f"unix:{self._socket}",
            "XDG_RUNTIME_DIR": str(self._directory),
            "PULSE_RUNTIME_PATH": str(self._directory / "pulse"),
            "PULSE_STATE_PATH": str(self._directory / "state"),
            "PULSE_COOKIE": str(self._directory / "cookie"),
        }

    def __enter__(self) -> Self:
        for name, value in self.environment.items():
            self._saved[name] = os.environ.get(name)
            os.environ[name] = value
        try:
            self.start_server()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def start_server(self) -> None:
        """Start the server, again after `kill_server`; returns when every sink renders in real time."""
        missing = [tool for tool in ("pulseaudio", "pactl", "pacat", "paplay") if not shutil.which(tool)]
        if missing:
            raise AudioServerMissing(
                verbatim(f"Install the packages pulseaudio and pulseaudio-utils ({', '.join(missing)} missing).")
            )
        for stale in (self._directory / "pulse").glob("*"):
            stale.unlink()
        script = self._directory / "server.pa"
        script.write_text(_SCRIPT.format(socket=self._socket))
        (self._directory / "pulse").mkdir(mode=0o700, exist_ok=True)
        (self._directory / "state").mkdir(mode=0o700, exist_ok=True)
        arguments = [
            "pulseaudio",
            "-n",
            "-F",
            str(script),
            "--exit-idle-time=-1",
            "--daemonize=no",
            "--use-pid-file=no",
        ]
        for attempt in range(_ATTEMPTS):
            self._server = self._spawn(arguments)
            if self._answers(15):
                break
            if attempt == _ATTEMPTS - 1:
                raise AudioServerMissing(
                    verbatim("The private PulseAudio server did not start; run `pulseaudio -n` to see why.")
                )
        # An idle null sink renders in blocks of two seconds; a stream of silence keeps it at low latency.
        for sink in SINKS:
            self._keepers.append(self._spawn(["pacat", "-p", "-d", sink, "--latency-msec=10", "--raw", "/dev/zero"]))
        time.sleep(2.2)

    def _answers(self, patience: float) -> bool:
        """Whether the server is there within so many seconds; False at once if it has ended."""
        deadline = time.monotonic() + patience
        while subprocess.run(["pactl", "info"], env=self._env(), capture_output=True).returncode:
            if time.monotonic() > deadline or self._server is None or self._server.poll() is not None:
                return False
            time.sleep(0.05)
        return True

    def kill_server(self) -> None:
        """End the server as a crash would."""
        for process in (*self._keepers, self._server):
            if process is not None and process.poll() is None:
                process.kill()
            if process is not None:
                process.wait()
        self._keepers, self._server = [], None

    def play(self, path: Path, sink: str = "micfeed", latency: int = 20) -> "subprocess.Popen[bytes]":
        """Play a file (WAV, FLAC, OGG) into a sink; returns the running player. latency: milliseconds that the
        player keeps ready; more of them bridge gaps on a busy machine."""
        return self._spawn(["paplay", "-d", sink, f"--latency-msec={latency}", str(path)])

    def record(self, path: Path, device: str = "headset.monitor") -> "subprocess.Popen[bytes]":
        """Record a source or a sink's monitor into a 48 kHz mono WAV until the process is terminated."""
        command = [
            "parecord",
            "-d",
            device,
            "--channels=1",
            "--rate=48000",
            "--latency-msec=20",
            "--file-format=wav",
            str(path),
        ]
        return self._spawn(command)

    def pactl(self, *arguments: str) -> str:
        """Run pactl on the private server; raises CalledProcessError."""
        return subprocess.run(["pactl", *arguments], env=self._env(), check=True, capture_output=True, text=True).stdout

    def close(self) -> None:
        """End the server, put the environment back, delete the directory."""
        self.kill_server()
        for name, value in self._saved.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
        self._saved = {}
        shutil.rmtree(self._directory, ignore_errors=True)

    def _spawn(self, command: list[str]) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            command, env=self._env(), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    def _env(self) -> dict[str, str]:
        # libpulse asks for a home that the user owns; the private directory always is. Of two servers on one D-Bus the
        # second would end at once.
        own = {"HOME": str(self._directory), "DBUS_SESSION_BUS_ADDRESS": "disabled:"}
        return {**os.environ, **self.environment, **own}

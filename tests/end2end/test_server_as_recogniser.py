"""The app's engine on a Parley server that dies, stands still and comes back: no word is lost, and text comes soon."""

import os
import signal
import threading
import time
import wave
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import jiwer
import pytest

from desktop.engine.audio.sources.file import FileSource
from desktop.engine.engine import Engine
from desktop.engine.errors import EngineAway
from desktop.engine.events import (
    SAMPLE_RATE,
    ErrorEvent,
    Event,
    Metrics,
    State,
    StateChanged,
    TranscriptUpdate,
    TranslationUpdate,
)
from desktop.engine.remote.trial import try_server
from desktop.engine.text.compare import normalized_words
from desktop.messages import text_of
from desktop.settings.declaration import ServerSettings, Settings
from tests.command_line import run_parley
from tests.conftest import TEST_AUDIO, read_audio
from tests.raising import raises
from tests.serving import Server
from tests.waiting import wait_until

SECONDS = 42.8
"""of the recording; a sentence ends just before"""
SOON = 6.0
"""seconds from the end of a server to text by the local model, on a machine that does much else; the promise is 2"""


class Listening:
    """The app's engine, and what it told, each with the time."""

    def __init__(self, settings: Settings) -> None:
        self.engine = Engine(settings)
        self.told: list[tuple[float, Event]] = []
        self.engine.subscribe(lambda event: self.told.append((time.monotonic(), event)))
        self._thread = threading.Thread(target=self.engine.run, daemon=True)

    def __enter__(self) -> "Listening":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.engine.close()
        self._thread.join(10)

    def of(self, kind: type[Any]) -> list[Any]:
        return [event for _, event in self.told if isinstance(event, kind)]

    def codes(self) -> list[str]:
        return [event.code for event in self.of(ErrorEvent)]

    def text_until(self, seconds: float) -> bool:
        """Whether text comes of what is heard up to that time of the recording."""
        return bool(wait_until(lambda: any(one.end >= seconds for one in self.of(TranscriptUpdate)), 60))

    def next_text(self, since: float) -> float:
        """Seconds from a time until text came."""

        def later() -> list[float]:
            return [at for at, event in self.told if at > since and isinstance(event, TranscriptUpdate)]

        assert wait_until(later, 30)
        return min(later()) - since

    def state(self) -> State | None:
        states = self.of(StateChanged)
        return states[-1].state if states else None

    def metrics(self) -> Metrics:
        assert wait_until(lambda: self.of(Metrics))
        return self.of(Metrics)[-1]  # type: ignore[no-any-return]


def settings(url: str, **translation: Any) -> Settings:
    values = {
        "server": {"url": url},
        "recognition": {"model": "starter", "language": "en", "threads": 1, "device": "cpu"},
        "translation": translation,
    }
    return Settings.model_validate(values)


def words(updates: list[TranscriptUpdate]) -> list[str]:
    finals = {one.segment_id: one.final_text for one in updates if one.is_final}
    return normalized_words(" ".join(finals[key] for key in sorted(finals)))


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    samples = read_audio(TEST_AUDIO / "stream-en.flac")[: int(SECONDS * SAMPLE_RATE)]
    with wave.open(str(tmp_path / "talk.wav"), "wb") as file:
        file.setparams((1, 2, SAMPLE_RATE, 0, "NONE", ""))
        file.writeframes((samples * 32_767).astype("<i2").tobytes())
    return tmp_path / "talk.wav"


def test_a_server_that_dies_hangs_and_comes_back(recording: Path, manifest: dict[str, dict[str, Any]]) -> None:
    sentences = [one for one in manifest["stream-en"]["sentences"] if one["end"] < SECONDS]
    said = normalized_words(" ".join(one["text"] for one in sentences))
    with ExitStack() as stack:
        server = stack.enter_context(Server())
        port = int(server.url.rstrip("/").rpartition(":")[2])
        name = f"127.0.0.1:{port}"
        listening = stack.enter_context(Listening(settings(server.url, target="es")))
        listening.engine.start(FileSource(recording, realtime=True))
        assert listening.text_until(6)
        assert listening.metrics().recognizer == f"Starter (phrasebook) · {name}"
        assert listening.metrics().sent_to == name
        assert listening.codes() == []

        killed = time.monotonic()
        server.process.kill()
        late = [listening.next_text(killed)]
        assert wait_until(lambda: "engine-away" in listening.codes())
        assert wait_until(lambda: listening.metrics().recognizer == "Starter (phrasebook)")
        assert listening.metrics().sent_to == ""

        again = stack.enter_context(Server(port=port))
        assert wait_until(lambda: listening.codes()[-1] == "engine-back", 40)
        assert wait_until(lambda: listening.metrics().recognizer.endswith(name))
        assert listening.text_until(22)

        again.process.send_signal(signal.SIGSTOP)
        stopped = time.monotonic()
        late.append(listening.next_text(stopped + 0.3))  # what was under way may still come
        assert wait_until(lambda: listening.codes()[-1] == "engine-away")
        assert listening.text_until(28)
        again.process.send_signal(signal.SIGCONT)
        assert wait_until(lambda: listening.codes()[-1] == "engine-back", 40)
        assert wait_until(lambda: listening.state() is State.IDLE, 90)

    print(f"text after {late[0]:.2f} s (killed) and {late[1]:.2f} s (stood still)")
    assert max(late) <= SOON
    assert listening.codes() == ["engine-away", "engine-back"] * 2, [text_of(one) for one in listening.of(ErrorEvent)]
    got = words(listening.of(TranscriptUpdate))
    assert jiwer.process_words(" ".join(said), " ".join(got)).deletions == 0
    assert jiwer.wer(" ".join(said), " ".join(got)) <= 0.05
    ends = [one for one in listening.of(TranslationUpdate) if one.is_final]
    assert len(ends) == len([one for one in listening.of(TranscriptUpdate) if one.is_final])
    assert all(one.is_translated for one in ends)


def test_over_tls_with_a_token(tmp_path: Path) -> None:
    names = ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME")
    there = {**os.environ, **{name: str(tmp_path / name) for name in names}}
    made = run_parley(["tokens", "create", "laptop", "--scope", "speak"], there)
    token = made.stdout.strip()
    assert token.startswith("parley_"), made.stderr
    with Server("--tls-self-signed", environment=there) as server:
        assert server.url.startswith("https://")
        certificate = next((tmp_path / "XDG_DATA_HOME").rglob("*.crt"))
        known = ServerSettings(url=server.url, certificate=str(certificate))
        assert try_server(known, lambda: token).recogniser == "Starter (phrasebook)"
        for wrong in (None, "parley_wrong"):
            with raises(EngineAway, match="token"):
                try_server(known, lambda wrong=wrong: wrong)  # type: ignore[misc]
        with raises(EngineAway, match="certificate"):
            try_server(ServerSettings(url=server.url), lambda: token)
        assert token not in server.said

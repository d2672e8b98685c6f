"""A command's engine: its events come to the main thread, a signal ends listening but loses nothing."""

import os
import signal
import threading

import numpy as np
import pytest

from desktop.cli.session import EngineSession
from desktop.engine.errors import DeviceMissing, EngineError, ModelBroken
from desktop.engine.events import Event, State, StateChanged, TranscriptUpdate
from desktop.engine.live.backends import Backends
from desktop.engine.message import verbatim
from desktop.messages import text_of
from desktop.settings.declaration import Settings
from tests.conftest import TEST_AUDIO, read_audio
from tests.fakes import FakeRecognizer, FakeSource
from tests.raising import raises


def session(recognizer: FakeRecognizer | None = None) -> EngineSession:
    made = recognizer or FakeRecognizer()
    return EngineSession(Settings(), Backends(recognizer=lambda settings, notify: made))


def finals(events: list[Event]) -> list[TranscriptUpdate]:
    return [event for event in events if isinstance(event, TranscriptUpdate) and event.is_final]


class PlayedSource(FakeSource):
    """Delivers speech as soon as it is open, then `after` happens, on a thread of its own."""

    def __init__(self, after: str) -> None:
        super().__init__(is_live=False)
        self._after = after
        self._thread: threading.Thread | None = None

    def open(self, sink: object) -> None:
        super().open(sink)  # type: ignore[arg-type]
        self._thread = threading.Thread(target=self._play)
        self._thread.start()

    def _play(self) -> None:
        samples = read_audio(TEST_AUDIO / "en-00.flac")
        self.send(np.concatenate((samples, np.zeros(16_000, np.float32))))
        if self._after == "end":
            self.end()
        else:
            os.kill(os.getpid(), getattr(signal, self._after))


def test_a_file_is_heard_to_its_end() -> None:
    with session() as running:
        events = list(running.listen(PlayedSource("end")))
    assert len(finals(events)) == 1
    assert events[-1] == StateChanged(State.IDLE)
    assert running.interrupted_by is None


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_a_signal_ends_listening_and_the_last_words_still_come(name: str) -> None:
    before = signal.getsignal(signal.SIGINT)
    with session() as running:
        events = list(running.listen(PlayedSource(name)))
    assert running.interrupted_by == getattr(signal, name)
    assert len(finals(events)) == 1
    assert signal.getsignal(signal.SIGINT) is before


def test_a_second_signal_gives_up_waiting() -> None:
    gate = threading.Event()
    stuck = FakeRecognizer(gate=gate)

    def run() -> None:
        with session(stuck) as running:
            try:
                for event in running.listen(PlayedSource("SIGINT")):
                    if event == StateChanged(State.STOPPING):
                        os.kill(os.getpid(), signal.SIGINT)
            finally:
                gate.set()

    with pytest.raises(KeyboardInterrupt):
        run()


def test_a_source_that_cannot_be_opened_is_an_error_with_its_sentence() -> None:
    broken = FakeSource(fail=DeviceMissing(verbatim("The microphone is gone; connect it.")))
    with session() as running, raises(EngineError, match="The microphone is gone") as caught:
        list(running.listen(broken))
    assert caught.value.code == "device-missing"


def test_after_an_error_the_next_file_is_heard() -> None:
    with session() as running:
        with pytest.raises(EngineError):
            list(running.listen(FakeSource(fail=DeviceMissing(verbatim("Gone.")))))
        assert len(finals(list(running.listen(PlayedSource("end"))))) == 1


def test_a_recogniser_that_cannot_be_loaded_is_an_error() -> None:
    with session(FakeRecognizer(fail_load=ModelBroken(verbatim("The model is cut off; install it again.")))) as running:
        try:
            list(running.listen(PlayedSource("end")))
        except EngineError as error:
            # The file was still being read.
            told = text_of(error)
        else:
            told = running.errors[0][1]
    assert told == "The model is cut off; install it again."

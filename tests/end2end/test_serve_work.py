"""Work over the wire of a real `parley serve`: what it answers, what it refuses, and that nobody else notices."""

import random
import struct
from collections.abc import Callable, Iterator
from contextlib import suppress

import numpy as np
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from desktop.engine.errors import EngineError
from desktop.engine.events import Samples
from desktop.engine.recognition.backends.base import Hypothesis, RecognitionRequest
from desktop.engine.recognition.work import Decode
from desktop.engine.remote import headers, wire
from desktop.engine.remote.deltas import Sent
from desktop.engine.remote.wire import Answered, Hello, Work
from desktop.engine.requests import Kind
from desktop.engine.translation.work import LoadTranslation, TranslateSpeech
from desktop.messages import text_of
from tests.serving import Server

Speech = Callable[[str], Samples]
SAID = "Anna works at the bridge."


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server() as one:
        yield one


class Asking:
    """A client that sends what it likes."""

    def __init__(self, server: Server) -> None:
        self.socket: ClientConnection = connect(f"{server.socket_url}work", proxy=None, max_size=None)
        self.hello = wire.read_told(bytes(self.socket.recv(timeout=20)))  # type: ignore[arg-type]
        self._sent = Sent()
        self._number = 0

    def __enter__(self) -> "Asking":
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def message(self, work: Work, owner: int = 0) -> bytes:
        self._number += 1
        part, data = self._sent.part(work.samples) if isinstance(work, Decode | TranslateSpeech) else (None, b"")
        return wire.asked(self._number, owner, Kind.FINAL, work, part, data)

    def told(self) -> Answered:
        told = wire.read_told(bytes(self.socket.recv(timeout=60)))  # type: ignore[arg-type]
        assert isinstance(told, Answered)
        return told

    def ask(self, work: Work, owner: int = 0) -> object:
        self.socket.send(self.message(work, owner))
        return self.told().answer


def decode(samples: Samples) -> Decode:
    return Decode(samples, RecognitionRequest("en", is_final=True), 0.0)


def words(answer: object) -> str:
    assert isinstance(answer, Hypothesis), answer
    return " ".join(word.text for word in answer.words)


def test_a_window_comes_in_pieces_and_is_recognised(server: Server, speech: Speech) -> None:
    samples = speech("en-07")
    with Asking(server) as one:
        assert isinstance(one.hello, Hello)
        assert one.hello.name == "Starter (phrasebook)"
        assert one.hello.seconds > 0
        for end in (8_000, 16_000, 24_000):
            one.ask(decode(samples[:end]))
        assert words(one.ask(decode(samples))) == SAID


def test_what_is_not_understood_is_answered_and_nobody_notices(server: Server, speech: Speech) -> None:
    chance = random.Random(7)
    samples = speech("en-07")
    with Asking(server) as good, Asking(server) as bad:
        whole = good.message(decode(samples))
        good.socket.send(whole)
        assert words(good.told().answer) == SAID
        for _ in range(60):
            broken = bytearray(whole[: chance.choice([3, 40, len(whole)])])
            for _ in range(chance.randint(1, 20)):
                broken[chance.randrange(min(len(broken), 400))] = chance.randrange(256)
            bad.socket.send(bytes(broken))
            answer = bad.told().answer
            if isinstance(answer, EngineError):
                assert text_of(answer).endswith(".")
        bad.socket.send("text")
        assert isinstance(bad.told().answer, EngineError)
        bad.socket.send(struct.pack("<I", 2) + b"{}" + bytes(10))
        assert isinstance(bad.told().answer, EngineError)
        assert words(good.ask(decode(samples))) == SAID
        with suppress(ConnectionClosed):
            bad.socket.send(bytes(2 << 20))
        with pytest.raises(ConnectionClosed):
            bad.socket.recv(timeout=20)
        assert words(good.ask(decode(samples))) == SAID


def test_beyond_what_the_machine_bears_there_is_no_room_and_who_leaves_makes_some(
    server: Server, speech: Speech
) -> None:
    samples = speech("en-07")
    long = np.tile(samples, 4)[: 8 * 16_000]  # what is quickly decoded would make room for more
    with Asking(server) as many:
        answers = [many.ask(decode(long), owner) for owner in range(headers.OWNERS - 1)]
        refused = [one for one in answers if isinstance(one, EngineError)]
        assert refused
        assert {one.code for one in refused} == {"server-busy"}
        assert isinstance(answers[0], Hypothesis)
        assert isinstance(many.ask(decode(samples), 0), Hypothesis)  # who was let in goes on
    with Asking(server) as another:
        assert words(another.ask(decode(samples))) == SAID


def test_a_language_that_is_not_translated_is_no_failure(server: Server) -> None:
    with Asking(server) as one:
        assert one.ask(LoadTranslation("en", "yo")) is None
        able = one.ask(LoadTranslation("en", "es"))
        assert ("en", "es") in able.pairs  # type: ignore[attr-defined]


def test_silence_has_no_words(server: Server) -> None:
    with Asking(server) as one:
        assert words(one.ask(decode(np.zeros(16_000, np.float32)))) == ""
        assert words(one.ask(decode(np.zeros(0, np.float32)))) == ""

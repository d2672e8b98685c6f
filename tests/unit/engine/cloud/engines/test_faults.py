"""What each engine says of whatever goes wrong at its provider or on the way there: the right kind, one sentence,
nothing hangs, nothing doubled."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import pytest

from desktop.engine.cloud.errors import CloudFailed, CloudLimit, Failure, Limit
from desktop.engine.cloud.options import Timeouts
from desktop.engine.events import SAMPLE_RATE
from desktop.engine.recognition.backends.base import RecognitionRequest, StreamResult
from desktop.engine.requests import Stage
from desktop.messages import text_of
from tests.cloud_peers.engines import PATIENT, RECOGNIZERS, STREAMS, SYNTHESIZERS, TRANSLATORS, Engine
from tests.cloud_peers.faults import KEY, WAIT, Fault
from tests.cloud_peers.hearing import CodedEar, Powers, coded
from tests.cloud_peers.relay import Relay, relayed
from tests.waiting import let_pass

BRISK = Timeouts(connect=2.5, answer=2.0, load=3.0, quiet=1.0)
"""where something stands still; still enough for what works, on a busy machine"""
HANGS = 60.0
"""seconds after which something hangs; no figure of its speed"""
ENGINES = {
    f"{stage}-{key}": engine
    for stage, engines in (("hears", RECOGNIZERS), ("translates", TRANSLATORS), ("speaks", SYNTHESIZERS))
    for key, engine in engines.items()
}
CHUNK = SAMPLE_RATE // 4
KINDS = {
    Fault.KEY: Failure.KEY,
    Fault.FORBIDDEN: Failure.FORBIDDEN,
    Fault.QUOTA: Failure.QUOTA,
    Fault.RATE: Failure.RATE,
    Fault.BUSY: Failure.BUSY,
    Fault.STALL: Failure.STALL,
    Fault.GARBAGE: Failure.GARBAGE,
}
OTHERS = {
    ("deepl", Fault.FORBIDDEN): Failure.KEY,  # it says the same of both
    ("libretranslate", Fault.QUOTA): Failure.RATE,  # it has none
    ("deepgram", Fault.GARBAGE): Failure.DISCONNECT,  # the library passes over what it cannot read
}


def kind_of(engine: Engine, fault: Fault) -> Failure:
    return OTHERS.get((engine.key, fault), KINDS[fault])


@dataclass
class Site:
    """An engine, its peer, and the way there."""

    engine: Engine
    made: Any
    peer: Any
    relay: Relay

    def load(self) -> None:
        if self.engine.stage is Stage.RECOGNITION:
            self.made.load(lambda _: None)
        elif self.engine.stage is Stage.TRANSLATION:
            self.made.load("en", "es", lambda _: None)
        else:
            self.made.load("en", "", lambda _: None)

    def work(self) -> object:
        """One piece of it."""
        match self.engine.stage:
            case Stage.RECOGNITION if self.engine.key == "openai":
                return self.made.transcribe(coded(range(3)), RecognitionRequest("en", is_final=True)).words
            case Stage.RECOGNITION:
                return self.hear(range(3))[-1].words
            case Stage.TRANSLATION:
                return self.made.translate("Where is the beach?", "en", "es")
        return list(self.made.synthesize("Where is the beach?", "en"))

    def hear(self, numbers: range, at: int = -1, then: Any = None) -> list[StreamResult]:
        """An utterance, as it is spoken but faster. then: happens at that chunk."""
        samples = coded(numbers)
        stream = self.made.open(RecognitionRequest("en"))
        results: list[StreamResult] = []
        try:
            for number, begin in enumerate(range(0, len(samples), CHUNK)):
                if number == at:
                    then()
                is_last = begin + CHUNK >= len(samples)
                results.append(stream.feed(samples[begin : begin + CHUNK], is_last=is_last))
                let_pass(0.03)
        finally:
            stream.close()
            self.heard = results
        return results


@contextmanager
def site(engine: Engine, *, key: str = KEY, timeouts: Timeouts = PATIENT) -> Iterator[Site]:
    with engine.peer(Powers(CodedEar())) as peer, relayed(peer.port) as relay:
        made = engine.make(engine.options(relay.port, timeouts=timeouts, key=key))
        try:
            yield Site(engine, made, peer, relay)
        finally:
            made.close()


@contextmanager
def failing(*kinds: Failure | Limit) -> Iterator[pytest.ExceptionInfo[Any]]:
    """In here something fails so, soon, and says so in one sentence without the key."""
    began = time.monotonic()
    with pytest.raises((CloudFailed, CloudLimit)) as caught:
        yield caught
    assert time.monotonic() - began < HANGS
    error: Any = caught.value
    assert error.kind in kinds
    sentence = text_of(caught.value)
    assert sentence.endswith(".")
    assert KEY not in sentence
    assert KEY not in repr(caught.value)
    assert caught.value.__cause__ is None


def numbers_of(result: StreamResult) -> list[str]:
    return [word.text for word in result.words]


def said(numbers: range) -> list[str]:
    return [f"w{number}" for number in numbers]


# All of them, before any work and in it.


@pytest.fixture(params=sorted(ENGINES))
def engine(request: pytest.FixtureRequest) -> Engine:
    return ENGINES[request.param]


def test_it_works(engine: Engine) -> None:
    with site(engine) as here:
        here.load()
        assert here.work()
        assert here.made.sent_to == f"127.0.0.1:{here.relay.port}"
        here.made.close()
        assert here.made.sent_to == ""
        here.load()
        assert here.work()


def test_a_wrong_key(engine: Engine) -> None:
    with site(engine, key="another-key") as here, failing(Failure.KEY):
        here.load()
        here.work()


@pytest.mark.parametrize("key", ["", " ", "läuft nicht", "two\nlines"])
def test_a_key_that_is_none(engine: Engine, key: str) -> None:
    with site(engine, key=key) as here, failing(Failure.KEY):
        here.load()
        here.work()


@pytest.mark.parametrize("fault", sorted(KINDS))
def test_what_the_provider_says_at_first(engine: Engine, fault: Fault) -> None:
    with site(engine, timeouts=_timeouts(fault)) as here:
        here.peer.plan.fault = fault
        with failing(kind_of(engine, fault)) as caught:
            here.load()
            here.work()
        _check_wait(engine, fault, caught.value)


@pytest.mark.parametrize("fault", sorted(KINDS))
def test_what_the_provider_says_later(engine: Engine, fault: Fault) -> None:
    with site(engine, timeouts=_timeouts(fault)) as here:
        here.load()
        here.work()
        here.peer.plan.fault = fault
        with failing(kind_of(engine, fault)) as caught:
            here.work()
        _check_wait(engine, fault, caught.value)
        here.peer.plan.fault = None
        assert here.work()


def _timeouts(fault: Fault) -> Timeouts:
    return BRISK if fault is Fault.STALL else PATIENT


def _check_wait(engine: Engine, fault: Fault, error: CloudFailed) -> None:
    is_told = engine.key != "deepl"  # whose library does not hand it on
    if fault is Fault.RATE and is_told:
        assert error.wait == WAIT
        assert f"{WAIT} s" in text_of(error)


def test_nobody_listens(engine: Engine) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    made = engine.make(engine.options(port, timeouts=BRISK))
    here = Site(engine, made, None, None)  # type: ignore[arg-type]
    with failing(Failure.REFUSED):
        here.load()
        here.work()
    made.close()


def test_a_name_that_nobody_knows(engine: Engine) -> None:
    options = engine.options(443, timeouts=BRISK, host="nobody.invalid")
    if options.endpoint.startswith("http:"):
        options = engine.options(443, timeouts=BRISK, host="nobody.invalid", scheme="https")
    made = engine.make(options)
    here = Site(engine, made, None, None)  # type: ignore[arg-type]
    with failing(Failure.NAME):
        here.load()
        here.work()
    made.close()


def test_plain_text_goes_to_this_machine_only(engine: Engine) -> None:
    if engine.key == "google":
        return  # its connection is always encrypted, unless the peer is this machine
    made = engine.make(engine.options(80, timeouts=BRISK, host="somewhere.example"))
    with failing(Failure.SETTING):
        Site(engine, made, None, None).load()  # type: ignore[arg-type]


def test_nothing_comes_through(engine: Engine) -> None:
    with site(engine, timeouts=BRISK) as here:
        here.relay.stall()
        with failing(Failure.STALL):
            here.load()
            here.work()


def test_nothing_comes_through_any_more(engine: Engine) -> None:
    with site(engine, timeouts=BRISK) as here:
        here.load()
        here.work()
        here.relay.stall()
        with failing(Failure.STALL):
            here.work()
        here.relay.cut()
        here.relay.flow()
        assert _until_it_works(here)


def test_the_connection_breaks_between(engine: Engine) -> None:
    """Whoever keeps a connection notices at the next piece of work, at the latest."""
    with site(engine) as here:
        here.load()
        here.work()
        here.relay.cut()
        assert _until_it_works(here)


def _until_it_works(here: Site) -> object:
    """At the second try at the latest."""
    try:
        return here.work()
    except CloudFailed as error:
        failure = error
    assert failure.kind in (Failure.DISCONNECT, Failure.STALL)
    return here.work()


def test_nonsense_on_the_way(engine: Engine) -> None:
    with site(engine) as here:
        here.relay.is_garbled = True
        with failing(Failure.GARBAGE, Failure.DISCONNECT):
            here.load()
            here.work()


# Streams, in mid-utterance.


@pytest.fixture(params=sorted(STREAMS))
def stream(request: pytest.FixtureRequest) -> Engine:
    return STREAMS[request.param]


@pytest.mark.parametrize("fault", [Fault.QUOTA, Fault.RATE, Fault.BUSY, Fault.GARBAGE, Fault.STALL, Fault.HALF_CLOSED])
def test_what_the_provider_does_in_an_utterance(stream: Engine, fault: Fault) -> None:
    kind = Failure.DISCONNECT if fault is Fault.HALF_CLOSED else kind_of(stream, fault)
    with site(stream, timeouts=_timeouts(fault)) as here:
        here.load()
        here.peer.plan.fault, here.peer.plan.after = fault, 2.0
        with failing(kind):
            here.hear(range(20))
        _check_committed(here.heard, range(20))
        here.peer.plan.fault = None
        assert numbers_of(here.hear(range(5))[-1]) == said(range(5))


def test_the_connection_breaks_in_a_word(stream: Engine) -> None:
    with site(stream) as here:
        here.load()
        with failing(Failure.DISCONNECT):
            here.hear(range(20), 9, here.relay.cut)
        _check_committed(here.heard, range(20))
        assert numbers_of(here.hear(range(5))[-1]) == said(range(5))


def test_it_stands_still_before_the_last_words(stream: Engine) -> None:
    with site(stream, timeouts=BRISK) as here:
        here.load()
        samples = coded(range(6))
        running = here.made.open(RecognitionRequest("en"))
        running.feed(samples, is_last=False)
        let_pass(0.2)
        here.relay.stall()
        with failing(Failure.STALL):
            running.feed(samples[:0], is_last=True)
        running.close()


def test_a_stream_that_is_closed_lets_go_whoever_waits(stream: Engine) -> None:
    with site(stream) as here:
        here.load()
        here.peer.plan.fault = Fault.STALL
        running = here.made.open(RecognitionRequest("en"))
        threading.Timer(0.3, running.close).start()
        with failing(Failure.DISCONNECT):
            running.feed(coded(range(3)), is_last=True)


def _check_committed(results: list[StreamResult], numbers: range) -> None:
    committed: list[str] = []
    for result in results:
        now = numbers_of(result)[: result.committed]
        assert now[: len(committed)] == committed
        committed = now
        assert numbers_of(result) == said(numbers)[: len(result.words)]
    assert committed, "something was heard before"


# Long utterances.


@pytest.mark.parametrize("limit", [3.0, 5.0])
def test_a_stream_that_the_provider_ends_goes_on_in_another(stream: Engine, limit: float) -> None:
    with site(stream) as here:
        here.load()
        here.peer.plan.limit = limit
        if stream.key == "realtime":  # which settles nothing before the end: the second connection must last
            here.peer.plan.limited = 1
        results = here.hear(range(30))
        assert numbers_of(results[-1]) == said(range(30))
        _check_committed(results, range(30))


def test_a_stream_is_renewed_before_the_provider_ends_it(stream: Engine) -> None:
    resent: list[float] = []
    with stream.peer(Powers(CodedEar())) as peer:
        peer.plan.limit = 5.0
        timeouts = replace(PATIENT, renew=3.0)
        made = stream.make(stream.options(peer.port, timeouts=timeouts, resent=resent.append))
        here = Site(stream, made, peer, None)  # type: ignore[arg-type]
        here.load()
        results = here.hear(range(20))
        assert numbers_of(results[-1]) == said(range(20))
        _check_committed(results, range(20))
        assert resent == []
        made.close()


def test_a_provider_that_ends_every_stream_at_once_is_given_up(stream: Engine) -> None:
    with site(stream) as here:
        here.load()
        here.peer.plan.limit = 0.1
        with failing(Limit.LENGTH):
            here.hear(range(10))

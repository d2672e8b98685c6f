"""Somebody speaks, and the cloud engine fails in mid-sentence: the real clients at their peers, the real session, in
real time. Every word is there once, and one sentence says why another engine goes on.

How long that took is printed (`-s`); a thousand schedules of faults in made-up time are in
`tests/unit/engine/cloud/test_fault_schedules.py`.
"""

import re
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from desktop.engine.cloud.catalogue import FREE
from desktop.engine.cloud.guard import Guard, Rules
from desktop.engine.cloud.meter import Meter
from desktop.engine.cloud.options import Timeouts
from desktop.engine.cloud.spending import Spending
from desktop.engine.events import SAMPLE_RATE, ErrorEvent, Samples, SpeechSegment
from desktop.engine.options import SessionOptions
from desktop.engine.order import Arrangement
from desktop.engine.preference import fixed
from desktop.engine.recognition.backends.base import Hypothesis, Progress, RecognitionRequest, RecognizerCapabilities
from desktop.engine.recognition.backends.guarded import GuardedRecognizer, StreamWindows
from desktop.engine.recognition.backends.preferred import PreferredRecognizer
from desktop.engine.speech.backends.guarded import GuardedSynthesizer
from desktop.engine.speech.backends.preferred import PreferredSynthesizer
from desktop.engine.translation.backends.guarded import GuardedTranslator
from desktop.engine.translation.backends.preferred import PreferredTranslator
from desktop.messages import text_of
from tests.cloud_peers.engines import RECOGNIZERS, SYNTHESIZERS, TRANSLATORS, Engine
from tests.cloud_peers.faults import KEY, Fault
from tests.cloud_peers.hearing import CodedEar, Powers, coded
from tests.cloud_peers.relay import Relay, relayed
from tests.driven import DrivenRecognition
from tests.fakes import FakeSynthesizer, FakeTranslator
from tests.waiting import let_pass, wait_until

WORDS = range(9)
STEP = 0.3
FAILS_AT = 1.6
"""seconds of the utterance"""
LOCAL = 0.2
"""seconds that this machine takes for a look"""

Break = Callable[["Site"], None]


def provider(fault: Fault) -> Break:
    def break_(site: "Site") -> None:
        site.peer.plan.fault, site.peer.plan.after = fault, 0.0
        site.relay.cut()

    return break_


def in_stream(fault: Fault) -> Break:
    def break_(site: "Site") -> None:
        site.peer.plan.fault, site.peer.plan.after = fault, 1.0

    return break_


def garbled(site: "Site") -> None:
    site.relay.is_garbled = True
    site.relay.cut()


def refused(site: "Site") -> None:
    site.relay.refuse()
    site.relay.cut()


BREAKS: dict[str, Break] = {
    "cut in a word": lambda site: site.relay.cut(),
    "nothing comes through": lambda site: site.relay.stall(),
    "nobody there any more": refused,
    "nonsense": garbled,
    "key withdrawn": provider(Fault.KEY),
    "quota used up": provider(Fault.QUOTA),
    "too often": provider(Fault.RATE),
    "trouble there": provider(Fault.BUSY),
    "it says nothing": in_stream(Fault.STALL),
    "half closed": in_stream(Fault.HALF_CLOSED),
}


@dataclass
class Site:
    """An engine behind its guard, its peer, and the way there."""

    made: Any
    guard: Guard
    peer: Any
    relay: Relay
    told: list[ErrorEvent] = field(default_factory=list)


@pytest.fixture
def site(request: pytest.FixtureRequest) -> Iterator[Site]:
    engine: Engine = request.param
    rules = Rules(Spending(None), lambda: 1.0, lambda: False, lambda: False)
    with engine.peer(Powers(CodedEar())) as peer, relayed(peer.port) as relay:
        options = engine.options(relay.port, timeouts=Timeouts())
        guard = Guard(options.place, Meter(engine.key, engine.key, engine.stage, FREE), rules)
        yield Site(engine.make(options), guard, peer, relay)
        relay.flow()
        assert wait_until(lambda: not [one for one in threading.enumerate() if one.name.startswith("parley-cloud")])


class Here:
    """A WindowRecognizer: this machine."""

    name = "here"
    capabilities = RecognizerCapabilities(frozenset({"en"}), detects_language=False, streaming=True)

    def load(self, progress: Progress) -> None:
        progress(1.0)

    def transcribe(self, samples: Samples, request: RecognitionRequest) -> Hypothesis:
        let_pass(LOCAL)
        return Hypothesis("en", CodedEar().hear(samples, ("en",))[1])

    def close(self) -> None:
        pass


def numbers(text: str) -> list[int]:
    return [int(one) for one in re.findall(r"\d+", text)]


def of(engines: dict[str, Engine]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("site", [pytest.param(one, id=key) for key, one in engines.items()], indirect=True)


@of(RECOGNIZERS)
@pytest.mark.parametrize("name", BREAKS)
def test_a_recogniser_fails_in_mid_sentence(site: Site, name: str) -> None:
    windows = (
        StreamWindows(site.made, site.guard, "one")
        if hasattr(site.made, "open")
        else GuardedRecognizer(site.made, site.guard, "one")
    )
    recognizer = PreferredRecognizer(Arrangement([fixed(windows)]), Here(), site.told.append)
    recognizer.load(lambda _: None)
    assert recognizer.name != "here"
    session = DrivenRecognition(recognizer, SessionOptions(language="en"))
    sound = np.concatenate((coded(WORDS), np.zeros(SAMPLE_RATE // 5, np.float32)))
    began, took, is_broken, now = time.monotonic(), [], False, 0.0
    while now < len(sound) / SAMPLE_RATE:
        now = min(len(sound) / SAMPLE_RATE, max(now + STEP, time.monotonic() - began))
        let_pass(max(0.0, began + now - time.monotonic()))
        if now > FAILS_AT and not is_broken:
            is_broken = True
            BREAKS[name](site)
        is_final = now == len(sound) / SAMPLE_RATE
        look = time.monotonic()
        failed = len(site.told)
        session.hear(SpeechSegment(0, sound[: round(now * SAMPLE_RATE)], 0.0, now, is_final, now))
        if len(site.told) > failed:
            took.append(time.monotonic() - look)
    recognizer.close()
    final = session.updates[-1]
    print(f"\nfallback {site.guard.name} {name}: {', '.join(f'{one:.2f} s' for one in took) or 'none'}")
    assert not session.failures
    assert final.is_final
    assert numbers(final.committed) == list(WORDS)
    for sentence in map(text_of, site.told):
        assert sentence.count(". ") == 0
        assert KEY not in sentence


@of(TRANSLATORS)
@pytest.mark.parametrize("name", [one for one in BREAKS if one not in ("half closed", "it says nothing")])
def test_a_translator_fails_at_a_sentence(site: Site, name: str) -> None:
    here = FakeTranslator()
    translator = PreferredTranslator(
        Arrangement([fixed(GuardedTranslator(site.made, site.guard))]), lambda: here, site.told.append
    )
    translator.load("en", "es", lambda _: None)
    first = translator.translate("Where is the beach?", "en", "es")
    assert first not in (None, "WHERE IS THE BEACH?")
    BREAKS[name](site)
    began = time.monotonic()
    second = translator.translate("Where is the school?", "en", "es")
    print(f"\nfallback {site.guard.name} {name}: {time.monotonic() - began:.2f} s")
    assert second, "a connection that broke is made again, or this machine translates it"
    translator.close()


@of(SYNTHESIZERS)
@pytest.mark.parametrize("name", [one for one in BREAKS if one not in ("half closed", "it says nothing")])
def test_a_voice_fails_at_a_clause(site: Site, name: str) -> None:
    synthesizer = PreferredSynthesizer(
        Arrangement([fixed(GuardedSynthesizer(site.made, site.guard))]),
        FakeSynthesizer(languages=frozenset({"en"})),
        site.told.append,
    )
    synthesizer.load("en", "", lambda _: None)
    assert list(synthesizer.synthesize("Where is the beach?", "en"))
    BREAKS[name](site)
    began = time.monotonic()
    chunks = synthesizer.synthesize("Where is the school?", "en")
    assert next(iter(chunks)).samples.any()
    print(f"\nfallback {site.guard.name} {name}: {time.monotonic() - began:.2f} s")
    synthesizer.close()

"""What holds for every StreamRecognizer, and that nothing behind a Session knows which kind it was.

A backend that follows streams adds itself to `RECOGNIZERS`. Those in clouds talk to peers that recognise with the
starter model: Google's to one that is made of its published messages, the others to `parley serve`.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from desktop.engine.errors import BackendFailed
from desktop.engine.events import ErrorEvent, Event, Samples, SpeechAudio, TranscriptUpdate, TranslationUpdate
from desktop.engine.inline import run_inline
from desktop.engine.live.backends import Backends
from desktop.engine.message import verbatim
from desktop.engine.options import SessionOptions
from desktop.engine.pool.models import Models
from desktop.engine.recognition.backends.base import (
    RecognitionRequest,
    Recognizer,
    StreamRecognizer,
    StreamResult,
)
from desktop.engine.session import Session
from desktop.messages import text_of
from tests.cloud_peers.engines import STREAMS, at_peer
from tests.cloud_peers.hearing import real
from tests.fakes import FakeRecognizer, FakeStreamRecognizer, FakeSynthesizer, FakeTranslator
from tests.serving import shared_server


@contextmanager
def at_parley(key: str, path: str) -> Iterator[StreamRecognizer]:
    options = replace(STREAMS[key].options(0), endpoint=shared_server().url.rstrip("/") + path)
    recognizer = STREAMS[key].make(options)
    yield recognizer
    recognizer.close()


RECOGNIZERS: dict[str, Callable[[], AbstractContextManager[StreamRecognizer]]] = {
    "fake": lambda: nullcontext(FakeStreamRecognizer()),
    "google": lambda: at_peer(STREAMS["google"], real()),
    "realtime": lambda: at_parley("realtime", "/v1"),
    "deepgram": lambda: at_parley("deepgram", ""),
}
ENGLISH = RecognitionRequest("en")
CHUNK = 4000
Recordings = Callable[[str], Samples]


@pytest.fixture(scope="module", params=sorted(RECOGNIZERS))
def recognizer(request: pytest.FixtureRequest) -> Iterator[StreamRecognizer]:
    with RECOGNIZERS[request.param]() as made:
        made.load(lambda _: None)
        yield made


def fed(recognizer: StreamRecognizer, samples: Samples, chunk: int = CHUNK) -> list[StreamResult]:
    stream = recognizer.open(ENGLISH)
    starts = range(0, len(samples), chunk)
    results = [stream.feed(samples[at : at + chunk], is_last=at == starts[-1]) for at in starts]
    stream.close()
    stream.close()
    return results


def test_it_says_that_it_follows_streams(recognizer: StreamRecognizer) -> None:
    assert isinstance(recognizer, StreamRecognizer)
    assert recognizer.capabilities.follows_stream
    assert recognizer.capabilities.streaming
    assert recognizer.name
    assert "en" in recognizer.capabilities.languages


def test_what_it_settled_never_changes_and_at_the_end_all_is(recognizer: StreamRecognizer, speech: Recordings) -> None:
    settled: list[str] = []
    results = fed(recognizer, speech("en-00"))
    for result in results:
        texts = [word.text for word in result.words]
        assert 0 <= result.committed <= len(texts)
        assert texts[: len(settled)] == settled
        settled = texts[: result.committed]
    assert results[-1].committed == len(results[-1].words) > 0


def test_words_are_in_order_and_inside_the_audio(recognizer: StreamRecognizer, speech: Recordings) -> None:
    samples = speech("en-01")
    words = fed(recognizer, samples)[-1].words
    assert all(word.start <= word.end for word in words)
    assert all(first.start <= second.start for first, second in pairwise(words))
    assert words[-1].end <= len(samples) / 16_000 + 0.5
    assert all(0 <= word.probability <= 1 for word in words)


def test_how_the_audio_is_cut_changes_no_word(recognizer: StreamRecognizer, speech: Recordings) -> None:
    samples = speech("en-00")
    texts = [[word.text for word in fed(recognizer, samples, chunk)[-1].words] for chunk in (800, 4000, len(samples))]
    assert texts[0] == texts[1] == texts[2]


def test_two_utterances_at_once_do_not_mix(recognizer: StreamRecognizer, speech: Recordings) -> None:
    alone = [[word.text for word in fed(recognizer, speech(name))[-1].words] for name in ("en-00", "en-01")]
    streams = [recognizer.open(ENGLISH) for _ in range(2)]
    sounds = [speech("en-00"), speech("en-01")]
    heard: list[list[str]] = [[], []]
    for at in range(0, max(map(len, sounds)), CHUNK):
        for number, (stream, sound) in enumerate(zip(streams, sounds, strict=True)):
            if at < len(sound):
                result = stream.feed(sound[at : at + CHUNK], is_last=at + CHUNK >= len(sound))
                heard[number] = [word.text for word in result.words]
    assert heard == alone


def test_an_empty_last_chunk_ends_the_utterance(recognizer: StreamRecognizer, speech: Recordings) -> None:
    stream = recognizer.open(ENGLISH)
    stream.feed(speech("en-00"), is_last=False)
    result = stream.feed(np.zeros(0, np.float32), is_last=True)
    assert result.committed == len(result.words) > 0


# Behind a Session.


def heard(recognizer: Recognizer, samples: Samples) -> list[Event]:
    backends = Backends(
        recognizer=lambda *_: recognizer,
        translator=lambda *_: FakeTranslator(),
        synthesizer=lambda *_: FakeSynthesizer(),
        models=lambda _: (),
    )
    models = Models(None, backends)
    session = Session(SessionOptions(language="en", target="es", speaks=True))
    events = list(run_inline(session, models, samples))
    models.close()
    return events


def shape(events: list[Event]) -> dict[str, object]:
    """All that whoever is behind the session can see of what was said in the end."""
    transcripts = [event for event in events if isinstance(event, TranscriptUpdate)]
    translations = [event for event in events if isinstance(event, TranslationUpdate)]
    texts = [event.committed for event in transcripts if event.is_final]
    translated = [event.committed for event in translations if event.is_final]
    return {
        "utterances": [event.segment_id for event in transcripts if event.is_final],
        "translated": [text.upper() for text in texts] == translated,
        "spoken": " ".join(event.text for event in events if isinstance(event, SpeechAudio)) == " ".join(translated),
        "live": any(event.unconfirmed for event in transcripts),
        "committed early": any(event.committed for event in transcripts if not event.is_final),
        "kinds": {type(event).__name__ for event in events},
    }


def test_nothing_behind_a_session_knows_which_kind_recognises(speech: Recordings) -> None:
    silence = np.zeros(16_000, np.float32)
    samples = np.concatenate((speech("en-00"), silence, speech("en-01"), silence))
    stream = FakeStreamRecognizer()
    by_windows, by_stream = heard(FakeRecognizer(), samples), heard(stream, samples)
    assert shape(by_stream) == shape(by_windows)
    assert all(shape(by_stream).values())
    for events in (by_windows, by_stream):
        committed: dict[int, str] = {}
        for event in events:
            if isinstance(event, TranscriptUpdate):
                assert event.committed.startswith(committed.get(event.segment_id, ""))
                committed[event.segment_id] = event.committed
    assert all(one.is_closed for one in stream.streams)
    assert stream.is_closed


def test_each_sample_of_an_utterance_is_handed_on_once(speech: Recordings) -> None:
    stream = FakeStreamRecognizer()
    events = heard(stream, np.concatenate((speech("en-00"), np.zeros(16_000, np.float32))))
    final = next(event for event in events if isinstance(event, TranscriptUpdate) and event.is_final)
    (only,) = stream.streams
    assert len(only.chunks) > 3, "while it was spoken"
    assert sum(only.chunks) == pytest.approx((final.end - final.start) * 16_000, abs=1)


def test_a_stream_that_fails_keeps_what_was_shown_and_the_next_utterance_goes_on(speech: Recordings) -> None:
    silence = np.zeros(16_000, np.float32)
    samples = np.concatenate((speech("en-00"), silence, speech("en-01"), silence))
    error = BackendFailed(verbatim("The service does not answer; check the network."), recoverable=True)
    events = heard(FakeStreamRecognizer(fail_from=(1, error)), samples)
    assert [text_of(event) for event in events if isinstance(event, ErrorEvent)] == [text_of(error)]
    finals = [event for event in events if isinstance(event, TranscriptUpdate) and event.is_final]
    assert len(finals) == 1

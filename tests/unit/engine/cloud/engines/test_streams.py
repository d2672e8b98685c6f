"""Streams of every engine at a peer that answers at once what is known: finals in mid-stream, what is told on the way,
what is asked of the provider."""

import base64
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from desktop.engine.cloud.catalogue import ENGINES
from desktop.engine.recognition.backends.base import RecognitionRequest, SettlingStream
from tests.cloud_peers.engines import PATIENT, RECOGNIZERS, STREAMS, SYNTHESIZERS, TRANSLATORS, Engine
from tests.cloud_peers.faults import KEY
from tests.cloud_peers.google import LARGEST
from tests.cloud_peers.hearing import CodedEar, Powers, coded
from tests.waiting import wait_until

ENGLISH = RecognitionRequest("en")


@pytest.fixture(params=sorted(STREAMS))
def engine(request: pytest.FixtureRequest) -> Engine:
    return STREAMS[request.param]


@pytest.fixture
def peer(engine: Engine) -> Iterator[Any]:
    with engine.peer(Powers(CodedEar())) as peer:
        yield peer


@pytest.fixture
def recognizer(engine: Engine, peer: Any) -> Iterator[Any]:
    made = engine.make(engine.options(peer.port))
    made.load(lambda _: None)
    yield made
    made.close()


def texts(result: Any) -> list[str]:
    return [word.text for word in result.words]


def said(*numbers: int) -> list[str]:
    return [f"w{number}" for number in numbers]


def test_a_final_in_mid_stream_is_all_that_was_fed_and_more_follows(recognizer: Any) -> None:
    stream = recognizer.open(ENGLISH)
    assert isinstance(stream, SettlingStream)
    stream.feed(coded(range(4)), is_last=False)
    result = stream.settle()
    assert texts(result) == said(0, 1, 2, 3)
    assert result.committed == 4
    assert texts(stream.settle()) == said(0, 1, 2, 3), "nothing is asked again"
    stream.feed(coded(range(4, 7)), is_last=False)
    assert texts(stream.settle()) == said(*range(7))
    result = stream.feed(coded(range(7, 9)), is_last=True)
    assert texts(result) == said(*range(9))
    assert texts(stream.settle()) == said(*range(9)), "nor after the end"
    stream.close()


def test_an_utterance_without_sound_has_no_words(recognizer: Any) -> None:
    stream = recognizer.open(ENGLISH)
    assert stream.settle().words == ()
    assert stream.feed(np.zeros(0, np.float32), is_last=True).words == ()
    stream.close()


def test_silence_has_no_words(recognizer: Any) -> None:
    stream = recognizer.open(ENGLISH)
    assert stream.feed(np.zeros(16_000, np.float32), is_last=True).words == ()
    stream.close()


def test_the_first_words_come_before_the_end(recognizer: Any) -> None:
    stream = recognizer.open(ENGLISH)
    stream.feed(coded(range(6)), is_last=False)
    assert wait_until(lambda: stream.feed(np.zeros(0, np.float32), is_last=False).words)
    stream.close()


def test_several_streams_at_once_do_not_mix(recognizer: Any) -> None:
    streams = [recognizer.open(ENGLISH) for _ in range(4)]
    for at in range(3):
        for number, stream in enumerate(streams):
            stream.feed(coded([10 * number + at]), is_last=False)
    for number, stream in enumerate(streams):
        assert texts(stream.feed(np.zeros(0, np.float32), is_last=True)) == said(*(10 * number + at for at in range(3)))
        stream.close()


def test_a_stream_of_a_recogniser_that_is_closed_fails(recognizer: Any) -> None:
    stream = recognizer.open(ENGLISH)
    recognizer.close()
    stream.close()
    from desktop.engine.errors import BackendFailed

    with pytest.raises(BackendFailed):
        recognizer.open(ENGLISH)


def test_threads_end_with_the_engine(engine: Engine, peer: Any) -> None:
    made = engine.make(engine.options(peer.port))
    made.load(lambda _: None)
    stream = made.open(ENGLISH)
    stream.feed(coded(range(3)), is_last=False)
    assert any(one.name.startswith("parley-cloud") for one in threading.enumerate())
    made.close()
    assert wait_until(lambda: not [one for one in threading.enumerate() if one.name.startswith("parley-cloud")])


# What is asked.


def test_google_is_asked_for_languages_phrases_and_interim_results() -> None:
    engine = STREAMS["google"]
    with engine.peer(Powers(CodedEar())) as peer:
        made = engine.make(engine.options(peer.port))
        made.load(lambda _: None)
        vocabulary = f"Kraków, Parley;  New   York\n, Parley, {'x' * 200}"
        for request in (
            RecognitionRequest("nl", vocabulary=vocabulary),
            RecognitionRequest(None, ("en", "es")),
            RecognitionRequest(None, ("en", "es", "de", "fr")),
            RecognitionRequest(None),
        ):
            made.open(request).feed(coded(range(2)), is_last=True)
        made.close()
        named, two, four, none = peer.configs[-4:]
        assert list(named.config.language_codes) == ["nl-NL"]
        phrases = named.config.adaptation.phrase_sets[0].inline_phrase_set.phrases
        assert [phrase.value for phrase in phrases] == ["Kraków", "Parley", "New York"]
        assert list(two.config.language_codes) == ["en-US", "es-ES"]
        assert list(four.config.language_codes) == list(none.config.language_codes) == ["auto"]
        assert named.streaming_features.interim_results
        assert named.config.features.enable_word_time_offsets


def test_no_message_is_larger_than_the_provider_takes(recognizer: Any, engine: Engine) -> None:
    """Google's peer refuses larger ones."""
    stream = recognizer.open(ENGLISH)
    samples = coded(range(40))
    assert len(samples) * 2 > 10 * LARGEST
    assert texts(stream.feed(samples, is_last=True)) == said(*range(40))
    stream.close()


def test_deepgram_is_asked_not_to_train_with_it() -> None:
    engine = STREAMS["deepgram"]
    with engine.peer(Powers(CodedEar())) as peer:
        made = engine.make(engine.options(peer.port))
        made.load(lambda _: None)
        for candidates in (("en", "es"), ("sv", "en"), ()):
            made.open(RecognitionRequest(None, candidates, vocabulary="Parley")).feed(coded(range(2)), is_last=True)
        made.close()
        assert [one["language"] for one in peer.asked[-3:]] == ["multi", "sv", "multi"]
        assert peer.asked[-1]["mip_opt_out"] == "true"
        assert peer.asked[-1]["keyterm"] == "Parley"


# What nobody needs to know.

ALL = {
    f"{stage}-{key}": one
    for stage, group in (("hears", RECOGNIZERS), ("translates", TRANSLATORS), ("speaks", SYNTHESIZERS))
    for key, one in group.items()
}


@pytest.mark.parametrize("name", sorted(ALL))
def test_no_header_tells_of_this_machine(name: str) -> None:
    import platform

    engine = ALL[name]
    with engine.peer(Powers(CodedEar())) as peer:
        made = engine.make(engine.options(peer.port))
        if name.startswith("hears"):
            made.load(lambda _: None)
        elif name.startswith("translates"):
            made.load("en", "es", lambda _: None)
        else:
            made.load("en", "", lambda _: None)
        made.close()
        headers = peer.metadata if hasattr(peer, "metadata") else peer.headers
        told = json.dumps(headers).lower()
    assert platform.release().lower() not in told
    assert platform.node().lower() not in told
    assert f"python/{platform.python_version()}" not in told
    assert platform.python_version() not in told
    assert platform.machine().lower() not in told


def test_no_library_is_imported_before_it_is_used() -> None:
    """Only the files of the engines are."""
    modules = (
        "recognition.backends.cloud.{google,openai,realtime,deepgram} translation.backends.cloud.{google,deepl,"
        "libretranslate} speech.backends.cloud.{google,openai}"
    )
    names = [
        f"desktop.engine.{group.partition('{')[0]}{one}"
        for group in modules.replace("} ", "}|").split("|")
        for one in group.partition("{")[2].rstrip("}").split(",")
    ]
    assert len(names) == 9
    libraries = ["deepgram", "deepl", "google", "grpc", "httpx", "openai"]
    code = (
        f"import sys, importlib\nfor name in {names!r}: importlib.import_module(name)\n"
        f"print([one for one in {libraries!r} if one in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_library_that_is_missing_says_how_to_install_it(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    from desktop.engine.cloud.errors import CloudFailed, Failure
    from desktop.messages import text_of

    for name in [name for name in sys.modules if name.partition(".")[0] in ("openai", "deepgram")]:
        monkeypatch.delitem(sys.modules, name)
    for name in ("openai", "deepgram", "google.oauth2", "google.cloud.speech_v2.services.speech.transports"):
        monkeypatch.setitem(sys.modules, name, None)
    made = engine.make(engine.options(1))
    with pytest.raises(CloudFailed) as caught:
        made.load(lambda _: None)
    assert caught.value.kind is Failure.LIBRARY
    assert f"parley engines install {ENGINES[engine.key].extra}" in text_of(caught.value)


def test_the_key_is_in_no_repr_and_not_kept_after_closing(engine: Engine, peer: Any) -> None:
    options = engine.options(peer.port, timeouts=PATIENT)
    made = engine.make(options)
    made.load(lambda _: None)
    assert KEY not in repr(options)
    made.close()
    encoded = base64.b64encode(KEY.encode()).decode()
    for text in (repr(vars(made)), repr(made)):
        assert KEY not in text
        assert encoded not in text

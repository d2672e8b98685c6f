"""A stream as a recogniser of windows."""

from desktop.engine.cloud.catalogue import FREE
from desktop.engine.cloud.guard import Guard, Rules
from desktop.engine.cloud.meter import Meter
from desktop.engine.cloud.spending import Spending
from desktop.engine.events import Word
from desktop.engine.recognition.backends.base import RecognitionRequest, StreamResult
from desktop.engine.recognition.backends.guarded import StreamWindows, _Following, _window
from desktop.engine.requests import Stage
from tests.fakes import FakeStream, FakeStreamRecognizer

ENGLISH = RecognitionRequest("en")


def test_it_says_that_it_tells_what_it_heard_and_takes_windows() -> None:
    rules = Rules(Spending(None), lambda: 1.0, lambda: False, lambda: False)
    guard = Guard("one", Meter("one", "One", Stage.RECOGNITION, FREE), rules)
    able = StreamWindows(FakeStreamRecognizer(), guard, "one").capabilities
    assert able.tells_heard
    assert not able.follows_stream
    assert able.needs_network


def test_settled_words_may_be_committed_at_first_sight_and_open_ones_are_as_sure_as_the_engine_says() -> None:
    words = tuple(Word(f"w{n}", n * 0.5, n * 0.5 + 0.4, 0.6) for n in range(4))
    following = _Following(FakeStream("en"), "en", 0.0)
    following.result = StreamResult("en", words, committed=2)
    found = _window(following, 0, 32_000, ENGLISH).words
    assert [word.probability >= 0.9 for word in found] == [True, True, False, False]
    assert [word.text for word in found] == ["w0", "w1", "w2", "w3"]
    later = _window(following, 8_000, 24_000, ENGLISH).words
    assert [(word.text, word.start) for word in later] == [("w1", 0.0), ("w2", 0.5), ("w3", 1.0)]

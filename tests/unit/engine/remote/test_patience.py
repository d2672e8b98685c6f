"""How long an answer is waited for."""

import numpy as np
import pytest

from desktop.engine.recognition.backends.base import RecognitionRequest
from desktop.engine.recognition.work import Decode
from desktop.engine.remote.patience import MORE, Patience
from desktop.engine.remote.wire import Work
from desktop.engine.speech.work import Speak
from desktop.engine.translation.work import LoadTranslation, Translate, TranslateSpeech


def decode(seconds: float, *, is_final: bool = False, is_thorough: bool = False) -> Decode:
    request = RecognitionRequest("en", is_final=is_final, is_thorough=is_thorough)
    return Decode(np.zeros(int(16_000 * seconds), np.float32), request, 0.0)


def test_live_work_leaves_the_local_model_time_within_two_seconds() -> None:
    patience = Patience()
    patience.expect(0.2)
    for seconds in (1.0, 5.0):
        assert patience.limit(decode(seconds)) == pytest.approx(MORE + 0.2)
        assert patience.limit(decode(seconds, is_final=True)) <= 1.7
    for _ in range(20):
        patience.took(decode(3.0), 0.1)
    assert patience.limit(decode(3.0)) == pytest.approx(MORE + 0.1)
    assert patience.limit(decode(10.0)) == pytest.approx(MORE + 0.2)


def test_the_slowest_of_the_latest_counts_and_is_forgotten() -> None:
    patience = Patience()
    patience.took(decode(5.0), 0.9)
    patience.took(decode(5.0), 0.1)
    assert patience.limit(decode(5.0)) == pytest.approx(MORE + 0.9)
    for _ in range(16):
        patience.took(decode(5.0), 0.1)
    assert patience.limit(decode(5.0)) == pytest.approx(MORE + 0.1)


def test_however_slow_the_server_live_work_is_not_waited_for_for_ever() -> None:
    patience = Patience()
    patience.took(decode(5.0), 60.0)
    assert patience.limit(decode(20.0)) == 5.0


def test_what_can_wait_is_waited_for() -> None:
    patience = Patience()
    assert patience.limit(decode(25.0, is_thorough=True)) > 30
    assert patience.limit(LoadTranslation("en", "es")) == 10
    assert patience.limit(Speak(0, "", "es", is_last=True)) == 10
    patience.took(LoadTranslation("en", "es"), 9.0)
    assert patience.limit(Translate("a", "en", "es", "", True)) <= 3


@pytest.mark.parametrize(
    "work",
    [
        Translate("Where is the beach?", "en", "es", "", True),
        TranslateSpeech(np.zeros(16_000, np.float32), "es", "en", ""),
        Speak(0, "Hola", "es", is_last=True),
    ],
)
def test_each_kind_is_measured_by_itself(work: Work) -> None:
    patience = Patience()
    patience.took(decode(1.0), 3.0)
    before = patience.limit(work)
    assert MORE < before <= 4.0
    patience.took(work, 0.1)
    assert patience.limit(work) == pytest.approx(MORE + 0.1)

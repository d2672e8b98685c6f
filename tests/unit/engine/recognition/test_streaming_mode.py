"""When utterances are streamed and when they are buffered, and what the user is told of it."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.engine.errors import BackendFailed, DecodeHung, EngineError, GraphicsCardFailed, ModelMissing
from desktop.engine.events import ErrorEvent
from desktop.engine.message import verbatim
from desktop.engine.options import SessionOptions
from desktop.engine.recognition.streaming_mode import Mode, ModeSwitch, may_be_streaming
from desktop.messages import text_of

AUTO = SessionOptions(breaker_failures=2, breaker_recovery=30.0)


class Desk:
    """A switch, its clock, and what it told."""

    def __init__(self, settings: SessionOptions = AUTO) -> None:
        self.now = 0.0
        self.told: list[ErrorEvent] = []
        self.switch = ModeSwitch(settings, self.told.append, lambda: self.now)
        self.switch.begin()

    @property
    def codes(self) -> list[str]:
        return [event.code for event in self.told]

    def fail(self, error: Exception | None = None) -> None:
        self.switch.failed(error or RuntimeError("boom"))
        self.switch.made_good()


def test_one_failure_is_made_good_and_streaming_goes_on() -> None:
    desk = Desk()
    desk.fail()
    assert desk.switch.streams
    assert desk.switch.has_failed
    assert desk.switch.mode is Mode.STREAMING
    assert desk.codes == ["stumbled"]
    desk.switch.begin()
    assert not desk.switch.has_failed


def test_failures_change_to_buffered_and_the_pause_back_each_told_once() -> None:
    desk = Desk()
    desk.fail()
    desk.fail(DecodeHung(verbatim("It stood still.")))
    assert not desk.switch.streams
    assert desk.switch.mode is Mode.BUFFERED
    desk.now = 29
    desk.switch.begin()
    assert not desk.switch.streams
    desk.now = 31
    assert not desk.switch.streams, "a running utterance stays as it is"
    desk.switch.begin()
    assert desk.switch.streams
    assert desk.switch.mode is Mode.BUFFERED, "it is only tried"
    desk.switch.succeeded()
    desk.switch.succeeded()
    assert desk.switch.mode is Mode.STREAMING
    assert desk.codes == ["stumbled", "buffered", "streaming"]
    assert text_of(desk.told[1]) == (
        "Live recognition stood still, so text appears only when you pause; live text is tried again after 30 seconds."
    )


def test_a_trial_that_fails_is_no_change() -> None:
    desk = Desk()
    desk.fail()
    desk.fail()
    desk.now = 31
    desk.switch.begin()
    desk.fail()
    assert not desk.switch.streams
    assert desk.codes == ["stumbled", "buffered"]


def test_that_nothing_is_lost_is_said_only_once_it_is_true() -> None:
    desk = Desk()
    desk.switch.failed(RuntimeError("boom"))
    assert desk.told == []
    desk.switch.made_good()
    assert desk.codes == ["stumbled"]


@pytest.mark.parametrize(("mode", "streams"), [("streaming", True), ("buffered", False)])
def test_what_the_user_fixed_stays(mode: str, streams: bool) -> None:
    desk = Desk(replace(AUTO, mode=mode))
    for _ in range(5):
        desk.fail()
        assert desk.switch.streams is streams
    desk.switch.begin()
    assert desk.switch.streams is streams
    assert desk.switch.mode == mode
    assert desk.codes == ["stumbled"]


def test_choosing_auto_again_begins_anew() -> None:
    desk = Desk()
    desk.fail()
    desk.fail()
    desk.switch.configure(replace(AUTO, mode="streaming"))
    assert desk.switch.streams
    assert desk.switch.mode is Mode.STREAMING
    desk.switch.configure(AUTO)
    assert desk.switch.streams


def test_another_recogniser_has_not_failed_yet() -> None:
    desk = Desk()
    desk.fail()
    desk.fail()
    desk.switch.reset()
    desk.switch.begin()
    assert desk.switch.streams
    assert desk.switch.mode is Mode.STREAMING


@pytest.mark.parametrize(
    ("error", "what"),
    [
        (MemoryError(), "ran out of memory"),
        (RuntimeError("CUDA failed with error out of memory"), "ran out of memory"),
        (DecodeHung(verbatim("It stood still.")), "stood still"),
        (ValueError("boom"), "failed"),
    ],
)
def test_the_reason_is_named_and_nothing_of_the_error_itself(error: Exception, what: str) -> None:
    wrapped = BackendFailed(verbatim("The model failed."))
    wrapped.__cause__ = error
    for one in (error, *([] if isinstance(error, DecodeHung) else [wrapped])):
        desk = Desk()
        desk.fail(one)
        assert f"Live recognition {what} for a moment" in text_of(desk.told[0])
        assert "boom" not in text_of(desk.told[0])


def test_a_missing_model_is_not_streaming_s_fault() -> None:
    assert may_be_streaming(RuntimeError())
    assert may_be_streaming(MemoryError())
    assert may_be_streaming(GraphicsCardFailed(verbatim("It failed.")))
    assert not may_be_streaming(ModelMissing(verbatim("Install one.")))
    assert not may_be_streaming(EngineError(verbatim("Something.")))


@given(st.lists(st.tuples(st.sampled_from(["begin", "fail", "succeed"]), st.integers(0, 20)), max_size=80))
def test_every_change_is_told_once_and_the_mode_never_lies(history: list[tuple[str, int]]) -> None:
    desk = Desk()
    for what, pause in history:
        desk.now += pause
        before, told = desk.switch.mode, len(desk.told)
        if what == "begin":
            desk.switch.begin()
        elif desk.switch.streams:
            if what == "fail":
                desk.fail()
            else:
                desk.switch.succeeded()
        changes = [event.code for event in desk.told[told:] if event.code != "stumbled"]
        assert changes == ([] if desk.switch.mode == before else [str(desk.switch.mode)])

"""What the status line says."""

from dataclasses import replace

import pytest

from desktop.engine.events import Metrics, ModelProgress, SourceOpened, State, StateChanged, TranscriptUpdate
from desktop.engine.message import Message
from desktop.ui.main.status import Status, clock, latency_words


def metrics(spoken_queue: float = 0.0) -> Metrics:
    return Metrics({}, {}, 0.0, 0, "", "", "", spoken_queue)


def listening() -> Status:
    return Status().after_state(StateChanged(State.LOADING)).after_state(StateChanged(State.LISTENING))


def test_each_state_has_words_and_a_shape_of_its_own() -> None:
    states = [
        Status(),
        Status().after_state(StateChanged(State.LOADING)),
        listening(),
        listening().after_metrics(metrics(1.0)),
        listening().after_error("fallback", "Basic English is used.", is_fatal=False),
        Status().after_state(StateChanged(State.STOPPING)),
        Status().after_state(StateChanged(State.FAILED)),
    ]
    words = [one.words for one in states]
    assert words == ["Ready", "Loading 0 %", "Listening", "Speaking", "Reduced", "Stopping", "Failed"]
    assert len({one.mark[0] for one in states}) == len(states)


def test_loading_is_the_mean_of_what_loads() -> None:
    status = Status().after_state(StateChanged(State.LOADING))
    status = status.after_progress(ModelProgress("recognition", "A", 0.5))
    status = status.after_progress(ModelProgress("translation", "B", 0.0))
    assert status.words == "Loading 25 %"


def test_a_computer_that_is_too_slow_is_told_until_it_keeps_up() -> None:
    slow = listening().after_metrics(replace(metrics(), pace=(Message("reduced-to-sentences"),)))
    assert slow.words == "Reduced"
    assert slow.reason == "This computer is too slow for everything that is set: whole sentences only."
    assert slow.after_metrics(metrics()).words == "Listening"


def test_a_failure_says_what_to_do() -> None:
    status = listening().after_error("device-missing", "Plug in the microphone.", is_fatal=True)
    status = status.after_state(StateChanged(State.FAILED))
    assert (status.words, status.reason) == ("Failed", "Plug in the microphone.")


def test_live_text_that_is_back_ends_reduced() -> None:
    status = Status("listening").after_error("buffered", "Text appears only when you pause.", is_fatal=False)
    assert status.words != "Listening"
    assert status.after_error("streaming", "Live recognition works again.", is_fatal=False).words == "Listening"


def test_sound_that_is_back_ends_reduced() -> None:
    status = listening().after_error("device-lost", "The headset is gone.", is_fatal=False)
    assert status.reason == "The headset is gone."
    assert status.after_error("resumed", "The sound is back.", is_fatal=False).words == "Listening"


def test_a_new_session_forgets_the_old_trouble() -> None:
    status = listening().after_error("fallback", "Basic English is used.", is_fatal=False)
    status = status.after_state(StateChanged(State.IDLE)).after_state(StateChanged(State.LOADING))
    assert status.after_state(StateChanged(State.LISTENING)).words == "Listening"


@pytest.mark.parametrize("state", [State.IDLE, State.FAILED, State.STOPPING])
def test_only_loading_and_listening_run(state: State) -> None:
    assert not Status().after_state(StateChanged(state)).is_running
    assert listening().is_running


def test_latency_in_a_fixed_order_with_one_decimal() -> None:
    assert latency_words({"translation": 0.24, "partial": 0.61}) == ["heard → shown 0.6 s", "translation 0.2 s"]


def heard(end: float) -> TranscriptUpdate:
    return TranscriptUpdate(0, 1, "en", "Hello.", "", (), 0.0, end, True)


def test_a_recording_tells_how_far_it_is() -> None:
    status = Status("loading").after_source(SourceOpened("file:/home/ana/talk.mp3", 100.0, 480.0))
    status = status.after_state(StateChanged(State.LOADING)).after_state(StateChanged(State.LISTENING))
    assert status.reason == "talk.mp3 · 0:00 of 8:00"
    assert status.after_heard(heard(230.0)).reason == "talk.mp3 · 2:10 of 8:00"
    assert status.after_heard(heard(230.0)).after_heard(heard(120.0)).position == 130.0
    unknown = status.after_source(SourceOpened("file:/dev/stdin", 0.0, None)).after_heard(heard(5.0))
    assert unknown.reason == "stdin · 0:05"
    assert status.after_source(SourceOpened("microphone:", 500.0)).after_heard(heard(510.0)).reason == ""
    assert status.after_state(StateChanged(State.IDLE)).reason == ""
    assert clock(3_725) == "1:02:05"

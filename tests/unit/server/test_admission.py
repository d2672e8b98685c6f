"""Who may speak on the server."""

from hypothesis import given
from hypothesis import strategies as st

from desktop.server.streams.admission import PARTIAL_EVERY, Admission


def test_the_first_may_always_speak_however_slow_the_machine() -> None:
    admission = Admission(1, 60.0)
    assert admission.may_speak("a", 0.0)
    assert not admission.may_speak("b", 0.0)
    assert admission.speaking == 1


def test_who_speaks_goes_on_when_the_machine_gets_slower() -> None:
    admission = Admission(2, 0.1)
    speakers = [str(number) for number in range(admission.most)]
    assert all(admission.may_speak(one, 0.0) for one in speakers)
    for _ in range(1000):
        admission.decoded(2.0, is_final=False)
    assert admission.most < len(speakers)
    assert all(admission.may_speak(one, 1.0) for one in speakers)
    assert not admission.may_speak("new", 1.0)


def test_room_is_made_by_silence_and_by_leaving() -> None:
    admission = Admission(1, 60.0)
    admission.may_speak("a", 0.0)
    admission.forget_silent(0.0)
    assert not admission.may_speak("b", 5.0)
    admission.forget_silent(1.0)
    assert admission.may_speak("b", 12.0)
    admission.left("b")
    admission.left("nobody")
    assert admission.may_speak("c", 12.0)


@given(st.integers(1, 16), st.floats(0.001, 5.0))
def test_what_is_planned_fits_into_the_workers(workers: int, seconds: float) -> None:
    most = Admission(workers, seconds).most
    assert most == 1 or most * seconds / PARTIAL_EVERY < workers


def test_slower_decodings_let_fewer_speak() -> None:
    admission = Admission(2, 0.1)
    before = admission.most
    for _ in range(200):
        admission.decoded(0.4, is_final=False)
        admission.decoded(0.8, is_final=True)
    assert admission.most < before


def test_speakers_of_other_gateways_count() -> None:
    admission = Admission(2, 0.1)
    admission.elsewhere = admission.most
    assert not admission.may_speak("a", 0.0)
    admission.elsewhere -= 1
    assert admission.may_speak("a", 0.0)
    assert not admission.may_speak("b", 0.0)
    assert admission.speaks("a")


def test_who_comes_from_a_gateway_that_died_goes_on_there_where_he_is_still_counted() -> None:
    admission = Admission(workers=1, seconds=0.2)
    admission.elsewhere = admission.most  # those of the gateway that is not known to be gone
    assert not admission.may_speak("another", 1.0)
    admission.came("mover", 1.0)
    assert admission.may_speak("mover", 1.1)
    admission.forget_silent(2.0)
    assert not admission.may_speak("mover", 3.0)


def test_an_outage_is_not_taken_for_slow_decoding_but_a_slow_machine_is() -> None:
    admission = Admission(workers=2, seconds=0.05)
    before = admission.most
    for _ in range(4):  # whose answers waited until Redis was back
        admission.decoded(5.0, is_final=False)
    assert admission.most >= before / 2
    for _ in range(100):
        admission.decoded(1.0, is_final=False)
        admission.decoded(1.5, is_final=True)
    assert admission.most <= 2

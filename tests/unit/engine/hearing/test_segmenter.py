"""Where utterances begin and end, and that no sample is lost or doubled."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.engine.events import SAMPLE_RATE, Samples, SpeechSegment
from desktop.engine.hearing.segmenter import Segmenter, SegmenterState
from desktop.engine.options import VoiceOptions

FRAME = 512
SECOND = SAMPLE_RATE / FRAME
"""frames"""


class Stream:
    """Pushes frames whose samples count up, so that each segment shows which samples it holds."""

    def __init__(self, segmenter: Segmenter) -> None:
        self.segmenter = segmenter
        self.segments: list[SpeechSegment] = []
        self.position = 0

    def push(self, seconds: float, is_speech: bool, probability: float | None = None) -> list[SpeechSegment]:
        new: list[SpeechSegment] = []
        for _ in range(round(seconds * SECOND)):
            new += self.push_frame(is_speech, probability)
        return new

    def push_frame(self, is_speech: bool, probability: float | None = None) -> list[SpeechSegment]:
        samples = np.arange(self.position, self.position + FRAME, dtype=np.float32)
        self.position += FRAME
        chance = probability if probability is not None else float(is_speech)
        new = self.segmenter.push(samples, is_speech, chance)
        self.segments += new
        return new

    def flush(self) -> list[SpeechSegment]:
        new = self.segmenter.flush()
        self.segments += new
        return new

    @property
    def finals(self) -> list[SpeechSegment]:
        return [segment for segment in self.segments if segment.is_final]


def stream(step: float = 0.3, **changes: float) -> Stream:
    return Stream(Segmenter(VoiceOptions(**changes), step))


def check(segments: list[SpeechSegment]) -> None:
    """What holds for every sequence of segments."""
    done: set[int] = set()
    end_of_last = 0.0
    for segment in segments:
        assert segment.segment_id not in done
        assert len(segment.samples) > 0
        assert_consecutive(segment.samples)
        assert segment.start == pytest.approx(segment.samples[0] / SAMPLE_RATE)
        assert segment.end == pytest.approx((segment.samples[-1] + 1) / SAMPLE_RATE)
        assert segment.start >= end_of_last
        assert segment.start <= segment.speech_end <= segment.end
        assert not (segment.is_pause and segment.is_final)
        if segment.is_final:
            assert segment.segment_id == len(done)
            done.add(segment.segment_id)
            end_of_last = segment.end


def assert_consecutive(samples: Samples) -> None:
    assert np.array_equal(samples, np.arange(samples[0], samples[0] + len(samples), dtype=np.float32))


def test_silence_gives_nothing() -> None:
    flow = stream()
    assert flow.push(10, False) == []
    assert flow.flush() == []
    assert flow.segmenter.state is SegmenterState.INACTIVE


def test_one_utterance() -> None:
    flow = stream()
    flow.push(2, False)
    flow.push(1.5, True)
    assert flow.segmenter.state is SegmenterState.ACTIVE
    flow.push(1, False)
    check(flow.segments)
    (final,) = flow.finals
    assert final.start == pytest.approx(1.5, abs=0.04)  # half a second before the onset, not the whole ring
    assert final.end == pytest.approx(4.0, abs=0.04)  # with the hangover
    assert flow.segmenter.state is SegmenterState.INACTIVE


def test_snapshots_come_every_step_while_somebody_speaks() -> None:
    flow = stream(step=0.5)
    flow.push(1, False)
    flow.push(3, True)
    ends = [segment.end for segment in flow.segments]
    assert not flow.finals
    assert len(ends) == 5
    assert all(later - earlier >= 0.5 for earlier, later in pairwise(ends))


def test_the_first_snapshots_of_each_utterance_come_sooner() -> None:
    flow = Stream(Segmenter(VoiceOptions(), 0.8, 0.3))
    for _ in range(2):
        before = len(flow.segments)
        flow.push(1, False)
        flow.push(4, True)
        ends = [segment.end for segment in flow.segments[before:] if not segment.is_final and not segment.is_pause]
        gaps = [later - earlier for earlier, later in pairwise(ends)]
        assert gaps[0] == pytest.approx(0.32, abs=0.01)
        assert gaps[1:] == pytest.approx([0.8] * len(gaps[1:]), abs=0.01)
        assert len(gaps) > 2


def test_a_snapshot_comes_at_once_when_silence_begins() -> None:
    flow = stream(step=5)
    flow.push(1, True)
    assert flow.segments == []
    (snapshot,) = flow.push_frame(False)
    assert not snapshot.is_final
    assert flow.segmenter.state is SegmenterState.SILENCE
    assert flow.push(0.3, False) == []


def test_a_pause_shows_before_the_vote_says_so_and_once() -> None:
    flow = stream(step=5)
    flow.push(1, True)
    spoken = flow.position
    assert flow.push_frame(True, probability=0.2) == []
    (pause,) = flow.push_frame(True, probability=0.1)
    assert pause.is_pause
    assert not pause.is_final
    assert pause.speech_end == pytest.approx(spoken / SAMPLE_RATE)
    assert flow.push(0.1, True, probability=0.1) == []
    assert flow.push(0.3, False) == []
    flow.push(0.1, True)
    (again,) = flow.push(0.1, False)
    assert again.is_pause
    assert again.speech_end > pause.speech_end
    (final,) = flow.push(1, False)
    assert final.speech_end == again.speech_end
    assert not final.is_pause


def test_a_look_that_is_due_waits_for_what_a_breath_turns_out_to_be() -> None:
    """Else the words of a pause, which are wanted at once, wait for a look that has nothing new to see."""
    reference = stream(step=0.32)
    reference.push(1, False)
    due = next(count for count in range(1, 100) if reference.push_frame(True))
    for goes_on in (False, True):
        flow = stream(step=0.32)
        flow.push(1, False)
        for _ in range(due - 1):
            assert flow.push_frame(True) == []
        assert flow.push_frame(True, probability=0.2) == []
        (look,) = flow.push_frame(True, probability=0.9 if goes_on else 0.2)
        assert look.is_pause is not goes_on


def test_who_speaks_so_low_that_one_detector_hears_nothing_is_looked_at_too() -> None:
    flow = stream(step=0.5)
    flow.push(1, True)
    flow.segments.clear()
    flow.push(5, True, probability=0.2)
    looks = [one for one in flow.segments if not one.is_pause]
    assert 4 <= len(looks) <= 5


def test_a_whole_sentence_ends_after_less_silence() -> None:
    flow = stream(early_end=0.2, hangover=1)
    flow.push(1, True)
    (pause,) = flow.push_frame(False)
    flow.segmenter.settle(pause.segment_id, pause.speech_end)
    (final,) = flow.push(0.5, False)
    assert final.is_final
    assert final.speech_end == pause.speech_end
    assert final.end - final.speech_end == pytest.approx(0.2, abs=0.033)
    assert flow.push(1, False) == []
    flow.push(1, True)
    flow.push(1.1, False)
    check(flow.segments)
    assert [one.segment_id for one in flow.finals] == [0, 1]


def test_who_goes_on_is_not_cut() -> None:
    flow = stream(early_end=0.2, hangover=1)
    flow.push(1, True)
    (pause,) = flow.push_frame(False)
    flow.push(0.2, True)
    flow.segmenter.settle(pause.segment_id, pause.speech_end)
    flow.push(0.9, False)
    assert not flow.finals
    flow.segmenter.settle(7, flow.segments[-1].speech_end)
    flow.push_frame(False)
    assert not flow.finals


def test_no_early_end_when_it_is_off() -> None:
    flow = stream(early_end=0, hangover=1)
    flow.push(1, True)
    (pause,) = flow.push_frame(False)
    flow.segmenter.settle(pause.segment_id, pause.speech_end)
    flow.push(0.9, False)
    assert not flow.finals


@pytest.mark.parametrize(("level", "is_sound"), [(0.001, False), (0.02, False), (0.2, True)])
def test_a_sound_after_the_pause_may_be_the_rest_of_a_word(level: float, is_sound: bool) -> None:
    """0.5: speech; 0.001: the room; 0.02: breath; 0.2: a late consonant that the detector does not know for speech."""
    segmenter = Segmenter(VoiceOptions(early_end=0.2, hangover=0.5), 0.3)
    frames = [(0.5, 1.0)] * 30 + [(0.001, 0.1)] * 2 + [(level, 0.1)] + [(0.001, 0.1)] * 20
    segments: list[SpeechSegment] = []
    for loudness, probability in frames:
        new = segmenter.push(np.full(FRAME, loudness, np.float32), probability > 0.5, probability)
        segments += new
        for one in new:
            if one.is_pause:
                segmenter.settle(one.segment_id, one.speech_end)
    (pause,) = [one for one in segments if one.is_pause]
    (final,) = [one for one in segments if one.is_final]
    assert (final.speech_end > pause.speech_end) is is_sound
    assert (final.end - pause.speech_end > 0.4) is is_sound


def test_a_short_pause_does_not_end_the_utterance() -> None:
    flow = stream()
    flow.push(1, True)
    flow.push(0.4, False)
    flow.push(1, True)
    assert flow.segmenter.state is SegmenterState.ACTIVE
    flow.push(1, False)
    assert len(flow.finals) == 1
    check(flow.segments)


def test_a_click_opens_nothing() -> None:
    flow = stream(onset=0.2)
    for _ in range(20):
        flow.push(0.1, True)
        flow.push(0.2, False)
    assert flow.segments == []


def test_lead_in_holds_nothing_of_the_utterance_before() -> None:
    flow = stream(hangover=0.1)
    flow.push(1, True)
    flow.push(0.16, False)
    flow.push(1, True)
    flow.push(1, False)
    first, second = flow.finals
    assert second.start == pytest.approx(first.end)  # everything since, though less than the lead-in
    check(flow.segments)


def test_without_preroll_the_utterance_begins_at_its_onset() -> None:
    flow = stream(preroll=0)
    flow.push(3, False)
    flow.push(1, True)
    flow.push(1, False)
    assert flow.finals[0].start == pytest.approx(3, abs=0.04)


def test_too_long_is_split_where_speech_is_least_likely() -> None:
    flow = stream(max_segment=5)
    flow.push(3.5, True)
    dip = flow.position
    flow.push(0.1, True, probability=0.6)
    flow.push(6, True)
    flow.push(1, False)
    check(flow.segments)
    first = flow.finals[0]
    assert dip <= first.samples[-1] <= dip + 4 * FRAME
    assert len(flow.finals) >= 2
    for earlier, later in pairwise(flow.finals):
        assert later.start == pytest.approx(earlier.end)


def test_too_long_is_split_where_it_is_quietest_when_all_is_speech() -> None:
    segmenter = Segmenter(VoiceOptions(max_segment=5), 0.3)
    segments: list[SpeechSegment] = []
    for index in range(200):
        level = 0.001 if index == 110 else 0.5
        segments += segmenter.push(np.full(FRAME, level, np.float32), True, 1.0)
    final = next(segment for segment in segments if segment.is_final)
    assert final.samples[-1] == pytest.approx(0.001)


def test_flush_ends_a_running_utterance() -> None:
    flow = stream()
    flow.push(1, True)
    (final,) = flow.flush()
    assert final.is_final
    assert final.end == pytest.approx(flow.position / SAMPLE_RATE)
    assert flow.flush() == []


def test_settings_change_while_running() -> None:
    flow = stream(hangover=3)
    flow.push(1, True)
    flow.push(0.3, False)
    flow.segmenter.configure(VoiceOptions(hangover=0.1), 0.3)
    flow.push_frame(False)
    assert len(flow.finals) == 1


def test_reset_starts_from_zero() -> None:
    flow = stream()
    flow.push(2, True)
    flow.segmenter.reset()
    assert flow.segmenter.time == 0
    assert flow.flush() == []


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(1, 60), st.booleans(), st.floats(0, 1)),
        max_size=25,
    ),
    st.sampled_from([0.0, 0.2, 1.0, 5.0]),
    st.sampled_from([0.1, 0.5, 2.0]),
    st.sampled_from([0.1, 0.3, 2.0]),
    st.sampled_from([0.0, 0.1, 0.2, 1.0]),
    st.data(),
)
def test_nothing_is_lost_or_doubled(
    runs: list[tuple[int, bool, float]],
    preroll: float,
    hangover: float,
    step: float,
    early_end: float,
    data: st.DataObject,
) -> None:
    """Whatever is said, and whoever takes whatever for whole, however late."""
    flow = stream(step, preroll=preroll, hangover=hangover, max_segment=5, early_end=early_end)
    spoken: list[int] = []
    for count, is_speech, probability in runs:
        for _ in range(count):
            before = flow.position
            flow.push_frame(is_speech, probability)
            if flow.segmenter.state is not SegmenterState.INACTIVE:
                spoken.append(before)
        if flow.segments and data.draw(st.booleans()):
            one = data.draw(st.sampled_from(flow.segments[-5:]))
            flow.segmenter.settle(one.segment_id, one.speech_end)
    flow.flush()
    check(flow.segments)
    held = {int(sample) for final in flow.finals for sample in final.samples[::FRAME]}
    assert set(spoken) <= held
    assert sum(len(final.samples) for final in flow.finals) == len(held) * FRAME
    assert all(len(final.samples) <= 5 * SAMPLE_RATE + FRAME for final in flow.finals)


def test_each_snapshot_knows_where_voice_was_heard() -> None:
    heard = stream(onset=0.1)
    heard.push(1.0, False)
    heard.push(0.96, True, 0.9)
    heard.push(0.32, True, 0.2)
    heard.push(0.64, True, 0.9)
    heard.push(1.0, False)
    (final,) = heard.finals
    assert [(round(begin, 2), round(end, 2)) for begin, end in final.voiced] == [(0.99, 1.95), (2.27, 2.91)]
    assert all(begin >= final.start and end <= final.end for begin, end in final.voiced)
    assert heard.segments[0].voiced[-1][1] == pytest.approx(heard.segments[0].speech_end)

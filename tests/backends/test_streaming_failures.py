"""Failures of streaming on real speech: text comes all the same, soon, and holds every word of a buffered decoding."""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from desktop.engine.events import SAMPLE_RATE, Samples, SpeechSegment, TranscriptUpdate
from desktop.engine.hearing.hearing import FRAME
from desktop.engine.hearing.segmenter import Segmenter
from desktop.engine.hearing.voice_activity import SpeechDetector
from desktop.engine.options import SessionOptions, VoiceOptions
from desktop.engine.recognition.backends.base import RecognitionRequest
from desktop.engine.recognition.backends.fallback import FallbackRecognizer
from desktop.engine.recognition.settling.stabilizer import normalized
from desktop.engine.recognition.streaming_mode import Mode
from desktop.engine.recognition.whisper.recognizer import WhisperRecognizer
from desktop.system.paths import RESOURCES
from tests.fakes import Failing
from tests.recognition_desk import Plan, RecognitionDesk, check_one_final

MODEL = RESOURCES / "starter" / "whisper"
SETTINGS = SessionOptions(language="en")
BUFFERED = RecognitionRequest("en", is_final=True, is_buffered=True)
SOON = 10.0
"""seconds from a failure to text, on a machine that does much else; a quiet one needs a fifth"""


@pytest.fixture(scope="module")
def whisper() -> Iterator[WhisperRecognizer]:
    recognizer = WhisperRecognizer(MODEL)
    recognizer.load(lambda _: None)
    yield recognizer
    recognizer.close()


@pytest.fixture(scope="module")
def utterances(speech: Callable[[str], Samples]) -> list[list[SpeechSegment]]:
    """The snapshots of each utterance of the first half minute of a talk, a second apart."""
    settings = VoiceOptions()
    detector, segmenter = SpeechDetector(settings), Segmenter(settings, step=1.0)
    found: list[SpeechSegment] = []
    audio = speech("stream-en")[: 32 * SAMPLE_RATE]
    for at in range(0, len(audio) - FRAME + 1, FRAME):
        frame = audio[at : at + FRAME]
        found += segmenter.push(frame, *detector.detect(frame))
    found += segmenter.flush()
    ids = sorted({segment.segment_id for segment in found})
    return [[segment for segment in found if segment.segment_id == one] for one in ids]


class Desk(RecognitionDesk):
    """The recognition stage on the starter model, behind what Parley puts around every recogniser."""

    def __init__(self, plan: Plan, settings: SessionOptions = SETTINGS) -> None:
        super().__init__(
            WhisperRecognizer(MODEL),
            plan,
            settings,
            lambda one, notify: FallbackRecognizer([("whisper", lambda: one)], notify),
        )

    def say(self, utterance: list[SpeechSegment]) -> TranscriptUpdate:
        """Its snapshots, one after the other; gives back the final."""
        first = len(self.shown)
        for segment in utterance:
            self.hear(segment)
        updates = self.transcripts[first:]
        check_one_final(updates)
        return updates[-1]

    def waits(self) -> list[float]:
        """Seconds from the beginning of each failing decode to the next text."""
        times = [at for at, _ in self.shown]
        return [min(at for at in times if at > failed) - failed for failed in self.failing.failed_at]


@pytest.fixture
def desk() -> Iterator[Callable[..., Desk]]:
    made: list[Desk] = []

    def make(plan: Plan, settings: SessionOptions = SETTINGS) -> Desk:
        made.append(Desk(plan, settings))
        return made[-1]

    yield make
    for one in made:
        one.close()


def missing(final: TranscriptUpdate, whisper: WhisperRecognizer, segment: SpeechSegment) -> list[str]:
    """Words of the buffered decoding of the same audio that the final text has not, or not as often."""
    wanted = [normalized(word.text) for word in whisper.transcribe(segment.samples, BUFFERED).words]
    assert wanted
    return list((Counter(wanted) - Counter(normalized(word) for word in final.committed.split())).elements())


@pytest.mark.parametrize("seed", range(3))
def test_random_failures_cost_no_word(
    desk: Callable[..., Desk], whisper: WhisperRecognizer, utterances: list[list[SpeechSegment]], seed: int
) -> None:
    chance = random.Random(seed)
    failed: set[int] = set()
    running = -1

    def plan(_: int, request: RecognitionRequest) -> Failing | None:
        if request.is_buffered or chance.random() > 0.3:
            return None
        failed.add(running)
        return chance.choice(("raise", "memory"))

    one = desk(plan, replace(SETTINGS, breaker_failures=100))
    for running, utterance in enumerate(utterances):
        final = one.say(utterance)
        if running in failed:
            assert missing(final, whisper, utterance[-1]) == []
    assert len(failed) >= 2
    assert max(one.waits()) < SOON
    assert set(one.codes) == {"stumbled"}


@pytest.mark.parametrize("at", [0, 2, 5])
def test_a_hang_is_given_up_soon_and_costs_no_word(
    desk: Callable[..., Desk], whisper: WhisperRecognizer, utterances: list[list[SpeechSegment]], at: int
) -> None:
    one = desk(lambda call, _: "hang" if call == at else None)
    # Whole utterances up to the hang, and what comes behind it while it still hangs.
    for utterance in utterances[:3]:
        hung = bool(one.failing.failed_at)
        final = one.say(utterance)
        if one.failing.failed_at:
            assert missing(final, whisper, utterance[-1]) == []
        if hung:
            break
    assert len(one.waits()) == 1
    assert one.waits()[0] < SOON
    assert one.recognition.mode == Mode.BUFFERED, "what still hangs fails again"


def test_streaming_comes_back_after_the_pause(
    desk: Callable[..., Desk], whisper: WhisperRecognizer, utterances: list[list[SpeechSegment]]
) -> None:
    is_broken = True
    one = desk(
        lambda _, request: "memory" if is_broken and not request.is_buffered else None,
        replace(SETTINGS, breaker_failures=1),
    )
    assert missing(one.say(utterances[0]), whisper, utterances[0][-1]) == []
    assert one.recognition.mode == Mode.BUFFERED
    is_broken = False
    one.skip(SETTINGS.breaker_recovery)
    before = len(one.shown)
    one.say(utterances[1])
    assert len(one.shown) - before > 1, "words came while it was spoken"
    assert one.recognition.mode == Mode.STREAMING
    assert one.codes == ["buffered", "streaming"]

"""What a reader's client is told."""

import pytest

from desktop.practice.feedback import PassageFeedback, WordFeedback, WordStatus
from desktop.server.protocols.native.messages import BadMessage
from desktop.server.protocols.recite import messages

HEARD = WordFeedback(0, "One", WordStatus.CORRECT, "one", 0.1, 0.4, 0.9)
WAITS = WordFeedback(1, "two", WordStatus.PENDING)
MORE = WordFeedback(1, "", WordStatus.EXTRA, "well", 0.5, 0.6, 0.8)


def test_every_word_that_is_decided_is_told() -> None:
    told = messages.partial_result(
        "one well",
        PassageFeedback((HEARD, WAITS), (MORE,), 1),
        None,
        messages.latency(0.2, 0.1),
        queue_depth=1,
        is_busy=False,
    )
    assert [(one["index"], one["status"], one["heard"]) for one in told["word_feedback"]] == [
        (0, "correct", "one"),
        (1, "extra", "well"),
    ]
    assert told["latency_ms"] == {"buffer_ms": 200, "inference_ms": 100, "total_ms": 300}
    assert (told["partial_transcript"], told["position"], told["queue_depth"]) == ("one well", 1, 1)


def test_or_only_what_has_changed() -> None:
    before = PassageFeedback((HEARD, WAITS), (MORE,), 1)
    wrong = WordFeedback(1, "two", WordStatus.WRONG, "too", 0.7, 0.9, 0.6)
    told = messages.partial_result(
        "", PassageFeedback((HEARD, wrong), (MORE,), 2), before, messages.latency(0, 0), queue_depth=0, is_busy=True
    )
    assert [(one["index"], one["status"]) for one in told["word_feedback"]] == [(1, "wrong")]
    assert told["server_busy"] is True


def test_an_end_without_verification_says_the_way_out() -> None:
    told = messages.final_result_error("failed", "It failed.", PassageFeedback((HEARD, WAITS)))
    assert told["type"] == "final_result_error"
    assert "/verify" in told["way_out"]
    assert [one["status"] for one in told["word_feedback"]] == ["correct", "pending"]
    assert messages.latency(0, 0, "failed")["error"] == "failed"


def test_what_a_client_may_say() -> None:
    assert isinstance(messages.read('{"type": "stop"}'), messages.Stop)
    assert messages.read('{"type": "move_to", "index": 3}') == messages.MoveTo(type="move_to", index=3)
    for wrong in ("", "{}", "[]", '{"type": "go"}', '{"type": "move_to"}', '{"type": "move_to", "index": "3"}', "\x00"):
        with pytest.raises(BadMessage):
            messages.read(wrong)

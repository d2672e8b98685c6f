"""Several decodings at a time on one model."""

from desktop.engine.pool.recognizers import Recognizers


class _Recognizer:
    def __init__(self) -> None:
        self.closed = 0

    def close(self) -> None:
        self.closed += 1


def test_each_is_lent_to_one_and_made_when_needed() -> None:
    made: list[_Recognizer] = []

    def another() -> _Recognizer:
        made.append(_Recognizer())
        return made[-1]

    first = _Recognizer()
    recognizers = Recognizers(first, another)  # type: ignore[arg-type]
    with recognizers.borrowed() as one:
        assert one is first
    with recognizers.borrowed() as one, recognizers.borrowed() as other:
        assert {id(one), id(other)} == {id(first), id(made[0])}
    assert len(made) == 1
    recognizers.close()
    assert first.closed == made[0].closed == 1


def test_what_is_lent_is_closed_when_it_comes_back() -> None:
    first = _Recognizer()
    recognizers = Recognizers(first, _Recognizer)  # type: ignore[arg-type]
    with recognizers.borrowed():
        recognizers.close()
        recognizers.close()
        assert first.closed == 0
    assert first.closed == 1

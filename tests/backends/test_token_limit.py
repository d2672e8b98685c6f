"""A decode may write as many tokens as its limit says: CTranslate2 counts its own limit in another way."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from desktop.engine.events import Samples
from desktop.engine.recognition.whisper import result_checks
from desktop.engine.recognition.whisper.decoder import WhisperDecoder
from desktop.engine.recognition.whisper.shared_models import Terms, lease
from desktop.system.paths import RESOURCES


@pytest.fixture(scope="module")
def decoder() -> Iterator[WhisperDecoder]:
    held = lease(Terms(RESOURCES / "starter" / "whisper", "cpu", "int8", 1), lambda _: None, None)
    yield WhisperDecoder(held.whisper, "transcribe")
    held.release()


def written(decoder: WhisperDecoder, samples: Samples, limit: int, **options: Any) -> list[int]:
    encoded = decoder.encode(samples, 3000, None)
    return decoder.generate(encoded, "en", limit=limit, beam_size=1, **options).tokens


@pytest.mark.parametrize("before", ["", "Good morning, everybody. Where is the train station?"])
def test_a_text_that_needs_just_its_limit_is_whole(
    decoder: WhisperDecoder, speech: Callable[[str], Samples], before: str
) -> None:
    samples = speech("stream-en")[: 16_000 * 8]
    whole = written(decoder, samples, 200, before=before)
    assert len(whole) > 12
    for limit in (len(whole) + 1, len(whole) + 5):
        assert written(decoder, samples, limit, before=before) == whole


def test_no_window_promises_more_than_whisper_can_write() -> None:
    assert result_checks.most_tokens(16_000 * 30, "bn") <= 224
    assert result_checks.most_tokens(16_000 * 5, "en") == 48

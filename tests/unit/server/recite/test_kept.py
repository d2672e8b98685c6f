"""Readings that wait for their readers."""

import asyncio

from desktop.engine.events import Word
from desktop.server.protocols.recite.kept import TTL, KeptHere, KeptReading, KeptWord


def test_a_reading_waits_for_ten_minutes_since_it_was_kept() -> None:
    asyncio.run(waiting())


async def waiting() -> None:
    now = 0.0
    kept = KeptHere(lambda: now)
    reading = KeptReading(
        owner="a", wanted={"text": "One."}, words=(KeptWord.of(Word("One.", 0.1, 0.4, 0.9)),), seconds=1.5
    )
    await kept.put("x", reading)
    await kept.put("y", reading)
    now = TTL - 1
    await kept.put("y", reading)
    assert await kept.get("x") == reading
    now = TTL
    assert await kept.get("x") is None
    assert await kept.get("y") == reading
    await kept.forget("y")
    await kept.forget("z")
    assert await kept.get("y") is None


def test_it_is_the_same_after_having_been_written() -> None:
    reading = KeptReading(owner="", wanted={"surah": 1}, words=(KeptWord.of(Word("é", 0.1, 0.4, 0.9)),), seconds=2.0)
    again = KeptReading.model_validate_json(reading.model_dump_json())
    assert again == reading
    assert again.words[0].word == Word("é", 0.1, 0.4, 0.9)

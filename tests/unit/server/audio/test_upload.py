"""A whole file, as clients of the REST interface send it."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from threading import Event

import numpy as np
import pytest

from desktop.engine.audio.sources.media import Media
from desktop.engine.errors import AudioError
from desktop.engine.events import Samples
from desktop.server.audio import upload
from desktop.server.audio.upload import hear_file
from tests.unit.server.audio.recordings import CONTAINERS, indexed_mp4, recorded


def heard(path: Path) -> tuple[Samples, float]:
    pieces: list[Samples] = []

    async def hear(samples: Samples) -> None:
        pieces.append(samples)

    seconds = asyncio.run(hear_file(path, "song.mp3", hear))
    return np.concatenate(pieces), seconds


@pytest.mark.parametrize("container", [*CONTAINERS, "indexed"])
def test_each_format_is_heard_as_the_command_line_hears_it(container: str, tmp_path: Path) -> None:
    path = tmp_path / "upload"
    path.write_bytes(indexed_mp4(3.0) if container == "indexed" else recorded(container, 3.0))
    samples, seconds = heard(path)
    assert np.array_equal(samples, np.concatenate(list(Media(path).pieces())))
    assert seconds == len(samples) / 16_000 == pytest.approx(3, abs=0.1)


@pytest.mark.parametrize(
    ("key", "data"), [("file-empty", b""), ("file-no-media", b"<html>"), ("file-without-audio", recorded("wav")[:44])]
)
def test_errors_name_the_file_as_the_client_does(key: str, data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "upload"
    path.write_bytes(data)
    with pytest.raises(AudioError) as error:
        heard(path)
    assert error.value.message.key == key
    assert error.value.message.parameters == {"path": "song.mp3"}


def test_a_client_that_leaves_while_a_piece_is_decoded_closes_nothing_under_the_decoder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "upload"
    path.write_bytes(recorded("webm", 3.0))
    decoding, leave = Event(), Event()
    order: list[str] = []

    class Slow(Media):
        def pieces(self) -> Iterator[Samples]:
            for piece in super().pieces():
                decoding.set()
                assert leave.wait(20)
                yield piece
            order.append("decoded")

        def close(self) -> None:
            order.append("closed")
            super().close()

    monkeypatch.setattr(upload, "Media", Slow)

    async def hear(samples: Samples) -> None:
        raise AssertionError

    async def listen() -> None:
        hearing = asyncio.ensure_future(hear_file(path, "song.mp3", hear))
        await asyncio.to_thread(decoding.wait, 20)
        hearing.cancel()
        await asyncio.sleep(0)
        assert not hearing.done()
        leave.set()
        with pytest.raises(asyncio.CancelledError):
            await hearing

    asyncio.run(listen())
    assert order[-1] == "closed"
    assert order.count("closed") == 1

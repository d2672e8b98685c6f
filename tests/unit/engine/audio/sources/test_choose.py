import pytest

from desktop.engine.audio.sources.choose import source_for
from desktop.engine.errors import AudioError
from tests.raising import raises


@pytest.mark.parametrize(
    "source_id", ["microphone:", "microphone:a:b", "loopback:", "loopback:x.monitor", "file:/a:b.wav"]
)
def test_the_source_keeps_the_id(source_id: str) -> None:
    source = source_for(source_id)
    assert source.id == source_id
    assert source.is_live is not source_id.startswith("file:")
    assert source.label


@pytest.mark.parametrize("source_id", ["", "microphone", "file:", "camera:x", "http://x", "pushed:"])
def test_anything_else_is_refused_in_a_sentence(source_id: str) -> None:
    with raises(AudioError, match="is not something to listen to"):
        source_for(source_id)

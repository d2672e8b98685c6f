"""Where a server is, as users write it."""

import pytest

from desktop.engine.errors import EngineAway
from desktop.engine.remote import address
from desktop.messages import text_of


@pytest.mark.parametrize(
    ("written", "url", "label"),
    [
        ("http://127.0.0.1:5026/", "ws://127.0.0.1:5026/work", "127.0.0.1:5026"),
        ("ws://localhost:7000", "ws://localhost:7000/work", "localhost:7000"),
        ("localhost", "ws://localhost:5026/work", "localhost:5026"),
        ("http://[::1]:5026", "ws://[::1]:5026/work", "[::1]:5026"),
        (" cellar ", "wss://cellar:5026/work", "cellar:5026"),
        ("cellar:6000", "wss://cellar:6000/work", "cellar:6000"),
        ("https://cellar:5026/", "wss://cellar:5026/work", "cellar:5026"),
        ("https://parley.example/captions/", "wss://parley.example:443/captions/work", "parley.example:443"),
        ("WSS://parley.example/work", "wss://parley.example:443/work", "parley.example:443"),
    ],
)
def test_addresses(written: str, url: str, label: str) -> None:
    found = address.read(written)
    assert (found.url, found.label) == (url, label)
    assert found.is_secure == url.startswith("wss")


@pytest.mark.parametrize(
    "written",
    ["", "   ", "http://", "ftp://cellar", "http://cellar:99999999", "https://user:secret@cellar", "https://[", "a b",
     "https://cellar/?token=a", "https://cellar/#room", "file:///etc/passwd"],
)  # fmt: skip
def test_what_is_no_address_is_refused_in_a_sentence(written: str) -> None:
    with pytest.raises(EngineAway) as caught:
        address.read(written)
    assert "https://cellar:5026" in text_of(caught.value)


@pytest.mark.parametrize("written", ["http://cellar:5026", "ws://192.168.1.5:5026"])
def test_sound_goes_over_no_network_unprotected(written: str) -> None:
    with pytest.raises(EngineAway) as caught:
        address.read(written)
    assert "https://" in text_of(caught.value)

"""The proxy's password comes from the keyring, and only the client in memory ever sees it."""

import base64
import logging
from collections.abc import Iterator
from pathlib import Path

import httpx2
import keyring
import keyring.backends.fail
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.engine.errors import DownloadError, DownloadRefused
from desktop.engine.models.downloads import Downloads
from desktop.engine.models.downloads.network.proxy import with_password
from desktop.settings.declaration import ModelSettings
from desktop.system import secrets
from tests.kept_keyring import KeptKeyring
from tests.model_server import ModelServer
from tests.proxy_server import ProxyServer, proxied
from tests.raising import raises
from tests.unit.engine.models.downloads.conftest import SHORT

PASSWORD = "pä:ss@w/ord %41#?"
HUB = "http://hub.invalid"


@pytest.fixture(autouse=True)
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A keyring of the test's own; its file."""
    before = keyring.get_keyring()
    monkeypatch.setenv("KEPT_KEYRING", str(tmp_path / "keyring.json"))
    keyring.set_keyring(KeptKeyring())
    yield tmp_path / "keyring.json"
    keyring.set_keyring(before)


@pytest.fixture
def proxy(server: ModelServer) -> Iterator[ProxyServer]:
    with proxied(server.address.removeprefix("http://"), "ann", PASSWORD) as running:
        yield running


def downloads(proxy: ProxyServer, *, user: str = "ann@", hub: str = HUB) -> Downloads:
    return Downloads(ModelSettings(hub=(hub,), proxy=f"http://{user}{proxy.place}"), patience=SHORT)


def test_a_model_comes_through_the_proxy_with_the_kept_password(
    home: Path, server: ModelServer, proxy: ProxyServer, kept: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    secrets.set(secrets.PROXY, PASSWORD)
    model = downloads(proxy).pull(server.add_whisper(pinned=True))
    assert model.path == home / "whisper" / "small"
    assert set(proxy.hosts) == {"hub.invalid"}
    assert 407 not in proxy.statuses
    header = base64.b64encode(f"ann:{PASSWORD}".encode()).decode()
    assert not [form for form in ("w/ord", "w%2Ford", header) if form in caplog.text]
    for file in home.parent.rglob("*"):
        if file.is_file() and file != kept and file.stat().st_size < 1_000_000:
            assert b"w/ord" not in file.read_bytes()
            assert b"w%2Ford" not in file.read_bytes()


@pytest.mark.parametrize("hub", [HUB, "https://hub.invalid"])
@pytest.mark.parametrize("wrong", [None, "guess"])
def test_a_proxy_that_refuses_is_one_sentence_that_says_what_to_do(
    home: Path, server: ModelServer, proxy: ProxyServer, hub: str, wrong: str | None
) -> None:
    if wrong:
        secrets.set(secrets.PROXY, wrong)
    with raises(DownloadRefused, match=r"parley config secret set proxy`\.$"):
        downloads(proxy, hub=hub).pull(server.add_whisper(pinned=True))
    assert proxy.statuses
    assert set(proxy.statuses) == {407}
    assert len(proxy.statuses) == 1  # a password does not become right by trying again
    assert not (home / "whisper").exists()


def test_a_tunnel_gets_the_password_too(home: Path, server: ModelServer, proxy: ProxyServer) -> None:
    secrets.set(secrets.PROXY, PASSWORD)
    with raises(DownloadError, match=r"does not let Parley reach hub\.invalid"):
        downloads(proxy, hub="https://hub.invalid").pull(server.add_whisper(pinned=True))
    assert set(proxy.statuses) == {502}


def test_without_a_keyring_it_goes_on_without_a_password(home: Path, server: ModelServer, proxy: ProxyServer) -> None:
    keyring.set_keyring(keyring.backends.fail.Keyring())
    with raises(DownloadRefused, match="asks for a user name and a password"):
        downloads(proxy).pull(server.add_whisper(pinned=True))
    assert proxy.statuses == [407]


@pytest.mark.parametrize(
    "address", ["", "http://proxy:8080", "http://ann:own@proxy:8080", "http://ann:@proxy", "nonsense", "http://[x@y"]
)
def test_only_a_user_without_a_password_gets_the_kept_one(address: str) -> None:
    secrets.set(secrets.PROXY, "kept")
    assert with_password(address) == address


@given(st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=30))
def test_any_password_reaches_the_client_as_it_is(password: str) -> None:
    secrets.set(secrets.PROXY, password)
    made = httpx2.Proxy(with_password("http://a%40nn@proxy:8080"))
    assert made.auth == ("a@nn", password)
    assert str(made.url) == "http://proxy:8080"
    assert httpx2.Proxy(with_password("socks5://ann@[::1]:1080")).auth == ("ann", password)

"""What the app's engine hears from a file, shared: a browser here and a program in the network read along."""

import json
import ssl
import threading
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
from playwright.sync_api import expect
from websockets.exceptions import InvalidStatus
from websockets.typing import Origin

from desktop.app.sharing_thread import SharingThread
from desktop.engine.audio.sources.file import FileSource
from desktop.engine.engine import Engine
from desktop.engine.events import TranscriptUpdate
from desktop.engine.text.compare import normalized_words
from desktop.settings.declaration import Settings
from desktop.system import paths
from desktop.ui.sharing.state import SharingState, Who
from tests.conftest import TEST_AUDIO
from tests.end2end.web_browser import Watched, browser
from tests.tls_sockets import Line
from tests.waiting import wait_until

LONG = 60_000


class Sharing:
    """The engine of the app and the thread that shares what it hears; what the window would show of it."""

    def __init__(self, who: Who) -> None:
        settings = {
            "recognition": {"model": "starter", "language": "en", "device": "cpu"},
            "translation": {"target": "es"},
        }
        self.engine = Engine(Settings.model_validate(settings))
        self.finals: dict[int, str] = {}
        self.engine.subscribe(self._heard)
        self.states = [SharingState()]
        self.thread = SharingThread(who, 0, self.engine.subscribe, self.states.append)
        self._running = threading.Thread(target=self.engine.run, daemon=True)

    def __enter__(self) -> "Sharing":
        self._running.start()
        self.thread.start()
        assert wait_until(lambda: self.states[-1].shared or self.states[-1].problem, 60)
        assert self.states[-1].problem == ""
        return self

    def __exit__(self, *_: object) -> None:
        self.thread.end()
        self.thread.join(20)
        self.engine.close()
        self._running.join(20)
        assert self.states[-1] == SharingState()
        assert not self.thread.is_alive()

    def play(self, name: str) -> None:
        """Hear a recording as it is spoken."""
        self.engine.start(FileSource(TEST_AUDIO / f"{name}.flac", realtime=True))

    def _heard(self, event: object) -> None:
        if isinstance(event, TranscriptUpdate) and event.is_final:
            self.finals[event.segment_id] = event.final_text


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paths, "server_dir", lambda: tmp_path / "server")


def test_a_browser_reads_along_through_stop_and_start() -> None:
    with browser(TEST_AUDIO / "en-00.flac") as chromium, Watched(chromium) as reader, Sharing("computer") as sharing:
        shared = sharing.states[-1].shared
        assert shared is not None
        reader.page.goto(shared.link)
        expect(reader.page.locator("#state")).to_have_attribute("data-kind", "good", timeout=LONG)
        assert sharing.states[-1].followers == 1
        assert not reader.page.locator("#nav-speak").is_visible()
        lines = reader.page.locator("#lines li.final")
        for name in ("en-00", "en-01"):
            before = len(sharing.finals)
            sharing.play(name)
            assert wait_until(lambda: len(sharing.finals) > before, 60)  # noqa: B023
            expect(lines).to_have_count(len(sharing.finals), timeout=LONG)
            sharing.engine.stop()
        read = " ".join(reader.page.locator("#lines .original").all_inner_texts())
        assert normalized_words(read) == normalized_words(" ".join(sharing.finals.values()))
        assert reader.page.locator("#lines .translation").count() > 0
        sharing.thread.end()
        expect(reader.page.locator("#state")).to_have_attribute("data-kind", "off", timeout=LONG)
        assert reader.problems == []


def test_in_the_network_it_is_encrypted_and_the_code_is_needed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    here = [one.address for there in psutil.net_if_addrs().values() for one in there if one.family.name == "AF_INET"]
    address = next((one for one in here if not one.startswith("127.")), None)
    if address is None:
        pytest.skip("this computer is in no network")
    monkeypatch.setattr("desktop.server.http.networks.network_address", lambda: address)
    with Sharing("network") as sharing:
        shared = sharing.states[-1].shared
        assert shared is not None
        assert shared.url.startswith(f"https://{address}:")
        with pytest.raises(httpx.TransportError):
            httpx.get(shared.url.replace("https", "http"))
        known = ssl.create_default_context(cafile=str(tmp_path / "server" / "tls.crt"))
        with httpx.Client(verify=known, headers={"origin": shared.url.rstrip("/")}) as client:
            assert client.get(f"{shared.url}metrics").status_code == 404
            assert client.post(f"{shared.url}room", json={"room": "AAAA-AAAA"}).status_code == 404
            cookie = client.post(f"{shared.url}room", json={"room": shared.code}).headers["set-cookie"]
        line = shared.url.replace("https", "wss") + "follow"
        with pytest.raises(InvalidStatus, match="401"), Line(line, ssl=known):
            pass
        page = Origin(shared.url.rstrip("/"))
        with Line(line, ssl=known, additional_headers={"cookie": cookie.partition(";")[0]}, origin=page) as one:
            one.send(json.dumps({"type": "follow", "room": shared.code}))
            assert json.loads(one.recv(timeout=20)) == {"type": "following"}
            sharing.play("en-00")
            found: dict[str, Any] = {}
            while not found.get("is_final"):
                found = json.loads(one.recv(timeout=60))
            assert found["text"] == sharing.finals[int(found["segment_id"])]

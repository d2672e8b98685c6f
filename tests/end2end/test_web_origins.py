"""Pages of other origins in a real browser: those that the server allows use what it answers, others do not."""

import base64
import json
import os
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from desktop.engine.text.compare import normalized_words
from tests.command_line import run_parley
from tests.conftest import TEST_AUDIO
from tests.end2end.web_browser import Watched, browser
from tests.serving import Server
from tests.tls_sockets import Line

RECORDING = "en-08"

# What a page's script sees of an answer; `blocked`: the browser does not show it any.
ASK = """
async ([url, options, file]) => {
    if (file) {
        const bytes = Uint8Array.from(atob(file), (one) => one.charCodeAt(0));
        options.body = new FormData();
        options.body.append("file", new Blob([bytes]), "speech.flac");
        options.body.append("model", "whisper-1");
        options.body.append("language", "en");
    }
    try {
        const answer = await fetch(url, options);
        return { status: answer.status, body: await answer.json(), trace: answer.headers.get("x-trace-id") };
    } catch (error) {
        return { blocked: String(error) };
    }
}
"""
FOLLOW = """
(url) => new Promise((resolve) => {
    const socket = new WebSocket(url);
    socket.onopen = () => socket.send(JSON.stringify({ type: "follow" }));
    socket.onmessage = (event) => resolve(JSON.parse(event.data).type);
    socket.onclose = socket.onerror = () => resolve("refused");
})
"""


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def site(folder: Path) -> Iterator[str]:
    """Another web site: its origin."""
    (folder / "index.html").write_text("<!doctype html><link rel=icon href=data:,><title>Elsewhere</title>")
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder))) as one:
        thread = threading.Thread(target=one.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{one.server_port}"
        one.shutdown()
        thread.join(10)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser(TEST_AUDIO / "unused.wav") as one:
        yield one


def test_pages_of_allowed_origins_use_the_server_and_others_do_not(
    chromium: Browser, tmp_path: Path, manifest: dict[str, dict[str, Any]]
) -> None:
    place = {f"XDG_{name}_HOME": str(tmp_path / name.lower()) for name in ("CONFIG", "DATA", "CACHE", "STATE")}
    own = {**os.environ, **place}
    made = run_parley(["tokens", "create", "page", "--scope", "speak"], own)
    (token,) = re.findall(r"parley_\S+", made.stdout)
    speech = base64.b64encode((TEST_AUDIO / f"{RECORDING}.flac").read_bytes()).decode()
    with (
        site(tmp_path) as friend,
        site(tmp_path) as stranger,
        Server("--origin", friend, environment=own) as server,
        Watched(chromium) as allowed,
        Watched(chromium) as other,
        Line(server.socket_url, additional_headers={"Authorization": f"Bearer {token}"}) as speaker,
    ):
        allowed.page.goto(friend)
        other.page.goto(stranger)

        def asked(who: Watched, path: str, file: str = "", **options: Any) -> Any:
            return who.page.evaluate(ASK, [f"{server.url}{path}", options, file])

        bearer = {"authorization": f"Bearer {token}", "x-stainless-lang": "js"}
        heard = asked(allowed, "v1/audio/transcriptions", speech, method="POST", headers=bearer)
        assert heard["status"] == 200
        assert normalized_words(heard["body"]["text"])[:3] == normalized_words(manifest[RECORDING]["text"])[:3]
        assert heard["trace"]
        languages = asked(allowed, "languages", headers=bearer)
        assert {one["code"] for one in languages["body"]["sources"]} >= {"en"}
        refused = asked(allowed, "languages")
        assert refused["status"] == 401
        assert refused["body"]["error"]["code"] == "token-missing"
        # A cookie alone is not for pages of others, whoever they are.
        assert "blocked" in asked(allowed, "languages", credentials="include")

        for way in ({"headers": bearer}, {}, {"credentials": "include"}):
            assert "blocked" in asked(other, "languages", **way), way
            assert "blocked" in asked(other, "health", **way), way
        assert "blocked" in asked(other, "v1/audio/transcriptions", speech, method="POST", headers=bearer)

        speaker.send(json.dumps({"type": "share"}))
        shared: dict[str, str] = {}
        while shared.get("type") != "shared":
            shared = json.loads(speaker.recv(timeout=60))
        body = json.dumps({"room": shared["room"]})
        follow = f"{server.socket_url}follow"
        for who, is_allowed in ((other, False), (allowed, True)):
            answer = asked(who, "room", method="POST", body=body, credentials="include")
            assert ("blocked" in answer) is not is_allowed, answer
            assert who.page.evaluate(FOLLOW, follow) == ("following" if is_allowed else "refused")
        assert server.end() == 0

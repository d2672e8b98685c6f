"""What the tests of the page share: a browser whose microphone plays a recording, a line that can be cut, a tape of
what a page plays."""

import base64
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from desktop.engine.events import Samples

CHROMIUM = "/usr/bin/chromium"

# Taps what any AudioContext of the page sends to its speakers.
_TAPE = """
(() => {
    const connect = AudioNode.prototype.connect;
    window.tape = { rate: 0, pieces: [] };
    AudioNode.prototype.connect = function (target, ...rest) {
        if (target instanceof AudioDestinationNode && !this.isTap) {
            const context = this.context;
            context.tap ??= (() => {
                const tap = context.createScriptProcessor(4096, 1, 1);
                tap.isTap = true;
                tap.onaudioprocess = (event) => {
                    window.tape.pieces.push(event.inputBuffer.getChannelData(0).slice());
                };
                window.tape.rate = context.sampleRate;
                connect.call(tap, target);
                return tap;
            })();
            connect.call(this, context.tap);
        }
        return connect.call(this, target, ...rest);
    };
})();
"""
_PLAYED = """
() => {
    const all = new Float32Array(window.tape.pieces.reduce((sum, one) => sum + one.length, 0));
    let at = 0;
    for (const one of window.tape.pieces) {
        all.set(one, at);
        at += one.length;
    }
    let text = "";
    const bytes = new Uint8Array(all.buffer);
    for (let start = 0; start < bytes.length; start += 32768) {
        text += String.fromCharCode(...bytes.subarray(start, start + 32768));
    }
    return { rate: window.tape.rate, samples: btoa(text) };
}
"""


@contextmanager
def browser(microphone: Path) -> Iterator[Browser]:
    """Chromium; its microphone plays this WAV once, each time that a page opens it."""
    with sync_playwright() as playwright:
        one = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=[
                "--use-fake-ui-for-media-stream",
                "--use-fake-device-for-media-stream",
                f"--use-file-for-fake-audio-capture={microphone}%noloop",
                "--autoplay-policy=no-user-gesture-required",
                "--no-sandbox",  # the tests may run as root
            ],
        )
        yield one
        one.close()


class Watched:
    """A page of a context of its own."""

    def __init__(self, browser: Browser, *, size: tuple[int, int] = (1280, 800), is_taped: bool = False) -> None:
        self.context = browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            permissions=["microphone"],
            reduced_motion="reduce",  # colours do not fade, so that their contrast is that of the end
        )
        self.page: Page = self.context.new_page()
        self.problems: list[str] = []
        """what went wrong on it"""
        self.addresses: list[str] = []
        """everything that it asked for"""
        self.page.on("request", lambda request: self.addresses.append(request.url))
        self.page.on("websocket", lambda line: self.addresses.append(line.url))
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))
        self.page.on("console", lambda one: self.problems.append(one.text) if one.type == "error" else None)
        if is_taped:
            self.page.add_init_script(_TAPE)

    def played(self) -> tuple[int, Samples]:
        """(Hz, samples) of all that came out of its speakers so far, silence before, between and behind included."""
        tape = self.page.evaluate(_PLAYED)
        return int(tape["rate"]), np.frombuffer(base64.b64decode(tape["samples"]), "<f4")

    def __enter__(self) -> "Watched":
        return self

    def __exit__(self, *_: object) -> None:
        self.context.close()


def violations(page: Page) -> list[str]:
    """What axe-core finds fault with."""
    found = Axe().run(page).response["violations"]
    return [
        f"{one['id']}: {node['target']}: {node.get('failureSummary', '')}" for one in found for node in one["nodes"]
    ]


class Relay:
    """A TCP line to a server. `mute` lets nothing through and tells nobody, as a phone without reception; `cut` ends
    every connection. A connection that is made while it is muted stays silent."""

    def __init__(self, port: int) -> None:
        self._target = port
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        self._open = threading.Event()
        self._open.set()
        self._pairs: list[socket.socket] = []
        self._is_over = False
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    def mute(self) -> None:
        self._open.clear()

    def unmute(self) -> None:
        """What was held back is lost with its connections."""
        self.cut()
        self._open.set()

    def cut(self) -> None:
        for one in self._pairs:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        self._pairs.clear()

    def close(self) -> None:
        self._is_over = True
        self._open.set()
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self.cut()
        for thread in self._threads:
            thread.join(10)

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listening.accept()
            except OSError:
                return
            far = socket.create_connection(("127.0.0.1", self._target))
            self._pairs += [near, far]
            for source, target in ((near, far), (far, near)):
                thread = threading.Thread(target=self._pass, args=(source, target))
                self._threads.append(thread)
                thread.start()

    def _pass(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError), source:
            while data := source.recv(65536):
                self._open.wait()
                target.sendall(data)
        with suppress(OSError):
            target.shutdown(socket.SHUT_RDWR)


class Sent:
    """What a page sends on each of its WebSockets, and is told there."""

    def __init__(self, page: Page) -> None:
        self._connections: list[tuple[list[bytes], list[str | bytes]]] = []
        page.on("websocket", self._opened)

    def _opened(self, connection: Any) -> None:
        audio: list[bytes] = []
        told: list[str | bytes] = []
        self._connections.append((audio, told))
        connection.on("framesent", lambda data: audio.append(data) if isinstance(data, bytes) else None)
        connection.on("framereceived", lambda data: told.append(data))

    def greeted(self) -> list[dict[str, Any]]:
        """`greeting`, `audio` (samples without headers) of each connection that got as far as that."""
        found = []
        for audio, told in self._connections:
            greetings = [json.loads(one) for one in told if isinstance(one, str) and '"hello"' in one]
            samples = b"".join(frame[4 + int.from_bytes(frame[:4], "little") :] for frame in audio)
            found += [{"greeting": greetings[0], "audio": samples}] if greetings else []
        return found

"""The way to a peer: a relay of TCP on a free port that can be cut, made slow, stand still or tell nonsense."""

import contextlib
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from tests.waiting import let_pass


class Relay:
    """to: port of this machine."""

    def __init__(self, to: int) -> None:
        self._to = to
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        self._lock = threading.Lock()
        self._flows = threading.Event()
        self._flows.set()
        self._ended = threading.Event()
        self.delay = 0.0
        """seconds that each piece takes"""
        self.is_garbled = False
        """what the peer says is replaced"""
        threading.Thread(target=self._accept, name="relay", daemon=True).start()

    def stall(self) -> None:
        """Nothing goes through any more; connections are still taken."""
        self._flows.clear()

    def flow(self) -> None:
        self._flows.set()

    def cut(self) -> None:
        """Every connection breaks."""
        with self._lock:
            pairs, self._pairs = self._pairs, []
        for pair in pairs:
            for one in pair:
                with contextlib.suppress(OSError):
                    one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                with contextlib.suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)
                one.close()

    def refuse(self) -> None:
        """Nobody listens any more."""
        with contextlib.suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()

    def end(self) -> None:
        self._ended.set()
        self._flows.set()
        self.refuse()
        self.cut()

    def _accept(self) -> None:
        while not self._ended.is_set():
            try:
                here, _ = self._listening.accept()
            except OSError:
                return
            try:
                there = socket.create_connection(("127.0.0.1", self._to))
            except OSError:  # the peer has ended
                here.close()
                continue
            with self._lock:
                self._pairs.append((here, there))
            if self._ended.is_set():
                self.cut()
                return
            for source, target, is_answer in ((here, there, False), (there, here, True)):
                threading.Thread(target=self._pass, args=(source, target, is_answer), name="relay", daemon=True).start()

    def _pass(self, source: socket.socket, target: socket.socket, is_answer: bool) -> None:
        try:
            while data := source.recv(1 << 16):
                self._flows.wait()
                if self.delay:
                    let_pass(self.delay)
                if is_answer and self.is_garbled:
                    data = b"\x00<html>nobody understands this</html>\r\n\r\n" * 4
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            pass


@contextmanager
def relayed(to: int) -> Iterator[Relay]:
    relay = Relay(to)
    try:
        yield relay
    finally:
        relay.end()

"""What a screen reader sees and hears of Parley: the accessibility bus as desktops have it, its events and its tree."""

import os
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Self

from jeepney import DBusAddress, MatchRule, Properties, message_bus, new_method_call
from jeepney.io.blocking import DBusConnection, open_dbus_connection

from tests.waiting import wait_until

_ACCESSIBLE = "org.a11y.atspi.Accessible"
_EVENTS = "org.a11y.atspi.Event."
_SHOWING = 1 << 25
"""the state of what is on the screen"""


@dataclass(frozen=True)
class Node:
    """An object of the tree."""

    bus: str
    path: str
    role: str
    name: str


@dataclass
class ScreenReaderDesk:
    """at-spi on the session bus that the environment names, a listener for its events, and a way through its tree.

    Programs that are started inside tell the bus everything."""

    announced: list[str] = field(default_factory=list)

    def __enter__(self) -> Self:
        self._programs: list[subprocess.Popen[bytes]] = []
        self._ends = threading.Event()
        self._spawn("/usr/libexec/at-spi-bus-launcher", "--launch-immediately")
        self._address = wait_until(self._find)
        assert self._address
        os.environ["AT_SPI_BUS_ADDRESS"] = self._address
        os.environ["QT_LINUX_ACCESSIBILITY_ALWAYS_ON"] = "1"
        self._spawn("/usr/libexec/at-spi2-registryd")
        self._asking = open_dbus_connection(self._address)
        listening = open_dbus_connection(self._address)
        registry = DBusAddress("/org/a11y/atspi/registry", "org.a11y.atspi.Registry", "org.a11y.atspi.Registry")
        register = new_method_call(registry, "RegisterEvent", "s", ("object:",))
        assert wait_until(lambda: _succeeds(listening, register))
        rule = MatchRule(type="signal", interface=f"{_EVENTS}Object")
        listening.send_and_get_reply(message_bus.AddMatch(rule))
        self._listener = threading.Thread(target=self._listen, args=(listening,), name="screen-reader")
        self._listener.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ends.set()
        self._listener.join(10)
        self._asking.close()
        for program in reversed(self._programs):
            program.terminate()
            program.wait(10)
        for name in ("AT_SPI_BUS_ADDRESS", "QT_LINUX_ACCESSIBILITY_ALWAYS_ON"):
            os.environ.pop(name, None)

    def application(self, process: int) -> Node:
        """The root of the program with this process id."""

        def find() -> Node | None:
            root = Node("org.a11y.atspi.Registry", "/org/a11y/atspi/accessible/root", "", "")
            found = [one for one in self.children(root) if self._process_of(one.bus) == process]
            return found[0] if found else None

        found = wait_until(find)
        assert found is not None
        return found

    def children(self, node: Node) -> list[Node]:
        """What it holds; nothing once it is gone."""
        called = DBusAddress(node.path, node.bus, _ACCESSIBLE)
        found = []
        for bus, path in self._ask(new_method_call(called, "GetChildren")) or ():
            if path.endswith("/null"):
                continue
            child = DBusAddress(path, bus, _ACCESSIBLE)
            role = self._ask(new_method_call(child, "GetRoleName"))
            name = self._ask(Properties(child).get("Name"))
            if role is not None and name is not None:
                found.append(Node(bus, path, role, name[1]))
        return found

    def walk(self, node: Node) -> Iterator[tuple[Node, ...]]:
        """Every object below, each with those above it."""
        for child in self.children(node):
            yield (child,)
            for below in self.walk(child):
                yield (child, *below)

    def is_shown(self, node: Node) -> bool:
        """Whether it is on the screen."""
        called = DBusAddress(node.path, node.bus, _ACCESSIBLE)
        states = self._ask(new_method_call(called, "GetState"))
        return states is not None and bool(states[0] & _SHOWING)

    def _ask(self, question: Any) -> Any:
        """The answer; None where there is none any more."""
        reply = self._asking.send_and_get_reply(question, timeout=10)
        return reply.body[0] if reply.header.message_type.name == "method_return" else None

    def _find(self) -> str:
        try:
            session = open_dbus_connection(os.environ["DBUS_SESSION_BUS_ADDRESS"])
        except OSError:
            return ""
        with session:
            asked = new_method_call(DBusAddress("/org/a11y/bus", "org.a11y.Bus", "org.a11y.Bus"), "GetAddress")
            body = session.send_and_get_reply(asked, timeout=10).body
            return str(body[0]) if str(body[0]).startswith("unix:") else ""

    def _process_of(self, bus: str) -> int:
        asked = message_bus.GetConnectionUnixProcessID(bus)
        body = self._asking.send_and_get_reply(asked, timeout=10).body
        return int(body[0]) if body and isinstance(body[0], int) else 0

    def _listen(self, connection: DBusConnection) -> None:
        with connection:
            while not self._ends.is_set():
                try:
                    message = connection.receive(timeout=0.2)
                except TimeoutError:
                    continue
                member = message.header.fields.get(3)
                if member == "Announcement":
                    self.announced += str(message.body[3][1]).split("\n")

    def _spawn(self, *command: str) -> None:
        quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self._programs.append(subprocess.Popen(command, stdin=subprocess.DEVNULL, **quiet))


def _succeeds(connection: DBusConnection, message: Any) -> bool:
    return connection.send_and_get_reply(message, timeout=10).header.message_type.name == "method_return"

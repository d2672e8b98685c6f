"""Whether the network is metered, as a NetworkManager on a bus of the test's own says."""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from jeepney import Message, MessageType, new_error, new_method_return
from jeepney.bus_messages import message_bus
from jeepney.io.blocking import open_dbus_connection

from desktop.system import metered
from tests.waiting import wait_until


class Manager(Thread):
    """Answers every question after `metered`; None: with an error."""

    def __init__(self, bus: str) -> None:
        super().__init__(daemon=True)
        self.metered: int | None = 0
        self._bus = open_dbus_connection(bus)
        self._bus.send_and_get_reply(message_bus.RequestName("org.freedesktop.NetworkManager"))

    def run(self) -> None:
        try:
            while True:
                self._answer(self._bus.receive())
        except (OSError, EOFError):  # the bus has ended
            self._bus.close()

    def _answer(self, asked: Message) -> None:
        if asked.header.message_type is not MessageType.method_call:
            return
        if self.metered is None:
            self._bus.send(new_error(asked, "org.freedesktop.DBus.Error.Failed"))
        else:
            assert asked.body == ("org.freedesktop.NetworkManager", "Metered")
            self._bus.send(new_method_return(asked, "v", (("u", self.metered),)))


Managers = Callable[[int | None], Manager]


@pytest.fixture
def managers(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Managers]:
    """Makes one that says so much."""
    made: list[Manager] = []

    address = f"unix:path={tmp_path}/bus"
    command = ["dbus-daemon", "--session", "--nofork", f"--address={address}", "--print-address"]
    daemon: Any = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert daemon.stdout.readline().startswith("unix:")
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", address)

    def make(said: int | None) -> Manager:
        made.append(Manager(address))
        made[-1].metered = said
        made[-1].start()
        return made[-1]

    yield make
    daemon.terminate()
    daemon.wait(10)
    daemon.stdout.close()
    for one in made:
        one.join(10)
        assert not one.is_alive()


SAID = [(0, False), (1, True), (2, False), (3, True), (4, False), (None, False)]


@pytest.mark.parametrize(("said", "is_metered"), SAID)
def test_what_the_system_says_counts(managers: Managers, said: int | None, is_metered: bool) -> None:
    managers(said)
    assert metered.ask() is is_metered


def test_without_anybody_who_knows_it_is_not(
    managers: Managers, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert metered.ask() is False
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", f"unix:path={tmp_path}/nobody")
    assert metered.ask() is False


def test_an_answer_holds_for_a_while(managers: Managers, monkeypatch: pytest.MonkeyPatch) -> None:
    manager = managers(1)
    network = metered.Network()
    assert network.is_metered
    manager.metered = 2
    assert network.is_metered, "it is not asked again for each word"
    monkeypatch.setattr(metered, "_EVERY", 0.0)
    assert wait_until(lambda: not network.is_metered), "it is asked again beside whoever wants to know"

"""Whether the network is paid by volume, as the system says. On Linux NetworkManager knows, on the system's D-Bus;
where nobody knows it is taken for one that is not. Nothing goes over the network for it.
"""

import logging
import sys
import threading
import time

log = logging.getLogger(__name__)

_EVERY = 10.0
"""seconds for which an answer holds"""
_PATIENCE = 0.5
"""seconds until the system must answer"""
_METERED = (1, 3)
"""NM_METERED_YES, NM_METERED_GUESS_YES"""


class Network:
    """Asks the system at most every ten seconds, beside whoever wants to know; only the first one waits, milliseconds,
    half a second at most. Any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._asked_at: float | None = None
        self._is_metered = False

    @property
    def is_metered(self) -> bool:
        with self._lock:
            before, now = self._asked_at, time.monotonic()
            if before is None:
                self._is_metered = ask()
            elif now - before >= _EVERY:
                threading.Thread(target=self._look, name="parley-metered", daemon=True).start()
            else:
                return self._is_metered
            self._asked_at = now
            return self._is_metered

    def _look(self) -> None:
        self._is_metered = ask()


def ask() -> bool:
    """What NetworkManager says now."""
    if sys.platform != "linux":
        return False
    try:
        from jeepney import DBusAddress, Properties
        from jeepney.io.blocking import open_dbus_connection

        manager = DBusAddress(
            "/org/freedesktop/NetworkManager",
            bus_name="org.freedesktop.NetworkManager",
            interface="org.freedesktop.NetworkManager",
        )
        with open_dbus_connection(bus="SYSTEM") as bus:
            reply = bus.send_and_get_reply(Properties(manager).get("Metered"), timeout=_PATIENCE)
        _, value = reply.body[0]
        return value in _METERED
    except Exception as error:  # no bus, no NetworkManager, another answer
        log.debug("nobody says whether the network is metered: %s", type(error).__name__)
        return False

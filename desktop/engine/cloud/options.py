"""What a cloud engine is made with. Each is a class of one parameter: `GoogleRecognizer(options)`."""

import ipaddress
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from desktop.engine.cloud.catalogue import FREE, CloudEngine, Price
from desktop.engine.requests import Stage


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds. Who asks an engine waits no longer than a clock of its own says (`guard.py`), which is shorter; these
    end what it left behind."""

    connect: float = 1.0
    """until a connection is made, its name looked up and its certificate checked"""
    answer: float = 30.0
    """until one call is answered"""
    load: float = 5.0
    """until `load` has found out what can be done there"""
    quiet: float = 1.0
    """of sound that a stream sent and the provider says nothing about, not even that it is there: it stands still, and
    `feed` raises CloudFailed(STALL). For providers that say something while they listen"""
    renew: float = 240.0
    """of sound, after which a stream is opened anew at the next pause: providers end them at 300"""


@dataclass(frozen=True, slots=True)
class CloudOptions:
    """Of one engine, for one stage."""

    engine: CloudEngine
    """its record"""
    endpoint: str
    """address; the provider's own unless the settings name another. Tests name their peer: plain http, ws or an
    insecure gRPC channel only where the host is this machine"""
    key: Callable[[], str | None] = field(repr=False, default=lambda: None)
    """gives the secret out of the keyring, or None; may take a while; never kept longer than a client needs it"""
    model: str = ""
    region: str = ""
    project: str = ""
    """account that is billed, where the key does not say"""
    timeouts: Timeouts = Timeouts()
    resent: Callable[[float], None] = field(repr=False, default=lambda _: None)
    """told of seconds of sound that are sent a second time, as when a stream is opened anew; what is asked for is
    counted by who asks"""

    @property
    def place(self) -> str:
        """Where things go, as users know it: the provider, or the host that the settings name. What a recogniser's
        `sent_to` says while it is loaded, and what errors call it."""
        if self.endpoint == self.engine.endpoint:
            return self.engine.label
        parts = urlsplit(self.endpoint if "://" in self.endpoint else f"//{self.endpoint}")
        return parts.netloc.rpartition("@")[2] or self.engine.label

    @property
    def name(self) -> str:
        """What an engine's `name` is: "nova-3 · Deepgram"."""
        return f"{self.model} · {self.place}" if self.model else self.place

    @property
    def is_here(self) -> bool:
        """Whether it is on this machine: nothing leaves that."""
        host = _host(self.endpoint)
        if host == "localhost":
            return True
        try:
            return ipaddress.ip_address(host).is_loopback
        except ValueError:
            return False

    def price(self, stage: Stage) -> Price:
        """Of the provider; what somebody else runs under another name costs nothing that is known here."""
        own = _host(self.engine.endpoint).rsplit(".", 2)[-2:]
        return self.engine.prices[stage] if _host(self.endpoint).rsplit(".", 2)[-2:] == own else FREE


def _host(endpoint: str) -> str:
    return urlsplit(endpoint if "://" in endpoint else f"//{endpoint}").hostname or ""

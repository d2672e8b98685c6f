"""The server's certificate: the user's own, or one that the server makes, keeps and renews. On any thread that may
wait."""

import asyncio
import ipaddress
import logging
import socket
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from desktop.engine.errors import EngineError
from desktop.server.secret_files import write_private
from desktop.server.security.options import SecurityOptions
from desktop.system import paths

if TYPE_CHECKING:
    from cryptography.x509 import Certificate, GeneralName

log = logging.getLogger(__name__)

_LASTS = timedelta(days=365)
_RENEWED_BEFORE = timedelta(days=30)
_SKEW = timedelta(hours=1)
"""other clocks may be late"""


@dataclass(frozen=True, slots=True)
class Pair:
    """A certificate and its key, as PEM files. fingerprint: SHA-256, as browsers show it; ends: when it is not valid
    any more."""

    certificate: Path
    key: Path
    fingerprint: str
    ends: datetime


class Tls:
    """What the server speaks TLS with. `context` stays the same: a renewed certificate is for new connections."""

    def __init__(self, options: SecurityOptions, now: datetime | None = None) -> None:
        """Raises EngineError: the certificate cannot be used, or none can be made."""
        self._options = options
        self.context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self.context.minimum_version = ssl.TLSVersion.TLSv1_2
        self.pair = self._found(now or datetime.now(UTC))
        self.use(self.pair)

    def newer(self, now: datetime | None = None) -> Pair | None:
        """To be called each day: another one if ours is near its end, which is made, or the user's was replaced; None:
        it is still the same. Does not touch `context`. Raises EngineError, and then goes on with the old one."""
        found = self._found(now or datetime.now(UTC))
        return found if found.fingerprint != self.pair.fingerprint else None

    def use(self, pair: Pair) -> None:
        """Show this one from the next connection on. On the thread on which connections are made, if there are any:
        OpenSSL bears no change of a context beside a handshake. Raises EngineError."""
        try:
            # An empty passphrase: OpenSSL would ask for one at the terminal.
            self.context.load_cert_chain(pair.certificate, pair.key, password="")
        except (OSError, ValueError):
            raise EngineError("tls-unusable", code="tls", certificate=pair.certificate, key=pair.key) from None
        self.pair = pair

    async def renew(self, now: datetime) -> None:
        """Do both, on the event loop on which connections are made. Raises EngineError, and then goes on with the old
        one."""
        newer = await asyncio.to_thread(self.newer, now)
        if newer is not None:
            self.use(newer)
            log.info("the certificate is another one: %s", newer.fingerprint)

    def _found(self, now: datetime) -> Pair:
        options = self._options
        if options.self_signed:
            return self_signed(options.folder or paths.server_dir(), names_here(options.address), now)
        assert options.certificate is not None
        assert options.key is not None
        return own(options.certificate, options.key, now)


def own(certificate: Path, key: Path, now: datetime) -> Pair:
    """The user's. Raises EngineError: it cannot be read, or is not valid now."""
    try:
        found = _read(certificate)
        with key.open("rb"):
            pass
    except OSError as error:
        file = error.filename or certificate
        reason = error.strerror or "unknown reason"
        raise EngineError("tls-unreadable", code="tls", file=str(file), reason=reason) from None
    except ValueError:
        raise EngineError("tls-unusable", code="tls", certificate=certificate, key=key) from None
    if found.not_valid_after_utc <= now:
        raise EngineError(
            "tls-ended", code="tls", certificate=certificate, date=f"{found.not_valid_after_utc:%Y-%m-%d}"
        )
    return _pair(found, certificate, key)


def self_signed(folder: Path, names: tuple[str, ...], now: datetime) -> Pair:
    """One for these names and addresses: the one that was made before if it is good for a while and for all of them,
    else a new one. Raises EngineError: it cannot be kept."""
    certificate, key = folder / "tls.crt", folder / "tls.key"
    try:
        found = _read(certificate)
        # A process that is killed in between leaves the key of a certificate that never came.
        is_good = _belongs(found, key) and now + _RENEWED_BEFORE < found.not_valid_after_utc
        if is_good and found.not_valid_before_utc <= now and set(names) <= set(_names_of(found)):
            return _pair(found, certificate, key)
    except (OSError, ValueError, TypeError):
        pass  # none yet, or a broken one
    try:
        found = _make(certificate, key, names, now)
    except OSError as error:
        reason = error.strerror or "unknown reason"
        raise EngineError("tls-not-kept", code="tls", folder=folder, reason=reason) from None
    return _pair(found, certificate, key)


def names_here(address: str) -> tuple[str, ...]:
    """How others may call this machine: its names, and its addresses as far as the server listens on them."""
    import psutil

    name = socket.gethostname().lower()
    # .local: how phones in the same network find it. Its full name would have to be looked up, which may take long.
    names = {one for one in ("localhost", name, f"{name}.local") if one.isascii() and len(one) < 64}
    addresses = {"127.0.0.1", "::1"}
    try:
        is_every = ipaddress.ip_address(address).is_unspecified
        addresses.add(address)
    except ValueError:
        names.add(address.lower())
        is_every = False
    if is_every:
        addresses.remove(address)
        for there in psutil.net_if_addrs().values():
            for one in there:
                if one.family in (socket.AF_INET, socket.AF_INET6) and "%" not in one.address:
                    addresses.add(str(ipaddress.ip_address(one.address)))
    return (*sorted(names), *sorted(addresses))


def _make(certificate: Path, key: Path, names: tuple[str, ...], now: datetime) -> "Certificate":
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

    private = ec.generate_private_key(ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Parley")])
    made = (
        x509.CertificateBuilder()
        .subject_name(who)
        .issuer_name(who)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _SKEW)
        .not_valid_after(now + _LASTS)
        .add_extension(x509.SubjectAlternativeName([_general_name(name) for name in names]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(private, hashes.SHA256())
    )
    secret = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    write_private(key, secret)
    write_private(certificate, made.public_bytes(serialization.Encoding.PEM))
    return made


def _general_name(name: str) -> "GeneralName":
    from cryptography import x509

    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _names_of(certificate: "Certificate") -> list[str]:
    from cryptography import x509

    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return []
    return [*found.get_values_for_type(x509.DNSName), *map(str, found.get_values_for_type(x509.IPAddress))]


def _belongs(certificate: "Certificate", key: Path) -> bool:
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    return load_pem_private_key(key.read_bytes(), None).public_key() == certificate.public_key()


def _read(file: Path) -> "Certificate":
    from cryptography import x509

    return x509.load_pem_x509_certificate(file.read_bytes())


def _pair(found: "Certificate", certificate: Path, key: Path) -> Pair:
    from cryptography.hazmat.primitives import hashes

    fingerprint = found.fingerprint(hashes.SHA256()).hex(":").upper()
    return Pair(certificate, key, fingerprint, found.not_valid_after_utc)

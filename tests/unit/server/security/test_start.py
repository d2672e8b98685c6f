"""What is checked before anything listens: the address, TLS, and who may enter."""

import os
import socket
import ssl
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from desktop.engine.errors import EngineError
from desktop.messages import text_of
from desktop.server.secret_files import kept_key
from desktop.server.security.address import check_address
from desktop.server.security.options import SecurityOptions
from desktop.server.security.security import Security
from desktop.server.security.tls import Tls, names_here, self_signed

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
DAY = timedelta(days=1)
CERTIFICATE, KEY = Path("a.crt"), Path("a.key")


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "localhost", "127.8.8.8"])
def test_this_machine_alone_needs_nothing(address: str) -> None:
    check_address(SecurityOptions(address), anyone_may_enter=False)


@pytest.mark.parametrize("address", ["0.0.0.0", "::", "192.0.2.1", "2001:db8::1", "::ffff:192.0.2.1"])
def test_others_are_served_with_tls_and_tokens_only(address: str) -> None:
    for made, may, key, words in (
        (SecurityOptions(address), True, "plaintext-refused", "--tls-self-signed"),
        (SecurityOptions(address), False, "plaintext-refused", address),
        (SecurityOptions(address, self_signed=True), False, "no-token-made", "parley tokens create"),
    ):
        with pytest.raises(EngineError, match=key) as caught:
            check_address(made, anyone_may_enter=may)
        assert words in text_of(caught.value)
    check_address(SecurityOptions(address, self_signed=True), anyone_may_enter=True)


def test_where_guests_alone_may_enter_tls_is_needed_and_no_token(tmp_path: Path) -> None:
    folder, database = tmp_path / "keys", f"sqlite:///{tmp_path / 'server.db'}"
    with pytest.raises(EngineError, match="plaintext-refused"):
        Security(SecurityOptions("192.0.2.1", guests_only=True, folder=folder, database=database))
    security = Security(
        SecurityOptions("192.0.2.1", self_signed=True, guests_only=True, folder=folder, database=database)
    )
    security.database.close()
    with pytest.raises(EngineError, match="no-token-made"):
        Security(SecurityOptions("192.0.2.1", self_signed=True, folder=folder, database=database))


@pytest.mark.parametrize(
    ("options", "key"),
    [
        (SecurityOptions(certificate=CERTIFICATE), "tls-half"),
        (SecurityOptions(key=KEY), "tls-half"),
        (SecurityOptions(certificate=CERTIFICATE, key=KEY, self_signed=True), "tls-both"),
        (SecurityOptions(proxies=("nginx",)), "proxy-network"),
        (SecurityOptions(proxies=("10.0.0.1/8",)), "proxy-network"),
        (SecurityOptions(proxies=("0.0.0.0/0",)), "proxy-network"),
        (SecurityOptions(proxies=("*",)), "proxy-network"),
        (SecurityOptions(origins=("captions.example.org",)), "origin-unusable"),
        (SecurityOptions(origins=("*",)), "origin-unusable"),
        (SecurityOptions("no such name"), "server-address-unknown"),
        (SecurityOptions(""), "server-address-unknown"),
    ],
)
def test_options_that_cannot_be_are_refused(options: SecurityOptions, key: str) -> None:
    with pytest.raises(EngineError, match=key):
        check_address(options, anyone_may_enter=True)


def test_security_refuses_before_anything_listens(tmp_path: Path) -> None:
    options = SecurityOptions("0.0.0.0", database=f"sqlite:///{tmp_path}/a.db", folder=tmp_path, self_signed=True)
    with pytest.raises(EngineError, match="no-token-made"):
        Security(options)
    assert not (tmp_path / "tls.key").exists()


def test_the_certificate_is_kept_and_made_anew_when_it_must_be(tmp_path: Path) -> None:
    first = self_signed(tmp_path, ("localhost", "127.0.0.1"), NOW)
    assert {one.stat().st_mode & 0o777 for one in (first.certificate, first.key)} == {0o600}
    assert len(first.fingerprint.split(":")) == 32
    assert self_signed(tmp_path, ("127.0.0.1",), NOW + 300 * DAY) == first
    for change in (
        lambda: self_signed(tmp_path, ("localhost", "127.0.0.1"), NOW + 340 * DAY),
        lambda: self_signed(tmp_path, ("localhost", "192.0.2.1"), NOW + 340 * DAY),
        lambda: self_signed(tmp_path, ("localhost", "192.0.2.1"), NOW),  # before it begins: the clock was wrong
    ):
        again = change()
        assert again.fingerprint != first.fingerprint
        first = again
    first.key.write_bytes(other_key())  # a process was killed between the two files
    again = self_signed(tmp_path, ("localhost",), NOW)
    assert again.fingerprint != first.fingerprint
    again.certificate.write_bytes(b"-----BEGIN nothing")
    assert self_signed(tmp_path, ("localhost",), NOW).fingerprint != again.fingerprint


def test_a_renewed_certificate_is_used_for_new_connections(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    tls = Tls(SecurityOptions(self_signed=True, folder=tmp_path), now - 340 * DAY)
    first = tls.pair.fingerprint
    assert shown_by(tls.context) == first
    newer = tls.newer(now)
    assert newer is not None
    tls.use(newer)
    assert tls.newer(now) is None
    assert shown_by(tls.context) == tls.pair.fingerprint != first


def shown_by(context: ssl.SSLContext) -> str:
    """The fingerprint that a client sees; in memory, without a connection."""
    client_context = ssl.create_default_context()
    client_context.check_hostname, client_context.verify_mode = False, ssl.CERT_NONE
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = client_context.wrap_bio(to_client, to_server, server_hostname="localhost")
    server = context.wrap_bio(to_server, to_client, server_side=True)
    for one in (client, server, client, server):
        try:
            one.do_handshake()
        except ssl.SSLWantReadError:
            continue
    found = x509.load_der_x509_certificate(client.getpeercert(binary_form=True) or b"")
    return found.fingerprint(hashes.SHA256()).hex(":").upper()


def other_key(password: bytes | None = None) -> bytes:
    encryption = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
    return ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption
    )


def test_ones_own_certificate(tmp_path: Path) -> None:
    made = self_signed(tmp_path, ("localhost",), datetime.now(UTC))
    tls = Tls(SecurityOptions(certificate=made.certificate, key=made.key))
    assert tls.pair.fingerprint == made.fingerprint
    assert tls.context.minimum_version == ssl.TLSVersion.TLSv1_2


def _encrypted(certificate: Path, key: Path) -> None:
    private = load_pem_private_key(key.read_bytes(), None)
    key.write_bytes(
        private.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(b"hunter2"),
        )
    )


DAMAGES: dict[str, tuple[Callable[[Path, Path], object], str]] = {
    "no certificate": (lambda certificate, key: certificate.unlink(), "tls-unreadable"),
    "no key": (lambda certificate, key: key.unlink(), "tls-unreadable"),
    "not PEM": (lambda certificate, key: certificate.write_bytes(b"\x30\x82"), "tls-unusable"),
    "another key": (lambda certificate, key: key.write_bytes(other_key()), "tls-unusable"),
    "a passphrase": (_encrypted, "tls-unusable"),
    "a key that is none": (lambda certificate, key: key.write_bytes(b"x"), "tls-unusable"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_certificate_that_cannot_be_used_is_one_sentence(tmp_path: Path, damage: str) -> None:
    made = self_signed(tmp_path, ("localhost",), datetime.now(UTC))
    spoil, key = DAMAGES[damage]
    spoil(made.certificate, made.key)
    with pytest.raises(EngineError, match=key) as caught:
        Tls(SecurityOptions(certificate=made.certificate, key=made.key))
    assert text_of(caught.value).endswith(".")


def test_a_certificate_that_has_ended_is_refused(tmp_path: Path) -> None:
    made = self_signed(tmp_path, ("localhost",), NOW)
    with pytest.raises(EngineError, match="tls-ended") as caught:
        Tls(SecurityOptions(certificate=made.certificate, key=made.key), NOW + 366 * DAY)
    assert "2027-11-27" in text_of(caught.value)


def test_a_certificate_is_for_what_this_machine_is_called() -> None:
    assert {"localhost", "127.0.0.1", "::1", "192.0.2.7"} <= {*names_here("192.0.2.7")}
    every = names_here("0.0.0.0")
    assert "0.0.0.0" not in every
    assert len(every) == len({*every})
    assert "parley.example.org" in names_here("parley.example.org")
    assert {socket.gethostname().lower(), f"{socket.gethostname().lower()}.local"} <= {*every}


def test_a_key_is_made_once(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        first = kept_key(tmp_path / "new" / "key")
    finally:
        os.umask(before)
    assert kept_key(tmp_path / "new" / "key") == first
    assert len(first) == 32
    assert (tmp_path / "new" / "key").stat().st_mode & 0o777 == 0o600
    (tmp_path / "new" / "key").write_bytes(b"short")
    assert len(kept_key(tmp_path / "new" / "key")) == 32
    (tmp_path / "file").touch()
    with pytest.raises(EngineError, match="secret-file"):
        kept_key(tmp_path / "file" / "key")

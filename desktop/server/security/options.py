"""What the server may be told about its security."""

from dataclasses import dataclass, field
from pathlib import Path

from desktop.server.security.limits import ServerLimits
from desktop.server.security.principal import Scope


@dataclass(frozen=True, slots=True)
class OidcOptions:
    """Who vouches for users (OpenID Connect).

    issuer: its address, https. client: ours with it. secret_file: for a client that has a secret; None: it is public,
    PKCE suffices. audience: for whom tokens of programs must be made out; empty: the client. scopes: what users may do
    of whom the issuer says nothing; otherwise the claim `scope_claim` names it."""

    issuer: str
    client: str
    secret_file: Path | None = None
    audience: str = ""
    scopes: frozenset[Scope] = frozenset({Scope.LISTEN, Scope.SPEAK})
    scope_claim: str = "parley_scopes"
    algorithms: tuple[str, ...] = ("RS256", "PS256", "ES256", "ES384", "EdDSA", "Ed25519")
    """of signatures; never one with a shared secret, never none"""


@dataclass(frozen=True, slots=True)
class SecurityOptions:
    """The whole of it. address: to listen on. certificate and key, or self_signed: TLS. proxies: addresses and
    networks whose X-Forwarded-For and -Proto are believed. origins: other sites whose pages may use the server.
    database, password_file: see `open_database`. folder: for keys and the certificate; None: the data folder.
    cookie_key_file: the key of cookies, the same for all gateways; None: one is made and kept in the folder.
    audit_days: that the audit log is kept for. guests_only: nobody enters but by a room's code, so that no token is
    needed for an address that others reach, and none is good for anything."""

    address: str = "127.0.0.1"
    certificate: Path | None = None
    key: Path | None = None
    self_signed: bool = False
    proxies: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()
    database: str = ""
    password_file: Path | None = None
    folder: Path | None = None
    cookie_key_file: Path | None = None
    oidc: OidcOptions | None = None
    limits: ServerLimits = field(default_factory=ServerLimits)
    audit_days: float = 90.0
    guests_only: bool = False

    @property
    def has_tls(self) -> bool:
        return self.self_signed or self.certificate is not None

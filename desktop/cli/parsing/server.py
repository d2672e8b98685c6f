"""`parley tokens` and `parley db`, and their options, as typer reads them. What they do is imported when they run."""

from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from desktop.cli.parsing.paths import named_path

if TYPE_CHECKING:
    from desktop.cli.commands.serving.operation import Operation
    from desktop.server.security.principal import Scope

FLAG = " "
"""metavar of options that take no value; typer would show <bool>"""

tokens = typer.Typer(help="Tokens of the server's clients.", no_args_is_help=True)
db = typer.Typer(help="The server's database: tokens, users, the audit log.", no_args_is_help=True)

Url = Annotated[
    str,
    typer.Option("--database", metavar="URL", help="postgresql://USER@HOST/NAME; a file in the data folder if not."),
]
PasswordFile = Annotated[
    Path | None,
    typer.Option(
        "--database-password-file",
        metavar="FILE",
        parser=named_path,
        help="File with the database's password; else `parley config secret set database`.",
    ),
]
Json = Annotated[bool, typer.Option("--json", metavar=FLAG, help="Print JSON.")]
Name = Annotated[str, typer.Argument(metavar="NAME", help="What to call it; unique.")]
Expires = Annotated[str, typer.Option("--expires", metavar="TIME", help="For how long: 12h, 30d, 1y or never.")]
Version = Annotated[str, typer.Argument(metavar="VERSION", help="For example 0001; base is no tables at all.")]
File = Annotated[Path, typer.Argument(metavar="FILE", parser=named_path, help="File of the backup.")]
Certificate = Annotated[
    Path | None,
    typer.Option("--tls-certificate", metavar="FILE", parser=named_path, help="Certificate, PEM, to serve with TLS."),
]
Key = Annotated[
    Path | None, typer.Option("--tls-key", metavar="FILE", parser=named_path, help="Key of the certificate, PEM.")
]
SelfSigned = Annotated[
    bool, typer.Option("--tls-self-signed", metavar=FLAG, help="TLS with a certificate that Parley makes and renews.")
]
Proxies = Annotated[
    list[str] | None,
    typer.Option("--proxy", metavar="ADDRESS", help="Reverse proxy, or network of them, that is believed."),
]
Origins = Annotated[
    list[str] | None,
    typer.Option("--origin", metavar="ORIGIN", help="Other site whose pages may use it: https://a.example.org."),
]
Issuer = Annotated[str, typer.Option("--oidc-issuer", metavar="URL", help="Who vouches for users (OpenID Connect).")]
Client = Annotated[str, typer.Option("--oidc-client", metavar="ID", help="Parley's client id there.")]
ClientSecret = Annotated[
    Path | None,
    typer.Option(
        "--oidc-secret-file", metavar="FILE", parser=named_path, help="File with the client's secret, if any."
    ),
]
Audience = Annotated[
    str, typer.Option("--oidc-audience", metavar="NAME", help="For whom programs' tokens must be; the client if not.")
]
EnvFiles = Annotated[
    list[Path] | None,
    typer.Option(
        "--env-file",
        metavar="FILE",
        parser=named_path,
        help="File of NAME=VALUE, for example MODEL_SIZE=small; of several the last one counts. Options count more.",
    ),
]
SentryDsn = Annotated[
    Path | None,
    typer.Option(
        "--sentry-dsn-file",
        metavar="FILE",
        parser=named_path,
        help="File with the address of a Sentry service for errors; they hold no speech. None are sent if not.",
    ),
]
AuditDays = Annotated[float, typer.Option("--audit-days", metavar="N", min=0, help="Keep the audit log so long.")]

CookieKey = Annotated[
    Path | None,
    typer.Option(
        "--cookie-key-file",
        metavar="FILE",
        parser=named_path,
        help="File with a key of 32 characters or more, the same for all gateways; else each makes its own.",
    ),
]


class LogFormat(StrEnum):
    """--log-format"""

    text = "text"
    json = "json"


Logs = Annotated[LogFormat, typer.Option("--log-format", help="json: the log goes to standard error, a line each.")]


def operation(env_files: list[Path] | None, log_format: LogFormat, sentry_dsn: Path | None) -> "Operation":
    """These options together."""
    from desktop.cli.commands.serving.operation import Operation

    return Operation(tuple(env_files or ()), log_format is LogFormat.json, sentry_dsn)


@tokens.command("create")
def create_token(
    name: Name,
    scope: Annotated[
        str, typer.Option("--scope", metavar="SCOPES", help="What it may do: listen, speak, admin; with commas.")
    ] = "listen,speak",
    expires: Expires = "30d",
    url: Url = "",
    password_file: PasswordFile = None,
    as_json: Json = False,
) -> int:
    """Make a token and print it, this once."""
    from desktop.cli.commands.serving.tokens import create

    return create(url, password_file, name, _scopes(scope), _duration(expires), as_json=as_json)


@tokens.command("list")
def list_tokens(url: Url = "", password_file: PasswordFile = None, as_json: Json = False) -> int:
    """List the tokens: how each begins, what it may do, until when, when it was last used."""
    from desktop.cli.commands.serving.tokens import show_list

    return show_list(url, password_file, as_json=as_json)


@tokens.command("refresh")
def refresh_token(
    name: Name,
    expires: Expires = "30d",
    url: Url = "",
    password_file: PasswordFile = None,
    as_json: Json = False,
) -> int:
    """Replace a token by a new one, print that, this once; the old one ends at once."""
    from desktop.cli.commands.serving.tokens import refresh

    return refresh(url, password_file, name, _duration(expires), as_json=as_json)


@tokens.command("revoke")
def revoke_token(name: Name, url: Url = "", password_file: PasswordFile = None) -> int:
    """End a token, and the connections that it opened."""
    from desktop.cli.commands.serving.tokens import revoke

    return revoke(url, password_file, name)


@db.command("upgrade")
def upgrade_database(
    version: Annotated[str, typer.Argument(metavar="[VERSION]", help="For example 0002; the newest if not.")] = "head",
    url: Url = "",
    password_file: PasswordFile = None,
) -> int:
    """Make the tables, or bring them to this version of Parley."""
    from desktop.cli.commands.serving.database import upgrade

    return upgrade(url, password_file, version)


@db.command("downgrade")
def downgrade_database(version: Version, url: Url = "", password_file: PasswordFile = None) -> int:
    """Bring the tables to an older version; what that one has no place for is lost."""
    from desktop.cli.commands.serving.database import downgrade

    return downgrade(url, password_file, version)


@db.command("backup")
def backup_database(file: File, url: Url = "", password_file: PasswordFile = None) -> int:
    """Write everything to a file, while servers go on."""
    from desktop.cli.commands.serving.database import backup

    return backup(url, password_file, file)


@db.command("restore")
def restore_database(file: File, url: Url = "", password_file: PasswordFile = None) -> int:
    """Replace everything by what a backup holds, also one of the other kind of database."""
    from desktop.cli.commands.serving.database import restore

    return restore(url, password_file, file)


@db.command("prune")
def prune_database(
    days: Annotated[float, typer.Option("--days", metavar="N", min=0, help="Keep entries of so many days.")] = 90,
    url: Url = "",
    password_file: PasswordFile = None,
) -> int:
    """Forget old entries of the audit log."""
    from desktop.cli.commands.serving.database import prune

    return prune(url, password_file, days)


@db.command("audit")
def show_audit(
    most: Annotated[int, typer.Option("--last", metavar="N", min=1, help="How many entries.")] = 50,
    url: Url = "",
    password_file: PasswordFile = None,
    as_json: Json = False,
) -> int:
    """Print who connected, from where, how and for how long, and who was refused why."""
    from desktop.cli.commands.serving.database import show_audit

    return show_audit(url, password_file, most, as_json=as_json)


def _scopes(text: str) -> "frozenset[Scope]":
    from desktop.server.security.principal import Scope, scopes_from

    names = [name.strip() for name in text.split(",") if name.strip()]
    found = scopes_from(names)
    if not names or len(found) < len(set(names)):
        raise typer.BadParameter(f"choose from {', '.join(Scope)}.", param_hint="--scope")
    return found


def _duration(text: str) -> timedelta | None:
    from desktop.server.security.credentials.tokens import parse_duration

    try:
        return parse_duration(text)
    except ValueError:
        raise typer.BadParameter("write a number and m, h, d, w or y, or never.", param_hint="--expires") from None

"""The commands and their options, as typer reads them. What they do is imported when they run, so that
`parley --help` answers at once."""

import logging
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from desktop import __version__
from desktop.cli.parsing import load as load_command
from desktop.cli.parsing import outages as bench_outages
from desktop.cli.parsing import peers as bench_peers
from desktop.cli.parsing import practice as practice_command
from desktop.cli.parsing import running
from desktop.cli.parsing import server as server_commands
from desktop.cli.parsing import servers as bench_servers
from desktop.cli.parsing import settings as settings_commands
from desktop.cli.parsing import workers as bench_workers
from desktop.cli.parsing.bench import BenchCommand, bench
from desktop.cli.parsing.engines import engines
from desktop.cli.parsing.jobs import Redis, jobs
from desktop.cli.parsing.models import models
from desktop.cli.parsing.paths import named_file, named_path

if TYPE_CHECKING:
    from desktop.cli.options import Options

app = typer.Typer(
    name="parley",
    help="Live subtitles, voice typing and spoken translation of whatever your computer hears, offline. "
    "Without a command, or with `gui`, the window opens.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(bench, name="bench")
bench.command(cls=BenchCommand)(bench_peers.peers)
app.command(cls=BenchCommand)(load_command.load)
app.command()(practice_command.practice)
bench.command(cls=BenchCommand)(bench_servers.servers)
bench.command(cls=BenchCommand)(bench_outages.outages)
bench.command(cls=BenchCommand)(bench_workers.workers)
bench.command(cls=BenchCommand)(bench_workers.streams)
app.add_typer(models, name="models")
app.add_typer(engines, name="engines")
app.add_typer(jobs, name="jobs")
app.add_typer(settings_commands.config, name="config")
app.add_typer(settings_commands.profile, name="profile")
app.add_typer(server_commands.tokens, name="tokens")
app.add_typer(server_commands.db, name="db")
running.add_to(app)


FLAG = " "
"""metavar of options that take no value; typer would show <bool>"""


class Form(StrEnum):
    """--format"""

    txt = "txt"
    srt = "srt"
    vtt = "vtt"
    ass = "ass"
    json = "json"


Json = Annotated[bool, typer.Option("--json", metavar=FLAG, help="Print JSON.")]
To = Annotated[str, typer.Option("--to", metavar="LANG", help="Translate into this language, for example es.")]
Language = Annotated[str, typer.Option("--language", metavar="LANG", help="Language that is spoken; auto detects it.")]
Model = Annotated[
    str, typer.Option("--model", metavar="NAME", help="Recogniser: a name of `parley models`, or a directory.")
]


class WorkerKind(StrEnum):
    """What `parley worker` does."""

    stt = "stt"
    translation = "translation"
    speech = "speech"


def _version(wanted: bool) -> None:
    if wanted:
        print(f"parley {__version__}")
        raise typer.Exit


@app.callback()
def shared(
    context: typer.Context,
    settings: Annotated[
        Path | None, typer.Option("--settings", metavar="FILE", dir_okay=False, help="Settings file to use.")
    ] = None,
    assignments: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="Change a setting for this run, for example speech.rate=1.2."),
    ] = None,
    profile: Annotated[
        str | None, typer.Option("--profile", metavar="NAME", help="Profile of settings to use for this run.")
    ] = None,
    verbose: Annotated[bool, typer.Option("--verbose", metavar=FLAG, help="Write the log to stderr, too.")] = False,
    version: Annotated[
        bool, typer.Option("--version", metavar=FLAG, callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    from desktop.cli.messages import say
    from desktop.cli.options import Options, open_store
    from desktop.settings.store import SettingInvalid
    from desktop.system import log

    log.begin()
    _tidy()
    if verbose:
        logging.getLogger().addHandler(logging.StreamHandler(sys.stderr))
    try:
        store = open_store(settings, assignments or (), profile)
    except SettingInvalid as error:
        raise typer.BadParameter(f"{error}.", param_hint="--set, --profile") from None
    for problem in store.problems:
        say(problem)
    context.obj = Options(store, frozenset(text.partition("=")[0].strip() for text in assignments or ()), verbose)


def _tidy() -> None:
    """Put in order what a killed process left of models and files."""
    from desktop.engine.models.leftovers import leftovers
    from desktop.system.files import tidy_own

    tidy_own()
    if leftovers():
        from desktop.engine.models.downloads.recovery import recover

        recover()


@app.command()
def devices(context: typer.Context, as_json: Json = False) -> int:
    """List what Parley can listen to and play on."""
    from desktop.cli.commands.tables import devices as print_devices

    return print_devices(as_json=as_json)


@app.command()
def transcribe(
    context: typer.Context,
    files: Annotated[
        list[str],
        typer.Argument(metavar="FILE…", parser=named_file, help="Audio or video files; - is what is piped in."),
    ],
    to: To = "",
    language: Language = "",
    form: Annotated[Form | None, typer.Option("--format", help="txt if nothing says otherwise.")] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="PATH", parser=named_path, help="File or folder to write to."),
    ] = None,
    model: Model = "",
    track: Annotated[
        int | None, typer.Option("--track", metavar="N", min=1, help="Which sound track of a file, counted from 1.")
    ] = None,
) -> int:
    """Write down what is said in files, as text or subtitles."""
    from desktop.cli.commands.transcribe import plan
    from desktop.cli.commands.transcribe import transcribe as run
    from desktop.engine.transcript.export import Format

    try:
        job = plan(files, Format(form.value) if form else None, output, track or 0)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--output") from None
    return run(context.obj, job, _changes(to, language, model))


@app.command()
def listen(
    context: typer.Context,
    source: Annotated[
        str,
        typer.Option("--source", metavar="SOURCE", help="microphone, loopback, an id of `parley devices`, or a file."),
    ] = "",
    to: To = "",
    language: Language = "",
    speak: Annotated[bool, typer.Option("--speak", metavar=FLAG, help="Speak the translation.")] = False,
    model: Model = "",
    as_json: Annotated[
        bool, typer.Option("--json", metavar=FLAG, help="Print each event as a JSON object on a line.")
    ] = False,
) -> int:
    """Show live captions of what is heard, until Ctrl+C."""
    from desktop.cli.commands.listen import listen as run
    from desktop.cli.commands.listen import source_id

    options: Options = context.obj
    changes = _changes(to, language, model)
    if source:
        changes["audio.source"] = source_id(source)
    if speak:
        changes["speech.enabled"] = True
        if not to and not options.store.current.translation.target:
            raise typer.BadParameter("say into which language to translate, with --to.", param_hint="--speak")
    elif "speech.enabled" not in options.flags:
        changes["speech.enabled"] = False
    return run(options, changes, as_json=as_json)


@app.command()
def demo(
    context: typer.Context,
    out: Annotated[
        Path, typer.Option("--out", metavar="DIR", file_okay=False, help="Folder for the subtitles and the speech.")
    ] = Path("parley-demo"),
    fast: Annotated[
        bool, typer.Option("--fast", metavar=FLAG, help="Do not wait for the recordings: as fast as it goes.")
    ] = False,
) -> int:
    """Play recordings of people through the whole path: captions, translation, spoken translation."""
    from desktop.cli.commands.demo import demo as run

    return run(context.obj, out, is_fast=fast)


@app.command()
def doctor(
    context: typer.Context,
    quick: Annotated[bool, typer.Option("--quick", metavar=FLAG, help="Play no sound and measure no speed.")] = False,
    copy: Annotated[
        bool, typer.Option("--diagnostics", metavar=FLAG, help="Print a text for a report, without anything personal.")
    ] = False,
    as_json: Json = False,
) -> int:
    """Look at everything Parley needs here, and say how to mend what does not work."""
    from desktop.cli.commands.doctor import doctor as run

    return run(context.obj, quick=quick, as_json=as_json, copy=copy)


@app.command()
def serve(
    context: typer.Context,
    port: Annotated[
        int | None,
        typer.Option("--port", min=0, max=65535, show_default="5026", help="Where clients connect; 0 is a free one."),
    ] = None,
    health_port: Annotated[
        int | None,
        typer.Option("--health-port", min=0, max=65535, show_default="8080", help="Where health and metrics are told."),
    ] = None,
    host: Annotated[
        str, typer.Option("--host", metavar="ADDRESS", help="Address of this machine to serve at.")
    ] = "127.0.0.1",
    redis: Redis = "",
    whisper_live_port: Annotated[
        int,
        typer.Option("--whisper-live-port", min=-1, max=65535, help="For WhisperLive's clients; -1 serves none."),
    ] = 9090,
    wyoming_port: Annotated[
        int, typer.Option("--wyoming-port", min=-1, max=65535, help="For Home Assistant (Wyoming); -1 serves none.")
    ] = 10300,
    wyoming_allow: Annotated[
        list[str] | None,
        typer.Option(
            "--wyoming-allow",
            metavar="NETWORK",
            help="Addresses that may use Wyoming besides this machine, as 192.168.1.0/24; it knows no passwords.",
        ),
    ] = None,
    language: Language = "",
    model: Model = "",
    certificate: server_commands.Certificate = None,
    key: server_commands.Key = None,
    self_signed: server_commands.SelfSigned = False,
    proxies: server_commands.Proxies = None,
    origins: server_commands.Origins = None,
    database: server_commands.Url = "",
    password_file: server_commands.PasswordFile = None,
    issuer: server_commands.Issuer = "",
    client: server_commands.Client = "",
    client_secret: server_commands.ClientSecret = None,
    audience: server_commands.Audience = "",
    audit_days: server_commands.AuditDays = 90,
    cookie_key: server_commands.CookieKey = None,
    text_pack: Annotated[
        Path | None,
        typer.Option(
            "--text-pack", metavar="FILE", dir_okay=False, help="Verses for readers, each line `sura|aya|text`."
        ),
    ] = None,
    env_files: server_commands.EnvFiles = None,
    log_format: server_commands.Logs = server_commands.LogFormat.text,
    sentry_dsn: server_commands.SentryDsn = None,
) -> int:
    """Serve captions, translation and speech to browsers and other programs, until Ctrl+C."""
    from desktop.cli.commands.serving.serve import run
    from desktop.server.running.side_ports import SidePorts, networks
    from desktop.server.security.options import OidcOptions, SecurityOptions

    if bool(issuer) != bool(client):
        raise typer.BadParameter("give the issuer and the client.", param_hint="--oidc-issuer, --oidc-client")
    security = SecurityOptions(
        certificate=certificate,
        key=key,
        self_signed=self_signed,
        proxies=tuple(proxies or ()),
        origins=tuple(origins or ()),
        database=database,
        password_file=password_file,
        oidc=OidcOptions(issuer, client, client_secret, audience) if issuer else None,
        audit_days=audit_days,
        cookie_key_file=cookie_key,
    )
    side_ports = SidePorts(
        None if whisper_live_port < 0 else whisper_live_port,
        None if wyoming_port < 0 else wyoming_port,
        networks(wyoming_allow or ()),
    )
    changes = _changes("", language, model)
    operation = server_commands.operation(env_files, log_format, sentry_dsn)
    return run(
        context.obj,
        changes,
        security,
        operation,
        host=host,
        port=port,
        health_port=health_port,
        redis=redis,
        side_ports=side_ports,
        text_pack=text_pack,
    )


@app.command()
def worker(
    context: typer.Context,
    kind: Annotated[WorkerKind, typer.Argument(help="What it does.")],
    redis: Annotated[
        str,
        typer.Option(
            "--redis", metavar="URL", show_default="redis://localhost:6379", help="Redis between servers and workers."
        ),
    ] = "",
    concurrency: Annotated[
        int, typer.Option("--concurrency", metavar="N", min=0, help="Jobs at a time; 0 is what suits this machine.")
    ] = 0,
    health_port: Annotated[
        int | None,
        typer.Option("--health-port", min=0, max=65535, show_default="8081", help="Where health and metrics are told."),
    ] = None,
    host: Annotated[
        str, typer.Option("--host", metavar="ADDRESS", help="Address of this machine for health and metrics.")
    ] = "127.0.0.1",
    certificate: server_commands.Certificate = None,
    key: server_commands.Key = None,
    self_signed: server_commands.SelfSigned = False,
    language: Language = "",
    model: Model = "",
    env_files: server_commands.EnvFiles = None,
    log_format: server_commands.Logs = server_commands.LogFormat.text,
    sentry_dsn: server_commands.SentryDsn = None,
) -> int:
    """Work for servers that share a Redis: recognise, translate or speak, until Ctrl+C."""
    from desktop.cli.commands.serving.worker import run
    from desktop.server.security.options import SecurityOptions

    changes = _changes("", language, model)
    operation = server_commands.operation(env_files, log_format, sentry_dsn)
    listening = SecurityOptions(host, certificate, key, self_signed)
    return run(
        context.obj, changes, kind.value, redis, concurrency, operation, listening=listening, health_port=health_port
    )


def _changes(to: str, language: str, model: str) -> dict[str, Any]:
    changes = {"translation.target": to, "recognition.language": language, "recognition.model": model}
    return {key: value for key, value in changes.items() if value}

"""`parley models …` as typer reads it. What the commands do is imported when they run."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from desktop.cli.parsing.paths import named_path

models = typer.Typer(
    name="models",
    help="Models on this machine and to fetch: list, pull, import, remove, repair. Alone, it lists what is installed.",
    invoke_without_command=True,
    no_args_is_help=False,
)

_FLAG = " "
Json = Annotated[bool, typer.Option("--json", metavar=_FLAG, help="Print JSON.")]


class KindName(StrEnum):
    """--kind"""

    whisper = "whisper"
    argos = "argos"
    voice = "voice"


From = Annotated[str, typer.Option("--from", metavar="LANG", help="Language that is spoken, or auto.")]
To = Annotated[str, typer.Option("--to", metavar="LANG", help="Language to translate into.")]
Speak = Annotated[bool, typer.Option("--speak", metavar=_FLAG, help="A voice for the translation, too.")]
Names = Annotated[list[str], typer.Argument(metavar="NAME…", help="As in `parley models list`.")]
SomeNames = Annotated[list[str] | None, typer.Argument(metavar="[NAME…]", help="As in `parley models list --all`.")]


@models.callback()
def alone(context: typer.Context, as_json: Json = False) -> int:
    from desktop.cli.ready_models import ready_models

    if context.invoked_subcommand not in ("pull", "remove", "repair"):
        ready_models()
    if context.invoked_subcommand is not None:
        return 0
    from desktop.cli.commands.tables import list_models

    return list_models(as_json=as_json)


@models.command("list")
def list_command(
    context: typer.Context,
    everything: Annotated[bool, typer.Option("--all", metavar=_FLAG, help="Also what can be fetched.")] = False,
    kind: Annotated[KindName | None, typer.Option("--kind", help="Only these.")] = None,
    language: Annotated[str, typer.Option("--language", metavar="LANG", help="Only for this language.")] = "",
    as_json: Json = False,
) -> int:
    """List what is installed; with --all, what can be fetched, how large it is and how fast it would be here."""
    if not everything and kind is None and not language:
        from desktop.cli.commands.tables import list_models

        return list_models(as_json=as_json)
    from desktop.cli.commands.models_list import list_all

    return list_all(
        context.obj, everything=everything, kind=kind.value if kind else None, language=language, as_json=as_json
    )


@models.command()
def pull(
    context: typer.Context,
    names: SomeNames = None,
    source: From = "",
    to: To = "",
    speak: Speak = False,
    again: Annotated[bool, typer.Option("--again", metavar=_FLAG, help="Fetch it even if it is there.")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", metavar=_FLAG, help="Print progress and result as JSON, an object a line.")
    ] = False,
) -> int:
    """Fetch models: by name, or what --from and --to still lack. Ctrl+C stops; the next pull goes on from there."""
    if not names and not source:
        raise typer.BadParameter("name a model, or say with --from and --to what it is for.", param_hint="NAME")
    from desktop.cli.commands.models_change import pull as run

    return run(context.obj, names or [], source, to, wants_speech=speak, again=again, as_json=as_json)


@models.command("import")
def import_command(
    context: typer.Context,
    files: Annotated[
        list[Path], typer.Argument(metavar="PATH…", parser=named_path, help="Packages, voices or folders.")
    ],
    name: Annotated[str, typer.Option("--name", metavar="NAME", help="What to call it.")] = "",
    as_json: Json = False,
) -> int:
    """Install from files or folders, without any network."""
    from desktop.cli.commands.models_change import import_files

    return import_files(context.obj, files, name, as_json=as_json)


@models.command()
def remove(
    context: typer.Context,
    names: SomeNames = None,
    partial: Annotated[
        bool, typer.Option("--partial", metavar=_FLAG, help="What unfinished downloads left behind.")
    ] = False,
    as_json: Json = False,
) -> int:
    """Delete models and free their space."""
    if not names and not partial:
        raise typer.BadParameter("name a model, or --partial.", param_hint="NAME")
    from desktop.cli.commands.models_change import remove as run

    return run(context.obj, names or [], partial=partial, as_json=as_json)


@models.command()
def repair(context: typer.Context, names: SomeNames = None, as_json: Json = False) -> int:
    """Fetch anew what is wrong with broken models; without a name, with all of them."""
    from desktop.cli.commands.models_change import repair as run

    return run(context.obj, names or [], as_json=as_json)


@models.command()
def where(
    context: typer.Context, name: Annotated[str, typer.Argument(metavar="[NAME]")] = "", as_json: Json = False
) -> int:
    """Say where a model lies; without a name, which places are looked at."""
    from desktop.cli.commands.models_list import where as run

    return run(name, as_json=as_json)


@models.command()
def refresh(context: typer.Context, as_json: Json = False) -> int:
    """Ask the hub, Argos and Piper which models there are now."""
    from desktop.cli.commands.models_change import refresh as run

    return run(context.obj, as_json=as_json)


@models.command()
def measure(context: typer.Context, as_json: Json = False) -> int:
    """Measure how fast models run on this machine; takes a few seconds."""
    from desktop.cli.commands.models_list import measure as run

    return run(context.obj, as_json=as_json)

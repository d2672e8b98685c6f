"""`parley engines …` as typer reads it. What the commands do is imported when they run."""

from enum import StrEnum
from typing import Annotated

import typer

_FLAG = " "
engines = typer.Typer(help="Cloud engines: all off, until you switch one on.", no_args_is_help=True)


class For(StrEnum):
    """--for"""

    recognition = "recognition"
    translation = "translation"
    voice = "voice"


Engine = Annotated[str, typer.Argument(metavar="ENGINE", help="What `parley engines list` names, for example deepl.")]
Stage = Annotated[
    For | None, typer.Option("--for", metavar="WHAT", help="recognition, translation or voice; else all that it does.")
]
Json = Annotated[bool, typer.Option("--json", metavar=_FLAG, help="Print JSON.")]


@engines.command("list")
def list_engines(context: typer.Context, as_json: Json = False) -> int:
    """List the engines: what is on, what leaves this computer, to whom, at what price."""
    from desktop.cli.commands.engines import show_list

    return show_list(context.obj, as_json=as_json)


@engines.command("enable")
def enable(
    context: typer.Context,
    engine: Engine,
    stage: Stage = None,
    yes: Annotated[bool, typer.Option("--yes", metavar=_FLAG, help="Do not ask.")] = False,
) -> int:
    """Switch an engine on, after saying what leaves this computer, to whom and at what price."""
    from desktop.cli.commands.engines import switch_on

    return switch_on(context.obj, engine, stage.value if stage else "", is_agreed=yes)


@engines.command("disable")
def disable(context: typer.Context, engine: Engine, stage: Stage = None) -> int:
    """Switch an engine off."""
    from desktop.cli.commands.engines import switch_off

    return switch_off(context.obj, engine, stage.value if stage else "")


@engines.command("test")
def try_out(context: typer.Context, engine: Engine, stage: Stage = None) -> int:
    """Send noise or one word to an engine that is on, and say whether it answers."""
    from desktop.cli.commands import engines as command

    return command.try_out(context.obj, engine, stage.value if stage else "")


@engines.command("install")
def install(engine: Engine) -> int:
    """Fetch the library of an engine, into a folder of Parley's own; uses the network."""
    from desktop.cli.commands import engines as command

    return command.install(engine)

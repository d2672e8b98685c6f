"""The commands for a Parley that runs, as typer reads them. What they do is imported when they run. Main thread."""

from collections.abc import Callable
from typing import Annotated

import typer

_HELP = {
    "toggle": "Start or stop listening, in the Parley that runs; for a key of your desktop.",
    "stop": "Stop listening, in the Parley that runs.",
    "unlock": "Unlock the subtitles of the Parley that runs, to move them; again: lock them.",
    "silence": "Stop the voice of the Parley that runs.",
    "type-rest": "Type here the end of a sentence, after another window got the focus.",
}


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    for wish, text in _HELP.items():
        app.command(wish, help=text)(_command(wish))
    app.command("status")(status)


def _command(wish: str) -> Callable[[typer.Context], int]:
    def run(context: typer.Context) -> int:
        from desktop.cli.commands.running import tell

        return tell(context.obj.store.file, wish)

    return run


def status(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", metavar=" ", help="Print JSON.")] = False,
) -> int:
    """Say what the Parley that runs is doing."""
    from desktop.cli.commands.running import tell
    from desktop.system.instance import STATUS

    return tell(context.obj.store.file, STATUS, as_json=as_json)

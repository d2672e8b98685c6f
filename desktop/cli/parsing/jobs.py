"""`parley jobs …` as typer reads it. What the commands do is imported when they run."""

from typing import Annotated

import typer

_FLAG = " "
jobs = typer.Typer(help="The work that the workers of a Redis gave up.", no_args_is_help=True)
Redis = Annotated[
    str, typer.Option("--redis", metavar="URL", help="Redis between gateways and workers: redis:// or rediss://.")
]


@jobs.command("dead")
def dead(
    redis: Redis = "redis://localhost:6379",
    as_json: Annotated[bool, typer.Option("--json", metavar=_FLAG, help="Print JSON.")] = False,
) -> int:
    """List the jobs on which several workers failed."""
    from desktop.cli.commands.serving.jobs import show

    return show(redis, as_json=as_json)


@jobs.command("retry")
def retry(
    entries: Annotated[
        list[str] | None, typer.Argument(metavar="[ENTRY…]", help="Which; all if none is named.")
    ] = None,
    redis: Redis = "redis://localhost:6379",
) -> int:
    """Put them into the queue again; what nobody waits for any more is left out."""
    from desktop.cli.commands.serving.jobs import again

    return again(redis, tuple(entries or ()))

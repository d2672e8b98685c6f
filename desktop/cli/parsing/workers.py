"""`parley bench workers`: its options. What it does is imported when it runs."""

from typing import Annotated

import typer

from desktop.cli.parsing.bench import Json, Model, _output, _settings


def workers(
    context: typer.Context,
    jobs: Annotated[int, typer.Option("--jobs", min=2, metavar="N", help="Recordings in the queue.")] = 40,
    seconds: Annotated[float, typer.Option("--seconds", min=10.0, help="Of the talk in real time.")] = 60.0,
    rounds: Annotated[int, typer.Option("--rounds", min=1, metavar="N", help="So often in turn.")] = 2,
    seed: Annotated[int, typer.Option("--seed", help="Of the order in which sentences are said.")] = 1,
    model: Model = "",
    as_json: Json = "",
) -> int:
    """What a second worker is worth before a full queue, and how much later words come through Redis."""
    from desktop.bench.workers.command import WorkersOptions
    from desktop.bench.workers.command import workers as run

    return run(_settings(context, model), WorkersOptions(jobs, seconds, rounds, seed=seed), _output(as_json, None))

"""`parley bench outages`: its options. What it does is imported when it runs."""

from typing import Annotated

import typer

from desktop.cli.parsing.bench import _FLAG, Json, _names, _output


def outages(
    times: Annotated[int, typer.Option("--times", min=1, max=1000, metavar="N", help="Each outage so often.")] = 5,
    only: Annotated[
        str, typer.Option("--only", metavar="NAMES", help="Outages, with commas between; all if not given.")
    ] = "",
    seconds: Annotated[float, typer.Option("--seconds", min=15.0, help="What each client says, at least.")] = 30.0,
    model: Annotated[str, typer.Option("--model", metavar="NAME", help="What recognises.")] = "starter",
    seed: Annotated[int, typer.Option("--seed", help="Of the order in which sentences are said.")] = 1,
    resume: Annotated[bool, typer.Option("--resume", metavar=_FLAG, help="Go on where the JSON file ends.")] = False,
    soak: Annotated[
        float,
        typer.Option("--soak", min=0.0, metavar="MINUTES", help="Instead: clients that come and go for so long."),
    ] = 0.0,
    as_json: Json = "",
) -> int:
    """Gateways, workers and Redis that die and come back while clients speak: words lost, and how soon text comes."""
    from desktop.bench.outages.command import OutageOptions, main

    options = OutageOptions(times, _names(only), seconds, model, seed=seed, is_resumed=resume, soak=soak)
    return main(options, _output(as_json, None))

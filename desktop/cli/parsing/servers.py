"""`parley bench servers`: its options. What it does is imported when it runs."""

from typing import Annotated

import typer

from desktop.cli.parsing.bench import _FLAG, Json, Model, Plot, _names, _output, _settings


def servers(
    context: typer.Context,
    levels: Annotated[
        str, typer.Option("--levels", metavar="NUMBERS", help="Speakers at a time, with commas between, rising.")
    ] = "1,2,3,4,6,8,10,12,14",
    seconds: Annotated[float, typer.Option("--seconds", min=5.0, help="What each of them says.")] = 30.0,
    seed: Annotated[int, typer.Option("--seed", help="Of the order in which sentences are said.")] = 1,
    install: Annotated[
        bool,
        typer.Option(
            "--install",
            metavar=_FLAG,
            help="First make the peers' own environment, if it is not there: needs a network, 2 GB, minutes.",
        ),
    ] = False,
    model: Model = "",
    as_json: Json = "",
    plot: Plot = None,
) -> int:
    """How many speakers Parley's server bears beside WhisperLive's and WhisperLiveKit's: same model, audio, cores."""
    from desktop.bench.servers.command import ServersOptions
    from desktop.bench.servers.command import servers as run

    try:
        counts = tuple(int(one) for one in _names(levels))
    except ValueError:
        raise typer.BadParameter("numbers with commas between, as 1,2,4", param_hint="--levels") from None
    if not counts or min(counts) < 1:
        raise typer.BadParameter("at least one speaker", param_hint="--levels")
    options = ServersOptions(tuple(sorted(set(counts))), seconds, seed=seed, is_installing=install)
    return run(_settings(context, model), options, _output(as_json, plot))

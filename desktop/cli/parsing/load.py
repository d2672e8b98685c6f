"""`parley load`: its options. What it does is imported when it runs."""

from typing import Annotated

import typer

from desktop.cli.parsing.bench import Json, Plot


def load(
    url: Annotated[str, typer.Option("--url", metavar="URL", help="Where the server is.")] = "ws://127.0.0.1:5026/",
    clients: Annotated[int, typer.Option("--clients", min=1, max=10_000, help="Connected at a time.")] = 10,
    batches: Annotated[int, typer.Option("--batches", min=1, help="How often, one behind the other.")] = 1,
    speaking_share: Annotated[
        float, typer.Option("--speaking-share", min=0.0, max=1.0, help="Share of the clients that speak.")
    ] = 1.0,
    seconds: Annotated[float, typer.Option("--seconds", min=1.0, help="Speech of each client and batch.")] = 30.0,
    language: Annotated[str, typer.Option("--language", metavar="LANG", help="What they speak.")] = "en",
    find_limit: Annotated[
        float,
        typer.Option("--find-limit", metavar="SECONDS", min=0.0, help="Look for the most speakers within this bound."),
    ] = 0.0,
    cuts: Annotated[
        int, typer.Option("--cuts", metavar="N", min=0, help="The network fails so often in each batch.")
    ] = 0,
    cut_seconds: Annotated[float, typer.Option("--cut-seconds", min=0.1, help="For so long each time.")] = 10.0,
    seed: Annotated[int, typer.Option("--seed", help="Of the order in which sentences are said.")] = 1,
    as_json: Json = "",
    plot: Plot = None,
) -> int:
    """Let many clients speak to a server in real time, and tell how fast and how well they are understood."""
    from desktop.bench.load.command import LoadOptions
    from desktop.bench.load.command import load as run
    from desktop.bench.reports.output import ReportOutput

    options = LoadOptions(
        url,
        clients,
        batches,
        speaking_share,
        seconds,
        language,
        seed=seed,
        find_limit=find_limit,
        cuts=cuts,
        cut_seconds=cut_seconds,
    )
    return run(options, ReportOutput(as_json, plot))

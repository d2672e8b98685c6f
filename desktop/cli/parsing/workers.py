"""`parley bench workers` and `streams`: their options. What they do is imported when they run."""

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


def streams(
    count: Annotated[int, typer.Option("--streams", min=1, metavar="N", help="Who speak at a time.")] = 50,
    gateways: Annotated[int, typer.Option("--gateways", min=1, metavar="N", help="They are shared among these.")] = 2,
    look: Annotated[
        float, typer.Option("--look", min=0.0, metavar="S", help="Seconds that decoding a running utterance takes.")
    ] = 0.05,
    final: Annotated[
        float, typer.Option("--final", min=0.0, metavar="S", help="Seconds that decoding a whole one takes.")
    ] = 0.1,
    slots: Annotated[int, typer.Option("--slots", min=1, metavar="N", help="Decodings at a time.")] = 8,
    seconds: Annotated[float, typer.Option("--seconds", min=5.0, help="What each of them says.")] = 60.0,
    seed: Annotated[int, typer.Option("--seed", help="Of the order in which sentences are said.")] = 1,
    as_json: Json = "",
) -> int:
    """Many who speak at a time, before a worker whose decoding takes a set time: what gateways and Redis bear."""
    from desktop.bench.streams.command import StreamsOptions, main

    options = StreamsOptions(count, gateways, look, final, slots, seconds, seed=seed)
    return main(options, _output(as_json, None))

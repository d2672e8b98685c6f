"""`parley bench peers`: its options. What it does is imported when it runs."""

from pathlib import Path
from typing import Annotated

import typer

from desktop.cli.parsing.bench import Json, Plot

_FLAG = " "


def peers(
    context: typer.Context,
    only: Annotated[
        str,
        typer.Option(
            "--only",
            metavar="NAMES",
            help="Systems, with commas between: parley, local-agreement, realtimestt, whisper-live, whisperlivekit, "
            "whole-file.",
        ),
    ] = "",
    audio: Annotated[
        str,
        typer.Option(
            "--audio", metavar="NAMES", help="Of stream-en, stream-es, sentences-en, sentences-es; all if not given."
        ),
    ] = "",
    seconds: Annotated[
        float, typer.Option("--seconds", min=0, help="At most so much of each recording; 0 is all.")
    ] = 0.0,
    repeats: Annotated[int, typer.Option("--repeats", min=1, max=100, help="How often each system hears each.")] = 3,
    shadow: Annotated[
        Path | None,
        typer.Option(
            "--shadow",
            metavar="DIR",
            file_okay=False,
            help="Take the cost from this model, for example one of `parley bench make-model --size base`.",
        ),
    ] = None,
    install: Annotated[
        bool,
        typer.Option(
            "--install",
            metavar=_FLAG,
            help="First make the peers' own environment, if it is not there: needs a network, 2 GB, minutes.",
        ),
    ] = False,
    aware_only: Annotated[
        bool, typer.Option("--aware-only", metavar=_FLAG, help="Leave out the runs with time standing still.")
    ] = False,
    core: Annotated[
        int, typer.Option("--core", min=-1, help="Processor core for all systems; -1 is the last one.")
    ] = -1,
    as_json: Json = "",
    plot: Plot = None,
) -> int:
    """Parley beside RealtimeSTT, WhisperLive, WhisperLiveKit and LocalAgreement-2: same model, same audio, one core."""
    from desktop.bench.peers.command import Plan, main
    from desktop.bench.reports.output import ReportOutput

    def names(text: str) -> tuple[str, ...]:
        return tuple(name.strip() for name in text.split(",") if name.strip())

    plan = Plan(
        names(only),
        names(audio),
        seconds,
        repeats,
        shadow,
        install,
        is_unaware_too=not aware_only,
        core=None if core < 0 else core,
    )
    return main(context.obj.store.current, plan, ReportOutput(as_json, plot))

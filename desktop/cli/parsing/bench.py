"""`parley bench …` as typer reads it. What the commands do is imported when they run."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand

if TYPE_CHECKING:
    from desktop.bench.reports.output import ReportOutput
    from desktop.cli.options import Options
    from desktop.settings.declaration import Settings

bench = typer.Typer(
    help="Measure Parley on this machine: real audio, real models, real time. For figures to rely on, let nothing else "
    "run meanwhile.",
    no_args_is_help=True,
)


class BenchCommand(TyperCommand):
    """A command whose `--json` may stand alone: then JSON is printed."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        given: list[str] = []
        for argument, following in zip(args, [*args, "-"][1:], strict=True):
            given.append(argument)
            if argument == "--json" and following.startswith("-"):
                given.append("-")
        return super().parse_args(ctx, given)


class Via(StrEnum):
    """--via"""

    microphone = "microphone"
    pushed = "pushed"


class Size(StrEnum):
    """--size"""

    tiny = "tiny"
    base = "base"
    small = "small"
    medium = "medium"


_FLAG = " "
Json = Annotated[
    str, typer.Option("--json", metavar="[FILE]", help="Print JSON; with FILE, write it there beside the tables.")
]
JsonFlag = Annotated[bool, typer.Option("--json", metavar=_FLAG, help="Print JSON.")]
Plot = Annotated[
    Path | None,
    typer.Option("--plot", metavar="FILE", dir_okay=False, help="Draw the figures into a PNG or SVG file."),
]
Quick = Annotated[bool, typer.Option("--quick", metavar=_FLAG, help="A few short recordings only.")]
Only = Annotated[
    str,
    typer.Option(
        "--only", metavar="NAMES", help="These recordings only, with commas between, for example stream-en,es-03."
    ),
]
Repeats = Annotated[int, typer.Option("--repeats", min=1, max=100, metavar="N", help="How often; variants take turns.")]
ViaOption = Annotated[
    Via, typer.Option("--via", help="Through a virtual microphone, or handed straight to the engine.")
]
Model = Annotated[
    str, typer.Option("--model", metavar="NAME", help="Recogniser: a name of `parley models`, or a directory.")
]


def _settings(context: typer.Context, model: str = "") -> "Settings":
    from desktop.cli.ready_models import ready_models

    ready_models()
    options: Options = context.obj
    return options.settings({"recognition.model": model} if model else {})


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def _output(as_json: str, plot: Path | None) -> "ReportOutput":
    from desktop.bench.reports.output import ReportOutput

    return ReportOutput(as_json, plot)


@bench.command(cls=BenchCommand)
def accuracy(
    context: typer.Context,
    via: ViaOption = Via.microphone,
    quick: Quick = False,
    only: Only = "",
    model: Model = "",
    as_json: Json = "",
    plot: Plot = None,
) -> int:
    """Word error rates, live against files decoded whole; and how good the live translation is (BLEU, chrF)."""
    from desktop.bench.accuracy import main

    return main(
        _settings(context, model), via=via.value, is_quick=quick, only=_names(only), output=_output(as_json, plot)
    )


@bench.command(cls=BenchCommand)
def practice(
    context: typer.Context,
    languages: Annotated[
        str, typer.Option("--languages", metavar="LANGS", help="These only, with commas between, for example es,fr.")
    ] = "",
    passages: Annotated[
        int, typer.Option("--passages", min=1, max=40, metavar="N", help="Of each language; three recordings each.")
    ] = 15,
    quick: Quick = False,
    odd: Annotated[
        bool, typer.Option("--odd", metavar=_FLAG, help="The other half of the recordings, kept for checking.")
    ] = False,
    kept: Annotated[
        Path | None,
        typer.Option(
            "--kept", metavar="FOLDER", file_okay=False, help="Where what was heard is kept, for a run that goes on."
        ),
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", metavar=_FLAG, help="Keep the languages that the JSON file has already.")
    ] = False,
    model: Model = "",
    as_json: Json = "",
    plot: Plot = None,
) -> int:
    """People read along, in five languages, also against texts that differ: marks, delays. Needs Debian's
    recordings."""
    from desktop.bench.practice.command import Plan, main

    plan = Plan(_names(languages), 2 if quick else passages, odd, kept, resume)
    return main(_settings(context, model), plan, _output(as_json, plot))


@bench.command(cls=BenchCommand)
def speech(
    context: typer.Context,
    languages: Annotated[
        str, typer.Option("--languages", metavar="LANGS", help="These only, with commas between, for example es,fr.")
    ] = "",
    prompts: Annotated[
        int, typer.Option("--prompts", min=1, max=200, metavar="N", help="Recordings of each language.")
    ] = 20,
    quick: Quick = False,
    no_live: Annotated[bool, typer.Option("--no-live", metavar=_FLAG, help="Whole files only.")] = False,
    odd: Annotated[
        bool, typer.Option("--odd", metavar=_FLAG, help="The other half of the recordings, kept for checking.")
    ] = False,
    fast: Annotated[
        bool, typer.Option("--fast", metavar=_FLAG, help='Live once more, with the preset "fast".')
    ] = False,
    resume: Annotated[
        bool, typer.Option("--resume", metavar=_FLAG, help="Keep the languages that the JSON file has already.")
    ] = False,
    model: Model = "",
    as_json: Json = "",
    plot: Plot = None,
) -> int:
    """People in five languages: word errors beside faster-whisper's, and live delays. Needs Debian's recordings."""
    from desktop.bench.speech import main, plan

    wanted = plan(_names(languages), prompts, is_quick=quick, is_live=not no_live, is_odd=odd, has_fast=fast)
    return main(_settings(context, model), wanted, is_resumed=resume, output=_output(as_json, plot))


@bench.command(cls=BenchCommand)
def joined(
    context: typer.Context,
    languages: Annotated[
        str, typer.Option("--languages", metavar="LANGS", help="These only, with commas between, for example es,fr.")
    ] = "",
    orders: Annotated[
        int, typer.Option("--orders", min=1, max=20, metavar="N", help="Recordings of each language.")
    ] = 3,
    odd: Annotated[
        bool, typer.Option("--odd", metavar=_FLAG, help="The other half of the prompts, kept for checking.")
    ] = False,
    resume: Annotated[
        bool, typer.Option("--resume", metavar=_FLAG, help="Keep the recordings that the JSON file has already.")
    ] = False,
    model: Model = "",
    as_json: Json = "",
    plot: Plot = None,
) -> int:
    """Minutes of people in five languages: word errors of `parley transcribe` beside faster-whisper's."""
    from desktop.bench.joined import main

    output = _output(as_json, plot)
    return main(_settings(context, model), _names(languages), orders, is_odd=odd, is_resumed=resume, output=output)


@bench.command(cls=BenchCommand)
def latency(
    context: typer.Context,
    via: ViaOption = Via.microphone,
    quick: Quick = False,
    only: Only = "",
    repeats: Repeats = 1,
    model: Model = "",
    as_json: Json = "",
    plot: Plot = None,
) -> int:
    """How long words, translations and speech take, and what listening costs."""
    from desktop.bench.latency import main

    return main(
        _settings(context, model),
        via=via.value,
        is_quick=quick,
        only=_names(only),
        repeats=repeats,
        output=_output(as_json, plot),
    )


@bench.command(cls=BenchCommand)
def stability(
    context: typer.Context,
    quick: Quick = False,
    only: Only = "",
    repeats: Repeats = 1,
    model: Model = "",
    as_json: Json = "",
    plot: Plot = None,
) -> int:
    """How much of what is shown is taken back; committed text never may be."""
    from desktop.bench.stability import main

    return main(
        _settings(context, model), is_quick=quick, only=_names(only), repeats=repeats, output=_output(as_json, plot)
    )


@bench.command(cls=BenchCommand)
def scaling(as_json: Json = "", plot: Plot = None) -> int:
    """How many workers, gateways and Redis so many users need: simulated, in seconds, from times that were measured."""
    from desktop.bench.scaling.command import main

    return main(_output(as_json, plot))


@bench.command(cls=BenchCommand)
def cost(
    context: typer.Context,
    sizes: Annotated[
        list[Size] | None,
        typer.Option("--size", help="Measure a model of this size, too, with random weights; as often as needed."),
    ] = None,
    quick: Quick = False,
    only: Only = "",
    repeats: Repeats = 1,
    model: Model = "",
    as_json: Json = "",
    plot: Plot = None,
) -> int:
    """Processor time and memory of live recognition, for the chosen model and for true sizes with random weights."""
    from desktop.bench.cost import main

    return main(
        _settings(context, model),
        sizes=[one.value for one in sizes or ()],
        is_quick=quick,
        only=_names(only),
        repeats=repeats,
        output=_output(as_json, plot),
    )


@bench.command(cls=BenchCommand)
def ablate(
    context: typer.Context,
    contexts: Annotated[
        bool,
        typer.Option(
            "--contexts",
            metavar=_FLAG,
            help="Instead of ideas: how short the context of this model may be, with what pad.",
        ),
    ] = False,
    size: Annotated[
        Size | None, typer.Option("--size", help="At the cost of a model of this size, with random weights.")
    ] = None,
    quick: Quick = False,
    only: Only = "",
    repeats: Repeats = 1,
    model: Model = "",
    as_json: Json = "",
    plot: Plot = None,
) -> int:
    """What each idea of the streaming core is worth: word errors, latency and cost without it."""
    from desktop.bench.ablate import main

    return main(
        _settings(context, model),
        is_grid=contexts,
        size=size.value if size else "",
        is_quick=quick,
        only=_names(only),
        repeats=repeats,
        output=_output(as_json, plot),
    )


@bench.command(cls=BenchCommand)
def soak(
    context: typer.Context,
    minutes: Annotated[float, typer.Option("--minutes", min=0.2, max=10_000, help="Of continuous speech.")] = 30.0,
    model: Model = "",
    as_json: Json = "",
    plot: Plot = None,
) -> int:
    """Hours of continuous speech: lag, memory, queues and lost words, and whether any of them grows."""
    from desktop.bench.soak import main

    return main(_settings(context, model), minutes=minutes, output=_output(as_json, plot))


@bench.command(cls=BenchCommand)
def faults(
    seeds: Annotated[int, typer.Option("--seeds", min=1, max=1_000_000, metavar="N", help="Of each kind.")] = 100,
    only: Annotated[
        str, typer.Option("--only", metavar="NAMES", help="Of pulls, packages, kills, signals; all if not given.")
    ] = "",
    resume: Annotated[bool, typer.Option("--resume", metavar=_FLAG, help="Go on where the JSON file ends.")] = False,
    as_json: Json = "",
) -> int:
    """Hostile servers, damaged packages, kills and signals, drawn from seeds: what is lost, filled or stuck."""
    from desktop.bench.faults.command import main

    return main(seeds, _names(only), is_resumed=resume, output=_output(as_json, None))


@bench.command("make-model")
def make_model(
    size: Annotated[Size, typer.Option("--size", help="Dimensions of OpenAI's model of this name.")],
    out: Annotated[Path, typer.Option("--out", metavar="DIR", file_okay=False, help="New folder for the model.")],
) -> int:
    """Make a Whisper model with random weights: it costs what a real one costs, and hears nonsense."""
    from desktop.bench.make_model import main

    return main(size.value, out)


@bench.command()
def page(
    context: typer.Context,
    target: Annotated[
        Path, typer.Argument(metavar="PAGE", exists=True, dir_okay=False, help="For example docs/benchmarks.md.")
    ],
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="Written by --json; the name says which block.")],
) -> int:
    """Put the tables of saved measurements into the page of benchmarks."""
    from desktop.bench.reports.page import main

    return main(target, files)


@bench.command(cls=BenchCommand)
def silence(
    context: typer.Context,
    minutes: Annotated[float, typer.Option("--minutes", min=0.1, max=120, help="Of each kind.")] = 10.0,
    resume: Annotated[
        bool, typer.Option("--resume", metavar=_FLAG, help="Keep the sounds that the JSON file has already.")
    ] = False,
    people: Annotated[
        bool, typer.Option("--people", metavar=_FLAG, help="Recordings of people over music, too; takes a while.")
    ] = False,
    model: Model = "",
    as_json: Json = "",
    plot: Plot = None,
) -> int:
    """Words that are made up out of silence, noise, breath, tones and music; there should be none."""
    from desktop.bench.silence import main

    return main(
        _settings(context, model), minutes=minutes, with_people=people, is_resumed=resume, output=_output(as_json, plot)
    )


@bench.command()
def tune(
    context: typer.Context,
    model: Model = "",
    again: Annotated[
        bool, typer.Option("--again", metavar=_FLAG, help="Measure even if it was measured before.")
    ] = False,
    as_json: JsonFlag = False,
) -> int:
    """How the recogniser runs best on this machine: device, number format, threads. Remembered for "auto"."""
    from desktop.bench.tune import main

    return main(context.obj.store.current, model, is_again=again, as_json=as_json)

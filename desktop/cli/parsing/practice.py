"""`parley practice`: its options. What it does is imported when it runs."""

from pathlib import Path
from typing import Annotated

import typer

from desktop.cli.parsing.bench import _FLAG, JsonFlag, Model
from desktop.cli.parsing.paths import named_path


def practice(
    context: typer.Context,
    text: Annotated[
        Path,
        typer.Argument(
            metavar="TEXTFILE", parser=named_path, help="The text: plain text, EPUB, subtitles, or a pack of verses."
        ),
    ],
    audio: Annotated[
        Path | None,
        typer.Option("--audio", metavar="FILE", parser=named_path, help="A recording of somebody who reads it."),
    ] = None,
    language: Annotated[
        str, typer.Option("--language", metavar="LANG", help="Language that is read, for example en.")
    ] = "",
    chapter: Annotated[int, typer.Option("--chapter", metavar="N", min=1, help="Which chapter of a book.")] = 1,
    lines: Annotated[str, typer.Option("--lines", metavar="A-B", help="These lines of it only, for example 3-7.")] = "",
    prompt: Annotated[
        bool, typer.Option("--prompt", metavar=_FLAG, help="Tell the recogniser which words come next.")
    ] = False,
    model: Model = "",
    as_json: JsonFlag = False,
) -> int:
    """Read a text aloud: each word is marked as it is spoken, then comes a score."""
    from desktop.cli.commands.practice import PracticePlan
    from desktop.cli.commands.practice import practice as run

    first, last = _lines(lines)
    changes = ({"recognition.model": model} if model else {}) | ({"practice.uses_prompt": True} if prompt else {})
    return run(context.obj, PracticePlan(text, audio, language, chapter, first, last), changes, as_json=as_json)


def _lines(text: str) -> tuple[int, int]:
    """ "3-7", "3-" and "3" as the first and last line, from 1; 0: not said."""
    if not text:
        return 0, 0
    first, dash, last = text.partition("-")
    try:
        begin = int(first)
        end = int(last) if last else 0 if dash else begin
    except ValueError:
        begin = end = -1
    if begin < 1 or (end and end < begin):
        raise typer.BadParameter(f"{text} is no range of lines; write it as 3-7.", param_hint="--lines")
    return begin, end

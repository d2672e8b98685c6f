"""`parley listen`: live captions in the terminal. Runs on the main thread."""

import sys
from pathlib import Path
from typing import Any

from desktop.cli.captions import printer_for
from desktop.cli.messages import say
from desktop.cli.options import Options
from desktop.cli.session import EngineSession
from desktop.engine.audio.sources.base import Source
from desktop.engine.events import ErrorEvent, ModelProgress, State, StateChanged
from desktop.messages import text_of


def source_id(text: str) -> str:
    """What a user means by --source: an id of `parley devices`, `microphone`, `loopback`, or a file."""
    if text in ("microphone", "loopback"):
        return f"{text}:"
    if text.startswith(("microphone:", "loopback:", "file:")):
        return text
    return f"file:{Path(text)}"


def listen(options: Options, changes: dict[str, Any], *, as_json: bool) -> int:
    """Show what is heard until Ctrl+C, SIGTERM or the end of a file; the last words are still shown.

    Returns the exit code. Raises EngineError if it cannot listen."""
    settings = options.settings(changes)
    failed = False
    with (
        EngineSession(settings) as session,
        printer_for(sys.stdout, settings.translation.target, as_json=as_json) as printer,
    ):
        for event in session.listen(_source(settings.audio.source)):
            printer.show(event)
            if as_json:
                continue
            if isinstance(event, ErrorEvent):
                say(text_of(event))
            elif isinstance(event, StateChanged):
                _say_state(event, settings.audio.source)
            elif isinstance(event, ModelProgress) and event.fraction < 1 and options.is_verbose:
                say(f"loading {event.name}: {event.fraction:.0%}")
        # Whoever stops it has seen what went wrong meanwhile.
        failed = bool(session.errors) and session.interrupted_by is None
    return 1 if failed else 0


def _source(source: str) -> Source | None:
    """Files are shown as they would be heard, in real time; what else there is, the engine opens."""
    kind, _, name = source.partition(":")
    if kind != "file":
        return None
    from desktop.engine.audio.sources.file import FileSource

    return FileSource(Path(name), realtime=True)


def _say_state(event: StateChanged, source: str) -> None:
    if event.state is State.LOADING:
        say("loading the recogniser; what is said meanwhile is kept.")
    elif event.state is State.LISTENING:
        say(text_of(event.detail) or f"listening to {_shown(source)}; Ctrl+C stops.")
    elif event.detail:
        say(text_of(event.detail))


def _shown(source: str) -> str:
    kind, _, name = source.partition(":")
    if kind == "file":
        return name
    shown = {"microphone": "the microphone", "loopback": "what the computer plays"}.get(kind, source)
    return f"{shown} ({name})" if name else shown

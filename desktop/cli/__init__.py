"""The command line: the same engine without Qt. Runs on the main thread."""

import signal
import sys
from collections.abc import Sequence
from types import FrameType

INTERRUPTED, BROKEN_PIPE = 130, 141
"""Exit codes as shells have them: 128 + the signal's number."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code: 0, 1 for an error (a sentence on stderr), 2 for wrong usage."""
    from desktop.cli.signals import Interrupted, caught, exit_code, forget

    def ended(number: int, frame: FrameType | None) -> None:
        raise Interrupted(number)

    forget()
    before = {one: signal.signal(one, ended) for one in caught() if one != signal.SIGINT}
    try:
        code = _run(list(sys.argv[1:] if arguments is None else arguments))
    except KeyboardInterrupt:
        code = INTERRUPTED
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)
    return exit_code() if code == INTERRUPTED else code


def _run(arguments: list[str]) -> int:
    from desktop.cli.arguments import hoisted
    from desktop.cli.messages import say
    from desktop.cli.parsing.root import app
    from desktop.engine.errors import EngineError
    from desktop.system.streams import OutputFailed, silence_output

    try:
        shared, rest = hoisted(arguments)
        result = app(prog_name="parley", args=[*shared, *rest], standalone_mode=False)
        sys.stdout.flush()
        return result if isinstance(result, int) else 0
    except EngineError as error:
        from desktop.messages import text_of

        say(text_of(error))
        return 1
    except (BrokenPipeError, SystemExit):
        # Whoever read the output has enough (`| head`); typer makes a SystemExit of that. Nothing may be
        # flushed into the pipe at exit.
        silence_output()
        return BROKEN_PIPE
    except OutputFailed as error:
        say(f"the result cannot be written to standard output ({error.strerror}); write it to another place.")
        silence_output()
        return 1
    except Exception as error:
        from desktop.cli.signals import has_come

        return INTERRUPTED if has_come() else _usage_error(error) or _failed(error)


def _usage_error(error: Exception) -> int:
    """Show what typer found wrong with the arguments; 0 if it was something else."""
    from desktop.engine.text.visible import visible

    show, code = getattr(error, "show", None), getattr(error, "exit_code", None)
    if isinstance(said := getattr(error, "message", None), str):
        error.message = visible(said)  # type: ignore[attr-defined]
    if callable(show) and isinstance(code, int):
        show()
        return code
    return INTERRUPTED if type(error).__name__ == "Abort" else 0


def _failed(error: Exception) -> int:
    import logging

    from desktop.cli.messages import say
    from desktop.settings.values import SettingInvalid
    from desktop.system import paths

    if isinstance(error, SettingInvalid):  # an option of the command that is a setting, too
        say(f"{error}.")
        return 2

    if logging.getLogger().handlers:  # without any, Python would print the traceback
        logging.getLogger(__name__).error("a command failed", exc_info=error)
    say(f"something went wrong ({type(error).__name__}); {paths.log_file()} says more.")
    return 1

"""Which of the arguments every command shares, and whether the window is asked for. Pure; imports nothing."""

from collections.abc import Sequence

SHARED = ("--set", "--settings", "--profile")
"""Options with a value that mean the same for the window and for every command, before or behind its name."""


def hoisted(arguments: Sequence[str]) -> tuple[list[str], list[str]]:
    """The shared options with their values, and everything else; what follows `--` is left alone."""
    shared: list[str] = []
    others: list[str] = []
    rest = list(arguments)
    while rest:
        argument = rest.pop(0)
        name, equals, _ = argument.partition("=")
        if argument == "--":
            others += [argument, *rest]
            break
        if name not in SHARED:
            others.append(argument)
            continue
        shared.append(argument)
        if not equals and rest:
            shared.append(rest.pop(0))
    return shared, others


def for_window(arguments: Sequence[str]) -> list[str] | None:
    """The window's arguments, or None where a command or the command line's help is asked for."""
    shared, others = hoisted(arguments)
    if others[:1] == ["gui"]:
        return [*shared, *others[1:]]
    return [*shared, *others] if not set(others) - {"--start"} else None

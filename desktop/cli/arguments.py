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


def for_running(arguments: Sequence[str], wishes: Sequence[str]) -> tuple[str, str] | None:
    """The settings file, or empty for the usual one, and the wish of a Parley that runs; None where anything else is
    asked for. A key that is bound to it should not wait for the rest of the command line."""
    shared, others = hoisted(arguments)
    if len(others) != 1 or others[0] not in wishes:
        return None
    if not shared:
        return "", others[0]
    name, equals, value = shared[0].partition("=")
    if name != "--settings" or len(shared) > 2 - bool(equals):
        return None
    return (value if equals else shared[-1]), others[0]

"""The arguments of `parley gui`."""

import argparse
from collections.abc import Sequence


def parse(argv: Sequence[str]) -> argparse.Namespace:
    """start, settings (a file), set ((key, text) pairs), profile. Wrong usage ends the process with a sentence."""
    parser = argparse.ArgumentParser(prog="parley gui", description="Open Parley's window.")
    parser.add_argument("--start", action="store_true", help="start listening at once")
    parser.add_argument("--settings", metavar="FILE", help="read and save the settings here")
    parser.add_argument(
        "--set", metavar="KEY=VALUE", action="append", default=[], type=_flag, help="a setting for this run, not saved"
    )
    parser.add_argument("--profile", metavar="NAME", help="profile of settings to use for this run")
    return parser.parse_args(argv)


def _flag(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not equals:
        raise argparse.ArgumentTypeError(f"{text!r} is not KEY=VALUE, for example speech.rate=1.2")
    return key.strip(), value

"""`parley toggle` and the other commands for a Parley that runs: to be bound to keys, also where no program may hear
hotkeys. Main thread."""

import json
from pathlib import Path

from desktop.cli.messages import say
from desktop.system import instance, paths

PATIENCE = 5.0
"""Seconds to wait for a Parley that is busy, as while it starts"""


def tell(settings: Path | None, wish: str, *, as_json: bool = False) -> int:
    """Ask a wish of the running Parley and print how it is then; 1 if none runs.

    settings: the file with its settings; None: the user's."""
    answer = instance.ask(settings or paths.config_file(), wish, PATIENCE)
    if answer is None:
        say("Parley does not run on this screen; start it with: parley")
        return 1
    try:
        status = json.loads(answer)
    except ValueError:  # it is only just starting
        status = {"state": "starting", "words": "Starting", "reason": "", "subtitles": "off"}
    if as_json:
        print(json.dumps(status, ensure_ascii=False))
    else:
        print(": ".join(part for part in (status["words"], status["reason"]) if part))
    return 0

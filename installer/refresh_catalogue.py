"""Writes resources/catalogue.json anew, before a release: the newest revisions, packages and voices.

    python -m installer.refresh_catalogue                      asks the hub, Argos and Piper
    python -m installer.refresh_catalogue --argos index.json --voices voices.json --voices-revision COMMIT
                                                               takes lists that were fetched already

What cannot be asked for stays as it is; look at the difference before you commit it.
"""

import argparse
import json
import sys
import tempfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from desktop.engine.errors import EngineError
from desktop.engine.models import catalogue
from desktop.engine.models.catalogue import Entry
from desktop.engine.models.downloads.network.listings import argos_entries, piper_entries, refresh, sized
from desktop.settings.declaration import ModelSettings
from desktop.system import paths


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--argos", type=Path, help="Argos's index.json, fetched already")
    parser.add_argument("--voices", type=Path, help="Piper's voices.json, fetched already")
    parser.add_argument("--voices-revision", default="", help="commit of rhasspy/piper-voices that it belongs to")
    chosen = parser.parse_args()
    before = catalogue.read(catalogue.shipped_file())
    try:
        if chosen.argos or chosen.voices:
            entries, problems = _from_files(before.entries, chosen), ()
        else:
            with tempfile.TemporaryDirectory() as place:
                paths.models_dir = lambda: Path(place)  # nothing of the user's is read or written
                found = refresh(before, ModelSettings())
            entries, problems = found.catalogue.entries, found.problems
    except (EngineError, OSError, ValueError) as error:
        print(f"refresh_catalogue: {error}", file=sys.stderr)
        return 1
    for problem in problems:
        print(f"refresh_catalogue: {problem}", file=sys.stderr)
    date = datetime.now(UTC).date().isoformat()
    catalogue.shipped_file().write_text(catalogue.rendered(entries, date), encoding="utf-8")
    print(f"{len(entries)} models")
    return 1 if problems else 0


def _from_files(before: tuple[Entry, ...], chosen: argparse.Namespace) -> tuple[Entry, ...]:
    whisper, argos, voices = ([one for one in before if one.kind == kind] for kind in ("whisper", "argos", "voice"))
    if chosen.argos:
        index = json.loads(chosen.argos.read_text(encoding="utf-8"))
        argos = list(sized(argos_entries(index), argos))
    if chosen.voices:
        listed = piper_entries(json.loads(chosen.voices.read_text(encoding="utf-8")), chosen.voices_revision)
        voices = [replace(one, revision=chosen.voices_revision) for one in listed]
    return (*whisper, *argos, *voices)


if __name__ == "__main__":
    sys.exit(main())

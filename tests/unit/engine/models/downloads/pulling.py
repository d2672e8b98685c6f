"""A process of its own that fetches a model, for tests that kill it or give it no room.

python -m tests.unit.engine.models.downloads.pulling SERVER MODELS_DIR PINNED_ENTRY_JSON [LARGEST_FILE]
"""

import json
import resource
import signal
import sys
from pathlib import Path

from desktop.engine.errors import EngineError
from desktop.engine.models.catalogue import entry_from
from desktop.engine.models.downloads import Downloads, Patience
from desktop.messages import text_of
from desktop.settings.declaration import ModelSettings
from desktop.system import paths


def main(server: str, place: str, entry: str, largest: str = "") -> int:
    paths.models_dir = lambda: Path(place)
    if largest:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(largest), int(largest)))
    try:
        model = Downloads(ModelSettings(hub=(server,)), patience=Patience(attempts=2, first_pause=0.01)).pull(
            entry_from(json.loads(entry))
        )
    except EngineError as error:
        print(error.code, text_of(error))
        return 1
    print(model.path)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

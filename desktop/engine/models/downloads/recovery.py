"""Puts in order what a process left that was killed: a model whose successor did not come is restored, everything else
unfinished is deleted, save downloads, which go on. On the caller's thread; no network."""

import logging
import re
from pathlib import Path

from desktop.engine.models.downloads import places
from desktop.engine.models.files import reason
from desktop.engine.models.installed import Kind
from desktop.engine.models.leftovers import IMPORT, REMOVED, REPLACED, WORKSHOP, is_done, leftovers
from desktop.system.files import locked

_log = logging.getLogger(__name__)


def recover() -> int:
    """Do it, for all that no living process works on; returns the bytes that were freed. Never raises."""
    freed = 0
    for place in leftovers():
        try:
            freed += _settled(place)
        except BlockingIOError:
            continue  # somebody works on it
        except OSError as error:
            _log.warning("%s cannot be put in order: %s", place.name, reason(error))
    return freed


def _settled(place: Path) -> int:
    """Raises BlockingIOError if another process works on it, OSError."""
    if found := re.fullmatch(rf"{REPLACED}(whisper|argos|voice)-(.+)", place.name):
        kind: Kind = found[1]  # type: ignore[assignment]  # the pattern names the kinds
        with locked(places.lock_of(kind, found[2]), 0):
            return places.settle(kind, found[2])
    if place.name.startswith(IMPORT):
        lock = place if place.suffix == ".lock" else place.with_name(f"{place.name}.lock")
        with locked(lock, 0):
            freed = places.delete(lock.with_suffix(""))
            lock.unlink(missing_ok=True)
            return freed
    if found := WORKSHOP.fullmatch(place.name):
        kind = found[1]  # type: ignore[assignment]
        with locked(places.lock_of(kind, found[2]), 0):
            is_empty = not any(one.is_file() for one in place.rglob("*"))
            is_useless = is_empty or places.home_of(kind, found[2]).exists()
            return places.delete(place) if is_useless and is_done(place) else 0
    return places.delete(place) if place.name.startswith(REMOVED) else 0

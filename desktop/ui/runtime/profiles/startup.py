"""Theme and window geometry, which the first paint needs, read straight from the file: the whole of the settings takes
longer to import than the window may take to appear. Anything odd is left to the real reading. No Qt."""

import tomllib
from collections.abc import Mapping
from pathlib import Path

THEMES = ("system", "light", "dark", "contrast")


def startup_settings(file: Path | None, flags: Mapping[str, str]) -> tuple[str, tuple[int, ...]]:
    """(theme, geometry) of the window. flags: {"window.theme": "dark"}, from the command line."""
    content: dict[str, object] = {}
    if file is not None:
        try:
            content = tomllib.loads(file.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
            content = {}
    found = content.get("window")
    window = found if isinstance(found, dict) else {}
    theme = flags.get("window.theme", window.get("theme"))
    geometry = window.get("geometry")
    is_geometry = isinstance(geometry, list) and len(geometry) == 4 and all(type(one) is int for one in geometry)
    return (theme if theme in THEMES else "system", tuple(geometry) if is_geometry else ())  # type: ignore[arg-type]

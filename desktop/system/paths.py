"""Where Parley keeps its files: one place that knows every directory.

Follows the platform's convention (XDG on Linux) through platformdirs. Nothing is created here; whoever
writes a file creates its directory.
"""

import sys
from pathlib import Path

from platformdirs import PlatformDirs

_dirs = PlatformDirs("parley", appauthor=False)

RESOURCES = Path(__file__).resolve().parents[2] / "resources"
"""Files that ship with the app: icons, starter models, the sample recording."""


def config_file() -> Path:
    """The user's settings, TOML."""
    return Path(_dirs.user_config_dir) / "settings.toml"


def models_dir() -> Path:
    """Models the user installed: subdirectories `whisper`, `argos`, `voices`."""
    return Path(_dirs.user_data_dir) / "models"


def log_file() -> Path:
    """The log. It never holds speech or transcripts."""
    return Path(_dirs.user_log_dir) / "parley.log"


def unsaved_dir() -> Path:
    """Transcripts that nobody saved, each until it is saved, cleared, or a week old."""
    return Path(_dirs.user_state_dir) / "unsaved"


def tuning_file() -> Path:
    """What was measured to suit this machine; may be deleted at any time."""
    return Path(_dirs.user_cache_dir) / "tuning.json"


def checked_file() -> Path:
    """Which files of models were read through and found good; may be deleted at any time."""
    return Path(_dirs.user_cache_dir) / "checked.json"


def peers_dir() -> Path:
    """The Python environment of `parley bench peers`; may be deleted at any time."""
    return Path(_dirs.user_cache_dir) / "peers"


def server_dir() -> Path:
    """What the server keeps, for its user only: the database, the keys of cookies and TLS."""
    return Path(_dirs.user_data_dir) / "server"


def practice_dir() -> Path:
    """Readings that were kept, for their user only: what was read and how."""
    return Path(_dirs.user_data_dir) / "practice"


def libraries_dir() -> Path:
    """Libraries that the user asked for beside Parley's own, for this version of Python."""
    return Path(_dirs.user_data_dir) / "libraries" / f"{sys.version_info.major}.{sys.version_info.minor}"


def spending_file() -> Path:
    """What cloud engines cost today."""
    return Path(_dirs.user_state_dir) / "cloud-spending.json"

"""Finds files of models in installed Python packages, through importlib.metadata. No code of those packages is run.
Any thread; no network.
"""

import os
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path

VARIABLE = "PARLEY_MODEL_PACKAGES"
"""environment variable: a folder to look for packages in, instead of where Python looks"""


def are_installed(packages: Iterable[str]) -> bool:
    """Whether all of these packages are installed."""
    return all(_distribution(name) is not None for name in packages)


def locate(packages: Iterable[str], part: str) -> Path | None:
    """Where the file `part` ("name_of_package/data/model.bin") of one of these packages lies; None if it is missing."""
    for name in packages:
        found = _distribution(name)
        if found is not None and (file := Path(str(found.locate_file(part)))).is_file():
            return file
    return None


def _distribution(name: str) -> metadata.Distribution | None:
    place = os.environ.get(VARIABLE)
    if place is None:
        try:
            return metadata.distribution(name)
        except metadata.PackageNotFoundError:
            return None
    return next(iter(metadata.distributions(name=name, path=[place])), None)

"""Python imports this by itself in every process of a runner, the peers' own children included, because its folder is
on their PYTHONPATH. It binds the process to its core. It makes Parley's package known where that is not installed, and
only the package: none of its libraries. And it puts the cost model beside each Whisper model (see `shadow.py`), if one
is asked for.
"""

import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

_PACKAGE = Path(__file__).resolve().parents[3]


class _Parley(importlib.abc.MetaPathFinder):
    """Finds the package `desktop` where no other place has it."""

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if name != _PACKAGE.name:
            return None
        return importlib.util.spec_from_file_location(
            name, _PACKAGE / "__init__.py", submodule_search_locations=[str(_PACKAGE)]
        )


class _Shadowing(importlib.abc.MetaPathFinder):
    """Puts the cost model beside ctranslate2's Whisper as soon as ctranslate2 has been imported."""

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if name != "ctranslate2":
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(name)
        if spec is None or spec.loader is None:
            return spec
        run = spec.loader.exec_module

        def run_and_shadow(module: ModuleType) -> None:
            run(module)
            importlib.import_module("desktop.bench.live.shadow").put_beside(module, os.environ["PARLEY_BENCH_SHADOW"])

        spec.loader.exec_module = run_and_shadow  # type: ignore[method-assign]
        return spec


if os.environ.get("PARLEY_BENCH_CORE"):
    os.sched_setaffinity(0, {int(os.environ["PARLEY_BENCH_CORE"])})
sys.meta_path.append(_Parley())
if os.environ.get("PARLEY_BENCH_SHADOW"):
    sys.meta_path.insert(0, _Shadowing())

"""`parley bench tune`: what runs the recogniser best on this machine. Runs on the main thread."""

import json
import sys
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.table import Table

from desktop.bench.reports.machine import machine, machine_line
from desktop.engine.models.choice import chosen_model
from desktop.engine.models.installed import recognition_model
from desktop.engine.models.speed.tuning import WINDOW, Choice, Tuning, has_card, measure, resolved
from desktop.engine.models.speed.tuning_cache import TuningCache
from desktop.settings.declaration import Settings


def main(settings: Settings, model_name: str, *, is_again: bool, as_json: bool) -> int:
    """Measure, unless it is known, and print. Raises ModelMissing, ModelBroken."""
    model = recognition_model(model_name) if model_name else chosen_model(settings.recognition)
    cache = TuningCache()
    tuning = None if is_again else cache.get(model.path)
    is_new = tuning is None
    if tuning is None:
        tuning = measure(model.path, on_progress=_show_progress)
        cache.put(model.path, tuning)
    used = resolved(settings.recognition, tuning.choice, has_card=has_card())
    if as_json:
        print(json.dumps(_record(model.label, tuning, used, is_new=is_new), ensure_ascii=False, indent=2))
        return 0
    print(machine_line(machine()))
    table = Table(box=None, pad_edge=False)
    table.add_column("Runs on")
    for heading in (f"Hear {WINDOW:g} s", "A token", "Per second"):
        table.add_column(heading, justify="right")
    for timing in sorted(tuning.timings, key=lambda one: one.cost):
        mark = " (best)" if timing.choice == tuning.choice else ""
        figures = (f"{1000 * timing.encode:.0f} ms", f"{1000 * timing.token:.1f} ms", f"{timing.look / WINDOW:.3f} s")
        table.add_row(timing.choice.label + mark, *figures)
    for choice in tuning.failed:
        table.add_row(choice.label, "cannot be used", "", "")
    Console(markup=False, emoji=False).print(table)
    when = "measured now" if is_new else "measured before; --again measures anew"
    print(f"{model.label}: {used.label} is used ({when}).")
    if not tuning.is_complete:
        print("Time ran out before every choice was tried; the best of those that were is used.")
    return 0


def _record(label: str, tuning: Tuning, used: Choice, *, is_new: bool) -> dict[str, Any]:
    return {
        "machine": machine(),
        "model": label,
        "used": asdict(used),
        "real_time_factor": tuning.real_time_factor,
        "is_new": is_new,
        **asdict(tuning),
    }


def _show_progress(share: float, choice: Choice) -> None:
    print(f"{share:4.0%}  {choice.label}", file=sys.stderr, flush=True)

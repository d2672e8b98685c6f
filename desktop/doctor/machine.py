"""The machine: settings, speed, disk, start. On the examination's thread."""

import shutil
from collections.abc import Sequence
from pathlib import Path
from threading import Event

from desktop.doctor.findings import CheckResult, Health, ok, skipped
from desktop.engine.errors import ModelError
from desktop.engine.models.speed.tuning import Tuning, measure
from desktop.engine.models.speed.tuning_cache import TuningCache
from desktop.engine.text.sizes import readable_size
from desktop.settings.declaration import Settings
from desktop.system import paths

LITTLE, TOO_LITTLE = 2_000_000_000, 300_000_000
"""bytes: less than a middling model needs; less than logs and settings want"""
SLOW_START = 2.0
"""seconds"""
EASY, TOO_SLOW = 0.35, 1.0
"""seconds of work per second of speech: a running utterance is looked at three times a second"""


def settings(problems: Sequence[str]) -> CheckResult:
    """What of the settings could not be read."""
    if not problems:
        return ok("All settings are understood.")
    fix = "Change or reset these in the settings; your file is kept as it is until then."
    return CheckResult(Health.WARNING, " ".join(problems), fix, private=(str(paths.config_file()),))


def speed(chosen: Settings, cancelled: Event) -> CheckResult:
    """How fast the chosen recogniser is here; measured once per model and remembered."""
    from desktop.engine.models.choice import chosen_model

    if chosen.recognition.backend == "pocketsphinx":
        return skipped("The basic recogniser decodes whole utterances only; its speed is not measured.")
    try:
        model = chosen_model(chosen.recognition)
    except ModelError:
        return skipped("There is no Whisper model to measure.")
    cache = TuningCache()
    tuning = cache.get(model.path)
    if tuning is None:
        tuning = measure(model.path, cancelled=cancelled)
        cache.put(model.path, tuning)
    return judge_speed(model.label, tuning)


def judge_speed(label: str, tuning: Tuning) -> CheckResult:
    """What a measurement says. Pure."""
    factor = tuning.real_time_factor
    best = next(timing for timing in tuning.timings if timing.choice == tuning.choice)
    fact = f"{label} takes {factor:.2g} s for a second of speech ({best.choice.label})"
    card = [choice for choice in tuning.failed if choice.device == "cuda"]
    if card and tuning.choice.device == "cpu":
        fix = "Check its driver and the CUDA libraries (cuBLAS, cuDNN), or set the device to cpu."
        return CheckResult(Health.WARNING, f"The graphics card cannot be used. {fact}.", fix)
    if factor > TOO_SLOW:
        fix = "Choose a smaller model; words will come late with this one."
        return CheckResult(Health.PROBLEM, f"{fact}: it cannot keep up.", fix)
    if factor > EASY:
        return CheckResult(Health.WARNING, f"{fact}: words come late.", "Choose a smaller model for quicker subtitles.")
    return ok(f"{fact}: it keeps up with ease.")


def disk(place: Path | None = None) -> CheckResult:
    """Space for models. place: where they are kept, by default the user's folder."""
    place = place or paths.models_dir()
    there = next(one for one in (place, *place.parents) if one.exists())
    return judge_disk(shutil.disk_usage(there).free)


def judge_disk(free: int) -> CheckResult:
    """What so many free bytes mean. Pure."""
    amount = f"{readable_size(free)} are free where the models are kept"
    if free < TOO_LITTLE:
        return CheckResult(Health.PROBLEM, f"Only {amount}.", "Remove files or models that you do not need.")
    if free < LITTLE:
        fix = "Make room before you fetch a large model; `parley models` shows how large each is."
        return CheckResult(Health.WARNING, f"Only {amount}.", fix)
    return ok(f"{amount[0].upper()}{amount[1:]}.")


def start(started_in: float | None) -> CheckResult:
    """How long the program took to start. Pure."""
    if started_in is None:
        return skipped("How long the start took is not known here.")
    if started_in > SLOW_START:
        fix = "Close programs that keep the disk or the processor busy."
        return CheckResult(Health.WARNING, f"Parley took {started_in:.1f} s to start.", fix)
    return ok(f"Parley started in {started_in:.2f} s.")

"""Presets: what to set for recognition that is fast, balanced, accurate, frugal or on a graphics card. Pure.

A preset changes settings once; they are ordinary settings afterwards. It takes a model only if that is installed.
Any thread.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from desktop.settings.declaration import Settings
from desktop.settings.values import SettingInvalid, declaration, differences, get
from desktop.settings.values import changed as with_changes

_CHANGED = ("beam_size", "compute_type", "context", "device", "model", "step", "threads", "window")
"""What every preset has a say in, so that changing from one to another leaves nothing of the first."""


@dataclass(frozen=True, slots=True)
class Preset:
    """A way to recognise."""

    name: str
    help: str
    values: Mapping[str, Any]
    """of the group "recognition"; what is left out gets its default"""
    models: Sequence[str] = ()
    """Whisper models that suit it, best first; if none is installed, the best one there is stays chosen"""


PRESETS: tuple[Preset, ...] = (
    Preset(
        "fast",
        "Words as early as possible, some of them wrong",
        {"beam_size": 1, "step": 0.2, "window": 8.0},
        ("base", "base.en", "tiny", "tiny.en"),
    ),
    Preset("balanced", "What Parley does by itself", {}),
    Preset(
        "accurate",
        "Fewer mistakes, later and with more work for the processor",
        {"beam_size": 8, "context": "full", "step": 0.6, "window": 20.0},
        ("large-v3", "large-v3-turbo", "distil-large-v3", "medium", "small"),
    ),
    Preset(
        "edge",
        "Little memory and one core: old laptops, single-board computers",
        {
            "beam_size": 1,
            "compute_type": "int8",
            "device": "cpu",
            "step": 0.8,
            "threads": 1,
            "window": 6.0,
        },
        ("tiny", "tiny.en", "base", "base.en"),
    ),
    Preset(
        "GPU",
        "Everything on an NVIDIA graphics card",
        {"compute_type": "float16", "context": "full", "device": "cuda", "window": 20.0},
        ("large-v3-turbo", "large-v3", "distil-large-v3", "medium"),
    ),
)


def preset(name: str) -> Preset:
    """The preset of that name, however it is written. Raises SettingInvalid."""
    for one in PRESETS:
        if one.name.casefold() == name.strip().casefold():
            return one
    there = ", ".join(one.name for one in PRESETS)
    raise SettingInvalid(f"there is no preset called {name[:40]!r}; there are {there}")


def values_of(chosen: Preset, installed: Collection[str] = ()) -> dict[str, Any]:
    """What a preset sets: {"recognition.beam_size": 1}. installed: names of the Whisper models that are there."""
    values = {f"recognition.{name}": declaration(f"recognition.{name}").default for name in _CHANGED}
    values |= {f"recognition.{name}": value for name, value in chosen.values.items()}
    values["recognition.model"] = next((model for model in chosen.models if model in installed), "")
    return values


def differences_to(settings: Settings, values: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """What setting these values changes: {"recognition.beam_size": (5, 1)}, old and new. Raises SettingInvalid."""
    new = with_changes(settings, values)
    return {key: (get(settings, key), get(new, key)) for key in differences(settings, new)}

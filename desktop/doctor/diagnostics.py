"""What a user pastes into a report: versions, the system, findings, settings; nothing that is said, typed or owned.

Pure but for `gather`, which asks the system.
"""

import contextlib
import getpass
import importlib.metadata
import os
import platform
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_origin

from desktop import __version__
from desktop.doctor.findings import Finding
from desktop.engine.text.sizes import readable_size
from desktop.settings.declaration import Settings

LEFT_OUT = "…"
"""stands for what is left out"""
PACKAGES = ("PyQt6", "faster-whisper", "ctranslate2", "onnxruntime", "piper-tts", "argostranslate", "numpy", "av")
_HARMLESS = frozenset(
    {
        "recognition.language",
        "recognition.languages",
        "translation.target",
        "subtitles.text_color",
        "subtitles.translation_color",
        "subtitles.background_color",
    }
)
"""settings of free text that tell nothing of their user; of all others only that they are set"""


@dataclass(frozen=True, slots=True)
class System:
    """Facts about the machine, and which words of them are private."""

    facts: tuple[tuple[str, str], ...]
    """("System", "Linux 6.1"), in the order in which they are shown"""
    home: str = ""
    """directory of the user; shown as ~"""
    private: tuple[str, ...] = ()
    """names of the user and the machine, which are left out wherever they occur"""


def diagnostics(findings: Sequence[Finding], settings: Settings, system: System) -> str:
    """The text to copy: plain, a fact a line. Pure."""
    lines = [f"Parley {__version__}"]
    lines += [f"{name}: {value}" for name, value in system.facts]
    lines += ["", "Findings"]
    for finding in findings:
        words = " ".join(part for part in (finding.sentence, finding.fix) if part)
        lines.append(f"  [{finding.health}] {finding.title}: {_without(words, finding.private)}")
    lines += ["", "Settings that differ from the defaults"]
    changed = _changed(settings)
    lines += [f"  {key} = {value}" for key, value in changed.items()] or ["  none"]
    return redacted("\n".join(lines), system) + "\n"


def redacted(text: str, system: System) -> str:
    """The text with the home directory shortened and private names left out. Pure."""
    if len(system.home) > 1:
        text = text.replace(system.home, "~")
    return _without(text, system.private)


def gather(environment: Mapping[str, str] | None = None) -> System:
    """The facts of this machine. Takes some ms; opens nothing."""
    environment = os.environ if environment is None else environment
    facts = [
        ("System", f"{platform.system()} {platform.release()} {platform.machine()}"),
        ("Python", platform.python_version()),
        ("Processor", f"{os.cpu_count()} cores, {_memory()}"),
    ]
    if sys.platform not in ("win32", "darwin"):
        session = environment.get("XDG_SESSION_TYPE") or ("wayland" if environment.get("WAYLAND_DISPLAY") else "x11")
        has_screen = environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY")
        facts.append(("Session", f"{session}, {environment.get('XDG_CURRENT_DESKTOP') or 'no desktop named'}"))
        if not has_screen:
            facts[-1] = ("Session", "no screen")
    facts.append(("Packages", ", ".join(f"{name} {_version(name)}" for name in PACKAGES)))
    return System(tuple(facts), str(Path.home()), tuple(_names()))


def _changed(settings: Settings) -> dict[str, str]:
    """ "group.name" -> value as shown, for what is not the default."""
    defaults = Settings()
    found = {}
    for group, info in type(settings).model_fields.items():
        chosen, default = getattr(settings, group), getattr(defaults, group)
        fields: Mapping[str, Any] = getattr(info.annotation, "model_fields", {})
        for name, field in fields.items():
            value = getattr(chosen, name)
            if value != getattr(default, name):
                found[f"{group}.{name}"] = _shown(f"{group}.{name}", value, field.annotation)
    return found


def _shown(key: str, value: Any, annotation: Any) -> str:
    """Numbers, switches and choices as they are; of free text only that it is set."""
    is_plain = isinstance(value, bool | int | float) or get_origin(annotation) is Literal
    if is_plain or key in _HARMLESS:
        return str(value)
    if isinstance(value, str) and ":" in value and key in ("audio.source", "speech.output"):
        kind, _, name = value.partition(":")
        return f"{kind}:{LEFT_OUT if name else ''}"
    return "set" if value else "empty"


def _without(text: str, private: Sequence[str]) -> str:
    """The text without these words and names, longest first, whatever their case."""
    for name in sorted((one for one in private if one.strip()), key=len, reverse=True):
        # A short name may be part of any word; a long one is left out within words too (alsa_annas_microphone).
        pattern = re.escape(name) if len(name) >= 5 else rf"(?<![^\W_]){re.escape(name)}(?![^\W_])"
        text = re.sub(pattern, LEFT_OUT, text, flags=re.IGNORECASE)
    return text


def _names() -> list[str]:
    names = [platform.node(), platform.node().partition(".")[0]]
    with contextlib.suppress(OSError, KeyError):
        names.append(getpass.getuser())
    names.append(Path.home().name)
    return [name for name in dict.fromkeys(names) if len(name) > 1 and name != "root"]


def _memory() -> str:
    import psutil

    memory = psutil.virtual_memory()
    return f"{readable_size(memory.total)} of memory, {readable_size(memory.available)} free"


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return "missing"

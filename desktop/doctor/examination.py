"""Which checks there are, and going through them. Each check takes up to some seconds and blocks: call `examine` on
a thread of its own, it gives each finding as soon as it is there."""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from threading import Event

from desktop.doctor import installed, machine, screen, sound
from desktop.doctor import server as parley_server
from desktop.doctor.findings import CheckResult, Finding, Health, skipped
from desktop.engine.errors import EngineError
from desktop.messages import text_of
from desktop.settings.declaration import Settings

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class CheckContext:
    """Input of every check: settings, settings problems, start-up time, a cancellation flag."""

    settings: Settings
    problems: tuple[str, ...] = ()
    """sentences about settings that could not be read (`SettingsStore.problems`)"""
    started_in: float | None = None
    """seconds from the start of the program until it could be used; None if unknown"""
    cancelled: Event = field(default_factory=Event)
    """set it from any thread: what runs ends within a second or so, and no more findings come"""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing to look at."""

    id: str
    title: str
    look: Callable[[CheckContext], CheckResult]
    not_when_quick: str = ""
    """why it is left out of a quick examination; empty if it is not"""


CHECKS: tuple[Check, ...] = (
    Check("settings", "Settings", lambda on: machine.settings(on.problems)),
    Check("microphone", "Microphone", lambda on: sound.microphone(on.settings, on.cancelled)),
    Check("loopback", "What the computer plays", lambda on: sound.loopback(on.settings, on.cancelled)),
    Check(
        "output",
        "Voice output",
        lambda on: sound.output(on.settings, on.cancelled),
        "A quick look plays no sound.",
    ),
    Check("models", "Models", lambda on: installed.models(on.settings)),
    Check("broken-models", "Files of models", lambda on: installed.broken()),
    Check("speed", "Speed", lambda on: machine.speed(on.settings, on.cancelled), "A quick look measures no speed."),
    Check(
        "server", "Parley server", lambda on: parley_server.server(on.settings), "A quick look asks nobody elsewhere."
    ),
    Check("typing", "Typing", lambda on: screen.typing(on.settings)),
    Check("hotkeys", "Global hotkeys", lambda on: screen.hotkeys(on.settings)),
    Check("compositor", "See-through subtitles", lambda on: screen.compositor(on.settings)),
    Check("clipboard", "Clipboard", lambda on: screen.clipboard(on.settings)),
    Check("disk", "Disk space", lambda on: machine.disk()),
    Check("start", "Start", lambda on: machine.start(on.started_in)),
)
"""In the order in which they are shown and done."""


def examine(subject: CheckContext, *, quick: bool = False) -> Iterator[Finding]:
    """Every finding, in the order of CHECKS; ends early when `subject.cancelled` is set. Never raises.

    quick: without sound and measurements, a second or two instead of ten."""
    for check in CHECKS:
        if subject.cancelled.is_set():
            return
        yield examine_one(check, subject, quick=quick)


def examine_one(check: Check, subject: CheckContext, *, quick: bool = False) -> Finding:
    """One finding, for example to look again after something was mended. Never raises."""
    if quick and check.not_when_quick:
        return skipped(check.not_when_quick).named(check.id, check.title)
    try:
        return check.look(subject).named(check.id, check.title)
    except EngineError as error:
        return CheckResult(Health.PROBLEM, text_of(error)).named(check.id, check.title)
    except Exception as error:
        log.exception("the check %s failed", check.id)
        sentence = f"This could not be looked at ({type(error).__name__}); the log says more."
        return CheckResult(Health.WARNING, sentence).named(check.id, check.title)

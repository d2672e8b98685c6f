"""What the Doctor finds. Pure; any thread."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Health(StrEnum):
    """How something is; from good to bad but for SKIPPED."""

    OK = "ok"
    SKIPPED = "skipped"
    """not looked at, and the sentence says why"""
    WARNING = "warning"
    """it works, but less well than it could"""
    PROBLEM = "problem"
    """it does not work"""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    id: str
    """short and stable: "microphone", "typing" """
    title: str
    """as shown to the user: "Microphone" """
    health: Health
    sentence: str
    """what was found, in one or two sentences"""
    fix: str = ""
    """what to do about it, one sentence; empty if nothing needs to be done"""
    command: str = ""
    """what can be typed into a terminal to do it; empty if there is no such command"""
    private: tuple[str, ...] = ()
    """parts of the sentence or the fix that name the user's own things (devices, folders); the diagnostics to copy
    leave them out"""


@dataclass(frozen=True, slots=True)
class CheckResult:
    """Result of a check before it is given the check's id and title. Fields as in `Finding`."""

    health: Health
    sentence: str
    fix: str = ""
    command: str = ""
    private: tuple[str, ...] = ()

    def named(self, check_id: str, title: str) -> Finding:
        return Finding(check_id, title, self.health, self.sentence, self.fix, self.command, self.private)


def ok(sentence: str, *private: str) -> CheckResult:
    """It works."""
    return CheckResult(Health.OK, sentence, private=private)


def skipped(sentence: str) -> CheckResult:
    """It was not looked at."""
    return CheckResult(Health.SKIPPED, sentence)


def worst(findings: Iterable[Finding]) -> Health:
    """The worst there is; OK if there is nothing worse than SKIPPED."""
    found = {finding.health for finding in findings}
    return next((one for one in (Health.PROBLEM, Health.WARNING) if one in found), Health.OK)

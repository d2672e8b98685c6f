"""`parley doctor`: what works here, what does not, and how to mend it. Runs on the main thread."""

import json
import sys
import time
from dataclasses import asdict

from rich.console import Console
from rich.text import Text

from desktop.cli.options import Options
from desktop.cli.ready_models import ready_models
from desktop.doctor.diagnostics import diagnostics, gather
from desktop.doctor.examination import CHECKS, CheckContext, examine
from desktop.doctor.findings import Finding, Health, worst

_MARKS = {
    Health.OK: ("✓", "green"),
    Health.SKIPPED: ("-", "dim"),
    Health.WARNING: ("!", "yellow"),
    Health.PROBLEM: ("✗", "red"),
}


def doctor(options: Options, *, quick: bool, as_json: bool, copy: bool) -> int:
    """Examine, print; the exit code is 1 if something does not work."""
    started_in = _since_start()
    subject = CheckContext(options.store.current, tuple(options.store.problems), started_in)
    ready_models()
    console = Console(markup=False, emoji=False)
    findings = []
    show_each = not (as_json or copy)
    for finding in examine(subject, quick=quick):
        findings.append(finding)
        if show_each:
            _print(console, finding)
    if as_json:
        records = [{key: value for key, value in asdict(one).items() if key != "private"} for one in findings]
        print(json.dumps({"health": worst(findings), "findings": records}, ensure_ascii=False, indent=2))
    elif copy:
        sys.stdout.write(diagnostics(findings, subject.settings, gather()))
    else:
        _print_sum(findings)
    return 1 if worst(findings) is Health.PROBLEM else 0


def _print(console: Console, finding: Finding) -> None:
    mark, style = _MARKS[finding.health]
    if not console.is_terminal and not _can_write(mark):
        mark = str(finding.health)
    width = max(len(check.title) for check in CHECKS)
    line = Text()
    line.append(f"{mark} ", style=style)
    line.append(f"{finding.title:<{width}}  ", style="bold")
    line.append(finding.sentence)
    console.print(line, soft_wrap=True)
    for words in (finding.fix, f"$ {finding.command}" if finding.command else ""):
        if words:
            console.print(Text(f"{'':{width + 4}}{words}", style="dim"), soft_wrap=True)


def _print_sum(findings: list[Finding]) -> None:
    problems = sum(one.health is Health.PROBLEM for one in findings)
    warnings = sum(one.health is Health.WARNING for one in findings)
    if not problems and not warnings:
        print("Everything that was looked at works.")
        return
    counts = [f"{count} {word}{'' if count == 1 else 's'}" for count, word in _counted(problems, warnings) if count]
    print(f"{' and '.join(counts)}.")


def _counted(problems: int, warnings: int) -> tuple[tuple[int, str], tuple[int, str]]:
    return (problems, "problem"), (warnings, "warning")


def _can_write(mark: str) -> bool:
    try:
        mark.encode(sys.stdout.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def _since_start() -> float:
    """Seconds since this process began."""
    import psutil

    return max(0.0, time.time() - float(psutil.Process().create_time()))

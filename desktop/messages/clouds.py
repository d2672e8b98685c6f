"""What a user reads of a cloud engine before switching it on: what leaves the machine, to whom, at what price. Pure."""

from desktop.engine.cloud.catalogue import CloudEngine, Price
from desktop.engine.cloud.meter import Figures
from desktop.engine.cloud.options import CloudOptions
from desktop.engine.requests import Stage

STAGES = {Stage.RECOGNITION: "recognition", Stage.TRANSLATION: "translation", Stage.SPEECH: "voice"}
"""as users call them"""
_SENT = {
    Stage.RECOGNITION: "the sound of what is said, and the names and terms you expect,",
    Stage.TRANSLATION: "the text of what is said",
    Stage.SPEECH: "the text that is spoken",
}


def sent(engine: CloudEngine, stage: Stage, options: CloudOptions) -> str:
    """What leaves, and to whom: "The text of what is said goes to DeepL." """
    what = _SENT[stage]
    if options.is_here:
        return f"{what[0].upper()}{what[1:]} stays on this computer, at {options.place}."
    receiver = engine.receiver if options.place == engine.label else options.place
    return f"{what[0].upper()}{what[1:]} goes to {receiver}."


def price(of: Price) -> str:
    """ "It costs $0.016 a minute (list price of 2026-03)." """
    if not of.dollars:
        return "No price is known."
    unit = "a minute" if of.unit == "minute" else "a million characters"
    return f"It costs ${of.dollars:g} {unit} (list price of {of.read})."


def figures(of: Figures) -> str:
    """How it went with an engine since the program started, in one line."""
    parts = [f"{of.answered} of {of.asked} answered ({100 * of.success:.1f} %)"]
    if of.answered:
        parts.append(f"p50 {of.p50:.2f} s, p95 {of.p95:.2f} s, p99 {of.p99:.2f} s")
    if of.failures:
        kinds = ", ".join(f"{kind} {count}" for kind, count in sorted(of.failures.items()))
        parts.append(f"errors: {kinds}")
    if of.fallbacks:
        parts.append(f"{of.fallbacks} done by others")
    parts.append(f"{of.seconds / 60:.1f} min" if of.stage is Stage.RECOGNITION else f"{of.characters} characters")
    if of.dollars:
        parts.append(f"${of.dollars:.2f}")
    if not of.is_used:
        parts.append("left alone for now")
    return f"{of.label}, {STAGES[of.stage]}: {' · '.join(parts)}"

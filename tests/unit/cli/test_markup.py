"""Names of files, devices and models are text: "[x]" in them is no markup, ":car:" no picture."""

import re
from pathlib import Path

import desktop


def test_nothing_that_is_shown_on_a_terminal_is_taken_for_markup() -> None:
    found = []
    for file in Path(desktop.__file__).parent.rglob("*.py"):
        text = file.read_text(encoding="utf-8")
        for call in re.finditer(r"\b(Console|TextColumn)\(((?:[^()]|\([^()]*\))*)\)", text):
            only_bars = call[1] == "Console" and "stderr=True" in call[2]  # their columns say it
            only_figures = "task.description" not in call[2] and call[1] == "TextColumn"
            if "markup=False" not in call[2] and not only_bars and not only_figures:
                found.append(f"{file.name}: {call[0]}")
    assert not found

"""What the terminal shows: every utterance once, in order; what may still change is told apart."""

import io
import json

from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from desktop.cli.captions import JsonPrinter, PlainPrinter, RunningCaptions, TerminalPrinter
from desktop.engine.events import (
    AudioLevel,
    ErrorEvent,
    Event,
    Severity,
    State,
    StateChanged,
    TranscriptUpdate,
    TranslationUpdate,
)
from desktop.engine.message import verbatim


def heard(segment: int, revision: int, committed: str, unconfirmed: str = "", *, final: bool = False) -> Event:
    return TranscriptUpdate(segment, revision, "en", committed, unconfirmed, (), 0.0, 1.0, final)


def translated(
    segment: int,
    revision: int,
    committed: str,
    unconfirmed: str = "",
    *,
    final: bool = False,
    is_translated: bool = True,
) -> Event:
    return TranslationUpdate(segment, revision, "en", "es", committed, unconfirmed, final, is_translated)


def test_an_utterance_is_finished_with_its_translation() -> None:
    captions = RunningCaptions("es")
    assert captions.update(heard(0, 1, "Where is", "it")) == []
    assert captions.running()[0].text == "Where is it"
    assert captions.update(heard(0, 2, "Where is it?", final=True)) == []
    (line,) = captions.update(translated(0, 1, "¿Dónde está?", final=True))
    assert (line.text, line.translated_text) == ("Where is it?", "¿Dónde está?")
    assert captions.running() == []


def test_without_a_target_nothing_is_awaited() -> None:
    captions = RunningCaptions("")
    (line,) = captions.update(heard(0, 1, "Yes.", final=True))
    assert (line.text, line.translated_text) == ("Yes.", "")


def test_a_translation_that_never_comes_holds_nothing_up_for_long() -> None:
    captions = RunningCaptions("es")
    captions.update(heard(0, 1, "One.", final=True))
    captions.update(heard(1, 1, "Two.", final=True))
    lines = captions.update(translated(1, 1, "Dos.", final=True))
    assert [line.text for line in lines] == ["One.", "Two."]


def test_what_is_left_is_shown_at_the_end() -> None:
    captions = RunningCaptions("es")
    captions.update(heard(0, 1, "So far", "so good"))
    assert [line.text for line in captions.rest()] == ["So far so good"]
    assert captions.rest() == []


def test_what_comes_late_shows_no_line_twice() -> None:
    captions = RunningCaptions("")
    assert captions.update(heard(0, 2, "Yes.", final=True))
    assert captions.update(heard(0, 1, "Ye")) == []
    assert captions.update(heard(0, 2, "Yes.", final=True)) == []
    assert captions.running() == []


def test_speech_in_the_target_language_stands_alone() -> None:
    captions = RunningCaptions("es")
    captions.update(TranscriptUpdate(0, 1, "es", "Hola.", "", (), 0, 1, True))
    (line,) = captions.update(TranslationUpdate(0, 1, "es", "es", "Hola.", "", True))
    assert (line.text, line.translated_text) == ("Hola.", "")


@st.composite
def histories(draw: st.DrawFn) -> list[Event]:
    """Events of some utterances; translations come at any time after their text, some never."""
    said: list[Event] = []
    mixed: list[Event] = []
    for segment in range(draw(st.integers(1, 5))):
        said += [heard(segment, 1, f"said{segment}", "and"), heard(segment, 2, f"said{segment} all.", final=True)]
    translations = [
        translated(segment, 1, f"dicho{segment}", final=True)
        for segment in range(len(said) // 2)
        if draw(st.booleans())
    ]
    while said or translations:
        known = max((event.segment_id for event in mixed if isinstance(event, TranscriptUpdate)), default=-1)
        late = bool(translations) and translations[0].segment_id <= known  # type: ignore[union-attr]
        takes_translation = late and (not said or draw(st.booleans()))
        mixed.append((translations if takes_translation else said).pop(0))
    return mixed


@given(histories())
def test_every_utterance_is_shown_once_and_in_order(events: list[Event]) -> None:
    captions = RunningCaptions("es")
    shown = [line.text for event in events for line in captions.update(event)]
    shown += [line.text for line in captions.rest()]
    assert shown == sorted(set(shown))
    assert len(shown) == len({event.segment_id for event in events if isinstance(event, TranscriptUpdate)})


def test_plain_lines_mark_what_is_not_translated() -> None:
    out = io.StringIO()
    with PlainPrinter(out, "es") as printer:
        printer.show(heard(0, 1, "Yes.", final=True))
        printer.show(translated(0, 1, "Yes.", final=True, is_translated=False))
        printer.show(heard(1, 1, "and so"))
    assert out.getvalue() == "Yes.\n  → [not translated into Spanish]\nand so\n"


def test_json_lines_hold_every_event_but_the_frequent_ones() -> None:
    out = io.StringIO()
    with JsonPrinter(out) as printer:
        printer.show(StateChanged(State.LISTENING))
        printer.show(AudioLevel(-20.0, -10.0, True))
        printer.show(heard(3, 2, "Where is", "it"))
        printer.show(translated(3, 1, "Dónde"))
        printer.show(ErrorEvent("fallback", verbatim("Another one took over."), Severity.WARNING))
    records = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [record["type"] for record in records] == ["state", "transcript", "translation", "error"]
    assert records[1] == {
        "type": "transcript",
        "segment": 3,
        "revision": 2,
        "start": 0.0,
        "end": 1.0,
        "language": "en",
        "committed": "Where is",
        "unconfirmed": "it",
        "is_final": False,
        "final_text": "",
    }


def test_the_terminal_dims_what_may_change_and_keeps_what_is_finished() -> None:
    out = io.StringIO()
    console = Console(file=out, force_terminal=True, color_system="standard", width=80)
    with TerminalPrinter(console, "es") as printer:
        printer.show(heard(0, 1, "Where is", "the"))
        assert "Where is\x1b[2m the\x1b[0m" in out.getvalue()
        printer.show(heard(0, 2, "Where is the bank?", final=True))
        printer.show(translated(0, 1, "¿Dónde está el banco?", final=True))
    last = out.getvalue().rpartition("Where is the bank?")[2]
    assert "¿Dónde está el banco?" in last

"""What is made of a run in which something died."""

import numpy as np

from desktop.bench.load.speaker import Came, Spoken
from desktop.bench.load.talks import Talk
from desktop.bench.outages.command import OutageOptions, _kept, _report
from desktop.bench.outages.faults import FAULTS
from desktop.bench.outages.figures import Memory, broken, outcome, recovery
from desktop.bench.outages.talking import moment

TALK = Talk(np.zeros(16_000 * 20, np.float32), "one two three", ((1.0, 3.0), (6.0, 9.0), (12.0, 15.0)))


def came(at: float, end: float, text: str, *, translation: str = "") -> Came:
    return Came(at, round(end), text, True, text, end - 1, end, end, translation)


def spoken(*texts: Came, target: str = "", began: float = 100.0) -> Spoken:
    return Spoken(TALK, list(texts), is_told=True, began=began, target=target)


def test_it_happens_in_the_middle_of_a_sentence() -> None:
    assert moment(TALK) == 7.5


def test_text_is_back_when_something_is_told_of_what_was_said_after() -> None:
    one = spoken(came(3.0, 2.0, "one"), came(9.0, 4.0, "two"), came(11.0, 8.0, "three"))
    assert recovery(one, 5.0) == 6.0
    assert recovery(one, 12.0) is None


def test_words_are_counted_against_those_alone() -> None:
    whole = spoken(came(3.0, 2.0, "one two"), came(11.0, 8.0, "three"))
    found = outcome([whole], ["one two three"], 105.0, 0.0, 0, 20.0)
    assert (found.said, found.lost, found.doubled, found.changed, found.problem) == (3, 0, 0, 0, "")
    assert found.recovery == 6.0
    lost = outcome([spoken(came(3.0, 2.0, "one two"))], ["one two three"], 105.0, 0.0, 2, 20.0)
    assert (lost.lost, lost.recovery, lost.left) == (1, None, 2)
    doubled = outcome([spoken(came(9.0, 8.0, "one two three three"))], ["one two three"], 105.0, 0.0, 0, 20.0)
    assert doubled.doubled == 1


def test_utterances_without_their_translation_are_counted() -> None:
    some = spoken(came(3.0, 2.0, "one", translation="uno"), came(11.0, 8.0, "two"), target="es")
    assert outcome([some], ["one two"], 101.0, 0.0, 0, 1.0).untranslated == 1
    none_wanted = spoken(came(3.0, 2.0, "one"))
    assert outcome([none_wanted], ["one"], 101.0, 0.0, 0, 1.0).untranslated == 0


def test_a_talk_that_was_refused_or_not_told_is_a_problem() -> None:
    refused = Spoken(TALK, refused="busy")
    assert outcome([refused], ["one"], 0.0, 0.0, 0, 1.0).problem == "busy"
    assert "not told to their end" in outcome([Spoken(TALK)], ["one"], 0.0, 0.0, 0, 1.0).problem


def test_the_report_holds_only_where_nothing_is_lost_and_is_read_again(tmp_path) -> None:  # type: ignore[no-untyped-def]
    import json

    from desktop.bench.reports.output import as_record

    well = outcome([spoken(came(9.0, 8.0, "one"))], ["one"], 105.0, 0.0, 0, 1.0).as_record()
    name = FAULTS[1].name
    report = _report(OutageOptions(), {}, {name: [well]})
    assert report.holds
    assert not _report(OutageOptions(), {}, {name: [well, broken("it did not start").as_record()]}).holds
    file = tmp_path / "found.json"
    file.write_text(json.dumps(as_record(report)))
    assert _kept(file) == {name: [well]}
    assert _kept(tmp_path / "none.json") == {}


def test_names_of_outages_are_their_own() -> None:
    assert len({one.name for one in FAULTS}) == len(FAULTS)


def test_growth_is_told_from_the_second_quarter_to_the_last() -> None:
    warms_up = Memory((100.0, 200.0, 300.0, 310.0, 310.0, 310.0, 310.0, 310.0))
    assert (warms_up.early, warms_up.late, warms_up.most) == (305.0, 310.0, 310.0)
    grows = Memory(tuple(float(100 + 10 * number) for number in range(40)))
    assert grows.growth == 200.0
    assert Memory((5.0,)).growth == 0.0

"""What the typist does with events, on a keyboard that writes on paper."""

import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as checks
from hypothesis import strategies as st

from desktop.engine.errors import TypingError
from desktop.engine.events import Event, State, StateChanged, TranscriptUpdate, TranslationUpdate
from desktop.engine.message import verbatim
from desktop.injector import typist as sentences
from desktop.injector.base import Keyboard, Window
from desktop.injector.typist import TypingStatus, Typist
from desktop.injector.utterances import TypingQueue, wanted_text
from desktop.settings.declaration import Settings, TypingSettings
from tests.unit.injector.keyboard import PaperKeyboard


class TypistHarness:
    """A typist on paper, one event after the other."""

    def __init__(self, keyboard: PaperKeyboard | None = None, **typing: object) -> None:
        self.keyboard = keyboard or PaperKeyboard()
        self.statuses: list[TypingStatus] = []
        self.settings = Settings(typing=TypingSettings.model_validate({"enabled": True, **typing}))
        self.opened = 0
        self.typist = Typist(self.settings, self.statuses.append, self.open)

    def open(self, _settings: Settings) -> Keyboard:
        self.opened += 1
        return self.keyboard

    def send(self, *events: Event) -> None:
        """Deliver events, each typed before the next comes."""
        for event in events:
            self.typist.on_event(event)
            self.settle()

    def settle(self) -> None:
        """Everything that came so far has been typed: the typist waits for more."""
        idle = threading.Event()
        with self.typist._wake:
            thread = self.typist._thread
        while thread.is_alive() and not idle.is_set():
            with self.typist._wake:
                waits = bool(getattr(self.typist._wake, "_waiters", ()))
                if waits and not self.typist._has_work():
                    idle.set()
            idle.wait(0.001)

    @property
    def text(self) -> str:
        return self.keyboard.papers.get("1", "")


@pytest.fixture
def desk() -> Iterator[Callable[..., TypistHarness]]:
    desks: list[TypistHarness] = []

    def make(*args: PaperKeyboard, **typing: object) -> TypistHarness:
        desks.append(TypistHarness(*args, **typing))
        return desks[-1]

    yield make
    for each in desks:
        each.typist.close()


def heard(segment: int, revision: int, committed: str, unconfirmed: str = "", final: bool = False) -> TranscriptUpdate:
    return TranscriptUpdate(segment, revision, "en", committed, unconfirmed, (), 0.0, 1.0, final)


def translated(segment: int, text: str, *, known: bool = True) -> TranslationUpdate:
    return TranslationUpdate(segment, 1, "en", "es", text, "", True, known)


MakeHarness = Callable[..., TypistHarness]


def test_committed_text_is_typed_once_as_it_grows(desk: MakeHarness) -> None:
    here = desk()
    here.send(heard(0, 1, "", "hello"), heard(0, 2, "hello", "where"), heard(0, 3, "hello there", "", True))
    here.send(heard(0, 3, "hello there", "", True), heard(0, 2, "hello", "x"))
    assert here.text == "Hello there"
    assert here.keyboard.deleted == 0


def test_live_words_are_replaced(desk: MakeHarness) -> None:
    here = desk(live=True)
    here.send(heard(0, 1, "", "ice scream"), heard(0, 2, "ice", "cream"))
    assert here.text == "Ice cream"
    assert here.keyboard.deleted == len("scream")


def test_where_words_may_be_corrected_the_text_that_is_kept_is_typed_in_the_end(desk: MakeHarness) -> None:
    here = desk(live=True)
    final = replace(heard(0, 3, "ice scream is good", "", True), final_text="Ice cream is good.")
    here.send(heard(0, 1, "ice", "scream"), heard(0, 2, "ice scream", "is good"), final)
    assert here.text == "Ice cream is good."


def test_where_nothing_is_taken_back_only_what_follows_the_typed_text_is_taken_of_it(desk: MakeHarness) -> None:
    here = desk()
    continued = replace(heard(0, 2, "ice scream", "", True), final_text="ice scream, she said.")
    here.send(heard(0, 1, "ice", "scream"), continued)
    assert here.text == "Ice scream, she said."
    here = desk()
    other = replace(heard(0, 2, "ice scream", "", True), final_text="Nice cream.")
    here.send(heard(0, 1, "ice", "scream"), other)
    assert here.text == "Ice scream"
    assert here.keyboard.deleted == 0


WORDS = st.lists(st.sampled_from(["ice", "cream", "niño", "日本", "no", "नि", "😀", "e\u0301"]), max_size=5).map(
    " ".join
)


@given(st.lists(st.tuples(WORDS, WORDS), max_size=5), WORDS, st.booleans(), st.booleans())
@checks(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_course_of_an_utterance_leaves_its_final_text(
    course: list[tuple[str, str]], last: str, live: bool, space: bool
) -> None:
    keyboard = PaperKeyboard()
    keyboard.papers["1"] = "mine"
    here = TypistHarness(keyboard, live=live, trailing_space=space)
    committed = ""
    for revision, (more, loose) in enumerate(course):
        committed = f"{committed} {more}".strip()
        here.send(heard(0, revision, committed, loose))
    final = heard(0, 99, f"{committed} {last}".strip(), "", True)
    here.send(final)
    here.typist.close()
    assert here.text == "mine" + wanted_text(final, "", live=live, trailing_space=space)


def test_terminals_and_desktops_that_hide_the_user_get_no_live_text(desk: MakeHarness) -> None:
    terminal = PaperKeyboard()
    terminal.window = Window("1", class_name="XTerm", pid=1)
    for keyboard in (terminal, PaperKeyboard(sees_user=False)):
        here = desk(keyboard, live=True)
        here.send(heard(0, 1, "one", "tow"), heard(0, 2, "one two", "", True))
        assert here.text == "One two"
        assert keyboard.deleted == 0


def test_another_window_gets_nothing_of_the_utterance(desk: MakeHarness) -> None:
    here = desk(live=True)
    here.send(heard(0, 1, "", "one two"))
    here.keyboard.window = Window("2", class_name="Other", pid=1)
    here.send(heard(0, 2, "one", ""), heard(0, 3, "one three", "", True))
    assert here.keyboard.papers == {"1": "One two"}
    assert here.statuses[-1].message == sentences.FOCUS_CHANGED
    here.send(heard(1, 1, "four", "", True))
    assert here.keyboard.papers == {"1": "One two", "2": "Four"}


def test_the_user_stops_an_utterance_between_two_characters(desk: MakeHarness) -> None:
    here = desk()
    here.keyboard.act_after = 7
    here.send(heard(0, 1, "one two three four", "", True))
    assert here.text == "One two"
    assert here.statuses[-1].message == sentences.USER_ACTED
    here.send(heard(1, 1, "five", "", True))
    assert here.text == "One twoFive"  # where the caret is now is not known: no space is made up


def test_parleys_own_windows_get_nothing(desk: MakeHarness) -> None:
    here = desk()
    here.keyboard.window = Window("1", class_name="python", pid=os.getpid())
    here.send(heard(0, 1, "one", "", True))
    assert here.keyboard.papers == {}
    assert here.statuses[-1].message == sentences.OWN_WINDOW


def test_without_a_focused_window_nothing_is_typed(desk: MakeHarness) -> None:
    here = desk()
    here.keyboard.window = None
    here.send(heard(0, 1, "one", "", True))
    assert here.statuses[-1].message == sentences.NO_WINDOW
    assert here.keyboard.papers == {}


def test_the_translation_is_typed_where_it_is_wanted(desk: MakeHarness) -> None:
    here = desk(text="translation")
    here.send(heard(0, 1, "hello", "", True), translated(0, "hola"), translated(1, "good", known=False))
    assert here.text == "Hola"
    assert here.statuses[-1].message == sentences.NO_TRANSLATION


def test_segments_count_anew_in_each_session(desk: MakeHarness) -> None:
    here = desk()
    here.send(heard(0, 1, "one.", "", True), StateChanged(State.IDLE), heard(0, 1, "two", "", True))
    assert here.text == "One. Two"


def test_what_comes_late_of_an_earlier_utterance_is_not_mixed_in(desk: MakeHarness) -> None:
    here = desk()
    here.send(heard(0, 1, "one"), heard(1, 1, "two"), heard(0, 2, "one late", "", True), heard(1, 2, "two", "", True))
    assert here.text == "One two"


def test_switching_off_stops_and_gives_everything_back(desk: MakeHarness) -> None:
    here = desk()
    here.send(heard(0, 1, "one"))
    here.typist.apply(Settings())
    here.settle()
    assert here.keyboard.is_closed
    here.send(heard(0, 2, "one two", "", True))
    assert here.text == "One"
    here.typist.apply(here.settings)
    here.send(heard(0, 3, "one two", "", True), heard(1, 1, "three", "", True))
    assert here.opened == 2
    assert here.text.lower() == "one three"


def test_what_cannot_be_typed_is_one_sentence() -> None:
    statuses: list[TypingStatus] = []

    def refuse(_settings: Settings) -> Keyboard:
        raise TypingError(verbatim("No permission."))

    typist = Typist(Settings(typing=TypingSettings(enabled=True)), statuses.append, refuse)
    typist.on_event(heard(0, 1, "one", "", True))
    typist.close()
    typist.close()
    assert [status.message for status in statuses] == ["No permission."]


def test_the_inbox_keeps_the_newest_of_each_segment_in_order() -> None:
    inbox = TypingQueue()
    for event in (heard(0, 1, "a"), heard(1, 1, "b"), heard(0, 2, "a c", "", True)):
        assert inbox.put(event, "original")
    assert not inbox.put(heard(0, 1, "a"), "original")
    assert not inbox.put(translated(0, "x"), "original")
    assert not inbox.put(StateChanged(State.LOADING), "original")
    assert [inbox.take(), inbox.take(), inbox.take()] == [heard(0, 2, "a c", "", True), heard(1, 1, "b"), None]


def test_the_inbox_drops_what_is_older_than_what_was_taken() -> None:
    inbox = TypingQueue()
    inbox.put(heard(0, 2, "a b", "", True), "original")
    inbox.take()
    assert not inbox.put(heard(0, 1, "a"), "original")
    assert inbox.put(StateChanged(State.IDLE), "original")
    assert inbox.put(heard(0, 1, "a"), "original")  # of the next session


def test_what_was_not_typed_after_a_change_of_window_is_told_and_typed_where_it_is_wanted(desk: MakeHarness) -> None:
    here = desk()
    here.send(heard(0, 1, "the meeting starts"))
    here.keyboard.window = Window("2", class_name="Mail", pid=2)
    here.send(heard(0, 2, "the meeting starts at", "three"))
    assert here.statuses[-1] == TypingStatus(message=sentences.FOCUS_CHANGED)
    here.send(heard(0, 3, "the meeting starts at three.", "", True))
    assert here.statuses[-1] == TypingStatus(message=sentences.FOCUS_CHANGED, rest="at three.")
    here.typist.type_rest()
    here.settle()
    assert here.keyboard.papers == {"1": "The meeting starts", "2": "at three."}
    here.typist.type_rest()  # there is nothing any more
    here.settle()
    here.send(heard(1, 1, "And then?", "", True))
    assert here.keyboard.papers["2"] == "at three. And then?"


def test_the_rest_is_not_typed_into_parley_itself_and_not_lost_there(desk: MakeHarness) -> None:
    here = desk()
    here.send(heard(0, 1, "one two"))
    here.keyboard.actions += 1
    here.send(heard(0, 2, "one two three", "", True))
    assert here.statuses[-1].rest == "three"
    here.keyboard.window = Window("9", class_name="parley", pid=os.getpid())
    here.typist.type_rest()
    here.settle()
    assert here.statuses[-1].message == sentences.OWN_WINDOW
    here.keyboard.window = Window("2", class_name="Mail", pid=2)
    here.typist.type_rest()
    here.settle()
    assert here.keyboard.papers["2"] == "three"


def test_a_rest_that_is_interrupted_again_keeps_what_is_missing(desk: MakeHarness) -> None:
    here = desk()
    here.send(heard(0, 1, "one"))
    here.keyboard.actions += 1
    here.send(heard(0, 2, "one two three four", "", True))
    here.keyboard.act_after = len("One") + len("two")
    here.typist.type_rest()
    here.settle()
    assert [status.rest for status in here.statuses if status.rest] == ["two three four", "three four"]


def test_where_words_may_be_corrected_the_rest_is_what_differs(desk: MakeHarness) -> None:
    here = desk(live=True)
    here.send(heard(0, 1, "", "ice scream"))
    here.keyboard.actions += 1
    here.send(heard(0, 2, "ice cream is good", "", True))
    assert here.statuses[-1].rest == "cream is good"


def test_what_stands_before_the_caret_decides_how_an_utterance_begins(desk: MakeHarness) -> None:
    here = desk()
    here.keyboard.standing = "I think"
    here.send(heard(0, 1, "They", ""), heard(0, 2, "They know", "", True))
    assert here.text == " they know"
    assert here.keyboard.reads == 1


def test_it_is_read_only_where_parley_does_not_know_it(desk: MakeHarness) -> None:
    here = desk()
    here.keyboard.standing = "I think"
    here.send(heard(0, 1, "They know.", "", True), heard(1, 1, "They do", "", True))
    assert here.text == " they know. They do"
    assert here.keyboard.reads == 1
    here.keyboard.actions += 1
    here.send(heard(2, 1, "That is", "", True))
    assert here.keyboard.reads == 2


def test_what_was_read_is_not_kept(desk: MakeHarness) -> None:
    here = desk()
    here.keyboard.standing = "a secret"
    here.send(heard(0, 1, "They know", "", True))
    kept = [value for name, value in vars(here.typist).items() if name != "_keyboard"]
    assert "secret" not in repr(kept)


@pytest.mark.parametrize("why", ["setting", "terminal", "unknown"])
def test_where_nothing_is_read_a_sentence_begins(desk: MakeHarness, why: str) -> None:
    here = desk(read_before_caret=why != "setting")
    here.keyboard.standing = None if why == "unknown" else "I think"
    if why == "terminal":
        here.keyboard.window = Window("1", class_name="XTerm", pid=1)
    here.send(heard(0, 1, "they know", "", True))
    assert here.text == "They know"
    assert here.keyboard.reads == (1 if why == "unknown" else 0)


def test_the_rest_is_set_off_from_what_stands_there(desk: MakeHarness) -> None:
    here = desk()
    here.send(heard(0, 1, "one two", ""))
    here.keyboard.actions += 1
    here.send(heard(0, 2, "one two three", "", True))
    here.keyboard.window = Window("2", class_name="Editor", pid=1)
    here.keyboard.standing = "and"
    here.typist.type_rest()
    here.settle()
    assert here.keyboard.papers["2"] == " three"

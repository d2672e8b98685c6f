"""Voice typing into real editors: exactly what was said arrives, and only where it belongs."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end2end.typing_harness import Dictation, Editor, RealUser, layout
from tests.virtual_desktop import VirtualDesktop
from tests.waiting import let_pass, wait_until

ASCII = [chr(code) for code in range(33, 127)]
OTHERS = [*"ñáéíóúü¿¡çßøłžΩжЖ日本語漢字かなカナ한국어€—…«»“”", "😀", "🎉", "👍🏽", "🇪🇸", "👩‍👩‍👧", "é"]


def words(seed: int, characters: int, alphabet: list[str]) -> list[str]:
    """Words of mixed characters, `characters` in all, spaces included."""
    chance = random.Random(seed)
    result: list[str] = []
    left = characters
    while left > 0:
        length = min(left, chance.randint(1, 9))
        result.append("".join(chance.choice(alphabet) for _ in range(length)))
        left -= length + 1
    return result


@pytest.fixture(scope="module")
def desk() -> Iterator[VirtualDesktop]:
    with VirtualDesktop() as desk:
        yield desk


@pytest.fixture(autouse=True)
def us_layout(desk: VirtualDesktop) -> None:
    layout(desk, "us")


@pytest.fixture(params=["qt", "gtk"])
def editor(desk: VirtualDesktop, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Editor]:
    editor = Editor(desk, request.param, tmp_path / "text", f"{request.param} one")
    editor.focus()
    yield editor
    editor.close()


@pytest.fixture
def xterm(desk: VirtualDesktop, tmp_path: Path) -> Iterator[Editor]:
    editor = Editor(desk, "xterm", tmp_path / "xterm", "xterm one")
    editor.focus()
    yield editor
    editor.close()


@pytest.fixture
def user(desk: VirtualDesktop) -> Iterator[RealUser]:
    user = RealUser()
    yield user
    user.close()


@pytest.fixture
def dictate(desk: VirtualDesktop) -> Iterator[type[Dictation]]:
    open_ones: list[Dictation] = []

    class Tracked(Dictation):
        def __init__(self, **typing: object) -> None:
            super().__init__(**typing)
            open_ones.append(self)

    yield Tracked
    for dictation in open_ones:
        dictation.typist.close()


@pytest.mark.parametrize("method", ["auto", "keystrokes"])
def test_2000_mixed_characters_arrive_exactly(editor: Editor, dictate: type[Dictation], method: str) -> None:
    alphabet = ASCII * 8 + OTHERS if method == "auto" else ASCII
    said = "X" + " ".join(words(1, 2000, alphabet))
    dictation = dictate(method=method)
    pieces = said.split(" ")
    for end in range(5, len(pieces), 5):
        dictation.say(" ".join(pieces[:end]), " ".join(pieces[end : end + 2]))
    dictation.say(said, final=True)
    assert editor.shows(said, 60), (len(editor.read()), len(said), dictation.messages)


@pytest.mark.parametrize("text", ["ascii", "spanish"])
def test_2000_characters_arrive_exactly_in_a_terminal(xterm: Editor, dictate: type[Dictation], text: str) -> None:
    if text == "ascii":
        said = "X" + " ".join(words(2, 2000, ASCII))
    else:
        said = " ".join(["¿Dónde está la estación?", "El niño comió muchísimo; ¡qué pingüino más señorial!"] * 26)
    dictation = dictate()
    dictation.say(said + "\nrm -rf\x1b[2J", language="es", final=True)
    assert xterm.shows(said + " rm -rf[2J", 60), (xterm.read(), dictation.messages)
    assert "\n" not in xterm.read()


def test_utterances_meet_rightly(editor: Editor, dictate: type[Dictation]) -> None:
    dictation = dictate()
    dictation.say("hello there.", final=True)
    dictation.say("it is late", final=True)
    dictation.say(", my friend", final=True)
    dictation.say("¿dónde está?", final=True, language="es")
    dictation.say("bien", final=True, language="es")
    assert editor.shows("Hello there. It is late, my friend ¿dónde está? Bien"), editor.read()


def test_without_live_only_what_is_committed_is_typed(editor: Editor, dictate: type[Dictation]) -> None:
    dictation = dictate()
    dictation.say("", "I thing")
    dictation.say("I think", "so wheel")
    assert editor.shows("I think")
    dictation.say("I think so well", final=True)
    dictation.segment -= 1
    dictation.say("I think so well", final=True)  # the same once more
    dictation.say("indeed.", final=True)
    assert editor.shows("I think so well indeed.")


def test_live_revisions_leave_the_final_text(editor: Editor, dictate: type[Dictation]) -> None:
    dictation = dictate(live=True)
    shown = []
    for committed, unconfirmed in [
        ("", "I"), ("", "I scream"), ("", "ice cream is"), ("Ice cream", "is coal"),
        ("Ice cream is", "cold en el niño"), ("Ice cream is cold", "日本 today"), ("Ice cream is cold", ""),
    ]:  # fmt: skip
        dictation.say(committed, unconfirmed)
        whole = f"{committed} {unconfirmed}".strip()
        shown.append(editor.shows(whole[0].upper() + whole[1:]))
    dictation.say("Ice cream is cold in winter.", final=True)
    assert editor.shows("Ice cream is cold in winter."), (editor.read(), dictation.messages)
    assert all(shown)


def test_a_change_of_focus_stops_typing_at_once(
    desk: VirtualDesktop, tmp_path: Path, editor: Editor, dictate: type[Dictation]
) -> None:
    other = Editor(desk, "qt", tmp_path / "other", "another")
    editor.focus()
    dictation = dictate(method="keystrokes", live=True)
    said = " ".join(words(3, 20_000, [chr(code) for code in range(97, 123)]))
    said = said[0].upper() + said[1:]
    dictation.say("", said)
    assert wait_until(lambda: len(editor.read()) > 100)
    other.focus()
    assert wait_until(lambda: any("another window" in message for message in dictation.messages)), dictation.messages
    dictation.say("", "short")
    dictation.say("short", final=True)
    dictation.say("next one", final=True)
    # One chunk that was under way may land in the window that took the focus, nothing more, and no backspace: what
    # both hold is the beginning of what was said.
    # Behind such a chunk the next one goes on as in the middle of a sentence.
    assert wait_until(lambda: other.read().lower().endswith("next one")), (other.read(), dictation.messages)
    landed = other.read()[: -len("next one")].rstrip()
    assert len(landed) <= 20
    assert wait_until(lambda: said.startswith(editor.read() + landed)), editor.read()
    assert 100 < len(editor.read()) < len(said)
    other.close()


@pytest.mark.parametrize("hand", ["device", "click", "other program"])
def test_a_typing_user_stops_it(
    desk: VirtualDesktop, editor: Editor, user: RealUser, dictate: type[Dictation], hand: str
) -> None:
    dictation = dictate(live=True)
    dictation.say("", "one two")
    assert editor.shows("One two")
    if hand == "device":
        user.type("z")
    elif hand == "click":
        desk.run(["xdotool", "mousemove", "--window", editor.window, "300", "300"])
        user.click()
        let_pass(0.5)  # nothing shows that the click was noticed
    else:
        desk.run(["xdotool", "key", "z"])
    expected = "One two" if hand == "click" else "One twoz"
    assert editor.shows(expected)
    dictation.say("one", "three")
    assert wait_until(lambda: any("you typed" in message for message in dictation.messages)), dictation.messages
    dictation.say("one three four", final=True)
    dictation.say("five", final=True)
    assert wait_until(lambda: "ive" in editor.read())
    # Where the editor says what stands before the caret, the next one goes on behind it.
    assert editor.read() in (f"{expected}Five", f"{expected} five")


def test_a_typing_user_stops_it_in_the_middle_of_a_text(
    editor: Editor, user: RealUser, dictate: type[Dictation]
) -> None:
    dictation = dictate(method="keystrokes")
    said = "X" + "abcdefghij" * 2000
    dictation.say(said, final=True)
    assert wait_until(lambda: len(editor.read()) > 100)
    user.type("9")
    assert wait_until(lambda: any("you typed" in message for message in dictation.messages)), dictation.messages
    assert wait_until(lambda: "9" in editor.read())
    text = editor.read()
    after = text[text.index("9") + 1 :]
    assert len(text) < len(said)
    assert len(after) <= 20
    assert said.startswith(text.replace("9", ""))


def test_a_held_key_delays_typing_and_makes_no_shortcuts(
    editor: Editor, user: RealUser, dictate: type[Dictation]
) -> None:
    control = 0xFFE3
    dictation = dictate()
    user.press(control)
    dictation.say("a word and señor", final=True)
    assert not wait_until(lambda: editor.read() != "", 0.5)
    user.release(control)
    assert editor.shows("A word and señor"), dictation.messages


@pytest.mark.parametrize("name", ["es", "de", "fr", "us,es -option grp:shifts_toggle"])
def test_other_layouts_type_right(desk: VirtualDesktop, editor: Editor, dictate: type[Dictation], name: str) -> None:
    dictation = dictate(method="keystrokes")
    dictation.say("before", final=True)
    assert editor.shows("Before")
    layout(desk, name)
    said = "Zy y@z #{}[]|\\~^`´ 'ñ' ß \"q\" €"
    dictation.say(said, final=True)
    assert editor.shows("Before " + said), (editor.read(), dictation.messages)


def test_caps_lock_changes_nothing(editor: Editor, user: RealUser, dictate: type[Dictation]) -> None:
    caps = 0xFFE5
    dictation = dictate(method="keystrokes")
    user.press(caps), user.release(caps)
    dictation.say("It is 5 O'Clock!", final=True)
    shown = editor.shows("It is 5 O'Clock!")
    user.press(caps), user.release(caps)
    assert shown, editor.read()

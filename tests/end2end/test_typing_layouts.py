"""Voice typing on the keyboard layouts of the world: byte for byte, whatever is locked or active. One screen and one
editor of each kind for all of them."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.end2end.typing_harness import Dictation, Editor, RealUser, activate_group, layout
from tests.virtual_desktop import VirtualDesktop

CAPS_LOCK = 0xFFE5
KINDS = ("qt", "gtk", "xterm")
MIXED = "Été là, ça où è ß @#{}[]|\\~^ «Ω» 'x' \"q\" €5 <ctrl> Ďábelské: ёлка ğış"


@pytest.fixture(scope="module")
def desk() -> Iterator[VirtualDesktop]:
    with VirtualDesktop(compositor=False) as desk:
        yield desk


@pytest.fixture(scope="module")
def editors(desk: VirtualDesktop, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Editor]]:
    place = tmp_path_factory.mktemp("editors")
    made = {kind: Editor(desk, kind, place / kind, f"{kind} layouts") for kind in KINDS}
    yield made
    for editor in made.values():
        editor.close()


@pytest.fixture(autouse=True)
def us_layout_afterwards(desk: VirtualDesktop) -> Iterator[None]:
    yield
    layout(desk, "us -option -variant ")
    activate_group(0)


@contextmanager
def dictation(**typing: object) -> Iterator[Dictation]:
    made = Dictation(**typing)
    try:
        yield made
    finally:
        made.typist.close()


@contextmanager
def caps_lock() -> Iterator[None]:
    """On, by the user's own keyboard."""
    user = RealUser()
    try:
        user.press(CAPS_LOCK), user.release(CAPS_LOCK)
        yield
        user.press(CAPS_LOCK), user.release(CAPS_LOCK)
    finally:
        user.close()


def check(editors: dict[str, Editor], said: str, **typing: object) -> None:
    """Say it into each editor: it arrives, and nothing else happens to the text that was there."""
    for kind, editor in editors.items():
        editor.focus()
        before = editor.read()
        with dictation(read_before_caret=False, **typing) as one:  # or a space would come before what is said
            one.say(said, final=True)
            assert editor.shows(before + said), (kind, editor.read()[len(before) :], one.messages)


@pytest.mark.parametrize("name", ["fr", "it", "ch -variant fr", "de"])
def test_caps_lock_changes_no_letter(desk: VirtualDesktop, editors: dict[str, Editor], name: str) -> None:
    layout(desk, name)
    with caps_lock():
        check(editors, "Un été, là, ça, où, è, ß, ÉTÉ 5!", method="keystrokes")


@pytest.mark.parametrize(
    "name",
    ["us,us -variant ,dvorak", "us,fr -variant ,bepo", "us,tr -variant ,f", "us,il", "us,ru", "us,de -variant ,neo"],
)
def test_a_second_layout_pastes_by_its_own_letter(desk: VirtualDesktop, editors: dict[str, Editor], name: str) -> None:
    """With the letter of the first one, Ctrl+V would be Ctrl+K or Ctrl+X to some programs."""
    layout(desk, name)
    activate_group(1)
    check(editors, "Paste 日本 and keys", method="paste")
    check(editors, "Xylophone – mañana", method="auto")
    check(editors, "Vier [Keys] & 5", method="keystrokes")


@pytest.mark.parametrize(
    "name", ["cz", "de -variant neo", "us -variant dvp", "ru", "tr -variant f", "fr -variant bepo", "il", "us,cz,ru,gr"]
)
def test_every_layout_types_byte_for_byte(desk: VirtualDesktop, editors: dict[str, Editor], name: str) -> None:
    layout(desk, name)
    activate_group(name.count(","))
    check(editors, MIXED, method="keystrokes")
    check(editors, MIXED, method="auto")

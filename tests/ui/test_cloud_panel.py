"""The cloud engines among the settings: consent, keys, a test; and the figures of what went there."""

from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest
from pytestqt.qtbot import QtBot

from desktop.engine.cloud.meter import Figures
from desktop.engine.events import Metrics
from desktop.engine.requests import Stage
from desktop.settings.declaration import Settings
from desktop.system import secrets
from desktop.ui.main.latency_panel import LatencyPanel
from desktop.ui.main.main_window import MainWindow
from desktop.ui.settings.cloud_panel import NEVER, OFF, CloudPanel
from tests.kept_keyring import KeptKeyring

KEY = "dl-s3cr3t"


@pytest.fixture
def ring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[KeptKeyring]:
    monkeypatch.setenv("KEPT_KEYRING", str(tmp_path / "keyring.json"))
    before = keyring.get_keyring()
    made = KeptKeyring()  # type: ignore[no-untyped-call]
    keyring.set_keyring(made)
    yield made
    keyring.set_keyring(before)


@pytest.fixture
def changes(window: MainWindow) -> dict[str, object]:
    """What the window asked for."""
    found: dict[str, object] = {}
    window.settingChanged.connect(found.__setitem__)
    return found


@pytest.fixture
def panel(window: MainWindow, ring: KeptKeyring, qtbot: QtBot) -> CloudPanel:
    window.popovers.open_server()
    dialog = window.popovers.open_dialog()
    assert dialog is not None
    dialog.open_page("cloud")
    qtbot.waitExposed(dialog)
    assert dialog.clouds is not None
    return dialog.clouds


def test_all_are_off_and_say_what_leaves_to_whom_and_for_what(panel: CloudPanel) -> None:
    assert panel.words() == OFF
    for card in panel.cards.values():
        assert not card.is_on
        assert not card.test.isEnabled()
        for switch in card.switches.values():
            assert not switch.isChecked()
            assert " goes to " in switch.accessibleDescription()
            assert "price" in switch.accessibleDescription()
    deepl = panel.cards["deepl"].switches[Stage.TRANSLATION].accessibleDescription()
    assert deepl == (
        "The text of what is said goes to DeepL. It costs $25 a million characters (list price of 2026-03)."
    )  # fmt: skip


def test_one_is_switched_on_for_one_thing_and_off(panel: CloudPanel, changes: dict[str, object]) -> None:
    google = panel.cards["google"]
    google.switches[Stage.TRANSLATION].click()
    assert changes == {"cloud.translation": ("google",)}
    assert google.is_on
    assert not google.switches[Stage.RECOGNITION].isChecked()
    panel.cards["deepl"].switches[Stage.TRANSLATION].click()
    assert changes == {"cloud.translation": ("google", "deepl")}
    google.switches[Stage.TRANSLATION].click()
    assert changes == {"cloud.translation": ("deepl",)}


def test_where_the_policy_is_never_nothing_can_be_switched_on(
    panel: CloudPanel, window: MainWindow, changes: dict[str, object]
) -> None:
    window.settingChanged.emit("cloud.translation", ("deepl",))
    window.settingChanged.emit("cloud.policy", "never")
    changes.clear()
    assert panel.words() == NEVER
    for card in panel.cards.values():
        assert not card.is_on
        assert not card.test.isEnabled()
        for switch in card.switches.values():
            assert not switch.isEnabled()
            switch.click()
    assert changes == {}


def test_the_environment_forbids_them_too(monkeypatch: pytest.MonkeyPatch, qtbot: QtBot, ring: KeptKeyring) -> None:
    monkeypatch.setenv("PARLEY_CLOUD", "never")
    panel = CloudPanel()
    qtbot.addWidget(panel)
    panel.show_settings(Settings.model_validate({"cloud": {"translation": ("deepl",)}}))
    assert panel.words() == NEVER
    assert not any(card.is_on for card in panel.cards.values())
    panel.close_lookups()


def test_a_key_is_kept_in_the_keyring_shown_nowhere_and_removed(
    panel: CloudPanel, ring: KeptKeyring, qtbot: QtBot
) -> None:
    card = panel.cards["deepl"]
    assert not card.keep.isEnabled()
    card.key.setText(f" {KEY} ")
    card.keep.click()
    qtbot.waitUntil(lambda: ring.get_password(secrets.SERVICE, "cloud-deepl") == KEY)
    qtbot.waitUntil(lambda: card.keep.text() == "Remove")
    assert card.key.text() == ""
    assert KEY not in f"{card.key.placeholderText()}{card.note()}{card.words()}"
    card.keep.click()
    qtbot.waitUntil(lambda: ring.get_password(secrets.SERVICE, "cloud-deepl") is None)
    qtbot.waitUntil(lambda: not card.keep.isEnabled())


def test_an_engine_is_tried(panel: CloudPanel, window: MainWindow, qtbot: QtBot) -> None:
    window.settingChanged.emit("cloud.libretranslate_endpoint", "http://127.0.0.1:9")
    card = panel.cards["libretranslate"]
    assert "stays on this computer" in card.switches[Stage.TRANSLATION].accessibleDescription()
    card.switches[Stage.TRANSLATION].click()
    assert card.words() == "On"
    card.test.click()
    assert not card.test.isEnabled()
    qtbot.waitUntil(card.test.isEnabled, timeout=20_000)
    assert card.words() == "Nobody answers at 127.0.0.1:9; see that its address is right."


def test_the_figures_are_in_the_latency_panel(qtbot: QtBot) -> None:
    panel = LatencyPanel()
    qtbot.addWidget(panel)
    panel.on_event(Metrics({}, {}, 0.0, 0, "", "", ""))
    panel.refresh()
    assert panel.clouds() == ""
    figures = Figures(
        "deepgram", "Deepgram", Stage.RECOGNITION, 200, 199, 1, {"stall": 1}, 90.0, 0, 0.0116, 0.3, 0.5, 0.8, True
    )
    panel.on_event(Metrics({}, {}, 0.0, 0, "", "", "", clouds=(figures,), spent=0.5))
    panel.refresh()
    assert panel.clouds() == (
        "Deepgram, recognition: 199 of 200 answered (99.5 %) · p50 0.30 s, p95 0.50 s, p99 0.80 s · errors: stall 1 · "
        "1 done by others · 1.5 min · $0.01\nSpent today: $0.50"
    )


def test_what_says_that_sound_leaves_leads_to_the_page(window: MainWindow, ring: KeptKeyring) -> None:
    window.settingChanged.emit("cloud.recognition", ("deepgram",))
    window.status_line.sent_to.click()
    dialog = window.popovers.open_dialog()
    assert dialog is not None
    assert dialog.clouds is not None
    assert dialog.clouds.isVisible()
    window.settingChanged.emit("server.url", "http://127.0.0.1:9")
    window.status_line.sent_to.click()
    assert not dialog.clouds.isVisible()

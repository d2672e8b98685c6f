"""The text for reports says enough, and nothing personal."""

from hypothesis import given
from hypothesis import strategies as st

from desktop.doctor.diagnostics import PACKAGES, System, diagnostics, gather
from desktop.doctor.findings import Finding, Health
from desktop.settings.declaration import Settings

ANNA = System((("System", "Linux 6.1 on annas-laptop"), ("Python", "3.11")), "/home/anna", ("anna", "annas-laptop"))
WORDS = "the quarterly figures of Contoso"


def text(settings: Settings, *findings: Finding, system: System = ANNA) -> str:
    return diagnostics(findings, settings, system)


def test_findings_and_changed_settings_are_told() -> None:
    settings = Settings.model_validate({"speech": {"rate": 1.5}, "translation": {"target": "es"}})
    found = text(
        settings,
        Finding("disk", "Disk space", Health.OK, "74.9 GB are free."),
        Finding("typing", "Typing", Health.PROBLEM, "Text cannot be typed.", "Install wtype."),
    )
    assert "[ok] Disk space: 74.9 GB are free." in found
    assert "[problem] Typing: Text cannot be typed. Install wtype." in found
    assert "speech.rate = 1.5" in found
    assert "translation.target = es" in found
    assert "speech.volume" not in found
    assert "none" in text(Settings())


def test_nothing_personal_is_told() -> None:
    settings = Settings.model_validate(
        {
            "audio": {"source": "microphone:alsa_input.usb-Blue_Yeti_797_2018_SERIAL4711"},
            "speech": {"output": "output:bluez.AA_BB_CC", "voice": "anna-private-voice"},
            "recognition": {"vocabulary": WORDS, "model": "/home/anna/models/secret-client"},
            "subtitles": {"screen": "DP-1 of Anna", "font_family": "Comic of Anna"},
            "typing": {"terminals": ("anna-terminal",)},
        }
    )
    found = text(
        settings,
        Finding("a", "Models", Health.PROBLEM, "The model /home/anna/models/secret is broken.", private=("secret",)),
        Finding("b", "Microphone", Health.OK, "Anna's Yeti works.", private=("Anna's Yeti",)),
        Finding("c", "Microphone", Health.OK, "ANNA and annas-laptop and anna@annas-laptop and alsa_anna_mic."),
    )
    for word in ("anna", "quarterly", "Contoso", "SERIAL4711", "Yeti", "AA_BB", "secret", "Comic", "/home", "DP-1"):
        assert word.casefold() not in found.casefold(), word
    assert "~/models/…" in found
    assert "audio.source = microphone:…" in found
    assert "recognition.vocabulary = set" in found


private_words = st.text(st.characters(categories=("L", "N")), min_size=4, max_size=20)


@given(private_words, private_words, private_words)
def test_no_words_of_the_user_whatever_they_are(words: str, user: str, host: str) -> None:
    system = System((("System", "Linux"),), f"/home/{user}", (user, host))
    settings = Settings.model_validate({"recognition": {"vocabulary": words, "model": f"/home/{user}/{host}"}})
    plain = text(Settings(), system=System((), "", ())).casefold()
    finding = Finding("x", "X", Health.OK, f"At /home/{user}/models on {host}: {user}, ({words})", private=(words,))
    found = text(settings, finding, system=system).casefold()
    for word in (words, user, host):
        # A word that the page itself uses (a setting's name, say) tells nothing.
        if (
            word.casefold() not in plain
            and word.casefold() not in "recognition.vocabulary = set; model at models on linux"
        ):
            assert word.casefold() not in found


def test_the_facts_of_this_machine() -> None:
    system = gather({"DISPLAY": ":0", "XDG_CURRENT_DESKTOP": "GNOME"})
    facts = dict(system.facts)
    assert facts["Session"] == "x11, GNOME"
    assert all(f"{name} " in facts["Packages"] for name in PACKAGES)
    assert "missing" not in facts["Packages"]
    assert dict(gather({}).facts)["Session"] == "no screen"
    assert system.home

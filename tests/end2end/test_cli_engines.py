"""`parley engines` as users run it."""

import json
from pathlib import Path

import pytest

from tests.end2end.test_cli import Run, environment, run, sentence  # noqa: F401  # the fixtures


@pytest.fixture(autouse=True)
def kept(environment: dict[str, str], tmp_path: Path) -> None:  # noqa: F811
    file = tmp_path / "keyring.json"
    environment |= {"PYTHON_KEYRING_BACKEND": "tests.kept_keyring.KeptKeyring", "KEPT_KEYRING": str(file)}


def listed(run: Run) -> dict[tuple[str, str], bool]:  # noqa: F811
    return {(one["engine"], one["for"]): one["is_on"] for one in json.loads(run("engines", "list", "--json").out)}


def test_all_are_off_and_the_list_says_what_leaves(run: Run) -> None:  # noqa: F811
    found = listed(run)
    assert len(found) >= 9
    assert not any(found.values())
    plain = run("engines", "list").out
    assert "The text of what is said goes to DeepL. It costs $25 a million characters" in plain
    assert "Spent today: $0.00 of $1 at most." in plain


def test_one_is_switched_on_by_who_agrees_and_off(run: Run) -> None:  # noqa: F811
    asked = run("engines", "enable", "google", "--for", "translation")
    assert asked.code == 1
    assert "goes to Google" in asked.out
    assert not any(listed(run).values())
    done = run("engines", "enable", "google", "--for", "translation", "--yes")
    assert (done.code, sentence(done)) == (
        0,
        "Google Cloud is on; keep its key with parley config secret set cloud-google.",
    )
    assert {one for one, is_on in listed(run).items() if is_on} == {("google", "translation")}
    assert run("engines", "enable", "deepl", "--yes").code == 0
    assert run("config", "get", "cloud.translation").out.strip() == "google, deepl"
    assert run("engines", "disable", "google").code == 0
    assert {one for one, is_on in listed(run).items() if is_on} == {("deepl", "translation")}


def test_what_cannot_be_says_why(run: Run, environment: dict[str, str]) -> None:  # noqa: F811
    assert "there is no cloud engine 'clippy'" in run("engines", "enable", "clippy", "--yes").err
    assert "DeepL does no voice; it does translation." in run("engines", "enable", "deepl", "--for", "voice").err
    assert "switch it on with parley engines enable deepl" in run("engines", "test", "deepl").err
    environment["PARLEY_CLOUD"] = "never"
    for command in ("enable", "test"):
        done = run("engines", command, "deepl", *(["--yes"] if command == "enable" else []))
        assert done.code == 1
    assert "switched off for good" in run("engines", "enable", "deepl", "--yes").err
    assert not any(listed(run).values())


def test_one_that_does_not_answer_says_so(run: Run, environment: dict[str, str]) -> None:  # noqa: F811
    environment |= {
        "PARLEY_CLOUD__TRANSLATION": "libretranslate",
        "PARLEY_CLOUD__LIBRETRANSLATE_ENDPOINT": "http://127.0.0.1:9",
    }
    done = run("engines", "test", "libretranslate")
    assert (done.code, sentence(done)) == (1, "Nobody answers at 127.0.0.1:9; see that its address is right.")

"""`parley engines` as users run it."""

import json
import os
import zipfile
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


def test_a_library_is_fetched_into_a_folder_of_parley(
    run: Run,  # noqa: F811
    environment: dict[str, str],  # noqa: F811
    tmp_path: Path,
) -> None:
    """From a folder in place of the package index: a wheel that is none of the provider's."""
    wheel = tmp_path / "wheels" / "deepl-99.0-py3-none-any.whl"
    wheel.parent.mkdir()
    about = "deepl-99.0.dist-info"
    with zipfile.ZipFile(wheel, "w") as content:
        content.writestr("deepl/__init__.py", "")
        content.writestr(f"{about}/METADATA", "Metadata-Version: 2.1\nName: deepl\nVersion: 99.0\n")
        content.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        content.writestr(f"{about}/RECORD", "")
    environment |= {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(wheel.parent), "PIP_CONFIG_FILE": os.devnull}
    done = run("engines", "install", "deepl")
    assert done.code == 0, done.err
    assert list((tmp_path / "home" / "data" / "parley" / "libraries").glob("*/deepl/__init__.py"))
    refused = run("engines", "install", "deepgram")
    assert refused.code == 1
    assert "The library for Deepgram could not be fetched" in refused.err
    assert "needs no library" in run("engines", "install", "libretranslate").err

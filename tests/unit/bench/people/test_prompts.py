"""Human prompts are found where packages put them, in an order nobody chose, and their absence is no error."""

import gzip
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.bench.live.harness import decoded
from desktop.bench.people.prompts import VOICES, data_folders, is_usable, key_of, missing, prompts, samples_of, scripted
from desktop.engine.errors import FileUnreadable
from tests import prompt_packages
from tests.conftest import TEST_AUDIO, read_audio
from tests.raising import raises

TEXT = "Por favor espere un momento."
TONE = (0.3 * np.sin(2 * np.pi * 440 * np.arange(16_000) / 16_000)).astype(np.float32)


@pytest.mark.parametrize(
    ("text", "usable"),
    [
        ("Please hold while we connect", True),
        ("Please hold for now", False),
        (" ".join(["word"] * 30), True),
        (" ".join(["word"] * 31), False),
        ("Press 1 to go on listening", False),
        ("The sound of a dog [ barks ]", False),
        ("The sound of (perhaps) a dog", False),
        ("... to go on with the call", False),
        ("To go on with the call…", False),
    ],
)
def test_what_is_fair_to_recognise(text: str, usable: bool) -> None:
    assert is_usable(text) is usable


def test_a_script_is_read_without_its_comments_and_twice_named_lines() -> None:
    script = "\ufeff; A comment: not a prompt\n\na/b: One: two\nempty:\nno colon\na/b: later\nc:  three \n"
    assert scripted(script) == {"a/b": "One: two", "c": "three"}


def test_prompts_are_those_with_sound_in_the_order_of_their_keys(tmp_path: Path) -> None:
    names = ["first", "second", "sub/third", "fourth"]
    prompt_packages.install(tmp_path, "es", dict.fromkeys(names, (TEXT, TONE)) | {"short": ("Hola.", TONE)})
    (tmp_path / "asterisk" / "sounds" / VOICES["es"].folder / "fourth.g722").unlink()
    found = prompts("es", (tmp_path / "nothing here", tmp_path))
    assert [one.name for one in found] == sorted(names[:3], key=key_of)
    assert all((one.language, one.text) == ("es", TEXT) for one in found)
    assert [one.is_even for one in found] == [key_of(one.name) % 2 == 0 for one in found]
    assert prompts("fr", (tmp_path,)) == ()


@pytest.mark.parametrize("lost", ["asterisk", "doc"])
def test_without_sounds_or_script_there_are_none(tmp_path: Path, lost: str) -> None:
    prompt_packages.install(tmp_path, "es", {"one": (TEXT, TONE)})
    (tmp_path / lost).rename(tmp_path / "gone")
    assert prompts("es", (tmp_path,)) == ()


def test_what_is_missing_is_said_with_what_to_install() -> None:
    assert "apt-get install asterisk-core-sounds-es-g722 asterisk-core-sounds-es" in missing("es")
    assert prompts("ja", ()) == ()
    assert "Japanese" in missing("ja")


def test_a_damaged_script_is_said(tmp_path: Path) -> None:
    prompt_packages.install(tmp_path, "es", {"one": (TEXT, TONE)})
    script = tmp_path / "doc" / "asterisk-core-sounds-es" / "core-sounds-es.txt.gz"
    for content in (b"no gzip at all", gzip.compress(b"one: \xff\xfe")):
        script.write_bytes(content)
        with raises(FileUnreadable, match="install asterisk-core-sounds-es-g722"):
            prompts("es", (tmp_path,))


def test_where_packages_put_data() -> None:
    assert data_folders({}) == (Path("/usr/local/share"), Path("/usr/share"))
    assert data_folders({"XDG_DATA_DIRS": "/a::/b"}) == (Path("/a"), Path("/b"))


def test_g722_is_read_as_it_was_written(tmp_path: Path) -> None:
    speech = read_audio(TEST_AUDIO / "es-00.flac")
    file = tmp_path / "speech.g722"
    prompt_packages.write_g722(file, speech)
    found = samples_of(file)
    assert found.dtype == np.float32
    assert abs(len(found) - len(speech)) < 320
    # The codec delays by about a millisecond and changes the waveform a little.
    shared = min(len(found), len(speech)) - 64
    likeness = max(
        np.corrcoef(found[delay : delay + shared], speech[:shared])[0, 1] for delay in range(min(64, len(found)))
    )
    assert likeness > 0.95
    # The engine reads such files by itself, and hears the same.
    np.testing.assert_allclose(decoded(file), found, atol=1e-4)


@pytest.mark.parametrize("content", [None, b""])
def test_a_file_without_sound_is_said(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "speech.g722"
    if content is not None:
        file.write_bytes(content)
    with raises(FileUnreadable, match="install its package again"):
        samples_of(file)


@given(st.lists(st.text(min_size=1, max_size=8), unique=True))
def test_each_name_has_one_half(names: list[str]) -> None:
    halves = [{name for name in names if key_of(name) % 2 == rest} for rest in (0, 1)]
    assert halves[0] | halves[1] == set(names)
    assert not halves[0] & halves[1]

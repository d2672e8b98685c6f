"""Which recordings the demo plays, by rule."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from desktop.bench.people.prompts import Prompt, key_of, prompts
from desktop.cli.commands import demo_recordings
from desktop.engine.events import SAMPLE_RATE
from desktop.engine.models.installed import examine
from desktop.system.paths import RESOURCES
from tests import prompt_packages
from tests.conftest import TEST_AUDIO, read_audio

WHOLE = "Por favor espere un momento más."
STARTER = RESOURCES / "starter" / "whisper"


def names(count: int, *, is_odd: bool = False) -> list[str]:
    """So many names of one half, in the order of their keys."""
    some = [name for name in map(str, range(8 * count + 20)) if key_of(name) % 2 == is_odd]
    return sorted(some[:count], key=key_of)


def spoken(folder: Path, texts: dict[str, str], seconds: float = 1.0) -> tuple[Prompt, ...]:
    tone = (0.3 * np.sin(np.arange(round(seconds * SAMPLE_RATE)) / 6)).astype(np.float32)
    prompt_packages.install(folder, "es", {name: (text, tone) for name, text in texts.items()})
    return prompts("es", (folder,))


def test_whole_sentences_of_one_half_are_chosen_once_each(tmp_path: Path) -> None:
    first, second, third, fourth, fifth, sixth = names(6)
    (odd,) = names(1, is_odd=True)
    texts = {
        first: WHOLE,
        second: WHOLE,
        third: "por favor espere un momento más.",
        fourth: "Por favor marque * y espere más.",
        fifth: "Por favor espere un momento más",
        sixth: "Ahora llega la última frase completa.",
        odd: "Una frase completa de la otra mitad.",
    }
    found = demo_recordings.chosen(spoken(tmp_path, texts))
    assert [one.name for one, _ in found] == [first, sixth]
    assert all(len(samples) == pytest.approx(SAMPLE_RATE, abs=320) for _, samples in found)


def test_no_more_are_chosen_than_last_long_enough(tmp_path: Path) -> None:
    some = names(9)
    everything = spoken(
        tmp_path, {name: f"Esta es la frase larga {'a' * (at + 1)}." for at, name in enumerate(some)}, 4
    )
    found = demo_recordings.chosen(everything, seconds=12.0)
    # 4 s and a pause each: two would last 9.6 s.
    assert [one.name for one, _ in found] == some[:3]


def test_french_is_played_where_there_is_no_spanish(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    speech = read_audio(TEST_AUDIO / "es-00.flac")
    prompt_packages.install(
        tmp_path, "fr", dict.fromkeys(names(1), ("Veuillez attendre encore un petit moment.", speech))
    )
    monkeypatch.setenv("XDG_DATA_DIRS", str(tmp_path))
    model = examine("whisper", STARTER)
    # Not the starter one, and of all languages.
    own = demo_recordings.programme(_own(model, ("en", "fr")), "")
    assert [(part.language, part.target) for part in own.parts] == [("en", ""), ("fr", "en")]
    assert "June Wallack, CC BY-SA 3.0" in own.parts[1].about
    # Speech is where the recording is, not in the pause behind it.
    assert 0 < own.parts[1].sentences[0].start < own.parts[1].sentences[-1].end <= len(speech) / SAMPLE_RATE + 0.02
    english = demo_recordings.programme(_own(model, ("en",)), "")
    assert [part.name for part in english.parts] == ["kennedy-en"]
    assert any("does not know French" in remark for remark in english.remarks)


def test_the_starter_model_gets_its_phrasebook() -> None:
    (part,) = demo_recordings.programme(examine("whisper", STARTER), "").parts
    assert part.name == "meeting-en-es"
    assert len(part.sentences) == 6


def _own(model: demo_recordings.InstalledModel, languages: tuple[str, ...]) -> demo_recordings.InstalledModel:
    return replace(model, name="mine", label="Mine", languages=languages, is_starter=False)

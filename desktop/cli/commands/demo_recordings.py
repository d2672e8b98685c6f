"""What `parley demo` plays: real people where a real model is installed, else the recording for the phrasebook."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from desktop.bench.figures.delays import Sentence
from desktop.bench.live.harness import decoded
from desktop.bench.people.prompts import VOICES, Prompt, missing, prompts, samples_of
from desktop.bench.people.stretches import spoken, stretches
from desktop.engine.errors import EngineError, FileUnreadable, ModelMissing
from desktop.engine.events import SAMPLE_RATE, Samples
from desktop.engine.message import verbatim
from desktop.engine.models.installed import InstalledModel, voice_for
from desktop.engine.models.translation_routes import translation_route
from desktop.engine.text.languages import language_name
from desktop.system import paths

PHRASEBOOK = paths.RESOURCES / "samples" / "meeting-en.flac"
KENNEDY = paths.RESOURCES / "starter" / "test" / "jfk.flac"
FOREIGN = ("es", "fr")
"""languages of the second part: the first of which there are recordings"""
TARGET = "en"
SECONDS = 20.0
"""of prompts, at least, where there are enough of them"""
_PAUSE = 0.8
"""seconds of silence between two prompts"""
_LENGTHS = range(6, 16)
"""words of a sentence that can be read while it is heard"""


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of the demo in one language.

    name: of the files that are written. target: language of the translation, empty for none. samples: shape (n,) at
    16 kHz. sentences: where somebody speaks in it. about: what is heard, by whom, on which terms. changes: settings.
    """

    name: str
    language: str
    target: str
    samples: Samples
    sentences: tuple[Sentence, ...]
    about: str
    changes: dict[str, Any] = field(default_factory=dict)

    @property
    def seconds(self) -> float:
        return len(self.samples) / SAMPLE_RATE


@dataclass(frozen=True, slots=True)
class Programme:
    """What is played, and what is said before it, one sentence each."""

    parts: tuple[Part, ...]
    remarks: tuple[str, ...]


def programme(model: InstalledModel, wanted_voice: str) -> Programme:
    """What suits the recogniser. Raises EngineError where a recording that comes with Parley is not complete."""
    return _phrasebook(model) if model.is_starter else _people(model, wanted_voice)


def chosen(everything: Sequence[Prompt], seconds: float = SECONDS) -> tuple[tuple[Prompt, Samples], ...]:
    """Prompts to be played, in their own order: whole sentences that are no twice-spoken ones and no lists of keys to
    press, until they last that long."""
    found: list[tuple[Prompt, Samples]] = []
    texts: set[str] = set()
    lasts = 0.0
    for one in everything:
        is_whole = one.text[:1].isupper() and one.text.endswith(".") and not set("*#") & set(one.text)
        if not one.is_even or not is_whole or len(one.text.split()) not in _LENGTHS or one.text in texts:
            continue
        samples = samples_of(one.path)
        found.append((one, samples))
        texts.add(one.text)
        lasts += len(samples) / SAMPLE_RATE + _PAUSE
        if lasts >= seconds:
            break
    return tuple(found)


def _people(model: InstalledModel, wanted_voice: str) -> Programme:
    remarks = [f"{model.label} recognises; everything is computed on this machine."]
    parts = [_kennedy()]
    found = next(((language, some) for language in FOREIGN if (some := chosen(prompts(language)))), None)
    if found is None:
        remarks.append(f"{missing(FOREIGN[0])} Until then, one English recording is played.")
    elif found[0] not in model.languages:
        remarks.append(f"{model.label} does not know {language_name(found[0])}, so one English recording is played.")
    else:
        parts.append(_telephone(*found))
        translator = "An installed package" if _has_package(found[0]) else model.label
        remarks.append(f"{translator} translates. {_who_speaks(wanted_voice)}")
    return Programme(tuple(parts), tuple(remarks))


def _who_speaks(wanted: str) -> str:
    try:
        label = voice_for(TARGET, wanted).label
    except EngineError:
        return "No voice for the translation is installed, so the basic one speaks it."
    return f"The voice {label} speaks the translation."


def _kennedy() -> Part:
    samples = decoded(KENNEDY)
    return Part(
        name="kennedy-en",
        language="en",
        target="",
        samples=samples,
        sentences=spoken(stretches(samples)),
        about="English: John F. Kennedy, 1961, public domain",
    )


def _telephone(language: str, some: Sequence[tuple[Prompt, Samples]]) -> Part:
    pause = np.zeros(round(_PAUSE * SAMPLE_RATE), np.float32)
    pieces: list[Samples] = []
    sentences: list[Sentence] = []
    for _, samples in some:
        begin = sum(map(len, pieces)) / SAMPLE_RATE
        sentences += spoken(stretches(samples), begin=begin)
        pieces += [samples, pause]
    return Part(
        name=f"telephone-{language}-{TARGET}",
        language=language,
        target=TARGET,
        samples=np.concatenate(pieces),
        sentences=tuple(sentences),
        about=f"{language_name(language)}: announcements of a telephone system, {VOICES[language].credit}; "
        f"translated into {language_name(TARGET)}",
        changes={"translation.backend": "auto"},
    )


def _has_package(language: str) -> bool:
    """Whether a real package translates; the phrasebook's would not know what real people say."""
    try:
        return not any(one.is_starter for one in translation_route(language, TARGET))
    except ModelMissing:
        return False


def _phrasebook(model: InstalledModel) -> Programme:
    description = PHRASEBOOK.with_suffix(".json")
    try:
        about: dict[str, Any] = json.loads(description.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise FileUnreadable(
            verbatim(f"The demo's recording is not complete ({description} cannot be read); install Parley again.")
        ) from error
    language, target = about["language"], about["translation_language"]
    part = Part(
        name=f"{PHRASEBOOK.stem}-{target}",
        language=language,
        target=target,
        samples=decoded(PHRASEBOOK),
        sentences=tuple(Sentence.of(one) for one in about["sentences"]),
        about=f"a synthetic meeting in {language_name(language)}, translated into {language_name(target)}",
        changes={
            "recognition.model": model.name,
            "translation.backend": "argos",
            "speech.voice": f"{target}_{target.upper()}-tiny-x_low",
        },
    )
    return Programme(
        (part,),
        (
            "Only the starter models are in use, which know a phrasebook of about 900 words; "
            "`parley models pull base` fetches a recogniser for real speech.",
        ),
    )

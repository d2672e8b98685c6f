"""What there is of models, and what is missing: looked up beside the GUI thread, because it reads the catalogue, the
disk and the names of a hundred languages."""

import logging
import shutil
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from desktop.messages import text_of
from desktop.ui.models.recogniser_sizes import RecogniserSize, recognisers_of, understood_words
from desktop.ui.models.rows import ModelRow, rows_of
from desktop.ui.models.spoken_choices import narrowed, spoken_choices
from desktop.ui.runtime.lookup import Deliver, Lookup
from desktop.ui.widgets.pickers.picker import Choice, heading

if TYPE_CHECKING:
    from desktop.engine.models.catalogue import Catalogue, Entry
    from desktop.engine.models.installed import InstalledModel
    from desktop.engine.models.speed.speed_class import Measured, SpeedClass
    from desktop.settings.declaration import RecognitionSettings, Settings

log = logging.getLogger(__name__)
_MEASURING = threading.Lock()


@dataclass(frozen=True, slots=True)
class ModelOverview:
    """Installed, available, missing and broken models for the chosen languages, with their sizes and speeds."""

    rows: tuple[ModelRow, ...]
    missing: "tuple[Entry, ...]"
    """what the chosen languages still need, smallest first"""
    has_real_recogniser: bool
    """one that is not the starter's understands what is spoken"""
    only_phrasebook: bool
    """there is no recogniser but the starter's"""
    understood: str
    """which real model is installed and what it understands, in a sentence; empty if there is none"""
    translates: bool
    """the installed Whisper model itself translates what is spoken into what is wanted, sentence by sentence"""
    recognisers: tuple[RecogniserSize, ...]
    """sizes of recognition models to choose from, small to large"""
    spoken: tuple[Choice, ...]
    """languages that can be recognised, now or after a download; "any" first"""
    targets: tuple[Choice, ...]
    """languages that can be translated into, now or after a download; "none" first"""
    place: Path
    """where models lie"""
    free_bytes: int
    date: str
    """day of the list; empty if unknown"""
    problems: tuple[str, ...]
    """a sentence for everything in the list that could not be read"""


def find(settings: "Settings") -> ModelOverview:
    """Look at the machine and the catalogue. Any thread; takes up to a second the first time."""
    from desktop.engine.errors import CatalogueBroken
    from desktop.engine.models import catalogue
    from desktop.engine.models import choice as model_choice
    from desktop.engine.models import installed as models
    from desktop.engine.models.downloads import repair
    from desktop.engine.models.speed import speed_class
    from desktop.engine.text.languages import language_name
    from desktop.system import paths

    problems: tuple[str, ...] = ()
    try:
        listed = catalogue.load()
    except CatalogueBroken as error:
        listed, problems = catalogue.Catalogue((), ""), (text_of(error),)
    installed = [model for kind in models.KINDS for model in model_choice.offered(kind)]
    measured = speed_class.measured(**speed_class.way(settings.recognition))

    here = {model.name: model for model in installed if model.kind == "whisper" and not model.is_starter}

    def speed_of(entry: "Entry") -> "SpeedClass":
        """As measured with the model itself where it is installed and was tuned, else reckoned."""
        if entry.id in here:
            return speed_class.class_of(model_choice.cost_of(here[entry.id], settings.recognition))
        return speed_class.speed_class(entry, measured)

    def speed(entry: "Entry") -> str:
        found = speed_of(entry) if entry.kind == "whisper" else speed_class.SpeedClass.UNKNOWN
        return str(found) if found is not speed_class.SpeedClass.UNKNOWN else ""

    rows = rows_of(listed, installed, repair.find_broken(listed), speed, language_name)
    source, target = settings.recognition.language, settings.translation.target
    fast = _is_fast(listed, measured)
    used = _used(settings)
    translates = used is not None and settings.translation.backend != "argos" and (source, target) in _pairs(used)
    missing = catalogue.missing_for(source, target, settings.speech.enabled, listed, fast=fast)
    place = paths.models_dir()
    there = next((one for one in (place, *place.parents) if one.exists()), Path(place.anchor))
    return ModelOverview(
        rows,
        missing,
        not any(entry.kind == "whisper" for entry in missing),
        all(model.is_starter for model in installed if model.kind == "whisper"),
        understood_words(used, source, language_name, translates=translates),
        translates,
        recognisers_of(listed.entries, installed, source, speed_of, fast=fast),
        _spoken(listed, installed, settings.recognition),
        _targets(listed, source, target),
        place,
        shutil.disk_usage(there).free,
        listed.date,
        (*problems, *map(text_of, listed.problems)),
    )


def is_measured(settings: "Settings") -> bool:
    """Whether the speed of this machine is known for these settings. Reads a file."""
    from desktop.engine.models.speed import speed_class

    return speed_class.measured(**speed_class.way(settings.recognition)) is not None


def measure(settings: "Settings") -> bool:
    """Time this machine, unless that was done before; whether its speed is known now. Takes about two seconds. Any
    thread; two measurements never run at once, because they would slow each other down."""
    from desktop.engine.models.speed import speed_class

    try:
        with _MEASURING:
            speed_class.measure(**speed_class.way(settings.recognition))
    except (ValueError, RuntimeError, OSError) as error:
        log.warning("the speed of this machine cannot be measured: %s", type(error).__name__)
        return False
    return True


def _is_fast(listed: "Catalogue", measured: "Measured | None") -> bool:
    """Whether a small model keeps up with speech; believed until it is measured."""
    from desktop.engine.models.speed.speed_class import SpeedClass, speed_class

    small = next((entry for entry in listed.entries if (entry.kind, entry.id) == ("whisper", "small")), None)
    return small is None or speed_class(small, measured) in (SpeedClass.FASTER, SpeedClass.SAME, SpeedClass.UNKNOWN)


def _used(settings: "Settings") -> "InstalledModel | None":
    """The Whisper model that recognition would use; None if there is none."""
    from desktop.engine.errors import ModelError
    from desktop.engine.models.choice import chosen_model

    try:
        return chosen_model(settings.recognition)
    except ModelError:
        return None


def _pairs(model: "InstalledModel") -> frozenset[tuple[str, str]]:
    """(source, target) that a real Whisper model translates by itself."""
    from desktop.engine.models.whisper_directory import describe

    return frozenset() if model.is_starter else describe(model.path).pairs


def _spoken(
    listed: "Catalogue", installed: "list[InstalledModel]", recognition: "RecognitionSettings"
) -> tuple[Choice, ...]:
    known = [code for entry in listed.entries if entry.kind == "whisper" for code in entry.languages]
    known += [code for model in installed if model.kind == "whisper" for code in model.languages]
    codes = tuple(dict.fromkeys(known))
    return spoken_choices(codes, narrowed(codes, recognition.languages), recognition.language)


def _targets(listed: "Catalogue", source: str, chosen: str) -> tuple[Choice, ...]:
    """Languages that the source can be translated into, through a third one if need be; then those of others."""
    from desktop.engine.models.installed import installed
    from desktop.engine.text.languages import language_name, native_name

    pairs = {(entry.languages[0], entry.languages[1]) for entry in listed.entries if entry.kind == "argos"}
    pairs |= {(model.languages[0], model.languages[1]) for model in installed("argos")}
    begin = {source} if source != "auto" else {start for start, _ in pairs}
    near = {end for start, end in pairs if start in begin}
    reached = (near | {end for start, end in pairs if start in near}) - ({source} if source != "auto" else set())
    others = ({end for _, end in pairs} | ({chosen} if chosen else set())) - reached - {source}

    def choices(codes: set[str]) -> list[Choice]:
        names = sorted(codes, key=language_name)
        return [Choice(code, language_name(code), search=native_name(code)) for code in names]

    found = [Choice("", "No translation", search="none off"), *choices(reached)]
    if others:
        found += [heading("From other languages"), *choices(others)]
    return tuple(found)


class ModelOverviewLookup(Lookup):
    """Looks at the models on a pool thread; `found` delivers ModelOverview. As long as the speed of this machine is not
    known it is measured, and what was found is delivered once more."""

    def refresh(self, settings: "Settings") -> None:
        """Look now, with these settings. GUI thread."""

        def work(deliver: Deliver) -> None:
            was_measured = is_measured(settings)
            if deliver(find(settings)) and not was_measured and measure(settings):
                deliver(find(settings))

        self.ask(work)

"""The models: is what the settings ask for there, and whole? Looks at the disk; on the examination's thread."""

from desktop.doctor.findings import CheckResult, Health, ok
from desktop.engine.errors import EngineError, ModelError
from desktop.engine.models import apertium
from desktop.engine.models import installed as on_disk
from desktop.engine.models.choice import chosen_model
from desktop.engine.models.translation_routes import translation_route
from desktop.engine.models.whisper_directory import describe
from desktop.engine.text.languages import language_name
from desktop.messages import text_of
from desktop.settings.declaration import Settings


def models(settings: Settings) -> CheckResult:
    """Recognition, translation and voice for the languages that are chosen."""
    try:
        lacks, basics = _lacks(settings)
    except EngineError as error:
        return CheckResult(Health.PROBLEM, text_of(error))
    if lacks:
        has_others = settings.server.url.strip() or settings.cloud.hears or settings.cloud.reads
        health = Health.WARNING if has_others else Health.PROBLEM  # needed while the others are away
        return CheckResult(health, " ".join(lacks), "Fetch or import what is missing in the window of the models.")
    if basics:
        fix = "Fetch larger models; those that ship with Parley know a phrasebook only."
        return CheckResult(Health.WARNING, " ".join(basics), fix)
    return ok("Everything for the chosen languages is installed.")


def broken() -> CheckResult:
    """Files that are there but cannot be used."""
    problems = [text_of(problem) for kind in on_disk.KINDS for problem in on_disk.broken(kind)]
    if not problems:
        return ok("Every model that is installed looks whole.")
    return CheckResult(Health.PROBLEM, " ".join(problems), "Install these again or delete them.")


def _lacks(settings: Settings) -> tuple[list[str], list[str]]:
    """Sentences for what is missing, and for what is basic only."""
    recognition, target = settings.recognition, settings.translation.target
    lacks: list[str] = []
    basics: list[str] = []
    if recognition.backend != "pocketsphinx":
        try:
            model = chosen_model(recognition)
        except ModelError as error:
            lacks.append(text_of(error))
        else:
            unknown = [language_name(code) for code in recognition.spoken if code not in model.languages]
            if unknown:
                lacks.append(f"{model.label} does not understand {', '.join(unknown)}.")
            if model.is_starter:
                basics.append(f"Recognition runs with {model.label}.")
    if target:
        # Where any language may be spoken, what is not English is translated by Whisper or over English.
        pairs = [(code, target) for code in recognition.spoken or ("en",) if code != target]
        heard = _heard_pairs(settings)
        for source, wanted in pairs:
            if (source, wanted) in heard and settings.translation.backend == "whisper":
                continue
            try:
                route = translation_route(source, wanted)
            except ModelError as error:
                is_rough = settings.translation.backend == "auto" and (source, wanted) in apertium.pairs()
                if is_rough:
                    basics.append(f"Translation from {source} to {wanted} runs with Apertium, roughly.")
                elif (source, wanted) not in heard or settings.translation.backend == "argos":
                    lacks.append(text_of(error))
            else:
                hears_it = (source, wanted) in heard and settings.translation.backend == "auto"
                if hears_it and not chosen_model(settings.recognition).is_starter:
                    continue  # Whisper's own translation comes before a phrasebook
                basics += [f"Translation runs with {one.label}." for one in route if one.is_starter]
    if target and settings.speech.enabled and settings.speech.backend != "espeak":
        try:
            on_disk.voice_for(target, settings.speech.voice)
        except ModelError as error:
            lacks.append(text_of(error))
    return lacks, basics


def _heard_pairs(settings: Settings) -> frozenset[tuple[str, str]]:
    """What the chosen Whisper model translates by itself."""
    try:
        return describe(chosen_model(settings.recognition).path).pairs
    except ModelError:
        return frozenset()

"""What can be chosen on this machine: models, languages, voices. Looked up beside the GUI thread, because names
of a hundred languages and the models on the disk take longer than a frame."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from desktop.messages import text_of
from desktop.ui.runtime.lookup import Lookup
from desktop.ui.widgets.pickers.picker import Choice, heading

if TYPE_CHECKING:
    from desktop.engine.models.installed import InstalledModel, Kind
    from desktop.settings.declaration import Settings


@dataclass(frozen=True, slots=True)
class InstalledChoices:
    """What settings can be chosen from on this machine, as lines of lists."""

    sources: tuple[Choice, ...]
    """languages that can be spoken, "any" first"""
    targets: tuple[Choice, ...]
    """languages to translate into, "none" first"""
    models: tuple[Choice, ...]
    """recognition models, "automatic" first"""
    voices: tuple[Choice, ...]
    """voices, "automatic" first"""
    preset_models: tuple[str, ...] = ()
    """names of the Whisper models that understand what is spoken, for presets to choose from"""
    is_phrasebook: bool = False
    """recognition would run with a starter model, because there is no real one"""
    problems: tuple[str, ...] = ()
    """a sentence for each model that cannot be used"""


def find(settings: "Settings") -> InstalledChoices:
    """Look at the machine. Any thread; takes up to a second the first time."""
    from desktop.engine.models.choice import is_phrasebook, offered, suited
    from desktop.engine.models.installed import KINDS, broken
    from desktop.engine.text.languages import CODES, language_name
    from desktop.ui.models.spoken_choices import known_languages, narrowed, spoken_choices

    recognition = settings.recognition
    spoken = recognition.spoken
    has_server = bool(settings.server.url.strip())
    known, detected = known_languages(recognition)
    if (has_server or settings.cloud.hears) and recognition.backend == "auto":
        known, detected = CODES, narrowed(CODES, recognition.languages)
    sources = spoken_choices(known, detected, recognition.language)
    pairs = _pairs(settings)
    reachable = {target for source, target in pairs if source in spoken or not spoken}
    others = {target for _, target in pairs} - reachable
    targets = [Choice("", "No translation", search="none off")]
    targets += [_language(code) for code in sorted(reachable, key=language_name)]
    if others:
        targets.append(heading("From other languages"))
        targets += [_language(code) for code in sorted(others, key=language_name)]
    if (has_server or settings.cloud.reads) and settings.translation.backend == "auto":
        there = set(CODES) - reachable - others
        targets.append(heading("If the server knows them" if has_server else "If the cloud engine knows them"))
        targets += [_language(code) for code in sorted(there, key=language_name)]
        others |= there
    target = settings.translation.target
    if target and target not in reachable | others:
        targets += [heading("Not installed"), _language(target)]
    voices = [Choice("", "Best for the language")]
    voices += [choice for voice in offered("voice") for choice in _voices(voice)]
    whisper = offered("whisper")
    models = [Choice("", _automatic(settings))]
    models += [Choice(model.name, model.label) for model in whisper]
    return InstalledChoices(
        sources,
        tuple(targets),
        _with_named(models, "whisper", recognition.model),
        _with_named(voices, "voice", settings.speech.voice),
        tuple(model.name for model in suited(whisper, recognition)),
        is_phrasebook(recognition) and not has_server and not settings.cloud.hears,
        tuple(text_of(problem) for kind in KINDS for problem in broken(kind)),
    )


def _voices(voice: "InstalledModel") -> list[Choice]:
    """A voice, and after it each of its speakers where it has several."""
    from desktop.engine.text.languages import language_name

    language = language_name(voice.languages[0])
    speakers = [Choice(f"{voice.name}#{one}", f"{voice.label} · {one}", search=language) for one in voice.speakers]
    return [Choice(voice.name, voice.label, search=language), *speakers]


def _with_named(choices: list[Choice], kind: "Kind", name: str) -> tuple[Choice, ...]:
    """The choices, with the installed model that the settings name though it is not offered any more."""
    from desktop.engine.models.installed import installed

    if all(choice.value != name for choice in choices):
        choices = choices + [Choice(one.name, one.label) for one in installed(kind) if one.name == name]
    return tuple(choices)


def _pairs(settings: "Settings") -> frozenset[tuple[str, str]]:
    """Every (source, target) that can be translated: by Argos packages and Apertium's, and by the chosen Whisper model
    itself."""
    from desktop.engine.errors import ModelError
    from desktop.engine.models import apertium
    from desktop.engine.models.choice import chosen_model
    from desktop.engine.models.translation_routes import translation_pairs
    from desktop.engine.models.whisper_directory import describe

    backend = settings.translation.backend
    read = translation_pairs() if backend in ("auto", "argos") else frozenset()
    if backend in ("auto", "apertium"):
        read |= apertium.pairs()
    if backend in ("argos", "apertium"):
        return read
    try:
        return read | describe(chosen_model(settings.recognition).path).pairs
    except ModelError:
        return read


def _automatic(settings: "Settings") -> str:
    from desktop.engine.errors import ModelError
    from desktop.engine.models.choice import chosen_model

    try:
        return f"Best installed · {chosen_model(settings.recognition.model_copy(update={'model': ''})).label}"
    except ModelError:
        return "Basic English (nothing else installed)"


def _language(code: str) -> Choice:
    from desktop.engine.text.languages import language_name, native_name

    native = native_name(code)
    return Choice(code, language_name(code), search=native)


class InstalledChoicesLookup(Lookup):
    """Looks at the machine on a pool thread; `found` delivers InstalledChoices."""

    def refresh(self, settings: "Settings") -> None:
        """Look now, with these settings. GUI thread."""
        self.ask(lambda deliver: deliver(find(settings)))

"""The Parley server that recognises, if one is set. On the examination's thread; goes over the network."""

from collections.abc import Sequence

from desktop.doctor.findings import CheckResult, Health, ok, skipped
from desktop.engine.errors import EngineError
from desktop.engine.remote.trial import Tried, try_server
from desktop.engine.text.languages import language_name
from desktop.messages import text_of
from desktop.settings.declaration import Settings

_SLOW = 1.0
"""seconds for two seconds of sound, from which on words come late"""


def server(settings: Settings) -> CheckResult:
    """Whether it answers, and how fast."""
    if not settings.server.url.strip():
        return skipped("None is set; nothing leaves this computer.")
    try:
        tried = try_server(settings.server)
    except EngineError as error:
        what, _, fix = text_of(error).partition("; ")
        fix = f"{fix[:1].upper()}{fix[1:]}"
        return CheckResult(Health.WARNING, f"{what.rstrip('.')}; this computer recognises meanwhile.", fix)
    return judge(tried, settings.recognition.spoken)


def judge(tried: Tried, spoken: Sequence[str]) -> CheckResult:
    """What is to be said of one that answers. spoken: languages it has to understand. Pure."""
    lacks = [language_name(code) for code in spoken if code not in tried.languages]
    if lacks:
        sentence = f"{tried.recogniser} on {tried.name} does not understand {', '.join(lacks)}."
        return CheckResult(Health.WARNING, sentence, "Choose another model there.", private=(tried.name,))
    if tried.seconds > _SLOW:
        sentence = f"{tried.name} answers after {tried.seconds:.1f} s, so words come late."
        return CheckResult(Health.WARNING, sentence, "Choose a smaller model there.", private=(tried.name,))
    return ok(f"{tried.recogniser} on {tried.name} answers within {tried.seconds * 1000:.0f} ms.", tried.name)

"""`parley engines`: cloud engines in the terminal. Runs on the main thread."""

import sys
from typing import Any

from desktop.cli.commands.config import is_saved, print_json
from desktop.cli.messages import say
from desktop.cli.options import Options
from desktop.engine.cloud.catalogue import ENGINES, CloudEngine
from desktop.engine.requests import Stage
from desktop.messages import clouds as words
from desktop.messages import text_of
from desktop.settings.declaration import Settings

_STAGES = {name: stage for stage, name in words.STAGES.items()}


def show_list(options: Options, *, as_json: bool) -> int:
    """Print every engine and what it does; a star before what is on."""
    settings = options.store.current
    clouds = _clouds(settings)
    if as_json:
        print_json([_record(settings, engine, stage) for engine in ENGINES.values() for stage in engine.stages])
        return 0
    consent = clouds.consent
    for engine in ENGINES.values():
        for stage in engine.stages:
            one = clouds.options(engine, stage)
            mark = "*" if consent.allows(engine.key, stage) else " "
            said = f"{words.sent(engine, stage, one)} {words.price(one.price(stage))}"
            print(f"{mark} {engine.key:15} {words.STAGES[stage]:12} {said}")
    if consent.is_never:
        say("cloud engines are switched off for good: cloud.policy, or PARLEY_CLOUD, says never.")
    else:
        print(f"Spent today: ${clouds.dollars_today:.2f} of ${settings.cloud.daily_cap:g} at most.")
    return 0


def switch_on(options: Options, key: str, what: str, *, is_agreed: bool) -> int:
    """1 where there is no such engine, the policy forbids it, or the user does not agree."""
    settings = options.store.current
    if (engine := _known(key)) is None or not (stages := _stages(engine, what)):
        return 1
    clouds = _clouds(settings)
    if clouds.consent.is_never:
        say("cloud engines are switched off for good: cloud.policy, or PARLEY_CLOUD, says never.")
        return 1
    for stage in stages:
        one = clouds.options(engine, stage)
        print(
            f"{engine.label}, {words.STAGES[stage]}: {words.sent(engine, stage, one)} {words.price(one.price(stage))}"
        )
    if not is_agreed and not _agrees():
        say("nothing was switched on.")
        return 1
    changes = {
        f"cloud.{stage.value}": tuple(dict.fromkeys((*getattr(settings.cloud, stage.value), key))) for stage in stages
    }
    if not is_saved(options.store, lambda: options.store.update(changes)):
        return 1
    if engine.secret:
        say(f"{engine.label} is on; keep its key with parley config secret set {engine.secret}.")
    else:
        say(f"{engine.label} is on.")
    return 0


def switch_off(options: Options, key: str, what: str) -> int:
    """Of all that it does, or of one thing."""
    settings = options.store.current
    if (engine := _known(key)) is None or not (stages := _stages(engine, what)):
        return 1
    changes = {
        f"cloud.{stage.value}": tuple(one for one in getattr(settings.cloud, stage.value) if one != key)
        for stage in stages
    }
    if not is_saved(options.store, lambda: options.store.update(changes)):
        return 1
    say(f"{engine.label} is off.")
    return 0


def try_out(options: Options, key: str, what: str) -> int:
    """1 where it does not answer, or is not on."""
    from desktop.engine.errors import EngineError
    from desktop.engine.pool.cloud_trial import try_engine

    settings = options.store.current
    if (engine := _known(key)) is None:
        return 1
    clouds = _clouds(settings)
    stages = tuple(one for one in _stages(engine, what) if clouds.consent.allows(key, one))
    if not stages:
        say(f"{engine.label} is not on; switch it on with parley engines enable {key}.")
        return 1
    target = settings.translation.target or "es"
    source = settings.recognition.language if settings.recognition.language not in ("auto", target) else "en"
    code = 0
    for stage in stages:
        try:
            tried = try_engine(clouds, key, stage, source, target)
        except EngineError as error:
            say(text_of(error))
            code = 1
        else:
            print(f"{words.STAGES[stage]}: {tried.name} answers within {tried.seconds * 1000:.0f} ms.")
    clouds.close()
    return code


def install(key: str) -> int:
    """Fetch an engine's library. 1 where that cannot be."""
    from desktop.engine.cloud.installing import install as fetch
    from desktop.engine.errors import EngineError

    if (engine := _known(key)) is None:
        return 1
    if not engine.packages:
        say(f"{engine.label} needs no library.")
        return 0
    say(f"fetching the library for {engine.label}; this takes a minute or two.")
    try:
        fetch(engine)
    except EngineError as error:
        say(text_of(error))
        return 1
    say(f"the library for {engine.label} is there.")
    return 0


def _record(settings: Settings, engine: CloudEngine, stage: Stage) -> dict[str, Any]:
    clouds = _clouds(settings)
    one = clouds.options(engine, stage)
    price = one.price(stage)
    return {
        "engine": engine.key,
        "label": engine.label,
        "for": words.STAGES[stage],
        "is_on": clouds.consent.allows(engine.key, stage),
        "sends": words.sent(engine, stage, one),
        "endpoint": one.endpoint,
        "dollars": price.dollars,
        "unit": price.unit,
        "price_list": price.source,
        "secret": engine.secret,
        "key_page": engine.key_page,
        "extra": engine.extra,
    }


def _clouds(settings: Settings) -> Any:
    from desktop.engine.pool.clouds import Clouds

    return Clouds(lambda: settings.cloud)


def _known(key: str) -> CloudEngine | None:
    if key not in ENGINES:
        say(f"there is no cloud engine {key!r}; there are {', '.join(ENGINES)}.")
        return None
    return ENGINES[key]


def _stages(engine: CloudEngine, what: str) -> tuple[Stage, ...]:
    if not what:
        return engine.stages
    stage = _STAGES[what]
    if stage not in engine.prices:
        can = " and ".join(words.STAGES[one] for one in engine.stages)
        say(f"{engine.label} does no {what}; it does {can}.")
        return ()
    return (stage,)


def _agrees() -> bool:
    if sys.stdin is None or not sys.stdin.isatty():
        say("say --yes if that is what you want.")
        return False
    try:
        return input("Switch it on? [y/N] ").strip().casefold() in ("y", "yes")
    except EOFError:
        return False

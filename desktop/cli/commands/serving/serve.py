"""`parley serve`: the engine for others. Runs on the main thread."""

import asyncio
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

from desktop.cli.commands.serving.operation import Operation, begin, changes_of
from desktop.cli.messages import say
from desktop.cli.options import Options
from desktop.cli.ready_models import ready_models
from desktop.engine.options import ModelOptions, SessionOptions
from desktop.engine.settings_options import model_options, session_options
from desktop.messages import text_of
from desktop.practice.texts.reading import read_document
from desktop.server.limits import StreamLimits
from desktop.server.protocols.recite.routes import ReciteOptions
from desktop.server.running.serving import ServeOptions, Serving, serve
from desktop.server.running.side_ports import SidePorts
from desktop.server.security.options import SecurityOptions
from desktop.settings.declaration import Settings
from desktop.system.heap import keep_small

PORT, HEALTH_PORT = 5026, 8080
_TOGETHER = 8
"""decodings at a time on a graphics card: what waits while one batch runs is the next"""


def run(
    options: Options,
    changes: dict[str, Any],
    security: SecurityOptions,
    operation: Operation,
    *,
    host: str,
    port: int | None,
    health_port: int | None,
    redis: str,
    side_ports: SidePorts,
    text_pack: Path | None = None,
) -> int:
    """Serve until Ctrl+C or SIGTERM; the last words are told. Returns the exit code. Raises EngineError if it cannot
    start. text_pack: verses for readers. None: as the files of the environment say."""
    keep_small()  # each client's sound may have a thread of its own
    environment = begin(operation)
    redis = redis or environment.redis
    if not redis:
        ready_models()
    settings = options.settings(changes_of(environment, changes, options))
    served = ServeOptions(
        shared(model_options(settings, lowers_load=False)),
        host,
        first(port, environment.gateway_port, PORT),
        first(health_port, environment.health_port, HEALTH_PORT),
        redis,
        for_everybody(settings),
        limits=StreamLimits(queued=environment.queued or StreamLimits().queued),
        security=security,
        side_ports=side_ports,
        recite=ReciteOptions(read_document(text_pack) if text_pack is not None else None, environment.recite),
    )
    return asyncio.run(serve(served, _say, lambda error: say(text_of(error))))


def first(*ports: int | None) -> int:
    """The first that is given, 0 too."""
    return next(port for port in ports if port is not None)


def for_everybody(settings: Settings) -> SessionOptions:
    """How the server hears everybody, in so far as clients do not say so themselves. What they hear, and in which
    language, is theirs."""
    chosen = session_options(settings)
    return SessionOptions(
        mode=chosen.mode,
        beam_size=chosen.beam_size,
        step=chosen.step,
        window=chosen.window,
        breaker_failures=chosen.breaker_failures,
        breaker_recovery=chosen.breaker_recovery,
        voice=chosen.voice,
    )


def shared(models: ModelOptions) -> ModelOptions:
    """The models as a server runs them: many decodings at a time on one thread each, rather than one on many, and the
    model that was chosen, whatever the load; all on this machine. On a graphics card those that are asked for at a time
    go together."""
    models = replace(models, server="")
    if models.device == "cuda":
        return replace(models, workers=max(models.workers, _TOGETHER), may_lower_model=False)
    threads = models.threads or 1
    return replace(models, threads=threads, workers=max(1, (os.cpu_count() or 1) // threads), may_lower_model=False)


def _say(serving: Serving) -> None:
    if serving.fingerprint:
        say(f"the certificate's fingerprint (SHA-256) is {serving.fingerprint}.")
    say(
        f"serving {serving.recogniser} at {serving.url}, for {serving.most_speaking} speakers at a time; "
        f"health at {serving.health_url}health."
        + (f" Also {serving.side_ports}." if serving.side_ports else "")
        + " Ctrl+C stops."
    )

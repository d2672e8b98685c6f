"""`parley serve`: the engine for others. Runs on the main thread."""

import asyncio
import os
from dataclasses import replace
from typing import Any

from desktop.cli.messages import say
from desktop.cli.options import Options
from desktop.cli.ready_models import ready_models
from desktop.engine.options import ModelOptions
from desktop.engine.settings_options import model_options
from desktop.messages import text_of
from desktop.server.security.options import SecurityOptions
from desktop.server.serving import ServeOptions, Serving, serve
from desktop.server.side_ports import SidePorts


def run(
    options: Options,
    changes: dict[str, Any],
    security: SecurityOptions,
    *,
    host: str,
    port: int,
    health_port: int,
    redis: str,
    side_ports: SidePorts,
) -> int:
    """Serve until Ctrl+C or SIGTERM; the last words are told. Returns the exit code. Raises EngineError if it cannot
    start."""
    if not redis:
        ready_models()
    settings = options.settings(changes)
    models = shared(model_options(settings, lowers_load=False))
    served = ServeOptions(models, host, port, health_port, redis, security=security, side_ports=side_ports)
    return asyncio.run(serve(served, _say, lambda error: say(text_of(error))))


def shared(models: ModelOptions) -> ModelOptions:
    """The models as a server runs them: many decodings at a time on one thread each, rather than one on many, and the
    model that was chosen, whatever the load; all on this machine."""
    models = replace(models, server="")
    if models.device == "cuda":
        return replace(models, may_lower_model=False)
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

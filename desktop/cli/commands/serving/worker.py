"""`parley worker`: does the work of servers that share a Redis. Runs on the main thread."""

import asyncio
from dataclasses import replace
from typing import Any

from desktop.cli.commands.serving.operation import Operation, begin, changes_of
from desktop.cli.commands.serving.serve import first, shared
from desktop.cli.messages import say
from desktop.cli.options import Options
from desktop.cli.ready_models import ready_models
from desktop.engine.settings_options import model_options
from desktop.server.cluster.connection import stage_of
from desktop.server.cluster.working import Working, WorkOptions, work
from desktop.server.security.options import SecurityOptions
from desktop.system.heap import keep_small

HEALTH_PORT = 8081
REDIS = "redis://localhost:6379"


def run(
    options: Options,
    changes: dict[str, Any],
    kind: str,
    redis: str,
    concurrency: int,
    operation: Operation,
    *,
    listening: SecurityOptions,
    health_port: int | None,
) -> int:
    """Work until Ctrl+C or SIGTERM; what is at hand is done. Returns the exit code. Raises EngineError if it cannot
    start. None and an empty redis: as the files of the environment say. listening: where health and metrics are
    told."""
    environment = begin(operation)
    keep_small()  # each job may be worked on by a thread of its own
    ready_models()
    models = shared(model_options(options.settings(changes_of(environment, changes, options)), lowers_load=False))
    redis = redis or environment.redis or REDIS
    port = first(health_port, environment.health_port, HEALTH_PORT)
    if concurrency:
        models = replace(models, workers=concurrency)

    def tell(working: Working) -> None:
        say(
            f"working as {working.id} ({kind}), {working.concurrency} at a time; "
            f"health at {working.health_url}health. Ctrl+C stops."
        )

    return asyncio.run(work(WorkOptions(stage_of(kind), models, redis, concurrency, port, listening), tell))

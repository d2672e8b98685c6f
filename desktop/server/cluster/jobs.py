"""What stands in the queues: who asks for what, not the audio. Pure.

A worker that takes a job asks its gateway for the work, on the newest audio there is; so nothing in a queue grows old.
"""

import json
from dataclasses import dataclass

from desktop.engine.requests import Kind, Stage
from desktop.server.cluster.names import VERSION

_UNDERSTOOD = range(VERSION - 1, VERSION + 1)


class JobWrong(Exception):
    """What stands in a queue is no job that this version understands."""


@dataclass(frozen=True, slots=True)
class Job:
    """One entry of a queue."""

    id: str
    gateway: str
    client: str
    stage: Stage
    kind: Kind
    trace: str = ""

    def fields(self, version: int = VERSION) -> dict[str, str]:
        """As an entry of a stream. version: this one, or the one before."""
        return {
            "v": str(version),
            "job": self.id,
            "gateway": self.gateway,
            "client": self.client,
            "stage": self.stage.value,
            "kind": self.kind.value,
            "trace": self.trace,
        }


def read(fields: dict[bytes, bytes]) -> Job:
    """An entry as a job; fields that a newer version may have are ignored. Raises JobWrong."""
    try:
        if int(fields[b"v"]) not in _UNDERSTOOD:
            raise JobWrong(f"version {fields[b'v'].decode()[:10]}")
        return Job(
            fields[b"job"].decode(),
            fields[b"gateway"].decode(),
            fields[b"client"].decode(),
            Stage(fields[b"stage"].decode()),
            Kind(fields[b"kind"].decode()),
            fields.get(b"trace", b"").decode(),
        )
    except (KeyError, ValueError) as error:
        raise JobWrong(str(error)) from None


@dataclass(frozen=True, slots=True)
class Take:
    """A worker whose turn it is asks for the work."""

    job: str
    worker: str
    client: str
    """whose stream it is"""

    def message(self) -> str:
        return json.dumps({"job": self.job, "worker": self.worker, "client": self.client})


def read_take(message: bytes) -> Take:
    """Raises JobWrong."""
    try:
        found = json.loads(message)
        return Take(str(found["job"]), str(found["worker"]), str(found["client"]))
    except (ValueError, KeyError, TypeError):
        raise JobWrong("not a question for work") from None

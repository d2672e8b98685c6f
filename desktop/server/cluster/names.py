"""The names in Redis, those of the founding documents where they have one. Pure.

`audio_jobs` and `transcriptions` are read by the groups `stt_workers` and `translation_workers`. What can wait, the
partials, stands in a stream of its own beside each, so that finals come first.

In a Redis Cluster what is between braces says which node has a key, else all of it does: `{audio_jobs}:partial` is
where `audio_jobs` is. What one command or transaction needs is kept together so.
"""

from dataclasses import dataclass

from desktop.engine.requests import Kind, Stage

VERSION = 1
"""of jobs; the one before is understood, too"""


@dataclass(frozen=True, slots=True)
class Queue:
    """Where the jobs of a stage stand."""

    finals: str
    partials: str
    dead: str
    group: str

    def of(self, kind: Kind) -> str:
        """The stream for a kind of job."""
        return self.finals if kind is Kind.FINAL else self.partials


def _queue(name: str, group: str) -> Queue:
    return Queue(name, f"{{{name}}}:partial", f"{{{name}}}:dead", group)


QUEUES = {
    Stage.RECOGNITION: _queue("audio_jobs", "stt_workers"),
    Stage.TRANSLATION: _queue("transcriptions", "translation_workers"),
    Stage.SPEECH: _queue("speech_jobs", "speech_workers"),
}


SESSIONS = "sessions"
"""Channel: a gateway goes on with a stream of another one."""


GATEWAYS = "gateways"
"""Hash: how many speak at each gateway."""


def workers(stage: Stage) -> str:
    """Hash: who works for a stage."""
    return f"workers:{stage.value}"


def results(client: str) -> str:
    """Channel: answers for a client's stream."""
    return f"results:{client}"


def taken(gateway: str) -> str:
    """Channel: a worker asks a gateway for the work of a job whose turn has come."""
    return f"gateway:{gateway}"


def result(job: str) -> str:
    """String: the answer to a job, for a gateway that missed the message."""
    return f"result:{job}"


def reply(client: str, job: str, worker: str) -> str:
    """List: the work of a job of a client's stream, for the worker that asked."""
    return f"work:{{{client}}}:{job}:{worker}"


def audio(client: str, place: int) -> str:
    """String: PCM16 of what a client's stream says, in one of its places (`engine/remote/deltas.py`)."""
    return f"audio:{{{client}}}:{place}"


def session(client: str) -> str:
    """Hash: what another gateway needs to go on with a stream."""
    return f"session:{client}"


def told(client: str) -> str:
    """List: the final messages of a stream, for a client that missed some."""
    return f"told:{{{session(client)}}}"


ROOMS = "rooms"
"""Channel: a room is spoken in at another gateway now; how many follow it at one."""


def room(code: str) -> str:
    """String: a room; the channel of the same name has what is told in it."""
    return f"room:{code}"


def counter(key: str) -> str:
    """String: how often something was tried, or whether somebody was let in."""
    return f"count:{key}"


def room_finals(code: str) -> str:
    """Stream: what became final in a room, for gateways that begin to follow it, or missed something."""
    return f"finals:{{{room(code)}}}"

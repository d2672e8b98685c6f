"""One talk to a server that has its models itself, and to one whose worker is behind Redis. On the event loop."""

from collections.abc import Sequence
from pathlib import Path

from desktop.bench.load.speaker import Spoken, speak
from desktop.bench.load.talks import Talk
from desktop.bench.programs import Gateway, Program, RedisProgram, Worker
from desktop.engine.errors import EngineError
from desktop.engine.message import verbatim


async def spoken_here(folder: Path, model: str, talk: Talk, language: str) -> Spoken:
    """Recognised in the server's own process. Raises EngineError."""
    server = Gateway("server", "", folder, model)
    return await _spoken([server], server.url, talk, language)


async def spoken_there(folder: Path, model: str, talk: Talk, language: str) -> Spoken:
    """Recognised by a worker. Raises EngineError."""
    redis = RedisProgram(folder / "redis")
    gateway = Gateway("gateway", redis.url, folder)
    return await _spoken([redis, Worker("stt", "stt", redis.url, folder, model), gateway], gateway.url, talk, language)


async def _spoken(programs: Sequence[Program], url: str, talk: Talk, language: str) -> Spoken:
    try:
        for program in programs:
            await program.start()
        await speak(url, talk, language, speed=4.0)  # the first time takes longer
        spoken = await speak(url, talk, language)
    finally:
        for program in reversed(programs):
            await program.kill()
    if spoken.refused or not spoken.is_told:
        raise EngineError(verbatim(f"The talk was not told to its end ({spoken.refused or 'nobody says why'})."))
    return spoken

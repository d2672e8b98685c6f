"""Bodies of HTTP requests, within bounds. On the event loop."""

import asyncio
from pathlib import Path
from typing import Any

from starlette.datastructures import UploadFile
from starlette.requests import Request

from desktop.engine.text.sizes import readable_size

_BLOCK = 1 << 20


class TooLarge(Exception):
    """A body is longer than it may be; says so in a sentence."""

    def __init__(self, most: int) -> None:
        super().__init__(f"The request is larger than {readable_size(most)}; send less at a time.")


def limited(request: Request, most: int) -> None:
    """Let no more than so many bytes of the body in; reading more of it raises TooLarge, as does announcing more."""
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > most:
        raise TooLarge(most)
    receive = request._receive
    left = most

    async def counted() -> Any:
        nonlocal left
        message = await receive()
        left -= len(message.get("body", b""))
        if left < 0:
            raise TooLarge(most)
        return message

    request._receive = counted


async def saved(upload: UploadFile, folder: Path) -> Path:
    """The file of a form as a file of the disk, in a folder of the caller's, who removes it."""
    path = folder / "upload"
    file = await asyncio.to_thread(path.open, "wb")
    try:
        while block := await upload.read(_BLOCK):
            await asyncio.to_thread(file.write, block)
    finally:
        await asyncio.to_thread(file.close)
    return path


async def gone(request: Request) -> None:
    """Returns when the client has left; its request must have been read."""
    while (await request.receive())["type"] != "http.disconnect":
        pass

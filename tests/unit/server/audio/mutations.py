"""Bytes broken in all ways."""

import random


def mutated(data: bytes, chance: random.Random) -> bytes:
    """The bytes, some changed, cut out, put in or doubled."""
    found = bytearray(data)
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(len(found))
        length = chance.choice((1, 1, 2, 4, 30, 400))
        match chance.randrange(4):
            case 0:
                found[at : at + length] = chance.randbytes(length)
            case 1:
                del found[at : at + length]
            case 2:
                found[at:at] = chance.randbytes(length)
            case _:
                found[at:at] = found[at : at + length]
        found = found or bytearray(b"\0")
    return bytes(found)

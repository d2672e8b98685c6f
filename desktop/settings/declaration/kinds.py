"""What settings are made of: kinds of values, what is known of a setting besides, the base of a group. Pure."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

Color = Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")]
Applies = Literal["at once", "reload", "restart"]
"""When a change takes effect: at once; as soon as the model is loaded again, which Parley does by itself; when
Parley is started the next time."""


def _place(value: tuple[int, ...]) -> tuple[int, ...]:
    """A place on the screen, or () for the usual one. X11 has 16 bits for each number."""
    if value and (len(value) != 4 or not all(-32768 <= number <= 32767 for number in value)):
        raise ValueError("it must be four numbers, x, y, width and height, each from -32768 to 32767")
    return value


def _place_and_screen(value: tuple[int, ...]) -> tuple[int, ...]:
    """As `_place`; the size of the screen may follow."""
    if len(value) == 6:
        _place(value[:4])
        if not all(0 < number <= 32767 for number in value[4:]):
            raise ValueError("the width and height of the screen must be from 1 to 32767")
        return value
    return _place(value)


Place = Annotated[tuple[int, ...], AfterValidator(_place)]
PlaceOnScreen = Annotated[tuple[int, ...], AfterValidator(_place_and_screen)]


def of_kinds(*kinds: str) -> AfterValidator:
    """A device or a file: "microphone:NAME"; a kind alone is its default device."""

    def check(value: str) -> str:
        kind, _, name = value.partition(":")
        if kind in kinds and (name or kind != "file"):
            return f"{kind}:{name}"
        allowed = " or ".join(f"{one}:{'PATH' if one == 'file' else 'NAME'}" for one in kinds)
        raise ValueError(f"it must be {allowed}; without a name it is the default one")

    return AfterValidator(check)


Source = Annotated[str, of_kinds("microphone", "loopback", "file")]
Output = Annotated[str, of_kinds("output")]


def about(
    *, unit: str = "", advanced: bool = False, applies: Applies = "at once", written: str = "", unbeaten: str = ""
) -> JsonDict:
    """What is known of a setting besides its type, range and help.

    unit: of its number; advanced: few need it; applies: when a change takes effect; written: how a text is written in
    the file and in flags, where no window writes it; unbeaten: a value that no other layer overrides, whichever says
    it."""
    return {"unit": unit, "advanced": advanced, "applies": applies, "written": written, "unbeaten": unbeaten}


def reloads(about: JsonDict) -> bool:
    return about["applies"] == "reload"


class Group(BaseModel):
    """Settings that belong together; one page of the dialog."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)

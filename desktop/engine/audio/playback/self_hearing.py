"""Would Parley hear itself speak? Pure."""

from dataclasses import dataclass

_WORN = ("headphone", "headset", "earphone", "earbud", "hands-free", "handset", "airpods", "kopfhörer", "auriculares")


@dataclass(frozen=True, slots=True)
class Output:
    """What is known of a device to play on."""

    name: str
    monitor: str = ""
    """name of the source that hears what it plays; empty if there is none"""
    form_factor: str = ""
    """as the system calls it: speaker, headphone, headset, hands-free, …"""
    words: tuple[str, ...] = ()
    """names, port, description: whatever may tell headphones from speakers"""


def is_worn(output: Output) -> bool:
    """Only the wearer hears it: headphones, a headset and the like."""
    if output.form_factor:
        form = output.form_factor.casefold()
        if any(word in form for word in _WORN):
            return True
        # An internal card is "internal" whether or not something is plugged into its jack: the port decides.
        if form not in ("internal", "computer"):
            return False
    return any(word in text.casefold() for text in output.words for word in _WORN)


def would_hear(source_kind: str, source_name: str, output: Output) -> bool:
    """Does the source hear what is played on the output?

    source_kind: `microphone`, `loopback`, `file` or `pushed`; source_name: the resolved name of the device.
    """
    if source_kind == "loopback":
        return source_name in (output.monitor, output.name)
    if source_kind == "microphone":
        return not is_worn(output)
    return False

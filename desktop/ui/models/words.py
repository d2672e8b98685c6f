"""How models and downloads are put into words: sizes, speeds, times, languages. Pure, no Qt."""

from collections.abc import Callable, Sequence

from desktop.engine.text.sizes import readable_size

KIND_NAMES = {"whisper": "Recognition", "argos": "Translation", "voice": "Voices"}
"""Kinds of models as headings."""
KIND_NOUNS = {"whisper": "recognition model", "argos": "translation", "voice": "voice"}
KIND_ICONS = {"whisper": "ear-hearing", "argos": "translate", "voice": "account-voice"}

_LONGEST_LIST = 3
"""languages that are named one by one"""
_LONGEST_LICENCE = 28


def size_words(count: int | None) -> str:
    """ "484 MB"; empty if unknown."""
    return "" if count is None else readable_size(count)


def time_words(seconds: float | None) -> str:
    """ "1 min 20 s left"; empty if unknown. Rounded, so that it does not flicker."""
    if seconds is None or seconds > 100 * 3600:
        return ""
    if seconds < 10:
        return "a few seconds left"
    if seconds < 60:
        return f"{5 * round(seconds / 5)} s left"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{minutes} min left"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min left" if minutes else f"{hours} h left"


def speed_words(bytes_per_second: float) -> str:
    """ "2.3 MB/s"; empty while it is not known."""
    return f"{size_words(round(bytes_per_second))}/s" if bytes_per_second >= 1 else ""


def language_words(kind: str, languages: Sequence[str], name: Callable[[str], str]) -> str:
    """The languages of a model: names, or how many there are. name: code -> its name."""
    if kind == "argos":
        return " → ".join(name(code) for code in languages)
    if len(languages) <= _LONGEST_LIST:
        return ", ".join(name(code) for code in languages)
    return f"{len(languages)} languages"


def licence_words(licence: str) -> str:
    """A licence's name; where only its address is known, that there is one to read."""
    if licence.startswith(("http:", "https:")):
        return "licence on its page"
    if licence.startswith(("in its ", "see ")):
        return f"licence {licence}"
    return licence if len(licence) <= _LONGEST_LICENCE else licence[: _LONGEST_LICENCE - 1].rstrip() + "…"


def pair_words(source: str, target: str) -> str:
    """ "English → Spanish", or the spoken language alone. Pure."""
    from desktop.engine.text.languages import language_name

    spoken = "Any language" if source == "auto" else language_name(source)
    return f"{spoken} → {language_name(target)}" if target and target != source else spoken

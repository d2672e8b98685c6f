"""Human speech with its script: the telephone prompts in Debian's packages of Asterisk sounds.

They are recordings of 16 kHz in G.722 (asterisk-core-sounds-LANG-g722) and a text file beside them
(asterisk-core-sounds-LANG). Both may be absent, which is no error. Reads files only; any thread.
"""

import gzip
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np

from desktop.engine.errors import FileUnreadable
from desktop.engine.events import Samples
from desktop.engine.message import verbatim
from desktop.engine.text.languages import language_name

_FULL_SCALE = 32768
_WORDS = range(5, 31)
"""words of a prompt; shorter ones are too easy to guess wrong, longer ones are menus"""
_UNSPOKEN = re.compile(r"[\d\[\](){}<>]|\.\.\.|…")
"""what may be read in more than one way, or is no speech, or goes on in another prompt"""


@dataclass(frozen=True, slots=True)
class Voice:
    """Who speaks the prompts of a language, and on which terms they may be played."""

    folder: str
    """below `asterisk/sounds`"""
    speaker: str
    licence: str
    source: str
    """where the speaker wants to be named"""

    @property
    def credit(self) -> str:
        """As it is shown: speaker, licence, source."""
        return f"{self.speaker}, {self.licence}, {self.source}"


VOICES = {
    "en": Voice("en_US_f_Allison", "Allison Smith", "CC BY-SA 3.0", "theivrvoice.com"),
    "es": Voice("es_MX_f_Allison", "Allison Smith", "CC BY-SA 3.0", "theivrvoice.com"),
    "fr": Voice("fr_CA_f_June", "June Wallack", "CC BY-SA 3.0", "junewallack.com"),
    "it": Voice("it_IT_m_Carlo", "Carlo Flora", "CC BY 3.0", "segreterietelefoniche.it"),
    "ru": Voice("ru_RU_f_IvrvoiceRU", "Maxim Topal", "CC BY 3.0", "ivrvoice.ru"),
}
"""language -> voice, as the packages' copyright file names them"""


@dataclass(frozen=True, slots=True)
class Prompt:
    """One recording."""

    language: str
    name: str
    """as the script calls it, for example `letters/a`"""
    text: str
    """what is said; Spanish ones lack most accents"""
    path: Path

    @property
    def key(self) -> int:
        """SHA-256 of the name: an order that nobody chose."""
        return key_of(self.name)

    @property
    def is_even(self) -> bool:
        """One half of the prompts is for development, the odd one for checking afterwards."""
        return self.key % 2 == 0


def key_of(name: str) -> int:
    """SHA-256 of a prompt's name as a number."""
    return int(sha256(name.encode()).hexdigest(), 16)


def is_usable(text: str) -> bool:
    """Whether a text is a fair thing to recognise: 5 to 30 words, no digits, brackets or "..."."""
    return len(text.split()) in _WORDS and not _UNSPOKEN.search(text)


def scripted(script: str) -> dict[str, str]:
    """The lines `name: text` of a script, the first of each name; comments and empty texts left out. Pure."""
    found: dict[str, str] = {}
    for line in script.lstrip("\ufeff").splitlines():
        name, colon, text = line.partition(":")
        if colon and not line.startswith(";") and text.strip():
            found.setdefault(name.strip(), text.strip())
    return found


def data_folders(environment: Mapping[str, str] = os.environ) -> tuple[Path, ...]:
    """Where packages put data that every program may read: XDG_DATA_DIRS."""
    named = environment.get("XDG_DATA_DIRS", "") or "/usr/local/share:/usr/share"
    return tuple(Path(one) for one in named.split(":") if one)


def prompts(language: str, folders: tuple[Path, ...] | None = None) -> tuple[Prompt, ...]:
    """The usable prompts of a language that are installed, in the order of the SHA-256 of their names; none where the
    packages are absent. folders: where to look, the first that has them counts; None: `data_folders`.
    Raises FileUnreadable if a script is there but cannot be read."""
    voice = VOICES.get(language)
    if voice is None:
        return ()
    for folder in data_folders() if folders is None else folders:
        script = folder / "doc" / f"asterisk-core-sounds-{language}" / f"core-sounds-{language}.txt.gz"
        sounds = folder / "asterisk" / "sounds" / voice.folder
        if not script.is_file() or not sounds.is_dir():
            continue
        try:
            texts = scripted(gzip.decompress(script.read_bytes()).decode("utf-8"))
        except (OSError, EOFError, ValueError) as error:
            raise FileUnreadable(verbatim(f"{script} cannot be read; install {_packages(language)} again.")) from error
        made = (
            Prompt(language, name, text, sounds / f"{name}.g722") for name, text in texts.items() if is_usable(text)
        )
        found = tuple(sorted((one for one in made if one.path.is_file()), key=lambda one: one.key))
        if found:
            return found
    return ()


def missing(language: str) -> str:
    """One sentence for a language whose prompts are not installed."""
    if language not in VOICES:
        known = ", ".join(VOICES)
        return f"There are no human recordings for {language_name(language)}; there are some for {known}."
    return (
        f"Human recordings in {language_name(language)} are not installed; "
        f"on Debian or Ubuntu, apt-get install {_packages(language)} brings them."
    )


def _packages(language: str) -> str:
    return f"asterisk-core-sounds-{language}-g722 asterisk-core-sounds-{language}"


def samples_of(path: Path) -> Samples:
    """A G.722 file as 16 kHz mono, shape (n,), -1..1. Raises FileUnreadable."""
    import av

    try:
        with av.open(str(path), format="g722") as container:
            pieces = [frame.to_ndarray().reshape(-1) for frame in container.decode(audio=0)]
    except (av.FFmpegError, OSError, ValueError) as error:
        raise FileUnreadable(verbatim(f"{path} cannot be read as G.722; install its package again.")) from error
    if not pieces:
        raise FileUnreadable(verbatim(f"{path} holds no audio; install its package again."))
    samples: Samples = np.concatenate(pieces).astype(np.float32) / np.float32(_FULL_SCALE)
    return samples

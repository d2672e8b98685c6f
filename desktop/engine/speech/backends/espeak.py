"""The espeak-ng program: a robotic voice for a hundred languages. On the speech thread.

One short process for each sentence (about 25 ms); the text goes through its standard input, so it shows in no
list of processes.
"""

import functools
import logging
import shutil
import subprocess
from collections.abc import Iterator

import numpy as np

from desktop.engine.errors import BackendFailed, ModelBroken, ModelMissing
from desktop.engine.events import Samples
from desktop.engine.recognition.backends.base import Progress
from desktop.engine.speech.backends.base import SpeechChunk, SynthesizerCapabilities, Voice
from desktop.engine.speech.backends.speakable import pieces, without_silence
from desktop.engine.text.language_names import WRITTEN_ONLY
from desktop.engine.text.languages import CODES
from desktop.engine.text.sentences import has_words

_log = logging.getLogger(__name__)

_WORDS_PER_MINUTE = 165
_SLOWEST, _FASTEST = 80, 449  # from 450 on it changes to another, hardly intelligible algorithm
_TIMEOUT = 20.0  # seconds for one sentence

# espeak-ng's tag where it is not Whisper's code.
_TAGS = {"zh": "cmn", "no": "nb", "fr": "fr-fr", "en": "en-us", "jw": "jv", "tl": "fil"}


class EspeakSynthesizer:
    """Every language of the installed espeak-ng."""

    def __init__(self) -> None:
        self.name = "espeak-ng (basic voice)"
        self._program = program()
        self._chosen: dict[str, str] = {}

    @property
    def capabilities(self) -> SynthesizerCapabilities:
        """Asks the program once; making a synthesizer costs nothing, for it is often only the second choice."""
        return SynthesizerCapabilities(frozenset(voice.language for voice in self.voices()))

    def voices(self) -> tuple[Voice, ...]:
        """One for each accent; empty if espeak-ng is not installed."""
        return _voices(self._program) if self._program else ()

    def load(self, language: str, voice: str, progress: Progress) -> None:
        """Raises ModelMissing if the program or the language is not there, ModelBroken if it does not run."""
        self._program = program()
        if not self._program:
            raise ModelMissing("espeak-missing")
        voices = self.voices()
        if not voices:
            raise ModelBroken("espeak-without-voices")
        matching = [known for known in voices if known.language == language]
        if not matching:
            raise ModelMissing("espeak-lacks-language", language=language)
        wanted = [known.id for known in matching if voice.casefold() in (known.id.casefold(), known.label.casefold())]
        self._chosen[language] = (wanted or [_best(language, matching)])[0]
        progress(1.0)

    def synthesize(self, text: str, language: str, rate: float = 1.0) -> Iterator[SpeechChunk]:
        """A chunk per sentence. Text without words yields nothing. Raises ModelMissing, BackendFailed."""
        if not has_words(text):
            return
        if language not in self._chosen:
            self.load(language, "", lambda _: None)
        for piece in pieces(text, language):
            yield self._speak(piece, self._chosen[language], rate)

    def close(self) -> None:
        """Nothing is held; the next `synthesize` chooses its voice again."""
        self._chosen.clear()

    def _speak(self, text: str, voice: str, rate: float) -> SpeechChunk:
        # Its pauses shrink less than its words: without the exponent twice the rate is 1.75 to 1.93 as fast.
        speed = round(min(_FASTEST, max(_SLOWEST, _WORDS_PER_MINUTE * rate ** (1.12 if rate > 1 else 1))))
        assert self._program
        try:
            done = subprocess.run(
                [self._program, "-v", voice, "-s", str(speed), "-b", "1", "-z", "--stdin", "--stdout"],
                input=text.encode("utf-8", "ignore"),
                capture_output=True,
                timeout=_TIMEOUT,
                check=True,
            )
        except (OSError, subprocess.SubprocessError) as error:
            raise BackendFailed(
                "espeak-failed",
                error=type(error).__name__,
                recoverable=True,
            ) from error
        samples, sample_rate = read_streamed_wav(done.stdout)
        return SpeechChunk(without_silence(samples, sample_rate, rate), sample_rate)


def read_streamed_wav(content: bytes) -> tuple[Samples, int]:
    """Samples and rate of a 16-bit mono WAV whose sizes are not to be trusted: a program that writes to a pipe
    cannot go back to fill them in. Raises BackendFailed."""
    sample_rate = 0
    position = 12
    while content[:4] == b"RIFF" and content[8:12] == b"WAVE" and position + 8 <= len(content):
        chunk, size = content[position : position + 4], int.from_bytes(content[position + 4 : position + 8], "little")
        position += 8
        if chunk == b"fmt ":
            channels = int.from_bytes(content[position + 2 : position + 4], "little")
            bits = int.from_bytes(content[position + 14 : position + 16], "little")
            if channels == 1 and bits == 16:
                sample_rate = int.from_bytes(content[position + 4 : position + 8], "little")
        elif chunk == b"data" and sample_rate:
            data = content[position : position + size]
            samples = np.frombuffer(data, dtype="<i2", count=len(data) // 2).astype(np.float32)
            return samples / np.float32(32768), sample_rate
        position += size + size % 2
    raise BackendFailed("espeak-without-sound", recoverable=True)


def program() -> str | None:
    """Where espeak-ng lies; None: it is not installed."""
    return shutil.which("espeak-ng")


def voice_of(language: str) -> str:
    """The id of its usual voice for a language; empty where it has none, or is not installed."""
    command = program()
    matching = [known for known in _voices(command) if known.language == language] if command else []
    return _best(language, matching) if matching else ""


def _best(language: str, matching: list[Voice]) -> str:
    ids = [voice.id for voice in matching]
    for tag in (_TAGS.get(language, language), language):
        if tag in ids:
            return tag
    return ids[0]


@functools.lru_cache(maxsize=4)
def _voices(program: str) -> tuple[Voice, ...]:
    try:
        listing = subprocess.run([program, "--voices"], capture_output=True, timeout=_TIMEOUT, check=True).stdout
    except (OSError, subprocess.SubprocessError) as error:
        _log.warning("espeak-ng lists no voices: %s", type(error).__name__)
        return ()
    codes = {tag: code for code, tag in _TAGS.items() if code not in ("en", "fr")}
    found: dict[str, Voice] = {}
    for line in listing.decode("utf-8", "replace").splitlines()[1:]:
        fields = line.split()
        if len(fields) < 5 or fields[4].startswith("mb/"):  # MBROLA needs another program
            continue
        tag = fields[1]
        language = codes.get(tag, tag.split("-")[0])
        if language in CODES or language in WRITTEN_ONLY:
            found.setdefault(tag, Voice(tag, fields[3].replace("_", " "), language))
    return tuple(found.values())

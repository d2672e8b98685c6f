"""What a session and the models are to do: the options of the public API.

Plain values, apart from the app's settings (`settings_options.py` makes them of those). Pure.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

ModeChoice = Literal["auto", "streaming", "buffered"]
"""When words appear: while they are spoken, when an utterance ends, or the first as long as that works."""


@dataclass(frozen=True, slots=True)
class VoiceOptions:
    """How speech is told from everything else, and where an utterance begins and ends."""

    threshold: float = 0.5
    """least probability of Silero that a frame is speech, 0..1"""
    webrtc_mode: int = 2
    """how strict WebRTC's detector is, 0..3"""
    window: int = 6
    """frames of 32 ms that vote"""
    onset: float = 0.1
    """seconds of speech that open an utterance"""
    preroll: float = 1.0
    """seconds kept from before it"""
    hangover: float = 0.5
    """seconds of silence that end it"""
    early_end: float = 0.16
    """the same after what is surely a whole sentence; 0 is never"""
    max_segment: float = 20.0
    """seconds; a longer utterance is split"""


@dataclass(frozen=True, slots=True)
class SessionOptions:
    """One listener's wishes."""

    language: str = "auto"
    """ISO 639 code of what is spoken, or "auto" to detect it"""
    languages: tuple[str, ...] = ()
    """those to choose from when detecting; empty: every one that the model knows"""
    target: str = ""
    """language to translate into; empty: none"""
    live_translation: bool = True
    """translate while somebody speaks, not only at the end of an utterance"""
    speaks: bool = False
    """the translation is spoken"""
    vocabulary: str = ""
    """names and terms to expect"""
    live: bool = True
    """words are wanted while they are spoken; False: a recording, of which each utterance is recognised once, together
    with its neighbours"""
    lane: str = ""
    """goes into each event, so that those of several sessions can be told apart"""
    mode: ModeChoice = "auto"
    """when words appear: while they are spoken ("streaming"), when an utterance ends ("buffered"), or the first as long
    as that works ("auto")"""
    beam_size: int = 5
    """beam width of the final decoding"""
    step: float = 0.3
    """least seconds between two decodings of a running utterance"""
    window: float = 10.0
    """seconds of audio that are decoded at most while speaking"""
    breaker_failures: int = 2
    """failures of streaming after which "auto" changes to buffered"""
    breaker_recovery: float = 30.0
    """seconds until it tries streaming again, and over which failures are counted"""
    level_hz: float = 15.0
    """AudioLevel events per second of audio"""
    voice: VoiceOptions = field(default_factory=VoiceOptions)
    """how speech is told from everything else"""

    @property
    def spoken(self) -> tuple[str, ...]:
        """The languages that may be spoken; empty: any."""
        return self.languages if self.language == "auto" else (self.language,)


@dataclass(frozen=True, slots=True)
class Effort:
    """How thoroughly a session recognises at the moment; less than its options say while the machine is too slow."""

    step: float
    """least seconds between two decodings of a running utterance"""
    first_step: float
    """the same up to the first ones, which should show its first words"""
    beam_size: int
    window: float
    has_partials: bool = True
    """words are recognised while they are spoken, not only at the end of an utterance"""


@dataclass(frozen=True, slots=True)
class ModelOptions:
    """Which models all sessions share, and how they run on this machine."""

    recognition: str = ""
    """name or directory of a Whisper model; empty takes the best one installed"""
    languages: tuple[str, ...] = ()
    """what will be spoken, for choosing among the models; empty: any"""
    server: str = ""
    """address of a Parley server that does what is left to "auto" below, as long as it answers; empty: none"""
    server_certificate: str = ""
    """file with its certificate, where it is no public one"""
    cloud: Mapping[str, object] = field(default_factory=dict)
    """settings of cloud engines (docs/settings.md, `cloud.NAME`) by name, as {"recognition": ("deepgram",)}; empty:
    none is used. Their keys lie in the keyring of the system"""
    recognizer: Literal["auto", "whisper", "pocketsphinx"] = "auto"
    """what recognises; "auto" is Whisper, and PocketSphinx where that cannot be loaded"""
    translator: Literal["auto", "argos", "apertium", "whisper"] = "auto"
    """what translates; "auto" is Argos, and Apertium and Whisper where no package is installed"""
    synthesizer: Literal["auto", "piper", "espeak"] = "auto"
    """what speaks; "auto" is Piper, and espeak-ng where it has no voice"""
    voice: str = ""
    """name of a voice; empty takes the best one of the language"""
    device: Literal["auto", "cpu", "cuda"] = "auto"
    """where recognition runs"""
    compute_type: str = "auto"
    """CTranslate2's number format; "auto" is what was measured to be fastest here"""
    threads: int = 0
    """processor threads of recognition; 0 is what was measured to be best here"""
    workers: int = 1
    """decodings that run at a time, each with so many threads; they share the model's weights. Fixed at the start"""
    context: Literal["auto", "short", "full"] = "auto"
    """audio window given to Whisper"""
    context_floor: int = 0
    """its least length in frames of 10 ms; 0 is as is safe for the model"""
    context_pad: float = -1.0
    """seconds of silence behind the audio in it; negative is as is safe for the model"""
    beam_size: int = 5
    """as in SessionOptions; the most that live sessions get, and what is lowered while the machine is too slow"""
    step: float = 0.3
    """as in SessionOptions; the least that live sessions get"""
    window: float = 10.0
    """as in SessionOptions; the most that live sessions get"""
    mode: ModeChoice = "auto"
    """as in SessionOptions"""
    may_lower_model: bool = True
    """a smaller model stands in while this machine is too slow for the chosen one"""
    lowers_load: bool = True
    """while this machine is too slow for live sessions, recognition does less (`load_levels.py`)"""

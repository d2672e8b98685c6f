"""The frozen dataclasses that flow through the engine and out of it.

Each is a whole snapshot, never a patch: a consumer replaces what it has by `segment_id` and drops older
revisions. Unless a field says otherwise, times are seconds since the session started and samples are
float32 mono in -1..1.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from desktop.engine.message import Message

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from desktop.engine.cloud.meter import Figures

SAMPLE_RATE = 16_000
"""Hz of all audio inside the engine, from the source's resampler to the recogniser."""

if TYPE_CHECKING:
    Samples = NDArray[np.float32]
    """Mono audio, shape (n,), -1..1."""
else:
    # Who only tells events apart does not load numpy.
    Samples = Any


@dataclass(frozen=True, slots=True, eq=False)
class AudioFrame:
    """A short piece of audio as it came from a source."""

    samples: Samples
    """shape (n,), 16 kHz; any n"""
    start: float
    """seconds since the source was opened"""
    source: str
    """id of the source that heard it"""


@dataclass(frozen=True, slots=True, eq=False)
class SpeechSegment:
    """The audio of one utterance, so far or complete."""

    segment_id: int
    """grows by one for each utterance of a session"""
    samples: Samples
    """shape (n,), 16 kHz, from `start` to `end`"""
    start: float
    end: float
    is_final: bool
    """the utterance is over; exactly one final per segment_id"""
    speech_end: float = 0.0
    """end of the last frame that may hold speech; two snapshots with the same one hold the same words"""
    is_pause: bool = False
    """the speaker just fell silent: if nobody goes on, the final will say the same"""
    voiced: tuple[tuple[float, float], ...] = ()
    """(begin, end) of each stretch in which voice was heard, session seconds, in order; none where that is not known"""


_SHORTEST_WORD = 0.03
"""seconds"""


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a transcript."""

    text: str
    """as shown, with its punctuation, without surrounding spaces"""
    start: float
    end: float
    probability: float
    """0..1"""
    mark: float = 1.0
    """probability of the punctuation that ends it, 0..1"""
    is_spaced: bool | None = None
    """whether a space stands before it, where the language does not say so; None: as the language has it"""

    @property
    def is_placed(self) -> bool:
        """Whether its times mean something: an alignment that lost its place gives words no length."""
        return self.end - self.start >= _SHORTEST_WORD


@dataclass(frozen=True, slots=True)
class TranscriptUpdate:
    """What is known of an utterance's words."""

    segment_id: int
    revision: int
    """grows by one for each update of the segment"""
    language: str
    """ISO 639 code as Whisper uses it ("en")"""
    committed: str
    """never changes again, only grows"""
    unconfirmed: str
    """follows `committed`, joined by one space unless the language writes none; may change"""
    words: tuple[Word, ...]
    """committed words, then unconfirmed ones"""
    start: float
    end: float
    """up to where the audio was heard"""
    is_final: bool
    """everything is committed and no further update comes"""
    speech_end: float = 0.0
    """end of the last sound that may be speech; the last word ends before it"""
    final_text: str = ""
    """of a final: its words by a decoding of the whole utterance, which may differ from `committed`. What is stored,
    exported and typed; what is on the screen or spoken stays as it was committed"""
    final_words: tuple[Word, ...] = ()
    """those of `final_text`"""
    lane: str = ""
    """of `SessionOptions`: which session heard it"""


@dataclass(frozen=True, slots=True)
class TranslationUpdate:
    """The translation of an utterance, so far."""

    segment_id: int
    revision: int
    source_language: str
    target_language: str
    committed: str
    """never changes again, only grows"""
    unconfirmed: str
    is_final: bool
    is_translated: bool = True
    """False: the text, or a sentence of it, is the original one: there is no way to translate this pair, or the
    translator does not know the sentence"""
    final_text: str = ""
    """of a final: the translation of the transcript's `final_text`; what is stored, exported and typed"""
    lane: str = ""
    """of `SessionOptions`: which session it belongs to"""


@dataclass(frozen=True, slots=True, eq=False)
class SpeechAudio:
    """A piece of spoken translation, for the speaker."""

    segment_id: int
    """-1: not part of the session (`Engine.speak`)"""
    samples: Samples
    """shape (n,)"""
    sample_rate: int
    """Hz"""
    text: str
    """the clause that is spoken"""
    is_last: bool
    """last piece of its segment"""
    lane: str = ""
    """of `SessionOptions`: which session it belongs to"""


class State(StrEnum):
    """What the engine is doing."""

    IDLE = "idle"
    LOADING = "loading"
    LISTENING = "listening"
    STOPPING = "stopping"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class StateChanged:
    """The engine entered a state."""

    state: State
    detail: Message | None = None
    """what the user should know besides, for example which device is awaited"""


@dataclass(frozen=True, slots=True)
class SourceOpened:
    """From now on this source is heard."""

    source: str
    """its id, for example `file:/home/ana/talk.mp3`"""
    start: float
    """time of the session at which it begins: an update's times less this one are those of a recording"""
    duration: float | None = None
    """seconds of a recording, as it declares them; None: a device, or not known"""


@dataclass(frozen=True, slots=True)
class AudioLevel:
    """How loud the source is, about 15 times a second while listening."""

    rms: float
    """dBFS, at least -90"""
    peak: float
    """dBFS, at least -90"""
    is_speech: bool
    is_muted: bool = False
    """Parley is speaking and does not listen to itself"""
    lane: str = ""
    """of `SessionOptions`: whose source it is"""


@dataclass(frozen=True, slots=True)
class Metrics:
    """How well the engine keeps up, about twice a second while listening."""

    latency: dict[str, float]
    """stage -> latest seconds; keys: `partial` (end of the newest word -> shown), `recognition` (one decode), `final`
    (end of speech -> final text), `translation` (one update), `speech` (committed translation -> first audio)"""
    queued: dict[str, int]
    """stage -> items waiting"""
    dropped_seconds: float
    """audio that was lost because the machine could not keep up, since the session started"""
    coalesced: int
    """partial work that newer audio replaced, since the session started"""
    recognizer: str
    """what recognises now, as shown to the user ("Whisper small"); empty while none is loaded"""
    translator: str
    synthesizer: str
    spoken_queue: float = 0.0
    """seconds of speech waiting to be played"""
    pace: tuple[Message, ...] = ()
    """what recognition does less of to keep up; empty if nothing"""
    busy: float = 0.0
    """share of the last seconds that recognition computed, 0..1"""
    backlog: float = 0.0
    """seconds of sound that wait to be recognised"""
    mode: str = ""
    """`streaming`: words are recognised while they are spoken; `buffered`: each utterance when it is over; empty while
    nothing is loaded"""
    sent_to: str = ""
    """where sound goes to be recognised ("cellar:5026"); empty: it stays on this machine"""
    clouds: "tuple[Figures, ...]" = ()
    """what went to cloud engines, and came back, since the program started"""
    spent: float = 0.0
    """US dollars that they cost today, by the list prices"""


@dataclass(frozen=True, slots=True)
class ModelProgress:
    """A model is being loaded."""

    stage: str
    """`recognition`, `translation` or `speech`"""
    name: str
    """as shown to the user"""
    fraction: float
    """0..1; 1 when it is ready"""


@dataclass(frozen=True, slots=True)
class ModelUnloaded:
    """A model left the memory, because nothing used it; the next start loads it again. Metrics follow."""

    stage: str
    """`recognition`, `translation` or `speech`"""
    name: str
    """as shown to the user"""


class Severity(StrEnum):
    """How much an `ErrorEvent` matters."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class ErrorEvent:
    """Something the user should know: an error, or a fallback that took over."""

    code: str
    """that of the `EngineError`, or of a notice (`fallback`, `audio-dropped`, `untranslated`, `pace`, `buffered`,
    `streaming`, `stumbled`)"""
    message: Message
    """what happened, what to do"""
    severity: Severity
    recoverable: bool = True
    """the session goes on"""


@dataclass(frozen=True, slots=True)
class Device:
    """A place to listen to or to play on."""

    id: str
    """stable across restarts: `microphone:NAME`, `loopback:NAME`, `output:NAME`; an empty NAME is the default"""
    label: str
    """as the system calls it"""
    is_default: bool = False


@dataclass(frozen=True, slots=True)
class DevicesChanged:
    """The lists of devices, whenever they change."""

    microphones: tuple[Device, ...] = field(default=())
    loopbacks: tuple[Device, ...] = field(default=())
    outputs: tuple[Device, ...] = field(default=())


Event = (
    TranscriptUpdate
    | TranslationUpdate
    | SpeechAudio
    | StateChanged
    | SourceOpened
    | AudioLevel
    | Metrics
    | ModelProgress
    | ModelUnloaded
    | ErrorEvent
    | DevicesChanged
)
"""Everything a subscriber of the engine can receive."""

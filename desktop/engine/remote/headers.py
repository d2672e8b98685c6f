"""Headers of the messages that carry work for the models and its answers, checked field by field. Pure."""

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter, model_validator

from desktop.engine.remote.deltas import Part
from desktop.engine.remote.framing import Failure, Strict, Versioned
from desktop.engine.requests import Kind

OWNERS = 64
"""who may ask over one connection: each has one piece of work of a stage at a time"""
LEAST = -1000.0
"""logarithm of a probability that is nothing"""
_Text = Annotated[str, Field(max_length=8000)]
_Language = Annotated[str, Field(max_length=20)]
_Languages = Annotated[tuple[_Language, ...], Field(max_length=400)]
_Seconds = Annotated[float, Field(ge=0, le=1e9)]
_Share = Annotated[float, Field(ge=0, le=1)]
_Pair = tuple[_Language, _Language]
_Pairs = Annotated[tuple[_Pair, ...], Field(max_length=20_000)]


class Request(Strict):
    language: _Language | None
    candidates: _Languages = ()
    prompt: _Text = ""
    is_final: bool = False
    may_widen: bool = True
    is_buffered: bool = False
    vocabulary: _Text = ""
    is_thorough: bool = False
    beam_size: Annotated[int, Field(ge=0, le=10)] = 0


class Asked(Versioned):
    id: Annotated[int, Field(ge=1, lt=2**53)]
    owner: Annotated[int, Field(ge=0, lt=OWNERS)] = 0
    kind: Kind = Kind.FINAL


class Decode(Asked):
    type: Literal["decode"] = "decode"
    audio: Part
    request: Request
    end: _Seconds = 0.0


class LoadTranslation(Asked):
    type: Literal["load-translation"] = "load-translation"
    source: _Language
    target: _Language


class Translate(Asked):
    type: Literal["translate"] = "translate"
    text: _Text
    source: _Language
    target: _Language
    prefix: _Text = ""
    is_final: bool = True


class TranslateSpeech(Asked):
    type: Literal["translate-speech"] = "translate-speech"
    audio: Part
    source: _Language
    target: _Language
    transcript: _Text = ""


class Speak(Asked):
    type: Literal["speak"] = "speak"
    segment_id: Annotated[int, Field(ge=-1)] = 0
    text: _Text
    language: _Language
    is_last: bool = True
    rate: Annotated[float, Field(ge=0.25, le=4)] = 1.0


ANY_ASKED: TypeAdapter[Decode | LoadTranslation | Translate | TranslateSpeech | Speak] = TypeAdapter(
    Annotated[Decode | LoadTranslation | Translate | TranslateSpeech | Speak, Field(discriminator="type")]
)


ASKED: dict[type[Strict], str] = {
    Decode: "A window of audio is to be recognised.",
    LoadTranslation: "Which translator would it be, and what can it do.",
    Translate: "A text is to be translated.",
    TranslateSpeech: "Audio is to be translated.",
    Speak: "A text is to be spoken.",
}
"""headers of what is asked, for documents: what each of them asks for"""


class Word(Strict):
    text: Annotated[str, Field(max_length=200)]
    start: _Seconds
    end: _Seconds
    probability: _Share
    mark: _Share = 1.0
    is_spaced: bool | None = None

    @model_validator(mode="after")
    def _in_order(self) -> "Word":
        if self.end < self.start:
            raise ValueError("a word ends before it begins")
        return self


class Hypothesis(Strict):
    language: _Language
    words: Annotated[tuple[Word, ...], Field(max_length=1000)] = ()
    no_speech: _Share = 0.0
    log_probability: Annotated[float, Field(ge=LEAST, le=0)] = 0.0
    language_probability: _Share = 1.0
    has_repeated: bool = False
    is_trusted: bool = True


class Translator(Strict):
    pairs: _Pairs
    forces_prefix: bool
    hears: _Pairs = ()
    reads: _Pairs = ()
    phrasebook: _Pairs = ()
    limits: Annotated[tuple[tuple[_Pair, Failure], ...], Field(max_length=2000)] = ()


class Voice(Strict):
    rate: Annotated[int, Field(ge=1000, le=192_000)]
    lengths: Annotated[tuple[Annotated[int, Field(ge=0, le=1 << 26)], ...], Field(max_length=10_000)]
    """samples of each piece"""


class Answered(Versioned):
    type: Literal["answer"] = "answer"
    id: Annotated[int, Field(ge=0, lt=2**53)]
    """0: what was asked could not be read"""
    heard: Hypothesis | None = None
    able: Translator | None = None
    text: _Text | None = None
    voice: Voice | None = None
    failure: Failure | None = None


class Hello(Versioned):
    type: Literal["hello"] = "hello"
    name: Annotated[str, Field(max_length=200)]
    languages: _Languages
    detects_language: bool
    streaming: bool
    reads_groups: bool = False
    load: Annotated[int, Field(ge=0)] = 0
    seconds: _Seconds = 0.0


ANY_TOLD: TypeAdapter[Answered | Hello] = TypeAdapter(Annotated[Answered | Hello, Field(discriminator="type")])


TOLD: dict[type[Strict], str] = {
    Hello: "What recognises here; the first message, and again when that changes.",
    Answered: "An answer.",
}
"""headers of what a server says, likewise"""

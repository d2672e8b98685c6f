"""Work for the models and its answers, as messages: what goes to a server, and what workers on other machines read.
Pure.

A message is a header and bytes (`framing.py`): the bytes are PCM16, of the audio that is asked about or of speech.
What comes from elsewhere is checked field by field; errors travel by code, key and parameters.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter, ValidationError, model_validator

from desktop.engine.events import Samples, Word
from desktop.engine.message import Message
from desktop.engine.recognition.backends.base import Hypothesis, RecognitionRequest, RecognizerCapabilities
from desktop.engine.recognition.work import Decode
from desktop.engine.remote import framing
from desktop.engine.remote.deltas import Part
from desktop.engine.remote.framing import Failure, Strict, Versioned, WorkRefused
from desktop.engine.requests import Kind, Stage
from desktop.engine.speech.backends.base import SpeechChunk
from desktop.engine.speech.work import Speak
from desktop.engine.translation.backends.base import TranslatorCapabilities
from desktop.engine.translation.work import LoadTranslation, Translate, TranslateSpeech

Work = Decode | LoadTranslation | Translate | TranslateSpeech | Speak
OWNERS = 64
"""who may ask over one connection: each has one piece of work of a stage at a time"""

_LEAST = -1000.0
"""logarithm of a probability that is nothing"""
_Text = Annotated[str, Field(max_length=8000)]
_Language = Annotated[str, Field(max_length=20)]
_Languages = Annotated[tuple[_Language, ...], Field(max_length=400)]
_Seconds = Annotated[float, Field(ge=0, le=1e9)]
_Share = Annotated[float, Field(ge=0, le=1)]
_Pair = tuple[_Language, _Language]
_Pairs = Annotated[tuple[_Pair, ...], Field(max_length=20_000)]


class _Request(Strict):
    language: _Language | None
    candidates: _Languages = ()
    prompt: _Text = ""
    is_final: bool = False
    may_widen: bool = True
    is_buffered: bool = False
    vocabulary: _Text = ""
    is_thorough: bool = False
    beam_size: Annotated[int, Field(ge=0, le=10)] = 0


class _Asked(Versioned):
    id: Annotated[int, Field(ge=1, lt=2**53)]
    owner: Annotated[int, Field(ge=0, lt=OWNERS)] = 0
    kind: Kind = Kind.FINAL


class _Decode(_Asked):
    type: Literal["decode"] = "decode"
    audio: Part
    request: _Request
    end: _Seconds = 0.0


class _LoadTranslation(_Asked):
    type: Literal["load-translation"] = "load-translation"
    source: _Language
    target: _Language


class _Translate(_Asked):
    type: Literal["translate"] = "translate"
    text: _Text
    source: _Language
    target: _Language
    prefix: _Text = ""
    is_final: bool = True


class _TranslateSpeech(_Asked):
    type: Literal["translate-speech"] = "translate-speech"
    audio: Part
    source: _Language
    target: _Language
    transcript: _Text = ""


class _Speak(_Asked):
    type: Literal["speak"] = "speak"
    segment_id: Annotated[int, Field(ge=-1)] = 0
    text: _Text
    language: _Language
    is_last: bool = True
    rate: Annotated[float, Field(ge=0.25, le=4)] = 1.0


_ASKED: TypeAdapter[_Decode | _LoadTranslation | _Translate | _TranslateSpeech | _Speak] = TypeAdapter(
    Annotated[_Decode | _LoadTranslation | _Translate | _TranslateSpeech | _Speak, Field(discriminator="type")]
)


ASKED: dict[type[Strict], str] = {
    _Decode: "A window of audio is to be recognised.",
    _LoadTranslation: "Which translator would it be, and what can it do.",
    _Translate: "A text is to be translated.",
    _TranslateSpeech: "Audio is to be translated.",
    _Speak: "A text is to be spoken.",
}
"""headers of what is asked, for documents: what each of them asks for"""


class _Word(Strict):
    text: Annotated[str, Field(max_length=200)]
    start: _Seconds
    end: _Seconds
    probability: _Share
    mark: _Share = 1.0
    is_spaced: bool | None = None

    @model_validator(mode="after")
    def _in_order(self) -> "_Word":
        if self.end < self.start:
            raise ValueError("a word ends before it begins")
        return self


class _Hypothesis(Strict):
    language: _Language
    words: Annotated[tuple[_Word, ...], Field(max_length=1000)] = ()
    no_speech: _Share = 0.0
    log_probability: Annotated[float, Field(ge=_LEAST, le=0)] = 0.0
    language_probability: _Share = 1.0
    has_repeated: bool = False
    is_trusted: bool = True


class _Translator(Strict):
    pairs: _Pairs
    forces_prefix: bool
    hears: _Pairs = ()
    reads: _Pairs = ()
    phrasebook: _Pairs = ()
    limits: Annotated[tuple[tuple[_Pair, Failure], ...], Field(max_length=2000)] = ()


class _Voice(Strict):
    rate: Annotated[int, Field(ge=1000, le=192_000)]
    lengths: Annotated[tuple[Annotated[int, Field(ge=0, le=1 << 26)], ...], Field(max_length=10_000)]
    """samples of each piece"""


class _Answered(Versioned):
    type: Literal["answer"] = "answer"
    id: Annotated[int, Field(ge=0, lt=2**53)]
    """0: what was asked could not be read"""
    heard: _Hypothesis | None = None
    able: _Translator | None = None
    text: _Text | None = None
    voice: _Voice | None = None
    failure: Failure | None = None


class _Hello(Versioned):
    type: Literal["hello"] = "hello"
    name: Annotated[str, Field(max_length=200)]
    languages: _Languages
    detects_language: bool
    streaming: bool
    reads_groups: bool = False
    load: Annotated[int, Field(ge=0)] = 0
    seconds: _Seconds = 0.0


_TOLD: TypeAdapter[_Answered | _Hello] = TypeAdapter(Annotated[_Answered | _Hello, Field(discriminator="type")])


TOLD: dict[type[Strict], str] = {
    _Hello: "What recognises here; the first message, and again when that changes.",
    _Answered: "An answer.",
}
"""headers of what a server says, likewise"""


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """A piece of work that came."""

    id: int
    owner: int
    kind: Kind
    stage: Stage
    audio: Part | None
    """which audio belongs to it; None: none"""
    data: bytes
    """new samples of it, PCM16"""
    work: Callable[[Samples], Work]
    """the work on its audio; without any it is not looked at"""


@dataclass(frozen=True, slots=True, eq=False)
class Answered:
    """The answer to a piece of work."""

    id: int
    answer: Any
    """as the work's kind says; an EngineError where it failed"""


@dataclass(frozen=True, slots=True)
class Hello:
    """What recognises at the other end."""

    name: str
    """as shown to users"""
    capabilities: RecognizerCapabilities
    load: int
    """grows each time that another model is loaded there"""
    seconds: float
    """that decoding 5 s of speech takes there; 0: unknown"""


def asked(number: int, owner: int, kind: Kind, work: Work, audio: Part | None = None, data: bytes = b"") -> bytes:
    """A message that asks for work. number: that the answer repeats. audio, data: of work that has samples.

    Raises WorkRefused for what no message can hold, as a text of a book's length."""
    try:
        return framing.joined(_asked({"id": number, "owner": owner, "kind": kind}, work, audio), data)
    except ValidationError:
        raise WorkRefused("work-too-large") from None


def _asked(about: dict[str, Any], work: Work, audio: Part | None) -> _Asked:
    match work:
        case Decode(request=request, end=end):
            wanted = _Request.model_validate({name: getattr(request, name) for name in _Request.model_fields})
            return _Decode(**about, audio=_there(audio), request=wanted, end=end)
        case LoadTranslation(source=source, target=target):
            return _LoadTranslation(**about, source=source, target=target)
        case Translate():
            fields = {name: getattr(work, name) for name in ("text", "source", "target", "prefix", "is_final")}
            return _Translate(**about, **fields)
        case TranslateSpeech(source=source, target=target, transcript=transcript):
            return _TranslateSpeech(**about, audio=_there(audio), source=source, target=target, transcript=transcript)
        case Speak():
            fields = {name: getattr(work, name) for name in ("segment_id", "text", "language", "is_last", "rate")}
            return _Speak(**about, **fields)


def read_asked(message: bytes) -> Asked:
    """Raises WorkRefused."""
    header, data = framing.split(message, _ASKED)
    audio: Part | None = None
    work: Callable[[Samples], Work]
    match header:
        case _Decode(request=request, end=end):
            stage, audio = Stage.RECOGNITION, header.audio
            wanted = RecognitionRequest(**request.model_dump())
            work = lambda samples: Decode(samples, wanted, end)  # noqa: E731
        case _LoadTranslation(source=source, target=target):
            stage, work = Stage.TRANSLATION, lambda _: LoadTranslation(source, target)
        case _Translate():
            read = Translate(header.text, header.source, header.target, header.prefix, header.is_final)
            stage, work = Stage.TRANSLATION, lambda _: read
        case _TranslateSpeech(source=source, target=target, transcript=transcript):
            stage, audio = Stage.TRANSLATION, header.audio
            work = lambda samples: TranslateSpeech(samples, source, target, transcript)  # noqa: E731
        case _Speak():
            said = Speak(header.segment_id, header.text, header.language, header.is_last, header.rate)
            stage, work = Stage.SPEECH, lambda _: said
    return Asked(header.id, header.owner, header.kind, stage, audio, data, work)


def answered(number: int, answer: Any) -> bytes:
    """A message that answers; answer: as the work's kind says, or the Exception."""
    data = b""
    found: dict[str, Any] = {}
    match answer:
        case Exception():
            found["failure"] = framing.failure_of(answer)
        case Hypothesis():
            found["heard"] = _heard(answer)
        case TranslatorCapabilities():
            found["able"] = _able(answer)
        case str():
            found["text"] = answer
        case tuple():
            found["voice"], data = _voice(answer)
        case None:
            pass
        case _:
            raise TypeError(f"no answer to work: {type(answer).__name__}")
    return framing.joined(_Answered(id=number, **found), data)


def hello(name: str, capabilities: RecognizerCapabilities, load: int, seconds: float) -> bytes:
    """The message that says what recognises here."""
    return framing.joined(
        _Hello(
            name=name,
            languages=tuple(sorted(capabilities.languages)),
            detects_language=capabilities.detects_language,
            streaming=capabilities.streaming,
            reads_groups=capabilities.reads_groups,
            load=load,
            seconds=seconds,
        )
    )


def read_told(message: bytes) -> Answered | Hello:
    """What a server says. Raises WorkRefused."""
    header, data = framing.split(message, _TOLD)
    if isinstance(header, _Hello):
        capabilities = RecognizerCapabilities(
            frozenset(header.languages),
            detects_language=header.detects_language,
            streaming=header.streaming,
            needs_network=True,
            reads_groups=header.reads_groups,
        )
        return Hello(header.name, capabilities, header.load, header.seconds)
    answer: Any = header.text
    if header.failure is not None:
        answer = framing.error_of(header.failure)
    elif header.heard is not None:
        heard = header.heard.model_dump(exclude={"words"})
        answer = Hypothesis(words=tuple(Word(**word.model_dump()) for word in header.heard.words), **heard)
    elif header.able is not None:
        answer = _translator(header.able)
    elif header.voice is not None:
        answer = _chunks(header.voice, data)
    return Answered(header.id, answer)


def _there(audio: Part | None) -> Part:
    if audio is None:
        raise ValueError("this work has audio")
    return audio


def _heard(heard: Hypothesis) -> _Hypothesis:
    words = tuple(
        _Word(
            text=word.text,
            start=float(word.start),
            end=float(word.end),
            probability=_share(word.probability),
            mark=_share(word.mark),
            is_spaced=word.is_spaced,
        )
        for word in heard.words
    )
    return _Hypothesis(
        language=heard.language,
        words=words,
        no_speech=_share(heard.no_speech),
        log_probability=min(0.0, max(_LEAST, float(heard.log_probability))),
        language_probability=_share(heard.language_probability),
        has_repeated=heard.has_repeated,
        is_trusted=heard.is_trusted,
    )


def _share(value: float) -> float:
    """As it is, but for what rounding did to it."""
    return min(1.0, max(0.0, float(value)))


def _able(able: TranslatorCapabilities) -> _Translator:
    limits = tuple(
        (pair, Failure(code="untranslated", message=message.as_json())) for pair, message in able.limits.items()
    )
    return _Translator(
        pairs=tuple(sorted(able.pairs)),
        forces_prefix=able.forces_prefix,
        hears=tuple(sorted(able.hears)),
        reads=tuple(sorted(able.reads)),
        phrasebook=tuple(sorted(able.phrasebook)),
        limits=limits,
    )


def _translator(able: _Translator) -> TranslatorCapabilities:
    limits: dict[tuple[str, str], Message] = {pair: framing.error_of(limit).message for pair, limit in able.limits}
    return TranslatorCapabilities(
        frozenset(able.pairs),
        forces_prefix=able.forces_prefix,
        needs_network=True,
        hears=frozenset(able.hears),
        reads=frozenset(able.reads),
        phrasebook=frozenset(able.phrasebook),
        limits=limits,
    )


def _voice(chunks: Sequence[SpeechChunk]) -> tuple[_Voice, bytes]:
    rate = chunks[0].sample_rate if chunks else 22_050
    data = b"".join(framing.pcm16(chunk.samples) for chunk in chunks)
    return _Voice(rate=rate, lengths=tuple(len(chunk.samples) for chunk in chunks)), data


def _chunks(voice: _Voice, data: bytes) -> tuple[SpeechChunk, ...]:
    if 2 * sum(voice.lengths) != len(data):
        raise WorkRefused("work-not-understood", field="voice")
    samples = framing.samples_of(data)
    found, start = [], 0
    for length in voice.lengths:
        found.append(SpeechChunk(samples[start : start + length], voice.rate))
        start += length
    return tuple(found)

"""Work for the models and its answers, as messages: what goes to a server, and what workers on other machines read.
Pure.

A message is a header and bytes (`framing.py`): the bytes are PCM16, of the audio that is asked about or of speech.
What comes from elsewhere is checked field by field; errors travel by code, key and parameters.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from desktop.engine.events import Samples, Word
from desktop.engine.message import Message
from desktop.engine.recognition.backends.base import Hypothesis, RecognitionRequest, RecognizerCapabilities
from desktop.engine.recognition.work import Decode
from desktop.engine.remote import framing, headers
from desktop.engine.remote.deltas import Part
from desktop.engine.remote.framing import Failure, WorkRefused
from desktop.engine.requests import Kind, Stage
from desktop.engine.speech.backends.base import SpeechChunk
from desktop.engine.speech.work import Speak
from desktop.engine.translation.backends.base import TranslatorCapabilities
from desktop.engine.translation.work import LoadTranslation, Translate, TranslateSpeech

Work = Decode | LoadTranslation | Translate | TranslateSpeech | Speak


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


def _asked(about: dict[str, Any], work: Work, audio: Part | None) -> headers.Asked:
    match work:
        case Decode(request=request, end=end):
            wanted = headers.Request.model_validate(
                {name: getattr(request, name) for name in headers.Request.model_fields}
            )
            return headers.Decode(**about, audio=_there(audio), request=wanted, end=end)
        case LoadTranslation(source=source, target=target):
            return headers.LoadTranslation(**about, source=source, target=target)
        case Translate():
            fields = {name: getattr(work, name) for name in ("text", "source", "target", "prefix", "is_final")}
            return headers.Translate(**about, **fields)
        case TranslateSpeech(source=source, target=target, transcript=transcript):
            return headers.TranslateSpeech(
                **about, audio=_there(audio), source=source, target=target, transcript=transcript
            )
        case Speak():
            fields = {name: getattr(work, name) for name in ("segment_id", "text", "language", "is_last", "rate")}
            return headers.Speak(**about, **fields)


def read_asked(message: bytes) -> Asked:
    """Raises WorkRefused."""
    header, data = framing.split(message, headers.ANY_ASKED)
    audio: Part | None = None
    work: Callable[[Samples], Work]
    match header:
        case headers.Decode(request=request, end=end):
            stage, audio = Stage.RECOGNITION, header.audio
            wanted = RecognitionRequest(**request.model_dump())
            work = lambda samples: Decode(samples, wanted, end)  # noqa: E731
        case headers.LoadTranslation(source=source, target=target):
            stage, work = Stage.TRANSLATION, lambda _: LoadTranslation(source, target)
        case headers.Translate():
            read = Translate(header.text, header.source, header.target, header.prefix, header.is_final)
            stage, work = Stage.TRANSLATION, lambda _: read
        case headers.TranslateSpeech(source=source, target=target, transcript=transcript):
            stage, audio = Stage.TRANSLATION, header.audio
            work = lambda samples: TranslateSpeech(samples, source, target, transcript)  # noqa: E731
        case headers.Speak():
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
    return framing.joined(headers.Answered(id=number, **found), data)


def hello(name: str, capabilities: RecognizerCapabilities, load: int, seconds: float) -> bytes:
    """The message that says what recognises here."""
    return framing.joined(
        headers.Hello(
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
    header, data = framing.split(message, headers.ANY_TOLD)
    if isinstance(header, headers.Hello):
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


def _heard(heard: Hypothesis) -> headers.Hypothesis:
    words = tuple(
        headers.Word(
            text=word.text,
            start=float(word.start),
            end=float(word.end),
            probability=_share(word.probability),
            mark=_share(word.mark),
            is_spaced=word.is_spaced,
        )
        for word in heard.words
    )
    return headers.Hypothesis(
        language=heard.language,
        words=words,
        no_speech=_share(heard.no_speech),
        log_probability=min(0.0, max(headers.LEAST, float(heard.log_probability))),
        language_probability=_share(heard.language_probability),
        has_repeated=heard.has_repeated,
        is_trusted=heard.is_trusted,
    )


def _share(value: float) -> float:
    """As it is, but for what rounding did to it."""
    return min(1.0, max(0.0, float(value)))


def _able(able: TranslatorCapabilities) -> headers.Translator:
    limits = tuple(
        (pair, Failure(code="untranslated", message=message.as_json())) for pair, message in able.limits.items()
    )
    return headers.Translator(
        pairs=tuple(sorted(able.pairs)),
        forces_prefix=able.forces_prefix,
        hears=tuple(sorted(able.hears)),
        reads=tuple(sorted(able.reads)),
        phrasebook=tuple(sorted(able.phrasebook)),
        limits=limits,
    )


def _translator(able: headers.Translator) -> TranslatorCapabilities:
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


def _voice(chunks: Sequence[SpeechChunk]) -> tuple[headers.Voice, bytes]:
    rate = chunks[0].sample_rate if chunks else 22_050
    data = b"".join(framing.pcm16(chunk.samples) for chunk in chunks)
    return headers.Voice(rate=rate, lengths=tuple(len(chunk.samples) for chunk in chunks)), data


def _chunks(voice: headers.Voice, data: bytes) -> tuple[SpeechChunk, ...]:
    if 2 * sum(voice.lengths) != len(data):
        raise WorkRefused("work-not-understood", field="voice")
    samples = framing.samples_of(data)
    found, start = [], 0
    for length in voice.lengths:
        found.append(SpeechChunk(samples[start : start + length], voice.rate))
        start += length
    return tuple(found)

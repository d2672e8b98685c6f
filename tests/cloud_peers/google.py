"""Google Cloud's three services over gRPC, from the messages that their libraries publish."""

import io
import threading
import wave
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import grpc
import numpy as np
from google.cloud import texttospeech_v1 as tts
from google.cloud import translate_v3 as translate
from google.cloud.speech_v2 import types as speech
from google.protobuf import any_pb2, duration_pb2
from google.rpc import code_pb2, error_details_pb2, status_pb2
from grpc_status import rpc_status

from desktop.engine.cloud.clients.google_languages import of_speech
from tests.cloud_peers.faults import KEY, WAIT, Fault, Plan
from tests.cloud_peers.hearing import VOICE_RATE, Powers, Said, floats
from tests.waiting import let_pass

LARGEST = 25 * 1024
"""bytes of sound in a message"""
_VOICES = {
    "en-US-Chirp3-HD-Kore": "en-US",
    "en-US-Neural2-A": "en-US",
    "es-ES-Chirp3-HD-Kore": "es-ES",
    "nl-NL-Chirp3-HD-Kore": "nl-NL",
}
_TEXTS = {
    Fault.KEY: (grpc.StatusCode.UNAUTHENTICATED, "Request had invalid authentication credentials."),
    Fault.FORBIDDEN: (grpc.StatusCode.PERMISSION_DENIED, "Permission denied on resource project."),
    Fault.QUOTA: (grpc.StatusCode.RESOURCE_EXHAUSTED, "Quota exceeded for limit 'Requests per day'."),
    Fault.BUSY: (grpc.StatusCode.UNAVAILABLE, "The service is currently unavailable."),
    Fault.LENGTH: (grpc.StatusCode.ABORTED, "Max duration of 5 minutes reached for stream."),
    Fault.SIZE: (grpc.StatusCode.INVALID_ARGUMENT, "Audio chunk exceeds the maximum size of 25 KB."),
    Fault.GARBAGE: (grpc.StatusCode.INTERNAL, "Exception deserializing response!"),
}


class GooglePeer:
    """port: where it listens. plan: what it does wrong, may be changed while it runs."""

    def __init__(self, powers: Powers) -> None:
        self.powers = powers
        self.plan = Plan()
        self.configs: list[Any] = []
        """of the streams so far"""
        self.metadata: list[dict[str, str]] = []
        self.glossaries: list[str] = []
        self._ended = threading.Event()
        self._server = grpc.server(ThreadPoolExecutor(16), options=[("grpc.so_reuseport", 0)])
        self._server.add_generic_rpc_handlers(
            (
                grpc.method_handlers_generic_handler(
                    "google.cloud.speech.v2.Speech",
                    {
                        "StreamingRecognize": grpc.stream_stream_rpc_method_handler(
                            self._recognize,
                            speech.StreamingRecognizeRequest.deserialize,
                            speech.StreamingRecognizeResponse.serialize,
                        )
                    },
                ),
                grpc.method_handlers_generic_handler(
                    "google.cloud.translation.v3.TranslationService",
                    {
                        "TranslateText": grpc.unary_unary_rpc_method_handler(
                            self._translate,
                            translate.TranslateTextRequest.deserialize,
                            translate.TranslateTextResponse.serialize,
                        ),
                        "GetSupportedLanguages": grpc.unary_unary_rpc_method_handler(
                            self._languages,
                            translate.GetSupportedLanguagesRequest.deserialize,
                            translate.SupportedLanguages.serialize,
                        ),
                    },
                ),
                grpc.method_handlers_generic_handler(
                    "google.cloud.texttospeech.v1.TextToSpeech",
                    {
                        "ListVoices": grpc.unary_unary_rpc_method_handler(
                            self._list_voices, tts.ListVoicesRequest.deserialize, tts.ListVoicesResponse.serialize
                        ),
                        "SynthesizeSpeech": grpc.unary_unary_rpc_method_handler(
                            self._synthesize,
                            tts.SynthesizeSpeechRequest.deserialize,
                            tts.SynthesizeSpeechResponse.serialize,
                        ),
                        "StreamingSynthesize": grpc.stream_stream_rpc_method_handler(
                            self._stream_voice,
                            tts.StreamingSynthesizeRequest.deserialize,
                            tts.StreamingSynthesizeResponse.serialize,
                        ),
                    },
                ),
            )
        )
        self.port: int = self._server.add_insecure_port("127.0.0.1:0")
        self._server.start()

    def end(self) -> None:
        self._ended.set()
        self._server.stop(0).wait()

    # Recognition.

    def _recognize(self, requests: Iterator[Any], context: Any) -> Iterator[Any]:
        self._admit(context)
        first = next(requests)
        config = first.streaming_config.config
        if not first.recognizer.startswith("projects/") or not first.recognizer.endswith("/recognizers/_"):
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, "Invalid resource field value in the request.")
        decoding = config.explicit_decoding_config
        if decoding.sample_rate_hertz != 16_000 or not config.model or not config.language_codes:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, "Invalid recognition config.")
        self.configs.append(first.streaming_config)
        languages = tuple(code for code in map(of_speech, config.language_codes) if code)
        listening = self.powers.listening(languages)
        for request in requests:
            if len(request.audio) > LARGEST:
                context.abort(*_TEXTS[Fault.SIZE])
            for said in listening.add(floats(request.audio)):
                yield self._response(said)
            if self._goes_wrong(context, listening.seconds):
                return
        for said in listening.finish():
            yield self._response(said)

    def _goes_wrong(self, context: Any, seconds: float) -> bool:
        """True: the stream ends in good order."""
        if self.plan.is_too_long(seconds):
            context.abort(*_TEXTS[Fault.LENGTH])
        fault = self.plan.at(seconds)
        if fault is Fault.HALF_CLOSED:
            return True
        if fault is not None:
            self._do(fault, context)
        return False

    def _response(self, said: Said) -> Any:
        let_pass(self.plan.delay)
        alternative = speech.SpeechRecognitionAlternative(transcript=said.text)
        if said.is_final:
            alternative.confidence = 0.9
            alternative.words = [
                speech.WordInfo(
                    word=word.text,
                    start_offset=_duration(word.start),
                    end_offset=_duration(word.end),
                    confidence=word.probability,
                )
                for word in said.words
            ]
        result = speech.StreamingRecognitionResult(
            alternatives=[alternative],
            is_final=said.is_final,
            stability=0.0 if said.is_final else 0.8,
            result_end_offset=_duration(said.end),
            language_code=f"{said.language}-us" if said.language == "en" else said.language,
        )
        self.powers.told(said.words)
        return speech.StreamingRecognizeResponse(results=[result])

    # Translation.

    def _translate(self, request: Any, context: Any) -> Any:
        self._admit(context)
        source, target = request.source_language_code, request.target_language_code
        text = self.powers.translate(request.contents[0], source, target)
        answer = translate.TranslateTextResponse(translations=[translate.Translation(translated_text=text)])
        if glossary := request.glossary_config.glossary:
            self.glossaries.append(glossary)
            answer.glossary_translations = [translate.Translation(translated_text=f"[glossary] {text}")]
        return answer

    def _languages(self, request: Any, context: Any) -> Any:
        self._admit(context)
        codes = ("en", "es", "nl", "zh-CN", "iw")
        return translate.SupportedLanguages(
            languages=[
                translate.SupportedLanguage(language_code=code, support_source=True, support_target=True)
                for code in codes
            ]
        )

    # Voices.

    def _list_voices(self, request: Any, context: Any) -> Any:
        self._admit(context)
        return tts.ListVoicesResponse(
            voices=[
                tts.Voice(name=name, language_codes=[tag], natural_sample_rate_hertz=VOICE_RATE)
                for name, tag in _VOICES.items()
            ]
        )

    def _synthesize(self, request: Any, context: Any) -> Any:
        self._admit(context)
        data = self._sound(request.input.text, request.voice, request.audio_config.speaking_rate, context)
        file = io.BytesIO()
        with wave.open(file, "wb") as sound:
            sound.setnchannels(1)
            sound.setsampwidth(2)
            sound.setframerate(VOICE_RATE)
            sound.writeframes(data)
        return tts.SynthesizeSpeechResponse(audio_content=file.getvalue())

    def _stream_voice(self, requests: Iterator[Any], context: Any) -> Iterator[Any]:
        self._admit(context)
        config = next(requests).streaming_config
        if "Chirp3-HD" not in config.voice.name:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, "Currently, only Chirp 3: HD voices are supported.")
        for request in requests:
            rate = config.streaming_audio_config.speaking_rate
            data = self._sound(request.input.text, config.voice, rate, context)
            for at in range(0, len(data), 9600):
                if self.plan.at(at / 2 / VOICE_RATE):
                    self._do(self.plan.fault, context)
                yield tts.StreamingSynthesizeResponse(audio_content=data[at : at + 9600])

    def _sound(self, text: str, voice: Any, rate: float, context: Any) -> bytes:
        if voice.name not in _VOICES:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, f"Voice '{voice.name}' does not exist.")
        samples = self.powers.speak(text, of_speech(voice.language_code), rate or 1.0)
        data: bytes = (np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes()
        return data

    # What goes wrong.

    def _admit(self, context: Any) -> None:
        given = {key: value for key, value in context.invocation_metadata() if isinstance(value, str)}
        self.metadata.append(given)
        if given.get("x-goog-api-key") != KEY:
            self._do(Fault.KEY, context)
        if (fault := self.plan.at_once()) is not None:
            self._do(fault, context)
        let_pass(self.plan.delay)

    def _do(self, fault: Fault | None, context: Any) -> None:
        if fault is Fault.SLOW or fault is None or fault is Fault.HALF_CLOSED:
            return
        if fault is Fault.STALL:
            gone = threading.Event()
            context.add_callback(gone.set)
            while not (gone.wait(0.05) or self._ended.is_set()):
                pass
            context.abort(grpc.StatusCode.CANCELLED, "")
        if fault is Fault.RATE:
            detail = any_pb2.Any()
            detail.Pack(error_details_pb2.RetryInfo(retry_delay=duration_pb2.Duration(seconds=WAIT)))
            status = status_pb2.Status(
                code=code_pb2.RESOURCE_EXHAUSTED,
                message="Quota exceeded for limit 'Requests per minute'.",
                details=[detail],
            )
            context.abort_with_status(rpc_status.to_status(status))
        context.abort(*_TEXTS[fault])


def _duration(seconds: float) -> Any:
    return duration_pb2.Duration(seconds=int(seconds), nanos=round(seconds % 1 * 1e9) % 1_000_000_000)


@contextmanager
def google_peer(powers: Powers) -> Iterator[GooglePeer]:
    peer = GooglePeer(powers)
    try:
        yield peer
    finally:
        peer.end()

"""The documents of the server's interfaces, made from what it reads and writes: AsyncAPI for every WebSocket, OpenAPI
for what is asked for by HTTP (`protocols/openai/document.py`)."""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from desktop import __version__
from desktop.engine.remote import headers
from desktop.server.protocols import deepgram_messages as deepgram
from desktop.server.protocols.native import answers as answers
from desktop.server.protocols.native import messages as messages
from desktop.server.protocols.openai import realtime_messages as realtime
from desktop.server.protocols.openai.document import open_api
from desktop.server.protocols.whisper_live import PORT as WHISPER_LIVE
from desktop.server.protocols.whisper_live import Wanted
from desktop.server.running.async_document import Binary, Channel, Event, Said, Server, Text, document

_SAMPLES = "A uint32, little endian, with the length of a JSON header; the header; PCM16 mono, little endian."
_AUDIO = Binary(
    "Audio",
    f"{_SAMPLES} The header is of the schema AudioHeader. Bare, as `start` says, where that has `header: false`.",
    messages.AudioHeader,
)
_SPEECH = Binary("Speech", f"{_SAMPLES} The header is of the schema SpeechHeader.", answers.SpeechHeader)
_SERVERS = {
    "main": Server("127.0.0.1:5026", "Where `parley serve` listens; `wss` at any other address."),
    "whisperLive": Server(f"127.0.0.1:{WHISPER_LIVE}", "The port of WhisperLive's clients (`--whisper-live-port`)."),
}


def _texts(*models: Any) -> tuple[Said, ...]:
    return tuple(Text(one) for one in models)


_SPEAK = Channel(
    "speak",
    "/",
    "Whoever speaks: audio in, captions, translation and speech out. Scope `speak`.",
    (
        *_texts(messages.Hello, messages.SetLanguages, messages.Start, messages.Flush, messages.Stop),
        *_texts(messages.Share, messages.Unshare, messages.Ping),
        _AUDIO,
    ),
    (*_texts(*answers.TEXT), _SPEECH),
)
_FOLLOW = Channel(
    "follow",
    "/follow",
    "Whoever follows a room; the page's cookie names it. Scope `listen`.",
    _texts(messages.Follow, messages.Ping),
    (*_texts(answers.Realtime, answers.Failure, answers.Plain), _SPEECH),
)
_WORK = Channel(
    "work",
    "/work",
    "Work of a session that runs elsewhere, as in the app: windows of audio, texts and sentences to speak, each with a "
    "number that its answer repeats. Every message is binary: a header, and samples where it has some. Scope `speak`.",
    tuple(Binary(header.__name__, f"{_SAMPLES} {said}", header) for header, said in headers.ASKED.items()),
    tuple(Binary(header.__name__, f"{_SAMPLES} {said}", header) for header, said in headers.TOLD.items()),
    prefix="Work",
)
_ITEM = "conversation.item.input_audio_transcription"
_REALTIME = Channel(
    "realtime",
    "/v1/realtime",
    "OpenAI's Realtime interface, transcription sessions (`?intent=transcription`); fields beyond those named here are "
    "OpenAI's. Scope `speak`.",
    (
        Text(realtime.UpdateSession, "How the session is to be."),
        Text(realtime.UpdateBetaSession, "The same, as the beta had it."),
        Text(realtime.Append, "Audio, in base64."),
        Text(realtime.Commit, "What was heard is an item."),
        Text(realtime.Clear, "What was heard so far is of no interest."),
    ),
    (
        Event("session.created", "The first message.", ("event_id", "session")),
        Event("session.updated", "The answer to session.update.", ("event_id", "session")),
        Event("transcription_session.updated", "The same for the beta.", ("event_id", "session")),
        Event("input_audio_buffer.speech_started", "An utterance begins.", ("event_id", "item_id", "audio_start_ms")),
        Event("input_audio_buffer.speech_stopped", "It is over.", ("event_id", "item_id", "audio_end_ms")),
        Event("input_audio_buffer.committed", "It is an item.", ("event_id", "item_id", "previous_item_id")),
        Event("input_audio_buffer.cleared", "The answer to clear.", ("event_id",)),
        Event("conversation.item.added", "The item.", ("event_id", "item", "previous_item_id")),
        Event(f"{_ITEM}.delta", "Committed words, which never change.", ("event_id", "item_id", "delta")),
        Event(f"{_ITEM}.completed", "The words to keep.", ("event_id", "item_id", "transcript", "usage")),
        Event("error", "A message was not understood, or cannot be done.", ("event_id", "error")),
    ),
    prefix="OpenAi",
)
_DEEPGRAM = Channel(
    "deepgram",
    "/v1/listen",
    "Deepgram's live transcription; parameters are in the query, fields beyond those named here are Deepgram's. Scope "
    "`speak`.",
    (
        Text(deepgram.KeepAlive, "The client is still there."),
        Text(deepgram.Finalize, "What was heard so far is to be told."),
        Text(deepgram.CloseStream, "No more audio comes."),
        Text(deepgram.Configure, "Other terms to expect."),
        Binary("Audio", "Samples as `encoding` says, or a stream that says itself what it is."),
    ),
    (
        Event("Results", "What was heard.", ("channel", "is_final", "start", "duration")),
        Event("SpeechStarted", "An utterance begins (`vad_events`).", ("timestamp",)),
        Event("UtteranceEnd", "It is over (`utterance_end_ms`).", ("last_word_end",)),
        Event("Metadata", "The last message, after CloseStream.", ("request_id", "duration")),
        Event("ConfigureSuccess", "The answer to Configure.", ("request_id",)),
        Event("Error", "A message was not understood, or there is no room.", ("variant", "description")),
    ),
    prefix="Deepgram",
)
_WHISPER = Channel(
    "whisperLive",
    "/",
    "WhisperLive's protocol at a port of its own. Scope `speak`.",
    (
        Text(Wanted, "The first message: what is wanted."),
        Binary("Audio", "Float32 samples of 16 kHz, little endian; END_OF_AUDIO is the last message."),
    ),
    (
        Event("SERVER_READY", "Audio may come.", ("uid", "backend"), "message"),
        Event("DISCONNECT", "The server ends.", ("uid",), "message"),
        Event("segments", "The last utterances; those that are over are `completed`.", ("uid", "segments"), ""),
        Event("translated_segments", "The same in the other language.", ("uid", "translated_segments"), ""),
        Event("language", "What is spoken.", ("uid", "language", "language_prob"), ""),
        Event("WAIT", "There is no room; `message` says for how many minutes.", ("uid", "message"), "status"),
        Event("WARNING", "Something the client should know.", ("uid", "message"), "status"),
        Event("ERROR", "A message was not understood.", ("uid", "message"), "status"),
    ),
    prefix="WhisperLive",
    server="whisperLive",
)
CHANNELS = (_SPEAK, _FOLLOW, _WORK, _REALTIME, _DEEPGRAM, _WHISPER)


def async_api() -> dict[str, Any]:
    """AsyncAPI 3.0 of every WebSocket."""
    info = {
        "title": "Parley",
        "version": __version__,
        "description": "Live captions, translation and speech over WebSockets.",
    }
    return document(info, _SERVERS, CHANNELS)


def document_routes() -> list[BaseRoute]:
    """`/asyncapi.json` and `/openapi.json`."""
    documents = async_api(), open_api()

    async def asynchronous(_: Request) -> Response:
        return JSONResponse(documents[0])

    async def plain(_: Request) -> Response:
        return JSONResponse(documents[1])

    return [Route("/asyncapi.json", asynchronous), Route("/openapi.json", plain)]

"""`parley serve` and the clients that others wrote, none of them changed: OpenAI's SDK (REST and Realtime), Deepgram's,
Wyoming's, WhisperLive's, curl. Each hears the words that `parley transcribe` gives."""

import asyncio
import base64
import contextlib
import io
import json
import os
import re
import subprocess
import sys
import wave
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import openai
import pytest
from deepgram import AsyncDeepgramClient
from deepgram.environment import DeepgramClientEnvironment
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed
from wyoming.asr import Transcribe, Transcript
from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.client import AsyncTcpClient
from wyoming.info import Describe, Info
from wyoming.tts import Synthesize, SynthesizeChunk, SynthesizeStart, SynthesizeStop, SynthesizeVoice

from desktop.engine.audio.sources.resample import resampled
from desktop.engine.events import Samples
from desktop.engine.text.compare import normalized_words
from desktop.system.paths import RESOURCES
from tests.command_line import run_parley
from tests.real_models import environment, parley
from tests.serving import Server
from tests.unit.server.audio.recordings import muxed
from tests.waiting import wait_until

NAMES = ("en-08", "en-07", "en-03")
FORMATS = {"mp3": "mp3", "opus": "ogg", "aac": "aac", "flac": "flac", "wav": "wav"}
"""of speech: FFmpeg's name of each"""


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server("--whisper-live-port", "0", "--wyoming-port", "0") as one:
        yield one


@pytest.fixture(scope="module")
def talk(speech: Callable[[str], Samples]) -> Samples:
    """Three sentences with pauses."""
    pause = np.zeros(16_000, np.float32)
    return np.concatenate([piece for name in NAMES for piece in (speech(name), pause)])


@pytest.fixture(scope="module")
def file(talk: Samples, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same as a WAV file."""
    path = tmp_path_factory.mktemp("talk") / "talk.wav"
    with wave.open(str(path), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(16_000)
        sound.writeframes(pcm(talk))
    return path


@pytest.fixture(scope="module")
def said(file: Path) -> list[str]:
    """What `parley transcribe` writes: an utterance a line."""
    done = run_parley(["transcribe", "--model", "starter", "--language", "en", str(file)], os.environ)
    assert not done.returncode, done.stderr
    return done.stdout.splitlines()


@pytest.fixture(scope="module")
def client(server: Server) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(api_key="none", base_url=f"{server.url}v1", max_retries=0) as one:
        yield one


def pcm(samples: Samples) -> bytes:
    return (np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes()


def run(coroutine: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(asyncio.wait_for(coroutine, 120))


def side_port(server: Server, name: str) -> int:
    found = re.search(rf"{name} at port (\d+)", server.said)
    assert found, server.said
    return int(found.group(1))


def words(text: str) -> list[str]:
    return list(normalized_words(text))


# OpenAI, REST.


def test_openai_transcribes_each_format(client: openai.OpenAI, file: Path, said: list[str]) -> None:
    def transcribed(**wanted: Any) -> Any:
        with file.open("rb") as sound:
            return client.audio.transcriptions.create(file=sound, model="whisper-1", language="en", **wanted)

    text = " ".join(said)
    assert transcribed().text == text
    assert transcribed(response_format="text") == text + "\n"
    full = transcribed(response_format="verbose_json", timestamp_granularities=["word", "segment"])
    assert full.text == text
    assert full.language == "english"
    assert [segment.text for segment in full.segments] == said
    assert words(" ".join(word.word for word in full.words)) == words(text)
    assert all(before.end <= after.end for before, after in zip(full.words, full.words[1:], strict=False))
    done = run_parley(
        ["transcribe", "--model", "starter", "--language", "en", "--format", "srt", str(file)], os.environ
    )
    assert transcribed(response_format="srt") == done.stdout
    vtt = transcribed(response_format="vtt")
    assert vtt.startswith("WEBVTT\n")
    assert [line for line in vtt.splitlines() if line in said] == said


def test_openai_streams_a_transcription(client: openai.OpenAI, file: Path, said: list[str]) -> None:
    with file.open("rb") as sound:
        events = list(client.audio.transcriptions.create(file=sound, model="whisper-1", language="en", stream=True))
    deltas = [event.delta for event in events if event.type == "transcript.text.delta"]
    assert len(deltas) == len(said)
    assert "".join(deltas) == " ".join(said)
    assert events[-1].type == "transcript.text.done"
    assert events[-1].text == " ".join(said)


def test_openai_translates(client: openai.OpenAI, speech: Callable[[str], Samples], tmp_path: Path) -> None:
    path = tmp_path / "es.wav"
    with wave.open(str(path), "wb") as sound:
        sound.setparams((1, 2, 16_000, 0, "NONE", ""))
        sound.writeframes(pcm(speech("es-05")))
    with path.open("rb") as file, pytest.warns(DeprecationWarning, match="deprecated"):
        text = client.audio.translations.create(file=file, model="whisper-1").text
    assert {"meeting", "three", "tuesday"} <= set(words(text))


@pytest.mark.parametrize("form", [*FORMATS, "pcm"])
def test_openai_speaks(client: openai.OpenAI, form: Any) -> None:
    import av

    answer = client.audio.speech.create(
        input="Good morning. Thank you.", model="tts-1", voice="alloy", response_format=form
    )
    sound = answer.read()
    if form == "pcm":
        seconds = len(sound) / 2 / 24_000
    else:
        with av.open(io.BytesIO(sound), format=FORMATS[form]) as container:
            frames = list(container.decode(audio=0))
            seconds = sum(frame.samples / frame.sample_rate for frame in frames)
    assert 0.5 < seconds < 10


def test_openai_speaks_in_events_and_at_a_speed(client: openai.OpenAI) -> None:
    def seconds(speed: float) -> float:
        sound = b""
        with client.audio.speech.with_streaming_response.create(
            input="Good morning.", model="tts-1", voice="es", response_format="pcm", speed=speed, stream_format="sse"
        ) as answer:
            events = [json.loads(line[6:]) for line in answer.iter_lines() if line.startswith("data: ")]
        assert events[-1]["type"] == "speech.audio.done"
        for event in events[:-1]:
            sound += base64.b64decode(event["audio"])
        return len(sound) / 2 / 24_000

    assert seconds(2.0) < 0.8 * seconds(1.0)


def test_openai_lists_models_and_reads_errors(client: openai.OpenAI, file: Path) -> None:
    names = [model.id for model in client.models.list()]
    assert client.models.retrieve(names[0]).id == names[0]
    with pytest.raises(openai.NotFoundError):
        client.models.retrieve("gpt-7")
    transcribe = client.audio.transcriptions.create
    with pytest.raises(openai.BadRequestError, match="is not a media file"):
        transcribe(file=("x.wav", b"no sound"), model="whisper-1")
    with pytest.raises(openai.BadRequestError, match="not a language"), file.open("rb") as sound:
        transcribe(file=sound, model="whisper-1", language="klingon")
    with pytest.raises(openai.BadRequestError, match="response_format"), file.open("rb") as sound:
        transcribe(file=sound, model="whisper-1", response_format="docx")  # type: ignore[call-overload]
    with pytest.raises(openai.BadRequestError, match="input"):
        client.audio.speech.create(input="", model="tts-1", voice="alloy")


# OpenAI, Realtime.


INTENT = {"intent": "transcription"}


def realtime_client(server: Server) -> openai.AsyncOpenAI:
    return openai.AsyncOpenAI(api_key="none", websocket_base_url=f"{server.socket_url}v1")


async def realtime(server: Server, talk: Samples, turn_detection: dict[str, Any] | None) -> list[Any]:
    """Everything that the client is told until all is completed."""
    audio = pcm(resampled(talk, 16_000, 24_000))
    wanted = len(NAMES) if turn_detection else 1
    heard: list[Any] = []
    async with realtime_client(server) as client, client.realtime.connect(extra_query=INTENT) as connection:
        created = await connection.recv()
        assert created.type == "session.created"
        await connection.session.update(
            session={
                "type": "transcription",
                "audio": {
                    "input": {
                        "format": {"type": "audio/pcm", "rate": 24_000},
                        "transcription": {"model": "gpt-4o-transcribe", "language": "en"},
                        "turn_detection": turn_detection,  # type: ignore[typeddict-item]
                    }
                },
            }
        )

        async def send() -> None:
            for at in range(0, len(audio), 9_600):
                await connection.input_audio_buffer.append(audio=base64.b64encode(audio[at : at + 9_600]).decode())
            if turn_detection is None:
                await connection.input_audio_buffer.commit()

        sending = asyncio.create_task(send())
        async for event in connection:
            heard.append(event)
            if sum(one.type.endswith("transcription.completed") for one in heard) == wanted:
                break
        await sending
    return heard


def test_openai_realtime_tells_committed_words(server: Server, talk: Samples, said: list[str]) -> None:
    heard = run(realtime(server, talk, {"type": "server_vad"}))
    assert heard[0].type == "session.updated"
    assert heard[0].session.audio.input.transcription.language == "en"
    completed = [one for one in heard if one.type.endswith("transcription.completed")]
    assert [words(one.transcript) for one in completed] == [words(one) for one in said]
    for one in completed:
        deltas = "".join(e.delta for e in heard if e.type.endswith("transcription.delta") and e.item_id == one.item_id)
        assert words(deltas)
    committed = [one for one in heard if one.type == "input_audio_buffer.committed"]
    assert [one.item_id for one in committed] == [one.item_id for one in completed]
    assert [one.previous_item_id for one in committed] == [None, *(one.item_id for one in committed[:-1])]


def test_openai_realtime_without_turns_has_one_item_for_a_commit(
    server: Server, talk: Samples, said: list[str]
) -> None:
    heard = run(realtime(server, talk, None))
    (completed,) = [one for one in heard if one.type.endswith("transcription.completed")]
    assert words(completed.transcript) == words(" ".join(said))
    deltas = "".join(one.delta for one in heard if one.type.endswith("transcription.delta"))
    assert len(words(deltas)) == len(words(completed.transcript))


def test_openai_realtime_says_what_is_wrong_and_goes_on(server: Server) -> None:
    async def ask() -> list[Any]:
        async with realtime_client(server) as client, client.realtime.connect(extra_query=INTENT) as connection:
            await connection.recv()
            answers = []
            for event in (
                {"type": "input_audio_buffer.commit"},
                {"type": "input_audio_buffer.append", "audio": "%%%"},
                {"type": "session.update", "session": {"type": "realtime"}},
                {"type": "response.create"},
                # The beta's way, which LiveKit's agents speak.
                {
                    "type": "transcription_session.update",
                    "session": {
                        "input_audio_format": "g711_ulaw",
                        "input_audio_transcription": {"model": "gpt-4o-transcribe", "language": "es"},
                        "turn_detection": None,
                    },
                },
            ):
                await connection.send(event)  # type: ignore[arg-type]
                answers.append(await connection.recv())
        return answers

    *errors, updated = run(ask())
    assert [one.error.code for one in errors] == [
        "input_audio_buffer_commit_empty",
        "invalid_value",
        "invalid_value",
        "invalid_value",
    ]
    assert updated.type == "transcription_session.updated"
    assert updated.session["input_audio_format"] == "g711_ulaw"


# Deepgram.


@asynccontextmanager
async def deepgram(server: Server) -> AsyncIterator[Any]:
    """The interface for listening."""
    url, socket = server.url.rstrip("/"), server.socket_url.rstrip("/")
    places = DeepgramClientEnvironment(base=url, production=socket, agent=socket, agent_rest=url)
    async with httpx.AsyncClient() as http:
        yield AsyncDeepgramClient(api_key="none", environment=places, httpx_client=http).listen.v1


async def listened(server: Server, audio: bytes, step: int, **wanted: Any) -> list[Any]:
    """Everything that a live client is told."""
    async with (
        deepgram(server) as listen,
        listen.connect(model="nova-3", language="en", **wanted) as connection,
    ):

        async def send() -> None:
            await connection.send_keep_alive()
            for at in range(0, len(audio), step):
                await connection.send_media(audio[at : at + step])
            await connection.send_finalize()
            await connection.send_close_stream()

        sending = asyncio.create_task(send())
        heard = [message async for message in connection]
        await sending
    return heard


def test_deepgram_listens(server: Server, talk: Samples, said: list[str]) -> None:
    heard = run(
        listened(
            server,
            pcm(talk),
            3_200,
            encoding="linear16",
            sample_rate=16_000,
            interim_results=True,
            vad_events=True,
            utterance_end_ms=1000,
        )
    )
    finals = [one for one in heard if one.type == "Results" and one.is_final and one.channel.alternatives[0].transcript]
    assert [words(one.channel.alternatives[0].transcript) for one in finals] == [words(one) for one in said]
    assert any(one.type == "Results" and not one.is_final for one in heard)
    assert any(one.type == "Results" and one.from_finalize for one in heard)
    assert [one.type for one in heard].count("UtteranceEnd") == len(said)
    assert [one.type for one in heard].count("SpeechStarted") == len(said)
    assert heard[-1].type == "Metadata"
    assert heard[-1].duration == pytest.approx(len(talk) / 16_000, abs=0.1)
    for one in finals:
        alternative = one.channel.alternatives[0]
        assert words(" ".join(word.punctuated_word for word in alternative.words)) == words(alternative.transcript)


def test_deepgram_hears_what_a_browser_records(server: Server, talk: Samples, said: list[str]) -> None:
    webm = muxed(resampled(talk, 16_000, 48_000), "webm")
    heard = run(listened(server, webm, 4_000))
    finals = [one for one in heard if one.type == "Results" and one.channel.alternatives[0].transcript]
    assert words(" ".join(one.channel.alternatives[0].transcript for one in finals)) == words(" ".join(said))


def test_deepgram_transcribes_a_file(server: Server, file: Path, said: list[str]) -> None:
    async def ask() -> Any:
        async with deepgram(server) as listen:
            transcribe = listen.media.transcribe_file
            return await transcribe(request=file.read_bytes(), model="nova-3", language="en", utterances=True)

    answer = run(ask())
    assert answer.results.channels[0].alternatives[0].transcript == " ".join(said)
    assert [one.transcript for one in answer.results.utterances] == said


# Wyoming.


async def over_wyoming(server: Server, *events: Any, until: str) -> list[Any]:
    async with AsyncTcpClient("127.0.0.1", side_port(server, "Wyoming")) as client:
        for event in events:
            await client.write_event(event.event())
        heard = []
        while (event := await client.read_event()) is not None:
            heard.append(event)
            if event.type == until:
                break
    return heard


def test_wyoming_describes_itself(server: Server) -> None:
    (event,) = run(over_wyoming(server, Describe(), until="info"))
    info = Info.from_event(event)
    assert "en" in info.asr[0].models[0].languages
    assert {language for voice in info.tts[0].voices for language in voice.languages} >= {"en", "es"}


def test_wyoming_transcribes(server: Server, talk: Samples, said: list[str]) -> None:
    data = pcm(talk)
    chunks = [AudioChunk(16_000, 2, 1, data[at : at + 2_048]) for at in range(0, len(data), 2_048)]
    events = [Transcribe(language="en"), AudioStart(16_000, 2, 1), *chunks, AudioStop()]
    heard = run(over_wyoming(server, *events, until="transcript-stop"))
    assert [event.type for event in heard] == ["transcript-start", "transcript-chunk", "transcript", "transcript-stop"]
    transcript = Transcript.from_event(heard[2])
    assert words(transcript.text) == words(" ".join(said))
    assert transcript.language == "en"


def test_wyoming_speaks(server: Server) -> None:
    voice = SynthesizeVoice(language="en")
    heard = run(over_wyoming(server, Synthesize("Good morning.", voice=voice), until="audio-stop"))
    assert heard[0].type == "audio-start"
    samples = [len(AudioChunk.from_event(event).audio) for event in heard[1:-1]]
    assert sum(samples) > heard[0].data["rate"] // 2


def test_wyoming_speaks_a_text_that_grows(server: Server) -> None:
    pieces = [SynthesizeChunk(text) for text in ("Good mor", "ning. Thank", " you.")]
    whole = Synthesize("Good morning. Thank you.")
    events = [SynthesizeStart(voice=SynthesizeVoice(name="en_US-tiny-x_low")), *pieces, whole, SynthesizeStop()]
    heard = run(over_wyoming(server, *events, until="synthesize-stopped"))
    assert [event.type for event in heard if event.type != "audio-chunk"] == [
        "audio-start",
        "audio-stop",
        "synthesize-stopped",
    ]


# WhisperLive.


def test_whisper_live_hears_and_translates(server: Server, file: Path, said: list[str]) -> None:
    script = Path(__file__).with_name("whisper_live_client.py")
    command = [sys.executable, str(script), str(side_port(server, "WhisperLive")), str(file), "en", "es"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert not done.returncode, done.stderr
    heard = json.loads(done.stdout)
    assert [words(text) for text in heard["committed"]] == [words(text) for text in said]
    assert heard["partial"]
    assert heard["translated"]


# The end of the server.


async def until_closed(url: str, sent: list[str | bytes], heard: list[str]) -> int | None:
    """What a WebSocket client hears until it is closed: the code."""
    async with connect(url, max_size=None) as socket:
        for message in sent:
            await socket.send(message)
        with contextlib.suppress(ConnectionClosed):
            while True:
                heard.append(str(await socket.recv()))
        return socket.close_code


def seconds_heard(server: Server) -> float:
    """Of audio, by the server's metrics."""
    found = re.search(r"^parley_audio_seconds_total (\S+)", server.get("metrics", Accept="text/plain"), re.MULTILINE)
    return float(found.group(1)) if found else 0.0


async def until_gone(port: int, audio: bytes, heard: list[str]) -> int:
    """The same of Wyoming, which has no codes."""
    async with AsyncTcpClient("127.0.0.1", port) as client:
        for event in (Transcribe(language="en"), AudioStart(16_000, 2, 1), AudioChunk(16_000, 2, 1, audio)):
            await client.write_event(event.event())
        while (told := await client.read_event()) is not None:
            heard.append(json.dumps(told.data))
    return 1012


@pytest.mark.parametrize("protocol", ["realtime", "whisper-live", "wyoming"])
def test_when_the_server_ends_the_last_words_are_told(
    protocol: str, speech: Callable[[str], Samples], said: list[str]
) -> None:
    """SIGTERM in the middle of a stream: what was said is told, then it closes with 1012, "service restart"."""
    audio = speech(NAMES[0])
    listening = {"format": {"type": "audio/pcm", "rate": 16_000}, "transcription": {"language": "en"}}
    update = {"type": "session.update", "session": {"type": "transcription", "audio": {"input": listening}}}
    append = {"type": "input_audio_buffer.append", "audio": base64.b64encode(pcm(audio)).decode()}

    async def end(server: Server) -> tuple[int | None, str]:
        heard: list[str] = []
        url = server.socket_url
        if protocol == "wyoming":
            listen = until_gone(side_port(server, "Wyoming"), pcm(audio), heard)
        elif protocol == "whisper-live":
            first = json.dumps({"uid": "u", "language": "en"})
            url = f"ws://127.0.0.1:{side_port(server, 'WhisperLive')}/"
            listen = until_closed(url, [first, audio.astype("<f4").tobytes()], heard)
        else:
            listen = until_closed(f"{url}v1/realtime", [json.dumps(update), json.dumps(append)], heard)
        listening = asyncio.ensure_future(listen)
        assert await asyncio.to_thread(wait_until, lambda: seconds_heard(server) > len(audio) / 16_000 - 0.1)
        server.process.terminate()
        return await listening, " ".join(heard)

    with Server("--whisper-live-port", "0", "--wyoming-port", "0") as server:
        code, heard = run(end(server))
        assert server.process.wait(30) == 0
    assert code == 1012
    assert said[0] in heard


# The real model, once.


@pytest.mark.real_models
def test_a_meeting_of_people_has_the_words_of_the_command_line(tmp_path: Path) -> None:
    recording = RESOURCES / "samples" / "meeting-en.flac"
    done = parley(tmp_path, "transcribe", "--model", "base", "--language", "en", str(recording))
    assert not done.returncode, done.stderr
    with (
        Server(model="base", environment=environment(tmp_path)) as server,
        openai.OpenAI(api_key="none", base_url=f"{server.url}v1", max_retries=0) as client,
        recording.open("rb") as file,
    ):
        heard = client.audio.transcriptions.create(file=file, model="whisper-1", language="en")
    assert heard.text == " ".join(done.stdout.splitlines())
    assert len(words(heard.text)) > 30


# curl.


def test_curl(server: Server, file: Path, said: list[str]) -> None:
    def curl(*arguments: str) -> str:
        return subprocess.run(["curl", "-sS", *arguments], capture_output=True, text=True, timeout=60).stdout

    url = f"{server.url}v1/audio/transcriptions"
    form = ("-F", f"file=@{file}", "-F", "language=en", "-F", "response_format=text")
    assert curl(*form, url) == " ".join(said) + "\n"
    # A body of unknown length.
    assert curl("-H", "Transfer-Encoding: chunked", *form, url) == " ".join(said) + "\n"
    answer = json.loads(
        curl("-H", "Content-Type: audio/wav", "--data-binary", f"@{file}", f"{server.url}v1/listen?language=en")
    )
    assert answer["results"]["channels"][0]["alternatives"][0]["transcript"] == " ".join(said)
    assert "error" in json.loads(curl("-d", "{}", url))

import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path
from time import monotonic

import av
import numpy as np
import pytest

from desktop.engine.audio.sources.file import FRAME, FileSource
from desktop.engine.audio.sources.resample import resampled
from desktop.engine.errors import AudioError, FileUnreadable
from desktop.engine.events import SAMPLE_RATE, AudioFrame
from desktop.messages import text_of
from tests.raising import raises
from tests.signals import Collector, noise, similarity, tone, write_wav
from tests.waiting import let_pass, wait_until

SECONDS = 2.0
FORMATS = [
    ("wav", "pcm_s16le", 48_000, "stereo"),
    ("wav", "pcm_u8", 8_000, "mono"),
    ("wav", "pcm_f32le", 44_100, "5.1"),
    ("flac", "flac", 44_100, "stereo"),
    ("ogg", "libopus", 48_000, "stereo"),
    ("webm", "libopus", 48_000, "mono"),
    ("mp3", "libmp3lame", 44_100, "stereo"),
    ("m4a", "aac", 48_000, "stereo"),
    ("mp4", "aac", 48_000, "stereo"),
    ("mkv", "pcm_s24le", 48_000, "mono"),
]


def encode(path: Path, codec: str, rate: int, layout: str, seconds: float = SECONDS, picture: bool = False) -> Path:
    """The same noise on every channel, in the given format."""
    with av.open(str(path), "w") as container:
        if picture:
            video = container.add_stream("mpeg4", rate=10)
            video.width = video.height = 32
        audio = container.add_stream(codec, rate=rate, layout=layout)
        if picture:
            for _ in range(int(10 * seconds)):
                image = av.VideoFrame.from_ndarray(np.zeros((32, 32, 3), np.uint8), format="rgb24")
                container.mux(video.encode(image))
            container.mux(video.encode(None))
        samples = resampled(noise(seconds, 7), SAMPLE_RATE, rate)
        channels = len(av.AudioLayout(layout).channels)
        frame = av.AudioFrame.from_ndarray(np.repeat(samples[None], channels, axis=0), format="fltp", layout=layout)
        frame.sample_rate = rate
        resampler = av.AudioResampler(format=audio.format, layout=layout, rate=rate, frame_size=1024)
        for piece in (*resampler.resample(frame), *resampler.resample(None)):
            container.mux(audio.encode(piece))
        container.mux(audio.encode(None))
    return path


def read(path: Path) -> Collector:
    source, sink = FileSource(path), Collector()
    source.open(sink)
    assert wait_until(lambda: sink.ends)
    source.close()
    return sink


@pytest.mark.parametrize(("suffix", "codec", "rate", "layout"), FORMATS)
def test_every_format_is_heard_whole(tmp_path: Path, suffix: str, codec: str, rate: int, layout: str) -> None:
    path = encode(tmp_path / f"a b:c.{suffix}", codec, rate, layout, picture=suffix in ("mp4", "mkv"))
    assert FileSource(path).duration == pytest.approx(SECONDS, abs=0.1)
    sink = read(path)
    assert sink.errors == []
    assert sink.seconds == pytest.approx(SECONDS, abs=0.1)
    # At 8 kHz nothing above 4 kHz is left; lossy codecs change noise more than they change speech.
    assert similarity(noise(SECONDS, 7)[: int(1.9 * SAMPLE_RATE)], sink.samples) > 0.9


def test_frames_are_short_in_order_and_gapless(tmp_path: Path) -> None:
    sink = read(write_wav(tmp_path / "a.wav", tone(1.0, 440)))
    assert {len(frame.samples) for frame in sink.frames[:-1]} == {FRAME}
    starts = np.cumsum([0, *(len(frame.samples) for frame in sink.frames[:-1])]) / SAMPLE_RATE
    assert [frame.start for frame in sink.frames] == pytest.approx(starts)
    assert np.max(np.abs(sink.samples - tone(1.0, 440))) < 1e-4
    assert sink.calls[-1] == "ended"
    assert sink.ends == 1


def test_realtime_keeps_to_the_clock(tmp_path: Path) -> None:
    source, sink = FileSource(write_wav(tmp_path / "a.wav", noise(1.5, 3)), realtime=True), Collector()
    began = monotonic()
    source.open(sink)
    assert wait_until(lambda: sink.ends)
    assert monotonic() - began >= 1.5 - 0.01
    ends = np.cumsum([len(frame.samples) for frame in sink.frames]) / SAMPLE_RATE
    # No frame comes before it would have been spoken, and the waits do not add up.
    assert np.all(np.array(sink.times) - began >= ends - 0.001)


def test_close_ends_delivery(tmp_path: Path) -> None:
    source, sink = FileSource(write_wav(tmp_path / "a.wav", noise(5, 3)), realtime=True), Collector()
    source.open(sink)
    assert wait_until(lambda: sink.frames)
    source.close()
    count = len(sink.frames)
    source.close()
    let_pass(0.1)
    assert len(sink.frames) == count
    assert sink.ends == 0


def test_a_sink_may_make_the_file_wait(tmp_path: Path) -> None:
    gate = threading.Semaphore(0)

    class Slow(Collector):
        def frame(self, frame: AudioFrame) -> None:
            gate.acquire()
            super().frame(frame)

    source, sink = FileSource(write_wav(tmp_path / "a.wav", noise(1, 3))), Slow()
    source.open(sink)
    for _ in range(3):
        gate.release()
    assert wait_until(lambda: len(sink.frames) == 3)
    assert sink.ends == 0
    gate.release(1000)
    assert wait_until(lambda: sink.ends)
    assert sink.seconds == pytest.approx(1)


def test_a_source_is_open_once(tmp_path: Path) -> None:
    source = FileSource(write_wav(tmp_path / "a.wav", noise(1, 3)), realtime=True)
    source.open(Collector())
    with raises(AudioError, match="already"):
        source.open(Collector())
    source.close()


def refused(path: Path, match: str) -> None:
    with raises(FileUnreadable, match=match):
        FileSource(path).open(Collector())
    with raises(FileUnreadable, match=match):
        _ = FileSource(path).duration


def test_missing(tmp_path: Path) -> None:
    refused(tmp_path / "no.wav", "does not exist")


def test_folder(tmp_path: Path) -> None:
    refused(tmp_path, "is a folder")


def test_empty(tmp_path: Path) -> None:
    (tmp_path / "a.wav").touch()
    refused(tmp_path / "a.wav", "is empty")


def test_a_name_that_no_file_can_have(tmp_path: Path) -> None:
    refused(tmp_path / ("x" * 300), "cannot be read")
    with raises(FileUnreadable, match="cannot be read"):
        FileSource("a\0b").open(Collector())


@pytest.mark.parametrize("content", [b"hello, this is text\n" * 100, b"\x00" * 5000, bytes(range(256)) * 40])
def test_not_media(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.wav").write_bytes(content)
    refused(tmp_path / "a.wav", "not a media file|no audio track")


def test_a_playlist_opens_nothing_else(tmp_path: Path) -> None:
    playlist = tmp_path / "a.m3u8"
    playlist.write_text("#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\nhttp://127.0.0.1:9/a.ts\n#EXT-X-ENDLIST\n")
    with pytest.raises(FileUnreadable):
        FileSource(playlist).open(Collector())


def test_no_audio_track(tmp_path: Path) -> None:
    path = tmp_path / "silent.mp4"
    with av.open(str(path), "w") as container:
        video = container.add_stream("mpeg4", rate=10)
        video.width = video.height = 32
        for _ in range(5):
            image = av.VideoFrame.from_ndarray(np.zeros((32, 32, 3), np.uint8), format="rgb24")
            container.mux(video.encode(image))
        container.mux(video.encode(None))
    refused(path, "no audio track")


def test_zero_samples(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "a.wav", np.zeros(0, np.float32))
    with raises(FileUnreadable, match="holds no audio"):
        FileSource(path).open(Collector())


def test_no_permission(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "a.wav", tone(0.5, 440))
    path.chmod(0)
    if os.geteuid() != 0:
        refused(path, "may not read")
        return
    # Root may read everything, so somebody else has to try.
    for folder in (tmp_path, *tmp_path.parents):
        if folder.stat().st_uid == os.geteuid() and str(folder).startswith(str(tmp_path.parents[1])):
            folder.chmod(0o755)
    script = (
        "import os, sys; sys.path[:0] = sys.argv[2:]\n"
        "from desktop.engine.audio.sources.file import FileSource\n"
        "from desktop.engine.errors import FileUnreadable\n"
        "os.setgroups([]); os.setgid(65534); os.setuid(65534)\n"
        "try: FileSource(sys.argv[1]).open(None)\n"
        "except FileUnreadable as error: print(error)\n"
    )
    script = script.replace("os.setgroups", "import av, soxr, numpy; os.setgroups")
    done = subprocess.run([sys.executable, "-c", script, str(path), *sys.path], capture_output=True, text=True)
    assert "file-forbidden" in done.stdout, done.stderr


@pytest.mark.parametrize(("suffix", "codec"), [("wav", "pcm_s16le"), ("flac", "flac"), ("mkv", "pcm_s16le")])
def test_truncated_delivers_what_there_is_and_says_so(tmp_path: Path, suffix: str, codec: str) -> None:
    path = encode(tmp_path / f"a.{suffix}", codec, 44_100, "stereo", seconds=6)
    size = path.stat().st_size
    os.truncate(path, size // 2)
    sink = read(path)
    assert 2.0 < sink.seconds < 4.0
    assert similarity(noise(6, 7)[: int(1.9 * SAMPLE_RATE)], sink.samples) > 0.95
    assert [error.code for error in sink.errors] == ["file-unreadable"]
    assert "cut off" in text_of(sink.errors[0])
    assert sink.errors[0].recoverable
    assert sink.calls[-2:] == ["interrupted", "ended"]


def test_truncated_before_its_index_cannot_be_opened(tmp_path: Path) -> None:
    path = encode(tmp_path / "a.mp4", "aac", 48_000, "stereo")
    os.truncate(path, path.stat().st_size // 2)
    refused(path, "not a media file")


def test_damage_in_the_middle_is_skipped_and_reported(tmp_path: Path) -> None:
    path = encode(tmp_path / "a.flac", "flac", 44_100, "stereo", seconds=6)
    data = bytearray(path.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 20_000] = np.random.default_rng(1).bytes(20_000)
    path.write_bytes(data)
    sink = read(path)
    assert sink.seconds > 4.5
    assert len(sink.errors) == 1
    assert sink.calls[-1] == "ended"


def test_samples_that_are_no_numbers_become_silence(tmp_path: Path) -> None:
    path = encode(tmp_path / "a.wav", "pcm_f32le", SAMPLE_RATE, "mono")
    data = bytearray(path.read_bytes())
    data[4000:4400] = np.full(100, np.nan, "<f4").tobytes()
    data[8000:8400] = np.full(100, 1e30, "<f4").tobytes()
    path.write_bytes(data)
    samples = read(path).samples
    assert np.all(np.abs(samples) <= 1)


@pytest.mark.parametrize(("suffix", "arguments"), [("mp3", ("-c:v", "png")), ("ogg", ("-vn", "-c:a", "libvorbis"))])
def test_what_another_program_writes(tmp_path: Path, suffix: str, arguments: tuple[str, ...]) -> None:
    """The MP3 with a picture as its cover."""
    ffmpeg = shutil.which("ffmpeg")
    assert ffmpeg, "install ffmpeg"
    wav = write_wav(tmp_path / "a.wav", noise(SECONDS, 7))
    command = [ffmpeg, "-v", "error", "-i", str(wav), "-f", "lavfi", "-i", "color=c=red:s=32x32:d=0.1"]
    command += ["-map", "0:a", "-map", "1:v", "-frames:v", "1", "-disposition:v", "attached_pic", *arguments]
    subprocess.run([*command, str(tmp_path / f"a.{suffix}")], check=True)
    sink = read(tmp_path / f"a.{suffix}")
    assert sink.seconds == pytest.approx(SECONDS, abs=0.1)
    assert similarity(noise(SECONDS, 7)[: int(1.9 * SAMPLE_RATE)], sink.samples) > 0.9


def ffmpeg(*arguments: str | Path) -> bytes:
    program = shutil.which("ffmpeg")
    assert program, "install ffmpeg"
    command = [program, "-nostdin", "-v", "error", "-y", *map(str, arguments)]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout


def test_a_picture_that_lasts_longer_than_the_sound_cuts_nothing_off(tmp_path: Path) -> None:
    wav = write_wav(tmp_path / "a.wav", noise(SECONDS, 7))
    for suffix in ("mkv", "mp4", "avi", "wmv", "flv", "ts"):
        path, video = tmp_path / f"a.{suffix}", () if suffix == "flv" else ("-c:v", "mpeg2video")
        ffmpeg("-f", "lavfi", "-i", "color=s=64x64:r=25:d=9", "-i", wav, "-ar", "44100", *video, path)
        sink = read(path)
        assert sink.errors == [], suffix
        assert sink.seconds == pytest.approx(SECONDS, abs=0.15), suffix


def test_sizes_that_a_pipe_left_open_promise_nothing(tmp_path: Path) -> None:
    espeak = shutil.which("espeak-ng")
    assert espeak, "install espeak-ng"
    spoken = subprocess.run([espeak, "--stdout", "Good morning, how are you?"], check=True, capture_output=True).stdout
    path = tmp_path / "spoken.wav"
    for size in (None, 0, 0x7FFF_F000, 0x7FFF_FFFF, 0xFFFF_FFFF):  # espeak-ng's own, then SoX's, FFmpeg's and others'
        data = bytearray(spoken)
        if size is not None:
            at = data.index(b"data") + 4
            data[at : at + 4] = size.to_bytes(4, "little")
        path.write_bytes(data)
        sink = read(path)
        assert sink.errors == [], size
        assert sink.seconds > 1


def test_a_length_that_is_only_estimated_promises_nothing(tmp_path: Path) -> None:
    """MP3 of a changing rate, quiet first, without the frame that counts the others; and AAC as it is sent."""
    quiet = np.concatenate((0.001 * noise(2, 1), noise(8, 2)))
    wav = write_wav(tmp_path / "a.wav", quiet[::-1].copy())
    for suffix, options in (("mp3", ("-write_xing", "0", "-q:a", "4")), ("aac", ())):
        path = tmp_path / f"a.{suffix}"
        ffmpeg("-i", wav, *options, path)
        sink = read(path)
        assert sink.errors == [], suffix
        assert sink.seconds == pytest.approx(10, abs=0.2)


@pytest.mark.parametrize(
    "suffix", ["mkv", "webm", "mp3", "ogg", "opus", "aiff", "au", "caf", "w64", "wv", "tta", "avi"]
)
def test_each_format_that_promises_its_end_tells_a_cut(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a.{suffix}"
    ffmpeg("-i", write_wav(tmp_path / "plain.wav", noise(6, 7)), path)
    os.truncate(path, path.stat().st_size * 2 // 3)
    sink = read(path)
    assert 2.9 < sink.seconds < 4.7
    assert [text_of(error) for error in sink.errors if "cut off" in text_of(error)], suffix


def test_an_mp4_with_its_index_in_front_tells_a_cut(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    ffmpeg("-i", write_wav(tmp_path / "plain.wav", noise(6, 7)), "-movflags", "+faststart", path)
    os.truncate(path, path.stat().st_size * 2 // 3)
    assert "cut off" in text_of(read(path).errors[0])


def two_tracks(tmp_path: Path) -> Path:
    for number in (1, 2):
        write_wav(tmp_path / f"{number}.wav", noise(1, number))
    path = tmp_path / "two.mkv"
    inputs = ("-i", tmp_path / "1.wav", "-i", tmp_path / "2.wav", "-map", "0", "-map", "1")
    names = ("-metadata:s:a:0", "language=eng", "-metadata:s:a:1", "language=spa", "-metadata:s:a:1", "title=Comments")
    ffmpeg(*inputs, *names, path)
    return path


def test_one_of_several_tracks_can_be_chosen(tmp_path: Path) -> None:
    path = two_tracks(tmp_path)
    for number in (1, 2):
        source, sink = FileSource(path, track=number), Collector()
        assert [(one.number, one.language, one.title) for one in source.tracks] == [
            (1, "eng", ""),
            (2, "spa", "Comments"),
        ]
        assert source.track == number
        source.open(sink)
        assert wait_until(lambda: sink.ends)  # noqa: B023
        source.close()
        assert similarity(noise(1, number)[:12_000], sink.samples) > 0.9
    with raises(FileUnreadable, match=r"has no sound track 3, only 2"):
        FileSource(path, track=3).open(Collector())


@pytest.mark.parametrize("suffix", ["ts", "aac", "mp3", "flac", "opus", "ogg"])
def test_a_format_that_changes_in_the_middle_is_heard_through(tmp_path: Path, suffix: str) -> None:
    """Files one after another, as radio stations send them: other rates, other channels (not in Vorbis and FLAC, of
    which FFmpeg does not read that)."""
    parts = []
    for number, (rate, channels) in enumerate([(16_000, 1), (44_100, 2), (48_000, 1)]):
        wav, part = write_wav(tmp_path / f"{number}.wav", noise(1, number)), tmp_path / f"{number}.{suffix}"
        form = () if suffix in ("ogg", "flac", "opus") else ("-ar", str(rate), "-ac", str(channels))
        ffmpeg("-i", wav, *form, part)
        parts.append(part.read_bytes())
    (tmp_path / f"chain.{suffix}").write_bytes(b"".join(parts))
    sink = read(tmp_path / f"chain.{suffix}")
    assert sink.errors == []
    assert sink.seconds == pytest.approx(3, abs=0.25)
    for number in range(3):
        assert similarity(noise(1, number)[1600:12_000], sink.samples) > 0.85, number


def test_a_fifo_is_read_like_a_file(tmp_path: Path) -> None:
    fifo, whole = tmp_path / "pipe", encode(tmp_path / "a.mp4", "aac", 48_000, "stereo")
    os.mkfifo(fifo)
    source, sink = FileSource(fifo), Collector()
    assert source.duration is None  # asking waits for nobody
    writer = threading.Thread(target=lambda: fifo.write_bytes(whole.read_bytes()))
    writer.start()
    source.open(sink)
    writer.join()
    assert wait_until(lambda: sink.ends)
    assert source.duration == pytest.approx(SECONDS, abs=0.1)
    assert similarity(noise(SECONDS, 7)[:16_000], sink.samples) > 0.9


def test_a_pipe_that_nobody_ends_can_be_left(tmp_path: Path) -> None:
    """`end_early` keeps what has come; without a writer there is nothing, which is said."""
    fifo, content = tmp_path / "pipe", write_wav(tmp_path / "a.wav", noise(1, 3)).read_bytes()
    os.mkfifo(fifo)
    for has_writer in (True, False):
        source, sink, outcome = FileSource(fifo), Collector(), list[object]()

        def run(source: FileSource = source, sink: Collector = sink, outcome: list[object] = outcome) -> None:
            try:
                source.open(sink)
            except FileUnreadable as error:
                outcome.append(text_of(error))
            outcome.append("done")

        reader = threading.Thread(target=run)
        reader.start()
        writing = -1
        if has_writer:
            writing = os.open(fifo, os.O_WRONLY)
            os.write(writing, content)
        let_pass(0.3)
        assert source.end_early()
        reader.join(5)
        if has_writer:
            os.close(writing)
            assert wait_until(lambda: sink.ends)  # noqa: B023
            assert sink.seconds == pytest.approx(1)
        else:
            assert outcome == [f"{fifo} is empty; choose another file.", "done"]
        source.close()


@pytest.mark.parametrize(
    ("name", "codec", "heard"),
    [
        ("wav", "pcm_s16le", 2.0),
        ("ogg", "libopus", 1.5),
        ("mka", "pcm_s24le", 2.0),
        ("mp3", "libmp3lame", 1.5),
        ("ts", "aac", 1.5),
    ],
)
def test_a_pipe_is_heard_while_it_comes(tmp_path: Path, name: str, codec: str, heard: float) -> None:
    """In real time, as `listen` does: before its writer has ended. What comes later is heard later."""
    fifo, whole = tmp_path / "pipe", encode(tmp_path / f"a.{name}", codec, 48_000, "mono", 6.0)
    os.mkfifo(fifo)
    source, sink = FileSource(fifo, realtime=True), Collector()
    content = whole.read_bytes()
    opening = threading.Thread(target=lambda: source.open(sink))
    opening.start()
    writing = os.open(fifo, os.O_WRONLY)
    os.write(writing, content[: len(content) // 2])
    assert wait_until(lambda: sink.seconds >= heard, 20), sink.seconds
    assert sink.ends == 0
    writer = threading.Thread(target=lambda: (os.write(writing, content[len(content) // 2 :]), os.close(writing)))
    writer.start()
    writer.join()
    opening.join(5)
    assert wait_until(lambda: sink.ends, 20)
    assert sink.errors == []
    assert sink.seconds == pytest.approx(6.0, abs=0.2)
    assert similarity(noise(6.0, 7)[40_000:56_000], sink.samples) > 0.9
    source.close()


def test_a_pipe_whose_index_is_at_its_end_is_heard_when_all_has_come(tmp_path: Path) -> None:
    fifo, whole = tmp_path / "pipe", encode(tmp_path / "a.mp4", "aac", 48_000, "stereo")
    os.mkfifo(fifo)
    source, sink = FileSource(fifo, realtime=True), Collector()
    writer = threading.Thread(target=lambda: fifo.write_bytes(whole.read_bytes()))
    writer.start()
    source.open(sink)
    writer.join()
    assert wait_until(lambda: sink.ends, 20)
    assert (sink.errors, sink.seconds) == ([], pytest.approx(SECONDS, abs=0.1))


def test_a_pipe_that_is_being_heard_can_be_left(tmp_path: Path) -> None:
    fifo, content = tmp_path / "pipe", write_wav(tmp_path / "a.wav", noise(3, 3)).read_bytes()
    os.mkfifo(fifo)
    source, sink = FileSource(fifo, realtime=True), Collector()
    opening = threading.Thread(target=lambda: source.open(sink))
    opening.start()
    writing = os.open(fifo, os.O_WRONLY)
    os.write(writing, content[:-10_000])  # FFmpeg looks through 64 kB of a WAV file first
    assert wait_until(lambda: sink.seconds > 0.5, 10)
    opening.join(5)
    assert not source.end_early()  # it is stopped like a microphone
    source.close()
    assert source._thread is None
    os.close(writing)


def test_names_that_look_like_something_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    (tmp_path / "home").mkdir()
    for name in ("~no such user.wav", "~", "[red]x[/red].wav", "a:b.wav", "%d.wav", "-x.wav", "~/there.wav"):
        if "/" not in name or name.startswith("["):
            folder = tmp_path / Path(name).parent
            folder.mkdir(exist_ok=True)
            write_wav(tmp_path / name, noise(0.2, 1))
        else:
            write_wav(tmp_path / "home" / "there.wav", noise(0.2, 1))
        assert read(Path(name)).seconds == pytest.approx(0.2), name
    refused(Path("~nobody has this name/x.wav"), "does not exist")


def test_sound_that_starts_late_in_an_avi_is_late(tmp_path: Path) -> None:
    """Its index has empty chunks for the frames before, which FFmpeg leaves out."""
    wav, path = write_wav(tmp_path / "a.wav", noise(SECONDS, 7)), tmp_path / "late.avi"
    picture = ("-f", "lavfi", "-i", "color=s=64x64:r=25:d=9")
    ffmpeg(*picture, "-itsoffset", "4", "-i", wav, "-c:v", "mpeg4", "-c:a", "libmp3lame", "-ar", "48000", path)
    sink = read(path)
    assert sink.errors == []
    assert sink.seconds == pytest.approx(SECONDS + 4, abs=0.1)
    assert not sink.samples[8000 : int(3.9 * SAMPLE_RATE)].any()
    assert similarity(noise(SECONDS, 7)[3200:16_000], sink.samples[int(3.9 * SAMPLE_RATE) :]) > 0.9

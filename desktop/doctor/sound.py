"""Is sound heard, and can it be played? Opens the devices that the settings name. On the examination's thread; sources
deliver on threads of their own."""

import sys
from dataclasses import dataclass, field
from threading import Event
from time import monotonic

import numpy as np

from desktop.doctor.findings import CheckResult, Health, ok, skipped
from desktop.engine.audio.sources.base import Source
from desktop.engine.audio.sources.choose import source_for
from desktop.engine.errors import AudioError, EngineError
from desktop.engine.events import SAMPLE_RATE, AudioFrame, Samples, SpeechAudio
from desktop.engine.hearing.level import peak, rms
from desktop.messages import text_of
from desktop.settings.declaration import Settings

LISTEN = 1.0
"""seconds a microphone is listened to"""
PATIENCE = 3.0
"""seconds after which nothing more is expected"""
FAINT = -70.0
"""dBFS below which a microphone hears next to nothing"""
TONE = 880.0
"""Hz"""
TONE_SECONDS = 0.5
TONE_LEVEL = 0.02
"""amplitude: quiet, -34 dBFS"""
_TONE_RATE = 48_000
_CLIPPED = 0.999
_CLIPPED_SHARE = 0.001


@dataclass
class RecordingSink:
    """A FrameSink that records a fixed number of seconds."""

    wanted: int
    """samples"""
    enough: Event = field(default_factory=Event)
    first: Event = field(default_factory=Event)
    heard: list[Samples] = field(default_factory=list)
    count: int = 0
    error: EngineError | None = None

    def frame(self, frame: AudioFrame) -> None:
        if not self.enough.is_set():
            self.heard.append(frame.samples)
            self.count += len(frame.samples)
            self.first.set()
            if self.count >= self.wanted:
                self.enough.set()

    def ended(self) -> None:
        self.enough.set()

    def interrupted(self, error: EngineError) -> None:
        self.error = error
        self.enough.set()

    def resumed(self) -> None:
        pass

    @property
    def samples(self) -> Samples:
        return np.concatenate(self.heard) if self.heard else np.zeros(0, np.float32)


def microphone(settings: Settings, cancelled: Event) -> CheckResult:
    """The microphone of the settings, or the default one where the settings name another kind of source."""
    chosen = settings.audio.source
    source = source_for(chosen if chosen.startswith("microphone:") else "microphone:")
    ear = RecordingSink(round(LISTEN * SAMPLE_RATE))
    try:
        source.open(ear)
    except AudioError as error:
        return CheckResult(Health.PROBLEM, text_of(error), private=(chosen.partition(":")[2],))
    try:
        _wait(ear.enough, cancelled, PATIENCE)
    finally:
        source.close()
    verdict = judge_microphone(ear.samples, source.label)
    command = "pactl set-source-mute @DEFAULT_SOURCE@ 0" if sys.platform == "linux" else ""
    if verdict.health is Health.PROBLEM and len(ear.samples) and not chosen.removeprefix("microphone:"):
        return CheckResult(verdict.health, verdict.sentence, verdict.fix, command, verdict.private)
    return verdict


def judge_microphone(samples: Samples, label: str) -> CheckResult:
    """What about LISTEN seconds of a microphone say about it. Pure."""
    private = (label,)
    if not len(samples):
        fix = "Connect it again, or choose another one under Listen to."
        return CheckResult(Health.PROBLEM, f"{label} delivers no sound.", fix, private=private)
    if not np.any(samples):
        sentence = f"{label} delivers silence only: it is muted, in the system or by a switch of its own."
        return CheckResult(Health.PROBLEM, sentence, "Unmute it in the sound settings of your system.", private=private)
    if np.mean(np.abs(samples) >= _CLIPPED) >= _CLIPPED_SHARE:
        sentence = f"{label} is too loud: the sound is clipped, and words are lost in it."
        return CheckResult(Health.WARNING, sentence, "Turn its level down in the sound settings.", private=private)
    level = rms(samples)
    if level < FAINT:
        sentence = f"{label} hears next to nothing ({level:.0f} dB)."
        fix = "Turn its level up in the sound settings, or speak while this is looked at."
        return CheckResult(Health.WARNING, sentence, fix, private=private)
    if len(samples) < 0.8 * LISTEN * SAMPLE_RATE:
        sentence = f"{label} delivers sound with gaps."
        fix = "Close programs that keep the machine busy, or connect it without a hub or radio."
        return CheckResult(Health.WARNING, sentence, fix, private=private)
    return ok(f"{label} works: {level:.0f} dB on average, {peak(samples):.0f} dB at the loudest.", *private)


def loopback(settings: Settings, cancelled: Event) -> CheckResult:
    """What the computer plays: is there something that lets Parley hear it?"""
    chosen = settings.audio.source
    source = source_for(chosen if chosen.startswith("loopback:") else "loopback:")
    ear = RecordingSink(SAMPLE_RATE // 5)
    try:
        source.open(ear)
    except AudioError as error:
        is_wanted = chosen.startswith("loopback:")
        health = Health.PROBLEM if is_wanted else Health.WARNING
        return CheckResult(health, text_of(error), private=(chosen.partition(":")[2],))
    try:
        _wait(ear.enough, cancelled, PATIENCE)
    finally:
        source.close()
    if not ear.count:
        fix = "Play something and look again; if it stays so, choose another output in the sound settings."
        return CheckResult(Health.WARNING, f"{source.label} delivers no sound.", fix, private=(source.label,))
    return ok(f"Parley can hear {source.label}.", source.label)


def tone() -> Samples:
    """A quiet tone that fades in and out, shape (n,), at 48 kHz."""
    count = round(TONE_SECONDS * _TONE_RATE)
    wave = TONE_LEVEL * np.sin(2 * np.pi * TONE * np.arange(count) / _TONE_RATE)
    fade = np.minimum(1.0, np.minimum(np.arange(count), np.arange(count)[::-1]) / (0.02 * _TONE_RATE))
    return np.asarray(wave * fade, np.float32)


def hears_tone(samples: Samples) -> bool:
    """Whether the tone is in these 16 kHz samples: in some fifth of a second it is a tenth of all the sound, and loud
    enough to be ours. By correlation with sine and cosine (Goertzel 1958 gives the same number). Pure."""
    block = SAMPLE_RATE // 5
    turn = np.exp(-2j * np.pi * TONE * np.arange(block) / SAMPLE_RATE)
    for at in range(0, len(samples) - block + 1, block // 4):
        part = samples[at : at + block].astype(np.float64)
        power = float(np.mean(part**2))
        of_tone = 2 * abs(complex(np.dot(part, turn)) / block) ** 2
        if of_tone > (TONE_LEVEL / 20) ** 2 / 2 and of_tone > 0.1 * power:
            return True
    return False


def output(settings: Settings, cancelled: Event) -> CheckResult:
    """Plays a short quiet tone on the output of the voice and listens whether it comes out, where that can be heard."""
    from desktop.engine.audio.playback.speaker import Speaker

    chosen = settings.speech.output
    name = chosen.partition(":")[2]
    ear = RecordingSink(round(PATIENCE * SAMPLE_RATE))
    failures: list[EngineError] = []
    played, ended = Event(), Event()

    def playing(is_playing: bool) -> None:
        (played if is_playing else ended).set()

    def failed(error: EngineError) -> None:
        failures.append(error)
        ended.set()

    speaker = Speaker(chosen, playing, failed)
    try:
        speaker.open()
    except AudioError as error:
        health = Health.PROBLEM if settings.speech.enabled else Health.WARNING
        return CheckResult(health, text_of(error), private=(name,))
    listener = _monitor(name, ear)
    try:
        speaker.volume = 1.0
        speaker.play(SpeechAudio(-1, tone(), _TONE_RATE, "", True))
        _wait(ended, cancelled, PATIENCE)
        heard_until = ear.count + SAMPLE_RATE // 4  # what is on its way through the server
        until = monotonic() + 1.0
        while listener is not None and ear.count < heard_until and monotonic() < until and not cancelled.is_set():
            ear.enough.wait(0.02)
    finally:
        speaker.close()
        if listener is not None:
            listener.close()
    if cancelled.is_set():
        return skipped("This was stopped.")
    if failures:
        return CheckResult(Health.PROBLEM, text_of(failures[0]), private=(name,))
    if not played.is_set():
        fix = "Choose another output in the settings under Voice."
        return CheckResult(Health.PROBLEM, "The output takes no sound.", fix)
    if listener is None:
        return ok("A short tone was played; you should have heard it.")
    if hears_tone(ear.samples):
        return ok("A short tone was played, and it was heard coming out.")
    fix = "Unmute the output, or turn it up, in the sound settings of your system."
    command = "pactl set-sink-mute @DEFAULT_SINK@ 0" if sys.platform == "linux" and not name else ""
    return CheckResult(
        Health.WARNING, "A short tone was played, but nothing came out: the output is muted.", fix, command
    )


def _monitor(output_name: str, ear: RecordingSink) -> Source | None:
    """A loopback of that output, listening; None where there is none."""
    try:
        source = source_for(f"loopback:{output_name}")
        source.open(ear)
    except AudioError:
        return None
    return source


def _wait(event: Event, cancelled: Event, seconds: float) -> None:
    """Until the event, a cancellation, or so many seconds have passed."""
    until = monotonic() + seconds
    while not event.wait(0.05) and monotonic() < until and not cancelled.is_set():
        pass

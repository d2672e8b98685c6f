"""What Parley adds to a cloud engine's answer, how soon another engine takes over, and how late translated speech is:
measured with the real engine, in real time. Run by hand: python -m tests.cloud_peers.figures [answers|takeovers|speech]
"""

import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from desktop.bench.live.harness import Rig, decoded
from desktop.bench.live.silent_output import SilentOutput
from desktop.engine.audio.sources.resample import resampled
from desktop.engine.cloud.catalogue import ENGINES
from desktop.engine.events import Event, Samples, SpeechAudio, TranscriptUpdate, TranslationUpdate, Word
from desktop.engine.live.backends import Backends
from desktop.engine.speech.backends.espeak import EspeakSynthesizer
from desktop.engine.text.compare import normalized_words
from desktop.settings.declaration import Settings
from desktop.settings.store import changed
from desktop.system.paths import RESOURCES
from tests.cloud_peers.engines import STREAMS, SYNTHESIZERS, TRANSLATORS, Engine
from tests.cloud_peers.faults import KEY, Fault
from tests.cloud_peers.hearing import Powers, beep
from tests.cloud_peers.known import KnownEar
from tests.cloud_peers.relay import Relay, relayed
from tests.waiting import let_pass

TEST = RESOURCES / "starter" / "test"
SENTENCES = 8


def recording() -> tuple[Samples, list[Word]]:
    entry = next(one for one in json.loads((TEST / "manifest.json").read_text()) if one["file"] == "stream-en.flac")
    sentences = entry["sentences"][:SENTENCES]
    words = [Word(one["word"], one["start"], one["end"], 0.9) for part in sentences for one in part["words"]]
    end = round((sentences[-1]["end"] + 0.3) * 16_000)
    return decoded(TEST / "stream-en.flac")[:end], words


def settings_for(engine: Engine, port: int, **more: object) -> Settings:
    return changed(
        Settings(),
        {
            "recognition.model": "starter",
            "recognition.language": "en",
            f"cloud.{engine.stage}": (engine.key,),
            f"cloud.{engine.key}_endpoint": engine.address.format(port=port),
            "cloud.daily_cap": 100.0,
            "cloud.google_project": "p",
            **more,
        },
    )


class Watched:
    """What happened when, of an engine that listens."""

    def __init__(self, rig: Rig) -> None:
        self.rig = rig
        self.events: list[tuple[float, Event]] = []
        rig.engine.subscribe(lambda event: self.events.append((time.monotonic(), event)))

    def say(self, samples: Samples) -> float:
        """Returns when it began."""
        feeder = self.rig._feeder
        assert feeder is not None
        began = feeder.began + feeder.add(samples)
        let_pass(len(samples) / 16_000)
        self.rig.wait_quiet()
        return began

    @property
    def transcripts(self) -> list[tuple[float, TranscriptUpdate]]:
        return [(at, one) for at, one in self.events if isinstance(one, TranscriptUpdate)]


def percentiles(values: list[float]) -> str:
    found = sorted(values)
    if not found:
        return "nothing"
    half, most = (1000 * found[min(len(found) - 1, int(part * len(found)))] for part in (0.5, 0.95))
    return f"{len(found)} values: p50 {half:.0f}, p95 {most:.0f}, most {found[-1] * 1000:.0f} ms"


def answers() -> None:
    """From when the peer knew a word until it was shown."""
    samples, words = recording()
    for key, engine in STREAMS.items():
        ear = KnownEar(samples, words)
        with engine.peer(Powers(ear, step=0.1, pause=0.3, told=ear.tell)) as peer:
            peer.plan.delay = float(os.environ.get("DELAY", "0")) if key == "deepgram" else 0.0
            rig = Rig(settings_for(engine, peer.port), None)
            with rig:
                watched = Watched(rig)
                began = watched.say(samples)
        shown: dict[int, float] = {}
        committed: dict[int, float] = {}
        said = 0
        """words of the utterances that are over"""
        for at, update in watched.transcripts:
            settled = len(update.committed.split())
            for number, word in enumerate(_text(update).split(), said):
                if number < len(words) and normalized_words(word) == normalized_words(words[number].text):
                    shown.setdefault(number, at)
                    if number < said + settled:
                        committed.setdefault(number, at)
            said += len(_text(update).split()) if update.is_final else 0
        added = [max(0.0, shown[n] - told.at) for n, told in ear.told.items() if n in shown]
        spoken = [shown[n] - began - words[n].end for n in shown]
        kept = [committed[n] - began - words[n].end for n in committed]
        print(f"{key}: added to an answer: {percentiles(added)}")
        print(f"{key}: shown after it was spoken: {percentiles(spoken)}; committed: {percentiles(kept)}")


def _quota(peer: Any, relay: Relay) -> None:
    peer.plan.fault, peer.plan.after = Fault.QUOTA, 0.1


def _refuse(peer: Any, relay: Relay) -> None:
    relay.refuse()
    relay.cut()


def _garble(peer: Any, relay: Relay) -> None:
    relay.is_garbled = True


FAULTS = {
    "disconnect": lambda peer, relay: relay.cut(),
    "refused": _refuse,
    "stall": lambda peer, relay: relay.stall(),
    "garbage": _garble,
    "quota": _quota,
}


def takeovers() -> None:
    """From a fault in mid-utterance until the next words, by whichever engine."""
    samples, words = recording()
    everything: list[float] = []
    chance = random.Random(5)
    for key, engine in STREAMS.items():
        for name, fault in FAULTS.items():
            delays, lost, doubled = [], 0, 0
            for _ in range(int(os.environ.get("RUNS", "2"))):
                ear = KnownEar(samples, words)
                with engine.peer(Powers(ear, step=0.2, pause=0.3)) as peer, relayed(peer.port) as relay:
                    rig = Rig(settings_for(engine, relay.port), None)
                    with rig:
                        watched = Watched(rig)
                        feeder = rig._feeder
                        assert feeder is not None
                        began = feeder.began + feeder.add(samples)
                        at = began + 3.0 + chance.uniform(0, 6)
                        let_pass(at - time.monotonic())
                        fault(peer, relay)
                        failed = time.monotonic()
                        let_pass(began + len(samples) / 16_000 - time.monotonic())
                        rig.wait_quiet()
                delays.append(_until_next_word(watched, failed, [began + word.end for word in words]))
                finals = [one.final_text for _, one in watched.transcripts if one.is_final]
                import jiwer

                said = " ".join(normalized_words(" ".join(word.text for word in words)))
                errors = jiwer.process_words(said, " ".join(normalized_words(" ".join(finals))))
                lost, doubled = lost + errors.deletions, doubled + errors.insertions
            everything += delays
            print(f"{key} {name}: {percentiles(delays)}; lost {lost}, doubled {doubled}", flush=True)
    print(f"all: {percentiles(everything)}")


def _until_next_word(watched: Watched, failed: float, ends: list[float]) -> float:
    """Seconds from a fault, or from when the next word was over, until that is shown. ends: of the words."""
    shown, said = 0, 0
    for at, update in watched.transcripts:
        count = said + len(_text(update).split())
        if at <= failed:
            shown = max(shown, count)
        elif count > shown:
            return at - max(failed, ends[min(shown, len(ends) - 1)])
        said = count if update.is_final else said
    return 99.0


def _text(update: TranscriptUpdate) -> str:
    return f"{update.committed} {update.unconfirmed}".strip()


# Dutch speech to English sound.

DUTCH = (
    ("Waar is het station?", "Where is the station?"),
    ("De trein naar Amsterdam heeft vertraging.", "The train to Amsterdam is late."),
    ("Ik zou graag een kop koffie willen.", "I would like a cup of coffee."),
    ("Kunt u mij morgen om negen uur bellen?", "Can you call me at nine tomorrow?"),
    ("De vergadering is verplaatst naar de middag.", "The meeting has been moved to the afternoon."),
    ("Mijn zus woont in een klein dorp.", "My sister lives in a small village."),
)
HEARS, TRANSLATES, SPEAKS = 0.3, 0.15, 0.2
"""seconds that the peers take for an answer"""


def speech() -> None:
    """From the end of a Dutch sentence until the first sound of it in English; and the same to text."""
    voice = EspeakSynthesizer()
    voice.load("nl", "", lambda _: None)
    parts, words, ends, at = [], [], [], 0.5
    parts.append(np.zeros(8000, np.float32))
    for text, _ in DUTCH:
        chunks = list(voice.synthesize(text, "nl"))
        sound = resampled(np.concatenate([one.samples for one in chunks]), chunks[0].sample_rate, 16_000)
        loud = np.flatnonzero(np.abs(sound) > 0.02)
        sound = sound[: loud[-1] + 1]
        texts = text.split()
        each = len(sound) / 16_000 / sum(map(len, texts))
        begin = at
        for one in texts:
            words.append(Word(one, begin, begin + each * len(one), 0.9))
            begin += each * len(one)
        ends.append(at + len(sound) / 16_000)
        pause = np.zeros(40_000, np.float32)
        parts += [sound, pause]
        at += (len(sound) + len(pause)) / 16_000
    samples = np.concatenate(parts)
    known = dict(DUTCH)

    def translated(text: str, source: str, target: str) -> str:
        let_pass(TRANSLATES)
        return known.get(text, f"So far: {text}")

    def spoken(text: str, language: str, rate: float) -> Samples:
        let_pass(SPEAKS)
        return beep(text, language, rate)

    hears, translates, speaks = STREAMS["deepgram"], TRANSLATORS["deepl"], SYNTHESIZERS["openai"]
    powers = Powers(KnownEar(samples, words, "nl", slack=0.3), translated, spoken, step=0.2, pause=0.3)
    with hears.peer(powers) as ear, translates.peer(powers) as translator, speaks.peer(powers) as mouth:
        ear.plan.delay = HEARS
        settings = settings_for(
            hears,
            ear.port,
            **{
                "recognition.language": "nl",
                "translation.target": "en",
                "speech.enabled": True,
                "cloud.translation": ("deepl",),
                "cloud.speech": ("openai",),
                "cloud.deepl_endpoint": translates.address.format(port=translator.port),
                "cloud.openai_endpoint": speaks.address.format(port=mouth.port),
            },
        )
        with Rig(settings, None, Backends(output=lambda *_: SilentOutput())) as rig:
            watched = Watched(rig)
            began = watched.say(samples)
    sounds: dict[int, float] = {}
    texts_: dict[int, float] = {}
    heard: dict[int, float] = {}
    for at_, event in watched.events:
        if isinstance(event, SpeechAudio) and len(event.samples):
            sounds.setdefault(event.segment_id, at_)
        if isinstance(event, TranslationUpdate) and event.is_final:
            texts_.setdefault(event.segment_id, at_)
        if isinstance(event, TranscriptUpdate) and event.is_final:
            heard.setdefault(event.segment_id, at_)
            print(event.final_text)
    for name, found in (("words", heard), ("translation", texts_), ("first sound", sounds)):
        print(f"{name}: {percentiles([at_ - began - ends[n] for n, at_ in found.items() if n < len(ends)])}")


@contextmanager
def own_keyring() -> Iterator[None]:
    """With a key for everything."""
    with tempfile.TemporaryDirectory() as folder:
        ring = Path(folder) / "keyring.json"
        ring.write_text(json.dumps({f"parley/{one.secret}": KEY for one in ENGINES.values() if one.secret}))
        os.environ["PYTHON_KEYRING_BACKEND"] = "tests.kept_keyring.KeptKeyring"
        os.environ["KEPT_KEYRING"] = str(ring)
        for name in ("CONFIG", "DATA", "CACHE", "STATE"):
            os.environ[f"XDG_{name}_HOME"] = folder
        yield


def main() -> None:
    if "FIGURES" not in os.environ:  # in a process whose folders are its own
        with own_keyring():
            environment = {**os.environ, "FIGURES": "1"}
            sys.exit(
                subprocess.call([sys.executable, "-m", "tests.cloud_peers.figures", *sys.argv[1:]], env=environment)
            )
    for name in sys.argv[1:] or ("answers", "takeovers", "speech"):
        {"answers": answers, "takeovers": takeovers, "speech": speech}[name]()


if __name__ == "__main__":
    main()

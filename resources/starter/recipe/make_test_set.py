"""Make the test recordings: sentences, a minute of speech with pauses in each language, and human digit strings.

usage: python make_test_set.py OUT

Writes FLAC files at 16 kHz and manifest.json with texts, translations and the time of every word. Nothing in them was
trained on: the sentences are held out, and so are half of the voices and the digit recordings.
"""

from __future__ import annotations

import argparse
import json
import random
from dataclasses import dataclass
from pathlib import Path

import digits
import numpy as np
import soundfile
from phrases import held_out, pair
from speech import SAMPLE_RATE, Espeak
from words import UNITS_EN

VOICES = {
    "en": ["en-us", "en-us+f3", "en-gb-x-rp+m4", "en-us+travis", "en-gb-x-rp+robert", "en-us+gustave"],
    "es": ["es", "es-419+f2", "es+m3", "es+marcelo"],
}
SEED, LEVEL, ROOM_NOISE = 501, 0.7, 0.0015
LEAD = 0.4
PAUSES = [0.3, 0.5, 0.8, 1.2, 2.0]


@dataclass(frozen=True)
class Sentence:
    text: str
    translation: str
    voice: str
    samples: np.ndarray
    words: list[dict[str, object]]
    end: float

    def words_later(self, seconds: float) -> list[dict[str, object]]:
        return [
            {"word": w["word"], "start": round(w["start"] + seconds, 3), "end": round(w["end"] + seconds, 3)}
            for w in self.words
        ]


def silence(seconds: float) -> np.ndarray:
    return np.zeros(int(seconds * SAMPLE_RATE), np.float32)


class TestSet:
    """Draws sentences and writes recordings; the order of the calls decides what is drawn."""

    def __init__(self, out: Path) -> None:
        self.random = random.Random(SEED)
        self.manifest: list[dict[str, object]] = []
        self._out = out
        self._noise = np.random.default_rng(SEED)
        self._espeak = Espeak()

    def sentence(self, language: str) -> Sentence:
        r = self.random
        while True:
            english, spanish = pair(r)
            if held_out(english):
                break
        text, translation = (spanish, english) if language == "es" else (english, spanish)
        voice = r.choice(VOICES[language])
        utterance = self._espeak.say(text, voice, r.randint(140, 185), r.randint(40, 60))
        end = utterance.audible_end
        edges = [*utterance.starts, end]
        words = [
            {"word": word, "start": round(start, 3), "end": round(stop, 3)}
            for word, start, stop in zip(text.split(), edges, edges[1:], strict=False)
        ]
        return Sentence(text, translation, voice, utterance.samples.astype(np.float32) / 32768, words, end)

    def write(self, name: str, parts: list[np.ndarray], **facts: object) -> None:
        samples = np.concatenate(parts) * LEVEL
        samples = samples + self._noise.standard_normal(len(samples)).astype(np.float32) * ROOM_NOISE
        soundfile.write(self._out / f"{name}.flac", np.clip(samples, -1, 1), SAMPLE_RATE, subtype="PCM_16")
        self.manifest.append({"file": f"{name}.flac", "seconds": round(len(samples) / SAMPLE_RATE, 3), **facts})

    def write_sentences(self, language: str, count: int) -> None:
        for i in range(count):
            s = self.sentence(language)
            self.write(
                f"{language}-{i:02d}",
                [silence(LEAD), s.samples, silence(LEAD)],
                language=language,
                text=s.text,
                translation=s.translation,
                voice=f"espeak-ng {s.voice}",
                words=s.words_later(LEAD),
            )

    def write_stream(self, language: str, seconds: float) -> None:
        now = 0.5
        parts, sentences = [silence(now)], []
        while now < seconds:
            s = self.sentence(language)
            sentences.append(
                {
                    "text": s.text,
                    "translation": s.translation,
                    "start": round(now, 3),
                    "end": round(now + s.end, 3),
                    "words": s.words_later(now),
                }
            )
            gap = silence(self.random.choice(PAUSES))
            parts += [s.samples, gap]
            now += (len(s.samples) + len(gap)) / SAMPLE_RATE
        parts.append(silence(1.0))
        voice = "espeak-ng, several"
        self.write(f"stream-{language}", parts, language=language, voice=voice, sentences=sentences)

    def write_digits(self) -> None:
        for speaker, recordings in sorted(digits.load("test").items()):
            string = [self.random.randint(0, 9) for _ in range(6)]
            parts = [silence(LEAD)]
            for digit in string:
                samples = recordings[digit][self.random.randint(0, 1)]
                parts += [samples / np.abs(samples).max() * 0.6, silence(self.random.uniform(0.08, 0.2))]
            self.write(
                f"digits-{speaker}",
                [*parts, silence(0.5)],
                language="en",
                text=" ".join(UNITS_EN[digit] for digit in string),
                voice="human, Free Spoken Digit Dataset, recordings 0-4 (not in training), CC BY-SA 4.0",
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path)
    out: Path = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    test_set = TestSet(out)
    test_set.write_sentences("en", 12)
    test_set.write_sentences("es", 8)
    test_set.write_stream("en", 60.0)
    test_set.write_stream("es", 60.0)
    test_set.write_digits()
    text = json.dumps(test_set.manifest, ensure_ascii=False, indent=1)
    (out / "manifest.json").write_text(text, encoding="utf-8")
    print(f"{len(test_set.manifest)} recordings in {out}")


if __name__ == "__main__":
    main()

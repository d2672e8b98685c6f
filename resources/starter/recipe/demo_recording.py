"""Make the demo recording: two people plan a trip. Writes OUT/meeting-en.flac and OUT/meeting-en.json.

usage: python demo_recording.py OUT
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import soundfile
from speech import SAMPLE_RATE, Espeak

# voice, words a minute, pitch, pause after it in seconds, English, Spanish
TURNS = [
    ("en-us", 150, 42, 0.85, "Welcome to the meeting.", "Bienvenidos a la reunión."),
    ("en-us", 158, 42, 0.90, "We have to finish the presentation before Friday.",
     "Tenemos que terminar la presentación antes del viernes."),
    ("en-us+f3", 158, 55, 0.80, "My flight to Madrid leaves at half past six.",
     "Mi vuelo a Madrid sale a las seis y media."),
    ("en-us", 155, 42, 0.95, "Can you send the document?", "¿Puedes enviar el documento?"),
    ("en-us+f3", 155, 55, 0.75, "I need to check the translation tonight.",
     "Necesito revisar la traducción esta noche."),
    ("en-us", 152, 42, 0.00, "That is a good idea.", "Esa es una buena idea."),
]  # fmt: skip
LEAD_IN, LEAD_OUT, LEVEL, ROOM_NOISE = 0.5, 1.0, 0.7, 0.0015


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path, help="folder to write to")
    out: Path = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    espeak = Espeak()
    parts = [np.zeros(round(LEAD_IN * SAMPLE_RATE), np.float32)]
    sentences = []
    for voice, rate, pitch, pause, english, spanish in TURNS:
        start = sum(map(len, parts)) / SAMPLE_RATE
        utterance = espeak.say(english, voice, rate, pitch)
        end = start + utterance.audible_end
        edges = [start + second for second in utterance.starts]
        words = [
            {"word": word, "start": round(a, 3), "end": round(b, 3)}
            for word, a, b in zip(english.split(), edges, [*edges[1:], end], strict=True)
        ]
        sentences.append({
            "text": english, "translation": spanish, "voice": f"espeak-ng {voice}",
            "start": round(start, 3), "end": round(end, 3), "words": words,
        })  # fmt: skip
        audible = utterance.samples[: round(utterance.audible_end * SAMPLE_RATE)]
        parts += [audible.astype(np.float32) / 32768, np.zeros(round(pause * SAMPLE_RATE), np.float32)]
    audio = np.concatenate([*parts, np.zeros(round(LEAD_OUT * SAMPLE_RATE), np.float32)]) * LEVEL
    audio += np.random.default_rng(7).standard_normal(len(audio)).astype(np.float32) * ROOM_NOISE
    soundfile.write(out / "meeting-en.flac", np.clip(audio, -1, 1), SAMPLE_RATE, subtype="PCM_16")
    description = {
        "file": "meeting-en.flac", "seconds": round(len(audio) / SAMPLE_RATE, 3), "language": "en",
        "translation_language": "es", "license": "CC0-1.0", "sentences": sentences,
    }  # fmt: skip
    text = json.dumps(description, ensure_ascii=False, indent=1)
    (out / "meeting-en.json").write_text(text + "\n", encoding="utf-8")
    print(f"{out / 'meeting-en.flac'}: {len(audio) / SAMPLE_RATE:.1f} s, {len(sentences)} sentences")


if __name__ == "__main__":
    main()

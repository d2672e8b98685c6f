"""WhisperLive's own client, unmodified, in a process of its own: speaks a WAV file of 16 kHz to a server.

    python whisper_live_client.py PORT FILE LANGUAGE [TARGET]

Prints JSON: the words that were committed, the partial ones that were shown on the way, and the translations.
"""

import contextlib
import io
import json
import sys
import types
import wave

# The client's module imports scipy and never uses it; it would be the largest package of all.
sys.modules["scipy"] = types.ModuleType("scipy")


def main(port: str, file: str, language: str, target: str = "") -> None:
    from whisper_live.client import StreamingTranscriptionClient

    committed: list[str] = []
    partial: list[str] = []
    translated: list[str] = []
    client = StreamingTranscriptionClient(
        "127.0.0.1",
        int(port),
        lang=language or None,
        enable_translation=bool(target),
        target_language=target or "fr",
        on_committed_transcript=lambda text, _: committed.append(text),
        on_partial_transcript=lambda text, _: partial.append(text),
        on_translation=lambda text, _: translated.append(text),
    )
    with client, wave.open(file) as sound:
        while data := sound.readframes(4096):
            client.send(data)
    print(json.dumps({"committed": committed, "partial": partial, "translated": translated}), file=sys.__stdout__)


if __name__ == "__main__":
    with contextlib.redirect_stdout(io.StringIO()):
        main(*sys.argv[1:])

"""Sound that a client sends to the server, and sound that it wants."""

TEXTS = {
    "stream-broken": "The audio cannot be decoded any further; begin a new recording and send it from its beginning.",
    "stream-channels": "Audio of {channels} channels is not read; send 1 to {most} channels.",
    "stream-damaged": "Parts of the audio are damaged and were skipped; check the recorder and the connection.",
    "stream-encoding": "Samples written as “{encoding}” are not read; send {known:or}.",
    "stream-index-last": (
        "This MP4 is damaged or has its index at its end, so it cannot be read while it arrives; send fragmented MP4, "
        "WebM or Ogg, or the whole file to /v1/audio/transcriptions."
    ),
    "stream-not-audio": (
        "The audio is of no kind that Parley reads; send WAV, WebM, Ogg, MP3, FLAC, AAC or fragmented MP4, or raw "
        "samples and say their rate."
    ),
    "stream-rate": "Audio of {rate} Hz is not read; send {least} to {most} Hz.",
    "stream-wav-coding": (
        "WAV of coding {number} with {bits} bits is not read while it arrives; send PCM, float, mu-law or A-law."
    ),
    "stream-without-audio": "Nothing that is audio was sent; check what the client records.",
}

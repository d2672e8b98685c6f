"""What the server says to its clients, and to whoever starts it."""

TEXTS = {
    "audio-header-wrong": "The header of a piece of audio is not understood; send JSON with a sampleRate, as 16000.",
    "audio-without-header": (
        "A piece of audio has no header; send its length as a uint32, the header as JSON, and the samples behind it."
    ),
    "env-batch": "MAX_BATCH_SIZE and BATCH_TIMEOUT_MS do nothing: work is done as soon as a worker is free for it.",
    "env-file-line": "Line {line} of {file} is not understood; write NAME=VALUE.",
    "env-file-unreadable": "{file} cannot be read ({reason}); correct what is given with --env-file.",
    "env-file-value": "{name}={value} cannot be used: {reason}; correct it in the file given with --env-file.",
    "env-normalize": "NORMALIZE_AUDIO does nothing: Parley recognises quiet and loud speech as it comes.",
    "env-sample-rate": "SAMPLE_RATE does nothing: clients may send any rate, and Parley recognises at 16000 Hz.",
    "env-translator": "EASYNMT_MODEL does nothing: Parley translates with the Argos packages that are installed.",
    "env-vad-filter": "VAD_FILTER=false does nothing: only what is speech is recognised.",
    "follows-already": "This connection follows a room already; open another one for another room.",
    "hello-comes-first": "hello is the first message of a connection; open another one.",
    "message-not-json": "A message is not JSON; send an object with a type.",
    "message-wrong": "A message is not understood: {field}: {reason}.",
    "room-unknown": "There is no room of this code; ask for the code again.",
    "sentry-dsn-wrong": "The address for errors is no Sentry DSN; write it as https://KEY@HOST/PROJECT.",
    "server-address-unknown": "This machine has no address {address}; use 127.0.0.1, or one that it has.",
    "speakers-full": "The server is busy with other speakers; try again in some seconds.",
    "server-ends": "The server is about to end; try again in some seconds.",
    "server-full": "The server has as many connections as it takes; try again later.",
    "server-port-forbidden": "Port {port} is reserved by the system; choose one above 1023 with --port.",
    "server-port-taken": "Another program listens at {address}, port {port}; choose another one with --port.",
}

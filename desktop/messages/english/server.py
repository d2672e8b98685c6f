"""What the server says to its clients, and to whoever starts it."""

TEXTS = {
    "audio-header-wrong": "The header of a piece of audio is not understood; send JSON with a sampleRate, as 16000.",
    "audio-without-header": (
        "A piece of audio has no header; send its length as a uint32, the header as JSON, and the samples behind it."
    ),
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

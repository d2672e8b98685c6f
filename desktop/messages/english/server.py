"""What the server says to its clients, and to whoever starts it."""

TEXTS = {
    "side-port-unusable": "{name} is not served: {why:clause}; choose another port with {option}, or none with -1.",
    "audio-not-base64": "The audio is not base64; encode the samples so.",
    "message-not-binary": "A message is text, where audio is expected; send the samples as a binary message.",
    "message-not-text": "A message is binary, where an event is expected; send JSON as a text message.",
    "network-unknown": "“{network}” is no network; write it as 192.168.1.0/24.",
    "no-urls": "Parley fetches no recordings from elsewhere; send the recording itself.",
    "not-offered": "Parley does not offer {what}; leave it out.",
    "nothing-to-commit": "No audio was sent since the last commit; send some first.",
    "rate-missing": "Raw samples do not say their rate; give sample_rate as well as encoding.",
    "reader-too-slow": "The client reads too slowly, so words were lost; read the answer while it comes.",
    "sample-width": "Samples of {width} bytes are not read; send 1, 2, 3 or 4.",
    "audio-header-wrong": "The header of a piece of audio is not understood; send JSON with a sampleRate, as 16000.",
    "audio-without-header": (
        "A piece of audio has no header; send its length as a uint32, the header as JSON, and the samples behind it."
    ),
    "follows-already": "This connection follows a room already; open another one for another room.",
    "hello-comes-first": "hello is the first message of a connection; open another one.",
    "message-not-json": "A message is not JSON; send an object with a type.",
    "message-too-long": "A message is longer than the {most} bytes that are read; send less.",
    "message-wrong": "A message is not understood: {field}: {reason}.",
    "room-other": "The page's cookie is for another room; ask for the room again.",
    "room-unknown": "There is no room of this code; ask for the code again.",
    "sentry-dsn-wrong": "The address for errors is no Sentry DSN; write it as https://KEY@HOST/PROJECT.",
    "server-address-unknown": "This machine has no address {address}; use 127.0.0.1, or one that it has.",
    "speakers-full": "The server is busy with other speakers; try again in some seconds.",
    "server-ends": "The server is about to end; try again in some seconds.",
    "server-full": "The server has as many connections as it takes; try again later.",
    "server-port-forbidden": "Port {port} is reserved by the system; choose one above 1023 with --port.",
    "server-port-taken": "Another program listens at {address}, port {port}; choose another one with --port.",
    "taken-up-elsewhere": "This stream goes on over another connection; close this one.",
}

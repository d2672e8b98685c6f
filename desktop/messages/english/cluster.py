"""What is said of Redis and the workers."""

TEXTS = {
    "job-given-up": "Several workers failed on a piece of this utterance, so it was left out; say it again.",
    "redis-refused": "Redis at {address} refuses the name or password; correct the address that is given with --redis.",
    "redis-silent": "Redis does not answer at {address}; start it, or correct the address that is given with --redis.",
    "redis-url-wrong": "The address of Redis is none; write it as redis://HOST:6379/0 (rediss:// with TLS), "
    "redis+sentinel://HOST,HOST/NAME or redis+cluster://HOST,HOST.",
    "rooms-unknown-now": "Redis does not answer, so rooms of other gateways are not known now; try again in a moment.",
    "worker-failed": "A worker answered something else than was asked; say it again.",
}

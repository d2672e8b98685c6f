"""Engines in clouds."""

TEXTS = {
    "cloud-busy": "{name} has trouble of its own for now; see its status page if that lasts.",
    "cloud-cap": "What {name} may cost today is spent; it rests until midnight, or raise cloud.daily_cap.",
    "cloud-disconnect": "The connection to {name} broke; see that the network holds.",
    "cloud-forbidden": (
        "{name} does not allow this key to do that; switch the service on for it where the key was made."
    ),
    "cloud-garbage": "{name} answered what nobody can read; see that its address is right.",
    "cloud-key": "{name} does not accept the key; make one there and keep it in Settings, Cloud engines.",
    "cloud-library": ("The library for {name} is not installed; fetch it with parley engines install {detail}."),
    "cloud-limit-language": "{name} does not know this language; choose another engine for it.",
    "cloud-limit-length": "This is longer than {name} takes; it goes to the next engine.",
    "cloud-limit-size": "This is more than {name} takes at a time; it goes to the next engine.",
    "cloud-metered": (
        "This network is paid by volume, and {name} rests; connect to another one, or switch on cloud.on_metered."
    ),
    "cloud-name": "{name} is not found; see that this computer has a network.",
    "cloud-policy": "{name} is not used: cloud engines are switched off for good on this computer.",
    "cloud-quota": "What was paid for at {name} is used up; add to it there, or wait until it begins anew.",
    "cloud-rate": "{name} is asked too often for now; wait a little.",
    "cloud-rate-wait": "{name} is asked too often for now; it takes more in {wait} s.",
    "cloud-refused": "Nobody answers at {name}; see that its address is right.",
    "cloud-setting": "{name} cannot do what is asked of it; see that {detail} is right.",
    "cloud-stall": "{name} does not answer in time; see that the network is not overloaded.",
    "library-no-python": "The packaged app takes no library for {name}; install Parley with Python to use it.",
    "library-not-fetched": "The library for {name} could not be fetched; see that this computer is online.",
    "library-not-written": "{path} cannot be written ({error}); make room there, or make it yours.",
}

"""A Parley server that does the work, and messages of work."""

TEXTS = {
    "server-answers-wrong": "{name} answered what was not asked; see that it runs the same version of Parley.",
    "server-certificate-unknown": (
        "The certificate of {name} is not known here; copy it from the server and set server.certificate to its file."
    ),
    "server-certificate-unreadable": "The certificate in {path} cannot be read; name another in server.certificate.",
    "server-gone": "The connection to {name} broke; see that parley serve still runs there.",
    "server-has-no-room": "{name} has no room for now; try again later.",
    "server-no-parley": "{name} is no Parley server of this version; see what runs there and mend the address.",
    "server-not-reached": "{name} cannot be reached; see that parley serve runs there and that the address is right.",
    "server-refuses-token": (
        "{name} does not accept the token; make one there with parley tokens create, and keep it here with "
        "parley config secret set {secret}."
    ),
    "server-silent-now": "{name} does not answer in time; see that it is not overloaded.",
    "server-url-plain": (
        "The address of {address} is not protected, and sound would go over the network for all to hear; write it with "
        "https://."
    ),
    "server-url-wrong": "“{address}” is no address of a server; write it like https://cellar:5026.",
    "work-audio-missing": "A window of audio is not there; send it whole.",
    "work-not-understood": "A message of work is not understood: {field} is wrong.",
    "work-replaced": "A newer question took the place of this one.",
    "work-too-large": "A text is too long for a message; shorten it.",
    "work-without-header": "A message of work has no header; send its length as a uint32, JSON, and the audio.",
}

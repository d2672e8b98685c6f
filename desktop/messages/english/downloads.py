"""Models that are fetched, imported, repaired and removed."""

TEXTS = {
    "address-unusable": "The address {address} cannot be used; correct it in the settings.",
    "answer-no-list": (
        "{host} sends something else than {what}; a log-in page of the network, or a wrong address in the settings, "
        "may be in the way."
    ),
    "answer-packed": "{host} sends {what} packed, which nobody asked for; choose another mirror.",
    "answer-too-long": "{host} sends something else than {what}; choose another mirror.",
    "answer-unexpected": "{host} answers {status} to the request for {what}; choose a mirror in the settings.",
    "archive-damaged": "it is damaged",
    "archive-damaged-or-none": "it is damaged or no package",
    "archive-empty": "it is empty",
    "archive-holds-link": "it holds a link or a device",
    "archive-locked": "it is locked with a password",
    "archive-member-damaged": "{name} in it is damaged",
    "archive-member-larger": "{name} in it is larger than it says",
    "archive-member-shorter": "{name} in it is shorter than it says",
    "archive-names-twice": "it names a file twice",
    "archive-packing-unknown": "it is packed in a way that Parley cannot read",
    "archive-path-unsafe": "a file in it has an unsafe path",
    "archive-refused": "The package {name} was not installed: {problem}; get it again from where it came.",
    "archive-too-large": "it holds more than any model does",
    "archive-unreadable": "{reason}",
    "argos-list": "the list of Argos packages",
    "argos-list-unusable": "The list of Argos packages is none; choose another address in the settings.",
    "certificate-not-valid": (
        "The certificate of {host} is not valid; check the clock and the network of this computer."
    ),
    "checksum-wrong": (
        "What came for {name} is not the file that was asked for (its checksum differs); nothing was installed: "
        "fetch it again, or choose a mirror in the settings."
    ),
    "connection-breaks": (
        "The connection to {host} breaks again and again; fetch the model again later, it goes on from there."
    ),
    "disk-full": "The disk of {place} is full; free some space and try again.",
    "disk-full-while-fetching": (
        "The disk of {folder} is full; free some space and fetch the model again, it goes on from there."
    ),
    "disk-too-small": (
        "{label} needs {needed:bytes} more on the disk of {there} and {free:bytes} are free; free some space or "
        "choose a smaller model."
    ),
    "download-busy": "{label} is being fetched already, by another window or another Parley; wait until that is done.",
    "download-cancelled": "The download was cancelled.",
    "download-gone": (
        "{host} no longer has {what} ({status}); refresh the list of models, or choose a mirror in the settings."
    ),
    "download-no-model": (
        "What the server sent for {label} is no model that Parley can use ({problem}); nothing was installed: choose "
        "a mirror in the settings or another model."
    ),
    "download-place-refused": "{folder} cannot be written ({reason}); mend its permissions and fetch the model again.",
    "download-refused": (
        "{host} refuses {what} ({status}); accept its licence there or log in with `hf auth login`, or choose a "
        "mirror in the settings."
    ),
    "download-retrying": "{problem:clause}; trying again.",
    "download-stopped": "The download was stopped; fetch the model again and it goes on from there.",
    "download-waiting": "{label} is being fetched already; waiting for that.",
    "file-changed-while-fetching": "{host} has another {name} than before; fetch it again later.",
    "file-gone": "{repository} no longer has {path}; refresh the list of models and fetch {label} again.",
    "file-sent-in-part": "{host} sent less of {name} than announced; fetch it again later.",
    "hub-answer-unusable": "{hub} answers in a way that Parley does not understand; choose another mirror.",
    "import-damaged": "{name} was damaged while it was copied: {problem}; try again.",
    "import-link": "{name} in {folder} is a link to somewhere else; import the real files.",
    "import-missing": (
        "There is no file or folder {source}; choose an .argosmodel file, a folder of a CTranslate2 Whisper model, "
        "or a Piper voice (.onnx)."
    ),
    "import-name-unusable": (
        "“{name}” cannot be the name; use letters, digits, dots and dashes, for one model at a time."
    ),
    "import-no-model": (
        "{name} is no model that Parley can read; choose an .argosmodel file, a folder of a CTranslate2 Whisper "
        "model, or a Piper voice (.onnx)."
    ),
    "import-of-starter": "{label} is there already: it ships with Parley.",
    "import-unreadable": "{source} cannot be read ({reason}); mend its permissions.",
    "import-unusable": "The {kind:kind} in {name} cannot be used: {problem}; get it again.",
    "import-without-model": (
        "{name} holds no model that Parley can read; choose an .argosmodel file, a folder of a CTranslate2 Whisper "
        "model, or a Piper voice (.onnx)."
    ),
    "leftover-not-deleted": "{place} cannot be deleted ({reason}); mend its permissions.",
    "model-gone": "{name} is not there any more.",
    "model-not-deleted": "{path} cannot be deleted ({reason}); mend its permissions and try again.",
    "model-unusable": "{label} cannot be used: {problem}; repair or remove it.",
    "no-address": "No address to fetch from is set; correct the models' page of the settings.",
    "package-damaged": "{label} cannot be used: the Python package {packages:or} is damaged; {remedy}.",
    "package-missing": "{label} cannot be put in place: the Python package {packages:or} is not installed; {remedy}.",
    "package-not-installed-anew": (
        "{label} cannot be used: the Python package {packages:or} is damaged and could not be installed anew; check "
        "the network and try again."
    ),
    "partial-place-refused": "{place} cannot be written ({reason}); mend its permissions.",
    "piper-list": "the list of Piper's voices",
    "piper-list-unusable": "The list of Piper's voices is none; choose another address in the settings.",
    "place-refused": "{place} cannot be written ({reason}); mend its permissions and try again.",
    "proxy-asks-password": (
        "The proxy asks for a user name and a password; put the name into models.proxy, like http://name@proxy:8080, "
        "and keep its password with `parley config secret set {secret}`."
    ),
    "proxy-in-the-way": "The proxy does not let Parley reach {host}; check models.proxy in the settings.",
    "proxy-unusable": (
        "The proxy in the settings (models.proxy) or in the environment cannot be used; write it like "
        "http://proxy:8080."
    ),
    "remedy-by-hand": "install it anew with `{command}`",
    "remedy-repair": "`parley models repair` installs it anew",
    "repair-of-unknown": (
        "Parley does not know where {name} came from and cannot repair it; remove it, or import it again."
    ),
    "server-busy": "{host} cannot serve {what} now ({status}); fetch it again later, it goes on from there.",
    "server-not-found": (
        "{host} cannot be found; check the connection to the internet, or choose a mirror in the settings."
    ),
    "server-silent": "{host} does not answer; check the connection, or choose a mirror in the settings.",
    "server-stopped": "{host} stopped sending; fetch the model again later, it goes on from there.",
    "server-too-slow": (
        "{host} sends too slowly to be waited for; fetch the model again later, or choose a mirror in the settings."
    ),
    "server-unreachable": "{host} cannot be reached; check the connection, or choose a mirror in the settings.",
    "shipped-file-stays": "{name} ships with Parley and stays.",
    "size-wrong": (
        "{host} offers a {name} of {total} bytes where {size} were expected; nothing was installed: refresh the list "
        "of models, or choose a mirror in the settings."
    ),
    "starter-stays": "{label} ships with Parley and stays; it takes {size_bytes:bytes}.",
}

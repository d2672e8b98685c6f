"""What can go wrong.

    EngineError
    ├── AudioError
    │   ├── DeviceMissing      the chosen device is not there
    │   ├── DeviceLost         it vanished while recording (recoverable: it is opened again when it returns)
    │   ├── AudioServerMissing no PulseAudio, PipeWire, or other system audio answers
    │   └── FileUnreadable     not a media file, no audio in it, empty, or no permission
    ├── ModelError
    │   ├── ModelMissing       nothing installed for what was asked
    │   ├── ModelBroken        there, but truncated or of another kind
    │   ├── ModelProtected     it cannot be removed: it ships with Parley, or is in use by a download
    │   ├── PackageRefused     a file or folder to import is unsafe or no model
    │   ├── CatalogueBroken    a list of models cannot be read
    │   └── DownloadError      a model could not be fetched
    │       ├── Unreachable        nobody answers, or the connection breaks again and again
    │       ├── DownloadRefused    401, 403, 407: a licence, a token, a password for the proxy, a blocked network
    │       ├── DownloadGone       404, 410: it is no longer there
    │       ├── ChecksumWrong      what came is not what was asked for
    │       ├── DiskFull           no space for it
    │       ├── DownloadBusy       another Parley fetches the same model
    │       └── DownloadStopped    the user stopped it
    ├── LanguageUnknown        not a language code that Parley knows
    ├── BackendFailed          a backend raised while working
    │   ├── DecodeHung         recognition stands still
    │   ├── EngineAway         an engine on another machine does not answer, in time or at all, or has no room
    │   └── GraphicsCardFailed the graphics card cannot be used; the processor is, meanwhile
    └── TypingError            text cannot be typed (no permission, no display, no clipboard tool)

An error says what happened by a key and values (`Message`); `desktop.messages` makes the sentence of it, which says
what to do next, too. It never holds what was said.
"""

from os import PathLike

from desktop.engine.message import Message, Value


class EngineError(Exception):
    """An error that a user reads about.

    what: the key of its message, or the message itself; parameters: those of the message.
    code: short and stable, one for each kind of error, for the front ends ("device-missing").
    recoverable: the session goes on.
    """

    code = "engine"

    def __init__(
        self,
        what: str | Message,
        /,
        *,
        code: str | None = None,
        recoverable: bool = False,
        **parameters: Value | PathLike[str],
    ) -> None:
        self.message = what if isinstance(what, Message) else Message(what, **parameters)
        super().__init__(self.message)
        self.code = code or type(self).code
        self.recoverable = recoverable


class AudioError(EngineError):
    code = "audio"


class DeviceMissing(AudioError):
    code = "device-missing"


class DeviceLost(AudioError):
    code = "device-lost"


class AudioServerMissing(AudioError):
    code = "audio-server-missing"


class FileUnreadable(AudioError):
    code = "file-unreadable"


class ModelError(EngineError):
    code = "model"


class ModelMissing(ModelError):
    code = "model-missing"


class ModelBroken(ModelError):
    code = "model-broken"


class ModelProtected(ModelError):
    code = "model-protected"


class PackageRefused(ModelError):
    code = "package-refused"


class CatalogueBroken(ModelError):
    code = "catalogue-broken"


class DownloadError(ModelError):
    code = "download"


class Unreachable(DownloadError):
    code = "download-unreachable"


class DownloadRefused(DownloadError):
    code = "download-refused"


class DownloadGone(DownloadError):
    code = "download-gone"


class ChecksumWrong(DownloadError):
    code = "download-checksum"


class DiskFull(DownloadError):
    code = "disk-full"


class DownloadBusy(DownloadError):
    code = "download-busy"


class DownloadStopped(DownloadError):
    code = "download-stopped"


class LanguageUnknown(EngineError):
    code = "language-unknown"


class BackendFailed(EngineError):
    code = "backend-failed"


class GraphicsCardFailed(BackendFailed):
    code = "graphics-card"


class DecodeHung(BackendFailed):
    code = "decode-hung"


class EngineAway(BackendFailed):
    code = "engine-away"


class TypingError(EngineError):
    code = "typing"

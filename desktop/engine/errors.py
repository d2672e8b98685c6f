"""What can go wrong, as sentences for the user.

    EngineError
    ├── AudioError
    │   ├── DeviceMissing      the chosen device is not there
    │   ├── DeviceLost         it vanished while recording (recoverable: it is opened again when it returns)
    │   ├── AudioServerMissing no PulseAudio, PipeWire, or other system audio answers
    │   └── FileUnreadable     not a media file, no audio in it, empty, or no permission
    ├── ModelError
    │   ├── ModelMissing       nothing installed for what was asked
    │   └── ModelBroken        there, but truncated or of another kind
    ├── LanguageUnknown        not a language code that Parley knows
    ├── BackendFailed          a backend raised while working
    └── TypingError            text cannot be typed (no permission, no display, no clipboard tool)

The message is one clear sentence that says what happened and what to do next. It never holds what was said.
"""


class EngineError(Exception):
    """An error that a user reads.

    code: short and stable, for tests and for the front ends ("device-missing").
    message: one sentence, what happened and what to do.
    recoverable: the session goes on.
    """

    code = "engine"

    def __init__(self, message: str, *, code: str | None = None, recoverable: bool = False) -> None:
        super().__init__(message)
        self.message = message
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


class LanguageUnknown(EngineError):
    code = "language-unknown"


class BackendFailed(EngineError):
    code = "backend-failed"


class TypingError(EngineError):
    code = "typing"

"""What the user is told of errors, each once as long as the same thing keeps failing. Pure."""

import logging

from desktop.engine.errors import EngineError
from desktop.engine.events import ErrorEvent, Severity
from desktop.engine.message import Message
from desktop.engine.requests import Stage

log = logging.getLogger(__name__)


class Failures:
    """Of the stages of a session, or of the models that sessions share."""

    def __init__(self) -> None:
        self._told: dict[Stage, Message] = {}

    def failed(self, stage: Stage, error: Exception) -> ErrorEvent | None:
        """What to tell of it; None if that was told and nothing has worked since."""
        event = failure(stage, error)
        if self._told.get(stage) == event.message:
            return None
        self._told[stage] = event.message
        return event

    def worked(self, stage: Stage) -> None:
        """Something was done in the stage: the next failure is news."""
        self._told.pop(stage, None)


def failure(stage: Stage, error: Exception) -> ErrorEvent:
    """What the user is told of an error in a stage."""
    if isinstance(error, EngineError):
        return ErrorEvent(error.code, error.message, Severity.ERROR)
    log.error("stage %s failed", stage.value, exc_info=error)
    message = Message("stage-failed", stage=stage.value, error=type(error).__name__)
    return ErrorEvent("backend-failed", message, Severity.ERROR)

"""Puts the models that lie in installed Python packages together in the models' directory, once. On the caller's
thread; no network."""

import logging

from desktop.engine.errors import ModelError
from desktop.engine.message import Message
from desktop.engine.models.downloads import packages
from desktop.engine.models.downloads.control import Control, OnProgress
from desktop.settings.declaration import ModelSettings

_log = logging.getLogger(__name__)


def assemble(on_progress: OnProgress | None = None, control: Control | None = None) -> tuple[Message, ...]:
    """Put together what is waiting, one second for each 100 MB or so; gives what is wrong with each that could not
    be. Another process that does the same is waited for. Raises DownloadStopped."""
    todo = packages.waiting()
    if not todo:
        return ()  # what fetches is not imported then: an idle window stays small
    from desktop.engine.models.downloads.pulls import pull

    problems = []
    for entry in todo:
        try:
            pull(entry, ModelSettings(), on_progress, control)
        except ModelError as error:
            if control is not None:
                control.check()
            _log.warning("a model in packages cannot be used: %s", error.code)
            problems.append(error.message)
    return tuple(problems)

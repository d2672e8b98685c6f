"""Expecting an error by the text that a user reads of it."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

import pytest

from desktop.engine.errors import EngineError
from desktop.engine.models.files import FileBroken
from desktop.messages import text_of

Raised = TypeVar("Raised", EngineError, FileBroken)


@contextmanager
def raises(kind: type[Raised], match: str) -> Iterator[pytest.ExceptionInfo[Raised]]:
    """As `pytest.raises`; match: regular expression that is searched in the text."""
    with pytest.raises(kind) as caught:
        yield caught
    words = text_of(caught.value.message)
    assert re.search(match, words), f"{match!r} is not in {words!r}"

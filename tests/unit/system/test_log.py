"""What happens to errors that nobody caught."""

import logging
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.system import log


@pytest.fixture(autouse=True)
def _hooks() -> Iterator[None]:
    root, before = logging.getLogger(), (sys.excepthook, threading.excepthook)
    handlers, level = list(root.handlers), root.level
    yield
    sys.excepthook, threading.excepthook = before
    for handler in root.handlers:
        if handler not in handlers:
            handler.close()
    root.handlers[:] = handlers
    root.setLevel(level)
    log.close()


def test_an_uncaught_exception_is_one_sentence_and_in_the_log(tmp_path: Path) -> None:
    told: list[str] = []
    file = tmp_path / "logs" / "parley.log"
    log.begin(told.append, file)
    try:
        raise ZeroDivisionError("secret")
    except ZeroDivisionError as error:
        sys.excepthook(type(error), error, error.__traceback__)
    assert len(told) == 1
    assert str(file) in told[0]
    assert "Traceback" not in told[0]
    assert "ZeroDivisionError" in file.read_text()


def test_a_thread_that_fails_is_told_too(tmp_path: Path) -> None:
    told: list[str] = []
    log.begin(told.append, tmp_path / "parley.log")
    thread = threading.Thread(target=lambda: 1 / 0)
    thread.start()
    thread.join()
    assert len(told) == 1


def test_a_place_that_cannot_be_written_is_no_trouble(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    log.begin(lambda _: None, blocked / "parley.log")
    logging.getLogger("test").warning("goes nowhere")

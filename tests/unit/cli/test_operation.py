"""Files of the environment below options; the log as JSON."""

import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.cli.commands.serving.operation import Operation, begin, changes_of
from desktop.cli.commands.serving.serve import first, for_everybody
from desktop.cli.messages import say, say_through
from desktop.cli.options import Options, open_store
from desktop.engine.errors import EngineError


@pytest.fixture
def root() -> Iterator[logging.Logger]:
    logger = logging.getLogger()
    before, level = logger.handlers[:], logger.level
    logger.setLevel(logging.INFO)
    yield logger
    logger.handlers[:] = before
    logger.setLevel(level)
    say_through(None)


def test_options_stand_above_the_file(tmp_path: Path) -> None:
    file = tmp_path / "parley.env"
    file.write_text("MODEL_SIZE=small\nBEAM_SIZE=3\nSILENCE_THRESHOLD_SECONDS=0.8\nGATEWAY_PORT=6000\n")
    environment = begin(Operation((file,)))
    store = open_store(tmp_path / "settings.toml", ["recognition.beam_size=7"])
    options = Options(store, frozenset({"recognition.beam_size"}), is_verbose=False)
    settings = options.settings(changes_of(environment, {"recognition.model": "base"}, options))
    assert settings.recognition.model == "base"
    sessions = for_everybody(settings)
    assert (sessions.beam_size, sessions.voice.hangover, sessions.language) == (7, 0.8, "auto")
    assert first(None, environment.gateway_port, 5026) == 6000
    assert first(0, environment.gateway_port, 5026) == 0


def test_what_has_no_meaning_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "parley.env"
    file.write_text("EASYNMT_MODEL=opus-mt\n")
    begin(Operation((file,)))
    assert capsys.readouterr().err.startswith("parley: EASYNMT_MODEL does nothing")


def test_with_json_nothing_else_is_written_to_standard_error(
    root: logging.Logger, capsys: pytest.CaptureFixture[str]
) -> None:
    verbose = logging.StreamHandler(io.StringIO())
    root.addHandler(verbose)
    begin(Operation(is_json=True))
    assert verbose not in root.handlers
    say("serving base at http://127.0.0.1:5026/.")
    logging.getLogger("desktop.server.streams.hub").warning("a stream was not taken up again")
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [one["event"] for one in lines] == [
        "serving base at http://127.0.0.1:5026/.",
        "a stream was not taken up again",
    ]


def test_a_file_without_an_address_for_errors_is_a_sentence(tmp_path: Path) -> None:
    file = tmp_path / "dsn"
    file.write_text("no address\n")
    with pytest.raises(EngineError) as raised:
        begin(Operation(sentry_dsn=file))
    assert raised.value.message.key == "sentry-dsn-wrong"

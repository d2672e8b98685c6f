"""The founding documents' environment, from a file."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.engine.errors import EngineError
from desktop.messages import text_of
from desktop.server.operation.env_file import environment, read_files, values_of

ALL = """
# Gateway
GATEWAY_PORT=5026
HEALTH_PORT=8080
REDIS_URL=redis://localhost:6379
export SILENCE_THRESHOLD_SECONDS=2.0   # 0.8 for speed
SAMPLE_RATE=16000
WEBRTC_SENSITIVITY=3
SILERO_SENSITIVITY='0.7'
PRE_SPEECH_BUFFER_SECONDS=1.0
MAX_QUEUE_DEPTH=100
# Worker
MODEL_SIZE="large-v3"
DEVICE=cuda
BEAM_SIZE=5
VAD_FILTER=true
NORMALIZE_AUDIO=false
"""
"""as the founding documents have it"""
FILE = Path("parley.env")


def test_every_name_of_the_founding_documents_is_understood() -> None:
    found = environment(values_of(ALL, FILE))
    assert found.settings == {
        "recognition.model": "large-v3",
        "recognition.device": "cuda",
        "recognition.beam_size": 5,
        "vad.hangover": 2.0,
        "vad.webrtc_mode": 3,
        "vad.preroll": 1.0,
        "vad.threshold": 0.3,
    }
    assert (found.gateway_port, found.health_port, found.queued) == (5026, 8080, 100)
    assert found.redis == "redis://localhost:6379"
    assert found.notices == ()


def test_what_is_not_in_the_file_stays_as_it_is() -> None:
    found = environment(values_of("PATH=/bin\nMODEL_SIZE=\nPOSTGRES_USER=parley\n", FILE))
    assert found == environment({})
    assert not found.settings
    assert found.gateway_port is None


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("MAX_BATCH_SIZE=8\nBATCH_TIMEOUT_MS=10", "env-batch"),
        ("SAMPLE_RATE=44100", "env-sample-rate"),
        ("VAD_FILTER=False", "env-vad-filter"),
        ("NORMALIZE_AUDIO=yes", "env-normalize"),
        ("EASYNMT_MODEL=opus-mt", "env-translator"),
    ],
)
def test_what_has_no_meaning_here_is_said_in_a_sentence(text: str, key: str) -> None:
    found = environment(values_of(text, FILE))
    assert [one.key for one in found.notices] == [key]
    assert not found.settings
    assert text_of(found.notices[0]).endswith(".")


@pytest.mark.parametrize(
    "text",
    [
        "GATEWAY_PORT=70000",
        "GATEWAY_PORT=five",
        "HEALTH_PORT=-1",
        "MAX_QUEUE_DEPTH=0",
        "SILENCE_THRESHOLD_SECONDS=9",
        "SILERO_SENSITIVITY=nan",
        "SILERO_SENSITIVITY=1.5",
        "WEBRTC_SENSITIVITY=4",
        "BEAM_SIZE=2.5",
        "DEVICE=tpu",
        "VAD_FILTER=perhaps",
        "SAMPLE_RATE=fast",
        "MAX_BATCH_SIZE=0",
    ],
)
def test_a_value_that_cannot_be_used_is_a_sentence_that_names_it(text: str) -> None:
    with pytest.raises(EngineError) as raised:
        environment(values_of(text, FILE))
    said = text_of(raised.value)
    assert said.startswith(f"{text} cannot be used: ")
    assert said.count(". ") == 0


def test_a_line_that_is_no_assignment_is_named() -> None:
    for text in ("MODEL_SIZE=small\nwhat is this?\n", "MODEL_SIZE=small\nDEVICE\n"):
        with pytest.raises(EngineError) as raised:
            values_of(text, FILE)
        assert text_of(raised.value) == "Line 2 of parley.env is not understood; write NAME=VALUE."


def test_the_processs_environment_is_never_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEVICE", "cuda")
    monkeypatch.setenv("SECRET", "leaked")
    assert values_of("MODEL_SIZE=${SECRET}", FILE) == {"MODEL_SIZE": "${SECRET}"}
    assert not environment(values_of("MAX_QUEUE_DEPTH=5", FILE)).settings


@given(st.text(max_size=200))
def test_any_text_is_understood_or_is_a_sentence(text: str) -> None:
    said = ""
    try:
        environment(values_of(text, FILE))
    except EngineError as error:
        said = text_of(error)
    assert not said or said.endswith(".")


def test_of_several_files_the_last_one_counts(tmp_path: Path) -> None:
    first, second = tmp_path / "all.env", tmp_path / "secret.env"
    first.write_text("MODEL_SIZE=small\nREDIS_URL=redis://redis:6379\n")
    second.write_text("REDIS_URL=rediss://parley:word@redis:6379\n")
    found = read_files((first, second))
    assert found.redis == "rediss://parley:word@redis:6379"
    assert found.settings == {"recognition.model": "small"}


def test_a_file_that_cannot_be_read_is_a_sentence(tmp_path: Path) -> None:
    odd = tmp_path / "odd.env"
    odd.write_bytes(b"\xff\xfe")
    for file in (tmp_path / "missing.env", odd, tmp_path):
        with pytest.raises(EngineError) as raised:
            read_files((file,))
        assert str(file) in text_of(raised.value)

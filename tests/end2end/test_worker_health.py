"""What a worker tells of its health: in plain text to this machine, to others with TLS or not at all."""

import json
import os
import ssl
import urllib.request
from pathlib import Path

import pytest

from desktop.server.security.tls import self_signed
from tests.command_line import run_parley
from tests.redis_server import RedisServer
from tests.serving import Worker


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (("--host", "0.0.0.0"), "only with TLS"),
        (("--host", "192.0.2.1"), "only with TLS"),
        (("--tls-certificate", "a.pem"), "--tls-key"),
        (("--tls-certificate", "a.pem", "--tls-key", "b.pem", "--tls-self-signed"), "--tls-self-signed"),
        (("--tls-certificate", "a.pem", "--tls-key", "b.pem"), "a.pem"),
    ],
)
def test_what_cannot_be_is_refused_at_the_start(options: tuple[str, ...], reason: str) -> None:
    told = run_parley(["worker", "translation", "--health-port", "0", *options], os.environ)
    assert told.returncode == 1
    assert reason in told.stderr
    assert told.stderr.count("\n") == 1


def got(url: str, trusting: ssl.SSLContext) -> tuple[str, str]:
    """(body, the policy for browsers)"""
    with urllib.request.urlopen(url, timeout=20, context=trusting) as answer:
        return answer.read().decode(), answer.headers["content-security-policy"]


def test_others_are_told_with_tls_by_workers_that_share_a_folder(tmp_path: Path) -> None:
    from datetime import UTC, datetime

    own = self_signed(tmp_path, ("localhost", "127.0.0.1"), datetime.now(UTC))
    anybody = ssl.create_default_context()
    anybody.check_hostname, anybody.verify_mode = False, ssl.CERT_NONE
    with (
        RedisServer() as redis,
        Worker("translation", redis.url, "--host", "0.0.0.0", "--tls-self-signed") as one,
        Worker("translation", redis.url, "--host", "0.0.0.0", "--tls-self-signed") as other,
        Worker("speech", redis.url, "--tls-certificate", str(own.certificate), "--tls-key", str(own.key)) as third,
    ):
        for worker in (one, other):
            assert worker.health_url.startswith("https://0.0.0.0:")
            body, policy = got(worker.health_url.replace("0.0.0.0", "127.0.0.1") + "health", anybody)
            assert json.loads(body)["worker"] == worker.id
            assert "default-src 'none'" in policy
        with pytest.raises(OSError, match=r"."):  # in plain text nothing is told
            urllib.request.urlopen(one.health_url.replace("https://0.0.0.0", "http://127.0.0.1") + "health", timeout=20)
        trusting = ssl.create_default_context(cafile=str(own.certificate))
        body, _ = got(third.health_url + "metrics", trusting)
        assert "parley_worker_jobs_done" in body
        assert one.end() == other.end() == third.end() == 0

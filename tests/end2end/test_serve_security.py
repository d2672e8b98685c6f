"""`parley serve` where others reach it: with TLS and a token, or not at all."""

import asyncio
import json
import re
import ssl
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from wyoming.client import AsyncTcpClient
from wyoming.event import Event
from wyoming.info import Describe

from desktop.engine.errors import EngineError
from desktop.server.http.networks import network_address
from tests.end2end.test_cli import Run, environment, run, sentence  # noqa: F401  # the fixtures
from tests.serving import Server
from tests.tls_sockets import Line
from tests.waiting import wait_until

OPEN = ("--host", "0.0.0.0", "--port", "0", "--health-port", "0", "--model", "starter")


def test_others_are_served_with_tls_and_a_token_or_not_at_all(
    run: Run,  # noqa: F811
    environment: dict[str, str],  # noqa: F811
    tmp_path: Path,
) -> None:
    done = run("serve", *OPEN)
    assert done.code == 1
    assert "only with TLS" in sentence(done)
    done = run("serve", *OPEN, "--tls-self-signed")
    assert done.code == 1
    assert "parley tokens create" in sentence(done)
    assert run("serve", *OPEN, "--tls-certificate", "a.pem").code == 1
    assert run("serve", *OPEN, "--oidc-issuer", "https://id.example.org").code == 2
    speaker = run("tokens", "create", "speaker", "--scope", "speak").out.strip()
    listener = run("tokens", "create", "listener", "--scope", "listen").out.strip()
    with Server("--host", "0.0.0.0", "--tls-self-signed", environment=environment) as server:
        folder = tmp_path / "home" / "data" / "parley" / "server"
        assert (folder / "tls.key").stat().st_mode & 0o777 == 0o600
        assert "fingerprint (SHA-256) is " in server.said
        trusting = ssl.create_default_context(cafile=str(folder / "tls.crt"))
        url = server.socket_url.replace("0.0.0.0", "localhost")

        def knock(token: str, at: str = "") -> int:
            headers = {"Authorization": f"Bearer {token}"} if token else {}
            try:
                with Line(url + at, ssl=trusting, additional_headers=headers):
                    return 101
            except InvalidStatus as error:
                return error.response.status_code

        def get(path: str, token: str = "") -> int:
            there = server.url.replace("0.0.0.0", "localhost") + path
            request = urllib.request.Request(there, headers={"Authorization": f"Bearer {token}"} if token else {})
            try:
                with urllib.request.urlopen(request, timeout=20, context=trusting) as answer:
                    return int(answer.status)
            except urllib.error.HTTPError as error:
                with error:
                    return error.code

        assert [knock(token) for token in ("", speaker, listener, speaker[:-1])] == [401, 101, 403, 401]
        assert [knock(token, "follow") for token in ("", speaker, listener)] == [401, 403, 101]
        assert knock("", f"?token={speaker}") == 400
        assert [get("health"), get("metrics"), get("metrics", speaker)] == [200, 401, 403]
        assert [get(path) for path in ("", "static/main.js", "openapi.json", "v1/models")] == [200, 200, 200, 401]
        with Line(url, ssl=trusting, additional_headers={"Authorization": f"Bearer {speaker}"}) as socket:
            socket.send(json.dumps({"type": "hello"}))
            socket.send(json.dumps({"type": "share"}))
            shared: dict[str, str] = {}
            while shared.get("type") != "shared":
                shared = json.loads(socket.recv(timeout=60))
            there = server.url.replace("0.0.0.0", "localhost")
            origin = there.rstrip("/")
            request = urllib.request.Request(there + "room", json.dumps({"room": shared["room"]}).encode())
            request.add_header("Origin", origin)
            with urllib.request.urlopen(request, timeout=60, context=trusting) as answer:
                cookie = str(answer.headers["set-cookie"]).partition(";")[0]
            with Line(f"{url}follow", ssl=trusting, additional_headers={"Cookie": cookie, "Origin": origin}) as guest:
                guest.send(json.dumps({"type": "follow"}))
                assert json.loads(guest.recv(timeout=60))["type"] == "following"
            assert run("tokens", "revoke", "speaker").code == 0
            assert knock(speaker) == 401
            assert wait_until(lambda: _closed_with(socket), 60) == 1008
        assert server.end() == 0
        said = server.said
    log = json.loads(run("db", "audit", "--last", 200, "--json").out)
    opened = [one for one in log if one["event"] == "opened"]
    closed = [one for one in log if one["event"] == "closed"]
    came = [one["principal"] for one in opened]
    assert came[:3] == ["token:speaker", "token:listener", "token:speaker"]
    assert came[3].startswith("guest:")
    assert len(closed) == len(came) == 4
    assert closed[-1]["reason"] == "token-revoked"
    refused = [one["reason"] for one in log if one["event"] == "refused"]
    assert {"token-missing", "scope", "token-unknown", "token-in-address", "token-revoked"} == {*refused}
    written = b"".join(one.read_bytes() for one in tmp_path.rglob("*") if one.is_file()) + said.encode()
    for token in (speaker, listener):
        assert token[15:].encode() not in written


def test_ports_of_other_protocols_are_guarded_and_in_the_audit_log(
    run: Run,  # noqa: F811
    environment: dict[str, str],  # noqa: F811
) -> None:
    assert run("tokens", "create", "speaker", "--scope", "speak").code == 0
    ports = ("--whisper-live-port", "0", "--wyoming-port", "0", "--wyoming-allow", "203.0.113.0/24")
    with Server("--host", "0.0.0.0", "--tls-self-signed", *ports, environment=environment) as server:
        (whisper_live, wyoming) = (int(one) for one in re.findall(r" at port (\d+)", server.said))
        trusting = ssl.create_default_context()
        trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
        with pytest.raises(InvalidStatus) as caught, Line(f"wss://127.0.0.1:{whisper_live}/", ssl=trusting):
            pass
        assert caught.value.response.status_code == 401
        answer = asyncio.run(_described("127.0.0.1", wyoming))
        assert answer is not None
        assert answer.type == "info"
        expected = [("opened", "local", ""), ("closed", "local", "")]
        try:
            others = network_address()
        except EngineError:
            others = ""  # a machine without a network has no stranger
        if others:
            answer = asyncio.run(_described(others, wyoming))
            assert answer is not None
            assert (answer.type, answer.data["code"]) == ("error", "address")
            expected.append(("refused", "", "address"))
        assert server.end() == 0
    log = json.loads(run("db", "audit", "--json").out)
    assert [one["reason"] for one in log if one["protocol"] == "websocket"] == ["token-missing"]
    found = [one for one in log if one["protocol"] == "wyoming"]
    assert [(one["event"], one["principal"], one["reason"]) for one in found] == expected
    assert found[1]["seconds"] > 0


async def _described(host: str, port: int) -> Event | None:
    async with AsyncTcpClient(host, port) as client:
        await client.write_event(Describe().event())
        return await asyncio.wait_for(client.read_event(), 60)


def _closed_with(socket: Line) -> int:
    """The code of a connection that the server has closed; 0: it is open."""
    try:
        socket.recv(timeout=0.05)
    except TimeoutError:
        return 0
    except ConnectionClosed as error:
        return error.rcvd.code if error.rcvd else -1
    return 0

"""Several real Redis servers for tests: two that Sentinels watch, and a cluster of three."""

import shutil
import subprocess
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Self

from redis import Redis
from redis.exceptions import RedisError

from tests.redis_server import RedisServer, free_port
from tests.waiting import wait_until

NAME = "parley"
"""what the Sentinels call the server"""


class WatchedRedis:
    """A server, a replica of it, and three Sentinels that put the replica in its place when it dies."""

    def __init__(self) -> None:
        self._opened = ExitStack()
        self._sentinels: list[int] = []

    @property
    def url(self) -> str:
        return f"redis+sentinel://{','.join(f'127.0.0.1:{port}' for port in self._sentinels)}/{NAME}"

    def __enter__(self) -> Self:
        self.first = self._opened.enter_context(RedisServer(options=("--repl-diskless-sync-delay", "0")))
        of_first = ("--replicaof", f"127.0.0.1 {self.first.port}")
        self.second = self._opened.enter_context(RedisServer(options=of_first))
        assert wait_until(lambda: _info(self.second, "master_link_status") == "up", 20)
        folder = Path(self._opened.enter_context(TemporaryDirectory(prefix="parley-sentinels-")))
        self._sentinels = [free_port() for _ in range(3)]
        for port in self._sentinels:
            self._sentinel(folder / f"{port}.conf", port)
        assert wait_until(lambda: all(_sees_all(port) for port in self._sentinels), 30)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._opened.close()

    def fail(self) -> None:
        """The server dies. Returns at once; some seconds later the other one is in its place."""
        self.first.kill()

    def is_replaced(self) -> bool:
        with Redis(port=self._sentinels[0]) as client:
            found = client.sentinel_get_master_addr_by_name(NAME)
        return found[1] == self.second.port and _info(self.second, "role") == "master"

    def _sentinel(self, file: Path, port: int) -> None:
        file.write_text(
            f"port {port}\nbind 127.0.0.1\nsentinel monitor {NAME} 127.0.0.1 {self.first.port} 2\n"
            f"sentinel down-after-milliseconds {NAME} 1000\nsentinel failover-timeout {NAME} 5000\n"
        )
        program = shutil.which("redis-server")
        assert program is not None, "redis-server is not installed"
        process = subprocess.Popen([program, str(file), "--sentinel"], stdout=subprocess.DEVNULL)
        self._opened.callback(process.wait, 20)
        self._opened.callback(process.kill)


class RedisCluster3:
    """Three servers that share the keys. Context manager."""

    def __init__(self) -> None:
        self._opened = ExitStack()

    def __enter__(self) -> Self:
        enabled = ("--cluster-enabled", "yes", "--cluster-node-timeout", "2000")
        self.servers = [self._opened.enter_context(RedisServer(options=enabled)) for _ in range(3)]
        self.url = f"redis+cluster://{','.join(f'127.0.0.1:{one.port}' for one in self.servers)}"
        program = shutil.which("redis-cli")
        assert program is not None, "redis-cli is not installed"
        nodes = [f"127.0.0.1:{one.port}" for one in self.servers]
        subprocess.run(
            [program, "--cluster", "create", *nodes, "--cluster-yes"], check=True, stdout=subprocess.DEVNULL, timeout=60
        )
        assert wait_until(lambda: all(_is_whole(one) for one in self.servers), 30)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._opened.close()


def _info(server: RedisServer, name: str) -> str:
    with Redis(port=server.port) as client:
        return str(client.info("replication").get(name))


def _sees_all(port: int) -> bool:
    try:
        with Redis(port=port) as client:
            state = client.sentinel_master(NAME)
    except RedisError:
        return False
    return bool(state["num-slaves"] == 1 and state["num-other-sentinels"] == 2)


def _is_whole(server: RedisServer) -> bool:
    with Redis(port=server.port) as client:
        return bool(client.cluster("info")["cluster_state"] == "ok")

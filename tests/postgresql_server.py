"""A real PostgreSQL for tests: its own folder, a Unix socket in it, users with passwords; nothing of the system's is
touched. Debian's binaries; PostgreSQL refuses to run as root, so that tests of root's run it as its usual user."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PASSWORD = "geheim/2 @:%"
USER = "parley"


class PostgresqlServer:
    """password_file: holds PASSWORD, of USER."""

    def __init__(self, folder: Path, binaries: Path, user: str | None) -> None:
        self._folder, self._binaries, self._user = folder, binaries, user
        self._made = 0
        self.password_file = folder / "password"

    def new_database(self) -> str:
        """The URL of another, empty database."""
        self._made += 1
        name = f"test{self._made}"
        self._run("createdb", f"--host={self._folder}", f"--username={USER}", "--no-password", name)
        return self.url(name)

    def url(self, name: str) -> str:
        return f"postgresql://{USER}@/{name}?host={self._folder}"

    def begin(self) -> None:
        data = self._folder / "data"
        self.password_file.write_text(PASSWORD + "\n", encoding="utf-8")
        if self._user:
            for one in (self._folder, self.password_file):
                shutil.chown(one, self._user)
        options = ["--auth=scram-sha-256", f"--pwfile={self.password_file}", "--no-sync", "--locale=C.UTF-8"]
        self._run("initdb", f"--pgdata={data}", f"--username={USER}", *options)
        settings = f"-c listen_addresses='' -c unix_socket_directories={self._folder} -c fsync=off"
        self._run("pg_ctl", f"--pgdata={data}", "--wait", f"--log={self._folder}/log", f"--options={settings}", "start")

    def end(self) -> None:
        self._run("pg_ctl", f"--pgdata={self._folder / 'data'}", "--mode=immediate", "stop")

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [self._binaries / program, *arguments],
            user=self._user,
            cwd=self._folder,
            env={"PATH": os.defpath, "LC_ALL": "C.UTF-8", "PGPASSWORD": PASSWORD},
            stdin=subprocess.DEVNULL,
            # A file, not a pipe, which the server would hold open.
            stdout=(out := (self._folder / "out").open("w+")),
            stderr=subprocess.STDOUT,
            timeout=60,
        )
        with out:
            out.seek(0)
            assert done.returncode == 0, out.read()


@contextmanager
def postgresql_server() -> Iterator[PostgresqlServer]:
    """One that runs meanwhile."""
    binaries = sorted(Path("/usr/lib/postgresql").glob("*/bin"))[-1]
    user = None
    if os.geteuid() == 0:
        user = next(one.pw_name for one in pwd.getpwall() if one.pw_name in ("postgres", "nobody"))
    # Not below the tests' own folder, which nobody else may enter; short, as a socket's path must be.
    with tempfile.TemporaryDirectory(prefix="parley-pg-", ignore_cleanup_errors=True) as folder:
        server = PostgresqlServer(Path(folder), binaries, user)
        server.begin()
        try:
            yield server
        finally:
            server.end()

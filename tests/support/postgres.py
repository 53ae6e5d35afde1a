"""A PostgreSQL server of a test's own: in a folder, on a socket in it, without a network; a fresh database for whoever asks."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from itertools import count
from pathlib import Path

import psycopg

DEADLINE = 30.0  # seconds until it answers, or is down
HOMES = Path("/usr/lib/postgresql")  # Debian's
FAST = ("fsync=off", "listen_addresses=", "max_connections=200", "shared_buffers=16MB")


def programs() -> Path | None:
    """Where the newest server's programs are; None if there is none."""
    found = sorted(HOMES.glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
    return found[-1].parent if found else None


class Postgres:
    """Started by `start`, ended by `stop`. The server refuses to run as root, who lends it the name of its own account."""

    def __init__(self) -> None:
        home = programs()
        assert home is not None, "PostgreSQL is not installed (scripts/system_parts.py)"
        # A socket's path has at most 107 letters, which folders of tests are longer than.
        self._home, self._folder = home, Path(tempfile.mkdtemp(prefix="gc-pg-"))
        self._server: subprocess.Popen[bytes] | None = None
        self._numbers = count(1)

    def start(self) -> Postgres:
        """Make a cluster and serve it."""
        account = {}
        if os.geteuid() == 0:
            owner = pwd.getpwnam("postgres")
            os.chown(self._folder, owner.pw_uid, owner.pw_gid)
            account = {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}
        cluster = self._folder / "data"
        options = {"cwd": self._folder, "stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, **account}
        made = ("-D", str(cluster), "-U", "gatecast", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        subprocess.run([self._home / "initdb", *made], check=True, timeout=60, **options)
        asked = [word for setting in FAST for word in ("-c", setting)]
        with (self._folder / "log").open("wb") as log:
            self._server = subprocess.Popen(
                [self._home / "postgres", "-D", str(cluster), "-k", str(self._folder), *asked], stderr=log, **options
            )
        deadline = time.monotonic() + DEADLINE
        while True:
            try:
                psycopg.connect(self._where("postgres")).close()
                return self
            except psycopg.OperationalError:
                assert time.monotonic() < deadline, (self._folder / "log").read_text()
                time.sleep(0.05)

    def database(self) -> str:
        """The SQLAlchemy URL of a new, empty database."""
        name = f"t{next(self._numbers)}"
        with psycopg.connect(self._where("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE template0")
        return f"postgresql+psycopg://gatecast@/{name}?host={self._folder}"

    def stop(self) -> None:
        """End it at once, and forget all."""
        if self._server is not None:
            self._server.send_signal(signal.SIGQUIT)
            self._server.wait(DEADLINE)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _where(self, name: str) -> str:
        return f"host={self._folder} user=gatecast dbname={name}"

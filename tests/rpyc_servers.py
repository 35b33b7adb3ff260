"""Real RPyC servers for the tests, each in a process of its own on a free loopback port."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Iterator, Sequence

# The port is told once the server listens: a client that reads it may connect at once.
_PROGRAM = """
import sys
from rpyc.core.service import Service, SlaveService
from rpyc.utils.authenticators import SSLAuthenticator
from rpyc.utils.server import ThreadedServer

class Adder(Service):
    def exposed_add(self, left, right):
        return left + right

mode, *tls = sys.argv[1:]
authenticator = SSLAuthenticator(*tls) if tls else None
service = SlaveService if mode == "classic" else Adder
server = ThreadedServer(service, hostname="127.0.0.1", port=0, authenticator=authenticator)
server._listen()
print(server.port, flush=True)
server.start()
"""


@contextlib.contextmanager
def rpyc_server(
    mode: str = "classic", tls: Sequence[str] = ()
) -> Iterator[tuple[int, subprocess.Popen[str]]]:
    """Run a server, and yield its port and its process.

    Args:
        mode: ``classic``, or ``service`` for one with a method ``add``.
        tls: files of the server's key and certificate, and of the authority for clients' certificates if any.
    """
    server = subprocess.Popen(
        [sys.executable, "-c", _PROGRAM, mode, *tls],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    with server:
        try:
            assert server.stdout is not None
            yield int(server.stdout.readline()), server
        finally:
            server.kill()

"""Reach a device that runs an RPyC server.

In *classic* mode (``rpyc_classic`` on the far side) the far interpreter does whatever this side asks: that is remote
code execution by design, so use it on loopback, through SSH or with TLS and client certificates only. In *service*
mode the far side offers what its service exposes and nothing else.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Generator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import attrs

from rotest_backends.drivers.limits import positive
from rotest_core import DriverError

if TYPE_CHECKING:
    from plumbum import SshMachine
    from rpyc.core.protocol import Connection


@attrs.frozen(kw_only=True)
class TlsOptions:
    """Say how a link is encrypted.

    Args:
        ca: file with the certificates that may vouch for the server; without one those of the system do.
        certificate: file with this side's certificate, if the server asks for one.
        key: file with its private key.
        server_name: name that the server's certificate must bear; the host's when empty.
    """

    ca: Path | None = None
    certificate: Path | None = None
    key: Path | None = None
    server_name: str = ""


@attrs.frozen(kw_only=True)
class SshOptions:
    """Say how to tunnel through SSH; the RPyC server need only listen on its own loopback.

    Args:
        user: account on the far host; that of this user when empty.
        port: TCP port of the SSH server.
        key: file with a private key; the agent's and the default ones when None.
        options: further arguments for ``ssh``: ``["-o", "StrictHostKeyChecking=yes"]``.
    """

    user: str = ""
    port: int = 22
    key: Path | None = None
    options: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class RpycOptions:
    """Say where an RPyC server is and how to talk to it.

    Args:
        host: host name or address.
        port: TCP port; 18812 is that of ``rpyc_classic``.
        mode: ``classic`` or ``service``.
        connect_timeout: seconds until the link must be open and the server must have answered.
        request_timeout: seconds that one remote call may take, None for no limit.
        keepalive: whether to probe an idle link, so that a vanished host is noticed.
        tls: set to encrypt with TLS.
        ssh: set to tunnel through SSH.
    """

    host: str
    port: int = attrs.field(default=18812, validator=[attrs.validators.gt(0), attrs.validators.lt(65536)])
    mode: Literal["classic", "service"] = "classic"
    connect_timeout: float = attrs.field(default=10.0, validator=positive)
    request_timeout: float | None = attrs.field(default=30.0, validator=positive)
    keepalive: bool = True
    tls: TlsOptions | None = None
    ssh: SshOptions | None = None


class RpycDriver:
    """Hold a link to an RPyC server.

    Args:
        options: where the server is and how to talk to it.

    Example::

        driver = RpycDriver(RpycOptions(host="127.0.0.1", port=18812))
        driver.open()
        driver.modules.platform.node()  # runs on the far side
        driver.close()
    """

    def __init__(self, options: RpycOptions) -> None:
        self.options = options
        self._connection: Connection | None = None
        # What to let go of, in reverse order, when the link is closed: tunnel, socket, connection.
        self._held = contextlib.ExitStack()

    def open(self) -> None:
        """Connect, and see that an RPyC server answers.

        Raises:
            DriverError: nothing listens there, or it is no RPyC server, or TLS or SSH refuse; nothing stays open.
        """
        if self.is_open:
            return
        self.close()
        try:
            self._connection = self._connect()
        except BaseException as error:
            self.close()
            if isinstance(error, Exception):
                raise DriverError(f"cannot reach {self}: {_explain(error, self.options)}") from error
            raise

    def close(self) -> None:
        """Close the link and its tunnel; harmless when there is none."""
        self._connection = None
        held, self._held = self._held, contextlib.ExitStack()
        held.close()

    @property
    def is_open(self) -> bool:
        return self._connection is not None and not self._connection.closed

    @property
    def connection(self) -> Connection:
        """Give the RPyC connection itself.

        Raises:
            DriverError: the link is not open.
        """
        if self._connection is None:
            raise DriverError(f"{self} is not open: call open() first, in connect() for instance")
        return self._connection

    @property
    def root(self) -> Any:
        """Give the far side's service."""
        return self.connection.root

    @property
    def modules(self) -> Any:
        """Give the far interpreter's modules, in classic mode: ``driver.modules.os.getpid()``."""
        if self.options.mode != "classic":
            raise DriverError(f"{self} is in service mode: use root, or choose mode = 'classic'")
        return self.connection.modules

    def __str__(self) -> str:
        through = " through SSH" if self.options.ssh else " with TLS" if self.options.tls else ""
        return f"the RPyC server at {self.options.host}:{self.options.port}{through}"

    def _connect(self) -> Connection:
        from rpyc.core.service import MasterService, VoidService
        from rpyc.core.stream import SocketStream
        from rpyc.utils import factory

        options = self.options
        host, port = options.host, options.port
        if options.ssh is not None:
            host, port = "localhost", self._tunnel(options.ssh)
        link = self._held.enter_context(_socket(host, port, options))
        # A master only: this side may use the far interpreter, the far side gets nothing of this one.
        service = MasterService if options.mode == "classic" else VoidService
        # Errors of the far side become the classes of this one, where this one has them loaded already.
        config = {"sync_request_timeout": options.request_timeout, "instantiate_custom_exceptions": True}
        with _deadline(link, options.connect_timeout):
            connection = factory.connect_stream(SocketStream(link), service, config)
            self._held.callback(_close, connection, link)
            connection.ping(timeout=options.connect_timeout)
        return connection

    def _tunnel(self, ssh: SshOptions) -> int:
        """Open a tunnel to the server's port, and return the local port where it begins."""
        machine = _ssh_machine(self.options.host, ssh, self.options.connect_timeout)
        self._held.callback(machine.close)
        # There is no way to let ssh choose the port and say which: between here and there another may take it.
        with socket.create_server(("127.0.0.1", 0)) as unused:
            port = int(unused.getsockname()[1])
        self._held.enter_context(machine.tunnel(port, self.options.port))
        return port


def _close(connection: Connection, link: socket.socket) -> None:
    """Close a connection without waiting for a far side that may be gone or stuck."""
    with contextlib.suppress(OSError):
        link.shutdown(socket.SHUT_RDWR)
    with contextlib.suppress(EOFError, OSError):
        connection.close()


@contextlib.contextmanager
def _deadline(link: socket.socket, seconds: float) -> Generator[None]:
    """Cut a socket off when the block takes too long: whoever waits for it gets a TimeoutError."""
    late = threading.Event()

    def cut() -> None:
        late.set()
        with contextlib.suppress(OSError):
            link.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(seconds, cut)
    timer.start()
    try:
        yield
    except Exception as error:
        if late.is_set():
            raise TimeoutError(f"no answer within {seconds:g} s") from error
        raise
    finally:
        timer.cancel()
        timer.join()


def _socket(host: str, port: int, options: RpycOptions) -> socket.socket:
    link = socket.create_connection((host, port), timeout=options.connect_timeout)
    try:
        if options.keepalive:
            link.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        if options.tls is not None:
            link = _encrypt(link, options.host, options.tls)
        link.settimeout(None)
    except BaseException:
        link.close()
        raise
    return link


def _encrypt(link: socket.socket, host: str, tls: TlsOptions) -> socket.socket:
    import ssl

    context = ssl.create_default_context(cafile=tls.ca)
    if tls.certificate is not None:
        context.load_cert_chain(tls.certificate, tls.key)
    return context.wrap_socket(link, server_hostname=tls.server_name or host)


def _ssh_machine(host: str, ssh: SshOptions, timeout: float) -> SshMachine:
    from plumbum import SshMachine

    return SshMachine(
        host,
        user=ssh.user or None,
        port=ssh.port,
        keyfile=str(ssh.key) if ssh.key else None,
        ssh_opts=ssh.options,
        connect_timeout=max(1, round(timeout)),
    )


def _explain(error: Exception, options: RpycOptions) -> str:
    """Say what to look at, for the failures that happen in a laboratory every day."""
    explanations: list[tuple[type[Exception] | tuple[type[Exception], ...], Callable[[], str]]] = [
        (ConnectionRefusedError, lambda: "nothing listens there; is the server started, and on this port?"),
        (socket.gaierror, lambda: f"the name {options.host!r} cannot be resolved"),
        (
            TimeoutError,
            lambda: f"no answer within {options.connect_timeout:g} s; is the host up, and is it RPyC?",
        ),
        (
            (EOFError, ConnectionResetError),
            lambda: "it closed the link at once; is it RPyC, and does it want TLS?",
        ),
        (FileNotFoundError, lambda: f"{error}; are the paths of the certificates and keys right?"),
    ]
    if options.ssh is not None and type(error).__module__.startswith("plumbum"):
        said = str(getattr(error, "stderr", "")).strip() or " ".join(str(error).split())
        return f"SSH to port {options.ssh.port} failed: {said}"
    for kind, explain in explanations:
        if isinstance(error, kind):
            return explain()
    return f"{type(error).__name__}: {error}"

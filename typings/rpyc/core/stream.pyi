import socket
import ssl
from types import TracebackType
from typing import IO, Any, ClassVar, Protocol, Self, TypedDict, type_check_only

from rpyc.lib import Timeout

@type_check_only
class Tunnel(Protocol):
    def close(self) -> object: ...

@type_check_only
class _TlsOptions(TypedDict, total=False):
    ssl_version: int
    keyfile: str | None
    certfile: str | None
    ca_certs: str | None
    ciphers: str | None
    check_hostname: bool
    cert_reqs: ssl.VerifyMode | None
    server_side: bool

class Stream:
    def close(self) -> None: ...
    @property
    def closed(self) -> bool: ...
    def fileno(self) -> int: ...
    def poll(self, timeout: float | Timeout | None) -> bool: ...
    def read(self, count: int) -> bytes: ...
    def write(self, data: bytes) -> None: ...
    def __enter__(self) -> Self: ...
    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None, /
    ) -> None: ...

class SocketStream(Stream):
    MAX_IO_CHUNK: ClassVar[int]
    sock: socket.socket
    def __init__(self, sock: socket.socket) -> None: ...
    @classmethod
    def connect(
        cls,
        host: str,
        port: int,
        *,
        family: int = ...,
        socktype: int = ...,
        proto: int = ...,
        timeout: float | None = ...,
        nodelay: bool = ...,
        keepalive: bool | int = ...,
        attempts: int = ...,
        ipv6: bool = ...,
    ) -> Self: ...
    @classmethod
    def unix_connect(cls, path: str, timeout: float | None = 3) -> Self: ...
    @classmethod
    def ssl_connect(
        cls,
        host: str,
        port: int,
        ssl_kwargs: _TlsOptions,
        *,
        family: int = ...,
        socktype: int = ...,
        proto: int = ...,
        timeout: float | None = ...,
        nodelay: bool = ...,
        keepalive: bool | int = ...,
        attempts: int = ...,
        ipv6: bool = ...,
    ) -> Self: ...

class TunneledSocketStream(SocketStream):
    tun: Tunnel | None

class PipeStream(Stream):
    MAX_IO_CHUNK: ClassVar[int]
    incoming: IO[Any]
    outgoing: IO[Any]
    def __init__(self, incoming: IO[Any], outgoing: IO[Any]) -> None: ...
    @classmethod
    def from_std(cls) -> Self: ...
    @classmethod
    def create_pair(cls) -> tuple[Self, Self]: ...

import ssl
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from types import ModuleType
from typing import IO, Any, Final, TypeVar

from rpyc.core.channel import Channel
from rpyc.core.protocol import Connection
from rpyc.core.service import (
    ClassicService as ClassicService,
    ModuleNamespace as ModuleNamespace,
    Slave as Slave,
)
from rpyc.core.stream import Stream
from rpyc.utils.factory import Tunneling

_T = TypeVar("_T")

DEFAULT_SERVER_PORT: Final = 18812
DEFAULT_SERVER_SSL_PORT: Final = 18821
SlaveService = ClassicService

def connect_channel(channel: Channel) -> Connection: ...
def connect_stream(stream: Stream) -> Connection: ...
def connect_stdpipes() -> Connection: ...
def connect_pipes(input: IO[Any], output: IO[Any]) -> Connection: ...
def connect(
    host: str, port: int = 18812, ipv6: bool = False, keepalive: bool | int = False
) -> Connection: ...
def unix_connect(path: str) -> Connection: ...
def ssl_connect(
    host: str,
    port: int = 18821,
    keyfile: str | None = None,
    certfile: str | None = None,
    ca_certs: str | None = None,
    cert_reqs: ssl.VerifyMode | None = None,
    ssl_version: int | None = None,
    ciphers: str | None = None,
    ipv6: bool = False,
) -> Connection: ...
def ssh_connect(remote_machine: Tunneling, remote_port: int) -> Connection: ...
def connect_subproc(server_file: str | None = None) -> Connection: ...
def connect_thread() -> Connection: ...
def connect_multiprocess(args: Mapping[str, object] = {}) -> Connection: ...
def upload(
    conn: Connection,
    localpath: str,
    remotepath: str,
    filter: Callable[[str], bool] | None = None,
    ignore_invalid: bool = False,
    chunk_size: int = 64000,
) -> None: ...
def upload_file(conn: Connection, localpath: str, remotepath: str, chunk_size: int = 64000) -> None: ...
def upload_dir(
    conn: Connection,
    localpath: str,
    remotepath: str,
    filter: Callable[[str], bool] | None = None,
    chunk_size: int = 64000,
) -> None: ...
def download(
    conn: Connection,
    remotepath: str,
    localpath: str,
    filter: Callable[[str], bool] | None = None,
    ignore_invalid: bool = False,
    chunk_size: int = 64000,
) -> None: ...
def download_file(conn: Connection, remotepath: str, localpath: str, chunk_size: int = 64000) -> None: ...
def download_dir(
    conn: Connection,
    remotepath: str,
    localpath: str,
    filter: Callable[[str], bool] | None = None,
    chunk_size: int = 64000,
) -> None: ...
def upload_package(
    conn: Connection, module: ModuleType, remotepath: str | None = None, chunk_size: int = 64000
) -> None: ...

upload_module = upload_package

# Given a netref, which is Any, this is Any; given an annotated one, it is what the annotation promised.
def obtain(proxy: _T) -> _T: ...
def deliver(conn: Connection, localobj: object) -> Any: ...
def redirected_stdio(conn: Connection) -> AbstractContextManager[None]: ...
def pm(conn: Connection) -> None: ...
def interact(conn: Connection, namespace: dict[str, Any] | None = None) -> None: ...
def teleport_function(
    conn: Connection, func: Callable[..., object], globals: Any = None, def_: bool = True
) -> Any: ...

class MockClassicConnection:
    root: Slave
    modules: ModuleNamespace
    builtin: Any
    builtins: Any
    namespace: dict[str, Any]
    eval: Callable[[str], Any]
    execute: Callable[[str], None]

import logging
import socket
from collections.abc import Callable
from typing import Any

from rpyc.core.service import Service
from rpyc.utils.registry import RegistryClient

class Server:
    active: bool
    service: type[Service] | Service
    authenticator: Callable[[socket.socket], tuple[socket.socket, Any]] | None
    backlog: int
    auto_register: bool
    protocol_config: dict[str, Any]
    clients: set[socket.socket]
    listener: socket.socket
    host: str
    # The path of the socket, where the server was given one.
    port: Any
    logger: logging.Logger
    registrar: RegistryClient
    def __init__(
        self,
        service: type[Service] | Service,
        hostname: str | None = None,
        ipv6: bool = False,
        port: int = 0,
        backlog: int = ...,
        reuse_addr: bool = True,
        authenticator: Callable[[socket.socket], tuple[socket.socket, Any]] | None = None,
        registrar: RegistryClient | None = None,
        auto_register: bool | None = None,
        protocol_config: dict[str, Any] | None = None,
        logger: logging.Logger | None = None,
        listener_timeout: float | None = 0.5,
        socket_path: str | None = None,
    ) -> None: ...
    def close(self) -> None: ...
    def fileno(self) -> int: ...
    def accept(self) -> None: ...
    def start(self) -> None: ...

class OneShotServer(Server): ...
class ThreadedServer(Server): ...

class ThreadPoolServer(Server):
    nbthreads: int
    request_batch_size: int
    def __init__(
        self,
        service: type[Service] | Service,
        hostname: str | None = None,
        ipv6: bool = False,
        port: int = 0,
        backlog: int = ...,
        reuse_addr: bool = True,
        authenticator: Callable[[socket.socket], tuple[socket.socket, Any]] | None = None,
        registrar: RegistryClient | None = None,
        auto_register: bool | None = None,
        protocol_config: dict[str, Any] | None = None,
        logger: logging.Logger | None = None,
        listener_timeout: float | None = 0.5,
        socket_path: str | None = None,
        *,
        nbThreads: int = 20,
        requestBatchSize: int = 10,
    ) -> None: ...

class ForkingServer(Server): ...

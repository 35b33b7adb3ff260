import logging
from collections.abc import Sequence
from typing import ClassVar, Final

DEFAULT_PRUNING_TIMEOUT: Final = 240
MAX_DGRAM_SIZE: Final = 1500
REGISTRY_PORT: Final = 18811

class RegistryClient:
    REREGISTER_INTERVAL: ClassVar[int]
    ip: str
    port: int
    timeout: float
    logger: logging.Logger
    def __init__(self, ip: str, port: int, timeout: float, logger: logging.Logger | None = None) -> None: ...
    def discover(self, name: str) -> Sequence[tuple[str, int]]: ...
    def list(self, filter_host: str | None = None) -> Sequence[str] | None: ...
    def unregister(self, port: int) -> None: ...

class UDPRegistryClient(RegistryClient):
    sock_family: int
    bcast: bool
    def __init__(
        self,
        ip: str = "255.255.255.255",
        port: int = 18811,
        timeout: float = 2,
        bcast: bool | None = None,
        logger: logging.Logger | None = None,
        ipv6: bool = False,
    ) -> None: ...
    def register(self, aliases: Sequence[str], port: int, interface: str = "") -> bool: ...

class TCPRegistryClient(RegistryClient):
    def __init__(
        self, ip: str, port: int = 18811, timeout: float = 2, logger: logging.Logger | None = None
    ) -> None: ...
    def register(self, aliases: Sequence[str], port: int, interface: str = "") -> bool: ...

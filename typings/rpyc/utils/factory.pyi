import ssl
from collections.abc import Mapping, Sequence
from typing import IO, Any, Protocol, type_check_only

from rpyc.core.channel import Channel
from rpyc.core.protocol import Connection
from rpyc.core.service import Service
from rpyc.core.stream import Stream, Tunnel
from rpyc.utils.registry import RegistryClient

# plumbum's SshMachine and its like.
@type_check_only
class Tunneling(Protocol):
    def tunnel(self, lport: Any, dport: Any, /) -> Tunnel: ...

class DiscoveryError(Exception): ...
class ForbiddenError(Exception): ...

def connect_channel(
    channel: Channel, service: type[Service] | Service = ..., config: Mapping[str, object] = {}
) -> Connection: ...
def connect_stream(
    stream: Stream, service: type[Service] | Service = ..., config: Mapping[str, object] = {}
) -> Connection: ...
def connect_pipes(
    input: IO[Any],
    output: IO[Any],
    service: type[Service] | Service = ...,
    config: Mapping[str, object] = {},
) -> Connection: ...
def connect_stdpipes(
    service: type[Service] | Service = ..., config: Mapping[str, object] = {}
) -> Connection: ...
def connect(
    host: str,
    port: int,
    service: type[Service] | Service = ...,
    config: Mapping[str, object] = {},
    ipv6: bool = False,
    keepalive: bool | int = False,
) -> Connection: ...
def unix_connect(
    path: str, service: type[Service] | Service = ..., config: Mapping[str, object] = {}
) -> Connection: ...
def ssl_connect(
    host: str,
    port: int,
    keyfile: str | None = None,
    certfile: str | None = None,
    ca_certs: str | None = None,
    cert_reqs: ssl.VerifyMode | None = None,
    ssl_version: int | None = None,
    ciphers: str | None = None,
    service: type[Service] | Service = ...,
    config: Mapping[str, object] = {},
    ipv6: bool = False,
    keepalive: bool | int = False,
    verify_mode: ssl.VerifyMode | None = None,
) -> Connection: ...
def ssh_connect(
    remote_machine: Tunneling,
    remote_port: int,
    service: type[Service] | Service = ...,
    config: Mapping[str, object] = {},
) -> Connection: ...
def discover(
    service_name: str, host: str | None = None, registrar: RegistryClient | None = None, timeout: float = 2
) -> Sequence[tuple[str, int]]: ...
def list_services(
    registrar: RegistryClient | None = None, filter_host: str | None = None, timeout: float = 2
) -> Sequence[str]: ...
def connect_by_service(
    service_name: str,
    host: str | None = None,
    registrar: RegistryClient | None = None,
    timeout: float = 2,
    service: type[Service] | Service = ...,
    config: Mapping[str, object] = {},
) -> Connection: ...
def connect_subproc(
    args: str | Sequence[str],
    service: type[Service] | Service = ...,
    config: Mapping[str, object] = {},
) -> Connection: ...
def connect_thread(
    service: type[Service] | Service = ...,
    config: Mapping[str, object] = {},
    remote_service: type[Service] | Service = ...,
    remote_config: Mapping[str, object] = {},
) -> Connection: ...
def connect_multiprocess(
    service: type[Service] | Service = ...,
    config: Mapping[str, object] = {},
    remote_service: type[Service] | Service = ...,
    remote_config: Mapping[str, object] = {},
    args: Mapping[str, object] = {},
) -> Connection: ...

import os
import socket
import ssl
from typing import Any

class AuthenticationError(Exception): ...

class SSLAuthenticator:
    keyfile: str
    certfile: str
    ca_certs: str | None
    cert_reqs: ssl.VerifyMode
    ciphers: str | None
    ssl_version: int | None
    def __init__(
        self,
        keyfile: str | os.PathLike[str],
        certfile: str | os.PathLike[str],
        ca_certs: str | os.PathLike[str] | None = None,
        cert_reqs: ssl.VerifyMode | None = None,
        ssl_version: int | None = None,
        ciphers: str | None = None,
    ) -> None: ...
    def __call__(self, sock: socket.socket) -> tuple[ssl.SSLSocket, dict[str, Any] | None]: ...

"""A driver: opens a link to a device that answers a line with a line, over TCP."""

from __future__ import annotations

import socket

import attrs

from rotest_core import DriverError


@attrs.frozen(kw_only=True)
class LineOptions:
    """What ``[drivers.line]`` in rotest.toml may say."""

    host: str
    port: int
    timeout: float = 5.0


class LineDriver:
    """Ask a device and read its answer."""

    def __init__(self, options: LineOptions) -> None:
        self.options = options
        self._link: socket.socket | None = None

    def open(self) -> None:
        """Open the link."""
        if self._link is None:
            address = (self.options.host, self.options.port)
            try:
                self._link = socket.create_connection(address, self.options.timeout)
            except OSError as error:
                raise DriverError(f"cannot reach the device at {address[0]}:{address[1]}: {error}") from error

    def close(self) -> None:
        """Close the link."""
        if self._link is not None:
            self._link.close()
            self._link = None

    @property
    def is_open(self) -> bool:
        """Tell whether the link is open."""
        return self._link is not None

    def ask(self, question: str) -> str:
        """Send one line and return the answer."""
        if self._link is None:
            raise DriverError("the link is not open")
        self._link.sendall(f"{question}\n".encode())
        with self._link.makefile(encoding="utf-8") as answers:
            return answers.readline().rstrip("\n")

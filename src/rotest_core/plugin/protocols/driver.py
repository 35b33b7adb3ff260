"""Drivers open links to devices."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from rotest_core.plugin.options import PluginContext


class Driver(Protocol):
    """Hold one link to one device.

    A driver's own methods (``run``, ``root``) are its own affair; resources use them by their concrete type. What all
    drivers share is how a link is opened and closed.
    """

    def open(self) -> None:
        """Open the link.

        Raises:
            DriverError: it cannot be opened within the time limit; the message says what was tried and what to check.
        """
        ...

    def close(self) -> None:
        """Close the link; harmless when it is closed, or was never opened, or broke."""
        ...

    @property
    def is_open(self) -> bool:
        """Tell whether the link is open, as far as this side knows."""
        ...


DriverFactory = Callable[[PluginContext], Driver]

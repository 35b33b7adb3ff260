"""The port through which a resource makes drivers by their registered names: plugins are far above the model."""

from __future__ import annotations

from collections.abc import Mapping

from rotest_core.quick_typing import Protocol


class DriverMaker(Protocol):
    """Make a driver that is not open yet."""

    def __call__(self, name: str, values: Mapping[str, object], /) -> object:
        """Return the driver.

        Args:
            name: as it is registered, or as a section ``[drivers.NAME]`` calls it.
            values: options over those of that section.

        Raises:
            UnknownPluginError: nothing registered it.
            ConfigError: the options do not fit.
        """
        ...


class _Port:
    maker: DriverMaker | None = None


def install(maker: DriverMaker) -> None:
    """Say who makes drivers from now on: whoever opened the configuration last."""
    _Port.maker = maker


def maker() -> DriverMaker:
    """Return who makes drivers."""
    if _Port.maker is None:
        raise RuntimeError(
            "drivers have names within a run, or for what lock() gave; else use the driver's class"
        )
    return _Port.maker

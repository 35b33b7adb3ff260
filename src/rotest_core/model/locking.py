"""The port through which ``Calculator.lock()`` reaches what leases and sets up: that is far above the model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from rotest_core.model.request import Request, ResourceT


class LockProvider(Protocol):
    """Lease one resource for a script, set it up, and attach how it is given back (`resource.attach_release`)."""

    def __call__(
        self,
        request: Request[ResourceT],
        /,
        *,
        skip_init: bool,
        config: Mapping[str, object] | None,
        wait: float | None,
    ) -> ResourceT:
        """Return the live resource.

        Args:
            request: what is wanted.
            skip_init: whether to connect only.
            config: values over those of the project's ``[config]`` table.
            wait: seconds to wait for it, None for what the project is configured to.
        """
        ...


class _Port:
    provider: LockProvider | None = None


def install(provider: LockProvider | None) -> None:
    """Say who serves ``lock()``; done once, where the program is put together."""
    _Port.provider = provider


def current() -> LockProvider | None:
    """Return who serves ``lock()``, if anybody does yet."""
    return _Port.provider


def provider() -> LockProvider:
    """Return who serves ``lock()``."""
    if _Port.provider is None:
        raise RuntimeError("nothing serves lock(): import BaseResource from rotest_core")
    return _Port.provider

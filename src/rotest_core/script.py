"""Serve ``Calculator.lock()``: lease and set up resources for scripts, outside of any run.

One session is shared by everything that a process holds by `lock`. It is opened with the first resource, by the
configuration of the directory that the script works in then, and closed with the last. What is still held when the
process ends is finalized and released, with a `ResourceWarning` for each.
"""

from __future__ import annotations

import atexit
import itertools
import logging
import os
import sys
import threading
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, cast

from rotest_core.config.current import current_settings
from rotest_core.config.settings import Settings
from rotest_core.errors import CleanupErrors, RotestError
from rotest_core.execution import lifecycle
from rotest_core.model.request import Request, ResourceT
from rotest_core.model.resource import AnyResource, attach_release, build_requested
from rotest_core.session import Session

if TYPE_CHECKING:
    from rotest_core.allocation.leases import Allocation, Leases

_numbers = itertools.count(1)
_logger = logging.getLogger(__name__)


def lock_resource(
    request: Request[ResourceT],
    *,
    skip_init: bool = False,
    config: Mapping[str, object] | None = None,
    wait: float | None = None,
) -> ResourceT:
    """Lease one resource and set it up.

    Args:
        request: what is wanted.
        skip_init: whether to connect only.
        config: values over those of the project's ``[config]`` table.
        wait: seconds to wait for it, None for what the project is configured to.

    Raises:
        ConfigError: the project's configuration is wrong.
        PlanError: the request is wrong.
        ClaimError: it cannot be had.
        ResourceError: a step of its set-up failed; it was given back.
    """
    wanted = cast("Request[AnyResource]", request)
    return cast("ResourceT", _SCRIPT.lock(wanted, skip_init=skip_init, config=config or {}, wait=wait))


class Script:
    """Hold what one process has by `lock`; safe to use from several threads."""

    def __init__(self) -> None:
        self._turn = threading.RLock()
        self._settings: Settings | None = None
        self._session: Session | None = None
        self._leases: Leases | None = None
        self._users = 0
        self._held: dict[int, AnyResource] = {}

    def lock(
        self,
        request: Request[AnyResource],
        *,
        skip_init: bool,
        config: Mapping[str, object],
        wait: float | None,
    ) -> AnyResource:
        """Lease and set up one resource (see `lock_resource`)."""
        settings = self._begin()
        try:
            return self._lock(request, settings, skip_init=skip_init, config=config, wait=wait)
        except BaseException:
            self._end()
            raise

    def release_all(self) -> None:
        """Release what was forgotten, with a warning for each; called when the process ends."""
        for resource in [*self._held.values()]:
            warnings.warn(f"{resource!r} was locked and not released", ResourceWarning, stacklevel=1)
            try:
                resource.release()
            except Exception:
                _logger.exception("%r was not released well", resource)

    def _lock(
        self,
        request: Request[AnyResource],
        settings: Settings,
        *,
        skip_init: bool,
        config: Mapping[str, object],
        wait: float | None,
    ) -> AnyResource:
        merged = {**settings.config, **config}
        chosen = request.for_config(merged)
        chosen.query()
        allocation = None if chosen.is_service else self._acquire(chosen, settings, wait)
        try:
            resource = self._set_up(chosen, allocation, settings, merged, skip_init=skip_init)
        except BaseException:
            self._give_back(allocation, dirty=True)
            raise
        attach_release(resource, lambda: self._release(resource, allocation))
        self._held[id(resource)] = resource
        return resource

    def _acquire(self, request: Request[AnyResource], settings: Settings, wait: float | None) -> Allocation:
        name = Path(sys.argv[0]).name or "python"
        with self._turn:
            if self._session is None:
                raise RotestError("the session of this script is closed")
            if self._leases is None:
                self._leases = self._session.open_leases(name)
            leases = self._leases
        return leases.acquire(
            [request.bound(request.name or request.resource.__name__)],
            label=name,
            wait=settings.run.wait if wait is None else wait,
            on_waiting=lambda reason: _logger.warning("waiting for %s", reason),
        )

    def _set_up(
        self,
        request: Request[AnyResource],
        allocation: Allocation | None,
        settings: Settings,
        config: Mapping[str, object],
        *,
        skip_init: bool,
    ) -> AnyResource:
        entry = allocation.entries[0] if allocation else None
        name = entry.data.name if entry and entry.data else request.resource.__name__
        resource: AnyResource = build_requested(
            request,
            entry.data if entry else None,
            work_dir=Path(
                settings.root, settings.run.work_dir, "scripts", f"{os.getpid()}-{next(_numbers)}-{name}"
            ),
            config=config,
        )
        lifecycle.set_up(resource, skip_init=skip_init, dirty=entry is not None and entry.dirty)
        return resource

    def _release(self, resource: AnyResource, allocation: Allocation | None) -> None:
        self._held.pop(id(resource), None)
        errors: list[Exception] = []
        clean = False
        try:
            errors = lifecycle.tear_down(resource)
            clean = not errors
        finally:
            try:
                self._give_back(allocation, dirty=not clean)
            finally:
                self._end()
        if errors:
            raise CleanupErrors(f"clean-up of {resource.name} failed", errors)

    def _give_back(self, allocation: Allocation | None, *, dirty: bool) -> None:
        if allocation is not None and self._leases is not None:
            self._leases.release(allocation, dirty=dirty)

    def _begin(self) -> Settings:
        with self._turn:
            if self._session is None or self._settings is None:
                from rotest_core.plugin.loader import load_plugins

                self._settings = current_settings()
                self._session = Session(self._settings, load_plugins(self._settings.plugins.disabled))
            self._users += 1
            return self._settings

    def _end(self) -> None:
        with self._turn:
            self._users -= 1
            if self._users == 0 and self._session is not None:
                session, self._session, self._leases = self._session, None, None
                session.close()


def release_all() -> None:
    """Release what this process holds by `lock`, with a warning for each."""
    _SCRIPT.release_all()


_SCRIPT = Script()
atexit.register(_SCRIPT.release_all)

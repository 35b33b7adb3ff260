"""Lease resources for a script, set them up, and take them back: what ``Calculator.lock()`` does."""

from __future__ import annotations

import itertools
import os
import sys
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from rotest_core.errors import CleanupErrors
from rotest_core.execution import lifecycle
from rotest_core.execution.workdir import safe_name
from rotest_core.model.resource import attach_release, build_requested

if TYPE_CHECKING:
    from rotest_core.allocation.leases import Allocation, Leases
    from rotest_core.model.request import Request
    from rotest_core.model.resource import AnyResource


class LockedResources:
    """Hold what a script has locked.

    Args:
        open_leases: gives the leases to use; called with the first lock.
        config: the project's ``[config]`` table.
        work_dir: the directory of all runs.
        wait: seconds that a claim waits unless the script says otherwise.
    """

    def __init__(
        self,
        open_leases: Callable[[], Leases],
        *,
        config: Mapping[str, object],
        work_dir: str,
        wait: float,
    ) -> None:
        self._open_leases = open_leases
        self._leases: Leases | None = None
        self._config = config
        self._directory = Path(work_dir) / "scripts" / f"{safe_name(_script())}-{os.getpid()}"
        self._wait = wait
        self._numbers = itertools.count(1)
        self._held: dict[int, AnyResource] = {}

    def lock(
        self,
        request: Request[AnyResource],
        *,
        skip_init: bool,
        config: Mapping[str, object] | None,
        wait: float | None,
    ) -> AnyResource:
        """Lease one resource, and set it up.

        Args:
            request: what is wanted.
            skip_init: whether to connect only.
            config: values over those of the project.
            wait: seconds to wait for it; None for what the project is configured to.

        Raises:
            PlanError: the request is wrong.
            ClaimError: it cannot be had.
            ResourceError: a step of its set-up failed; it was given back.
        """
        merged = {**self._config, **(config or {})}
        wanted = request.for_config(merged).bound(request.name or "resource")
        wanted.query()
        if self._leases is None:
            self._leases = self._open_leases()
        allocation = self._leases.acquire(
            [wanted], label=_script(), wait=self._wait if wait is None else wait
        )
        try:
            return self._set_up(wanted, allocation, merged, skip_init=skip_init)
        except BaseException:
            self._leases.release(allocation, dirty=True)
            raise

    def release_all(self) -> None:
        """Take back what the script forgot, with a ResourceWarning for each.

        Raises:
            CleanupErrors: some could not be finalized; all were given back.
        """
        errors: list[Exception] = []
        while self._held:
            number, resource = self._held.popitem()
            self._held[number] = resource
            warnings.warn(
                f"{resource!r} was locked and not released", ResourceWarning, stacklevel=2, source=resource
            )
            try:
                resource.release()
            except CleanupErrors as group:
                errors.append(group)
        if errors:
            raise CleanupErrors("clean-up of what a script had locked failed", errors)

    def _set_up(
        self,
        request: Request[AnyResource],
        allocation: Allocation,
        config: Mapping[str, object],
        *,
        skip_init: bool,
    ) -> AnyResource:
        (entry,) = allocation.entries
        number = next(self._numbers)
        name = entry.record.name if entry.record is not None else request.resource.__name__
        resource = build_requested(
            request, entry.data, work_dir=self._directory / f"{number}-{safe_name(name)}", config=config
        )
        lifecycle.set_up(resource, skip_init=skip_init, dirty=entry.dirty)
        self._held[number] = resource
        attach_release(resource, lambda: self._take_back(number, allocation))
        return resource

    def _take_back(self, number: int, allocation: Allocation) -> None:
        resource = self._held.pop(number)
        clean = False
        try:
            errors = lifecycle.tear_down(resource)
            clean = not errors
        finally:
            if self._leases is not None:
                self._leases.release(allocation, dirty=not clean)
        if errors:
            raise CleanupErrors(f"clean-up of {resource.name} failed", errors)


def _script() -> str:
    return Path(sys.argv[0] or "python").name

"""Set up the resources of one test, and clear them away."""

from __future__ import annotations

import os
import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rotest_core.events import ResourceLeased, ResourceReleased, ResourceStep
from rotest_core.execution import lifecycle
from rotest_core.execution.bus import later_of
from rotest_core.execution.deadline import notice
from rotest_core.execution.workdir import safe_name
from rotest_core.model.resource import BaseResource, build_requested, declared_parts, rebind, whole_of
from rotest_core.model.unpacking import unpack

if TYPE_CHECKING:
    from typing import Any

    from rotest_core.execution.shelf import Shelf
    from rotest_core.model.request import Request
    from rotest_core.model.resource import AnyResource
    from rotest_core.plugin.protocols.executor import Coordinator, LeasedResource

_new: Any = getattr(tuple, "__new__")  # noqa: B009 - to type checkers it is of no type that they know
"""Makes an event of its fields, given one and all, without looking at them."""


class Equipment:
    """Hold the live resources of one test.

    Args:
        test: the test's number.
        directory: the test's directory.
        coordinator: takes the events.
        config: the ``[config]`` table of the run.
        skip_init: whether resources are connected only.
        shelf: has what stayed set up from earlier tests, and takes what stays for later ones.

    Attributes:
        resources: by the names of their requests, in the order in which they were set up.
        given: what the test has, by attribute: the resources, and what is unpacked of them.
        dirty: the names of those that are in doubt.
    """

    def __init__(
        self,
        test: int,
        directory: str,
        coordinator: Coordinator,
        *,
        config: Mapping[str, object],
        skip_init: bool,
        shelf: Shelf | None = None,
    ) -> None:
        self.resources: dict[str, AnyResource] = {}
        self.given: dict[str, AnyResource] = {}
        self.dirty: set[str] = set()
        self._test = test
        self._directory = directory
        self._emit = coordinator.emit
        self._later = later_of(coordinator)
        self._config = config
        self._skip_init = skip_init
        self._shelf = shelf
        self._tokens: dict[str, int] = {}

    def add(
        self, requests: Iterable[Request[AnyResource]], leased: Sequence[LeasedResource]
    ) -> Mapping[str, AnyResource]:
        """Build resources and set them up, one after the other.

        Args:
            requests: what is wanted, in order.
            leased: what was leased for those that are no services.

        Returns:
            The new resources, and what is unpacked of them, by the names of the test's attributes.

        Raises:
            ResourceError: a step failed; all that were to be added are finalized.
        """
        handed = {resource.request: resource for resource in leased}
        added: list[str] = []
        given: dict[str, AnyResource] = {}
        try:
            for request in requests:
                added.append(request.name)
                self._add(request, handed.get(request.name))
                given.update(unpack(request, self.resources[request.name]))
        except BaseException as failure:
            self.dirty.add(added[-1])
            for error in self.remove(added):
                failure.add_note(f"then {error}")
            raise
        given = {name: part for name, part in given.items() if name not in self.given}
        self.given.update(given)
        return given

    def remove(self, names: Collection[str]) -> list[Exception]:
        """Finalize resources, the last one first; names of no resource are left alone.

        Returns:
            What was raised; each was finalized all the same.
        """
        errors: list[Exception] = []
        interrupt: BaseException | None = None
        doubtful = frozenset(self.dirty)
        for name in [name for name in reversed(self.resources) if name in names]:
            resource = self._withdraw(name)
            self.dirty.add(name)
            try:
                failed = lifecycle.tear_down(resource, self._on_step, self._emit)
            except BaseException as reason:
                interrupt = interrupt or reason
            else:
                errors += failed
                if not failed and name not in doubtful:
                    self.dirty.discard(name)
            if resource.data is None:
                self._later(
                    ResourceReleased(time.time(), self._test, name, type(resource).__name__, resource.name)
                )
        if interrupt is not None:
            raise interrupt
        return errors

    def set_aside(self, names: Collection[str]) -> frozenset[str]:
        """Let leased resources stay set up for later tests; return their names."""
        if self._shelf is None:
            return frozenset()
        kept = frozenset(name for name in self._tokens if name in names and name in self.resources)
        for name in kept:
            self._shelf.put(self._tokens[name], self._withdraw(name), self._test)
        return kept

    def _withdraw(self, name: str) -> AnyResource:
        """Take a resource, and what was unpacked of it, away from the test."""
        resource = self.resources.pop(name)
        self.given = {title: part for title, part in self.given.items() if whole_of(part) is not resource}
        return resource

    def store_state(self) -> list[Exception]:
        """Let every resource keep its state in the test's directory.

        Returns:
            What was raised; each was asked all the same.
        """
        self._emit()
        directory = self._free_directory("state")
        errors: list[Exception] = []
        for name, resource in self.resources.items():
            errors += lifecycle.store_state(resource, directory / safe_name(name), self._on_step)
        return errors

    def _add(self, request: Request[AnyResource], leased: LeasedResource | None) -> None:
        if leased is not None:
            self._tokens[request.name] = leased.token
            if leased.kept and self._shelf is not None:
                self._take_over(request, self._shelf.take(leased.token))
                return
        if request.resource.__init__ is not BaseResource.__init__ or declared_parts(request.resource):
            self._emit()
        resource = build_requested(
            request,
            None if leased is None else leased.data,
            work_dir=self._work_dir(request),
            config=self._config,
        )
        if leased is None:
            kind = type(resource).__name__
            self._later(ResourceLeased(time.time(), self._test, request.name, kind, resource.name, 0, 0.0))
        self.resources[request.name] = resource
        lifecycle.set_up(
            resource,
            skip_init=self._skip_init,
            dirty=leased is not None and leased.dirty,
            on_step=self._on_step,
            before=self._emit,
        )

    def _take_over(self, request: Request[AnyResource], resource: AnyResource) -> None:
        """Make ready what is connected still."""
        rebind(resource, request, work_dir=self._work_dir(request))
        self.resources[request.name] = resource
        lifecycle.make_ready(resource, skip_init=self._skip_init, on_step=self._on_step, before=self._emit)

    def _work_dir(self, request: Request[AnyResource]) -> str:
        return f"{self._directory}/resources/{safe_name(request.name)}"

    def _on_step(self, path: str, step: str, duration: float, error: BaseException | None) -> None:
        text = ""
        if error is not None:
            text = f"{type(error).__name__}: {error}"
            notice(error)
        self._later(_new(ResourceStep, (time.time(), self._test, path, step, duration, text)))

    def _free_directory(self, name: str) -> Path:
        directory, number = Path(self._directory, name), 1
        while os.path.lexists(directory):
            number += 1
            directory = Path(self._directory, f"{name}{number}")
        return directory

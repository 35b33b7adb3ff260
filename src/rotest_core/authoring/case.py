"""Test cases: unittest's, with resources, expectations and measurements."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, ClassVar

from rotest_core.authoring.checks import bind, context_of
from rotest_core.authoring.measurement import MeasuringCase
from rotest_core.errors import PlanError, RotestError

if TYPE_CHECKING:
    import logging
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from pathlib import Path
    from typing import Never

    from rotest_core.authoring.context import TestContext
    from rotest_core.model.request import Request
    from rotest_core.model.resource import AnyResource

__all__ = ["TestCase", "bind", "context_of", "requests_of"]

# Tells unittest, and our tracebacks, to leave the frames of this module out.
__unittest = True


class TestCase(MeasuringCase):
    """Be the base of tests that use resources.

    ::

        class SimpleCalculationTest(TestCase):
            calculator = Calculator.request(ip_address__startswith="10.")

            def test_simple_calculation(self) -> None:
                self.assertEqual(self.calculator.calculate("1+2"), 3)

    Requests in the class body are leased all together before setUp, each resource is set up, and all are given back
    after tearDown and the clean-ups. Everything else is as in ``unittest.TestCase``.

    Attributes:
        TAGS: words for the filter.
        TIMEOUT: seconds that one test may take, its setUp and tearDown included.
    """

    TAGS: ClassVar[Sequence[str]] = ()
    TIMEOUT: ClassVar[float] = 3600

    @property
    def logger(self) -> logging.Logger:
        """Return a logger that writes to the log of this test."""
        context = context_of(self)
        if context is not None:
            return context.logger
        from logging import getLogger

        return getLogger(type(self).__module__)

    @property
    def work_dir(self) -> Path:
        """Return a directory of this test's own; made when it is first asked for.

        Raises:
            RotestError: the test is not run by Rotest.
        """
        return self._rotest_required("work_dir").work_dir

    @property
    def config(self) -> Mapping[str, object]:
        """Return the ``[config]`` table of the run; empty when the test is not run by Rotest."""
        context = context_of(self)
        return {} if context is None else context.config

    def request_resources(
        self, requests: Iterable[Request[Any]], *, wait: float | None = None
    ) -> Mapping[str, AnyResource]:
        """Lease and set up more resources, all together, while the test runs.

        They become attributes of the test, and are given back after it or by `release_resources`. Names that the test
        holds already are left alone.

        Args:
            requests: what is needed, each bound to a name: ``Calculator.request(port=80).bound("second")``.
            wait: seconds to wait, None for what the run is configured to.

        Returns:
            The new resources by name.

        Raises:
            PlanError: a request has no name, or two have one name, or its lookups are wrong.
            ClaimError: they cannot be had; `DeadlockError` if waiting for them would close a circle.
            ResourceError: a step of a set-up failed; all of them were given back.
        """
        context = self._rotest_required("request_resources")
        wanted = list(requests)
        names = [request.name for request in wanted]
        for request in wanted:
            if not request.name:
                raise PlanError(f"{request} has no name for the test: add .bound('a_name')")
            if names.count(request.name) > 1:
                raise PlanError(f"{request.name!r} is requested twice at once")
        resources = context.request_resources(wanted, wait)
        vars(self).update(resources)
        return resources

    def release_resources(self, names: Collection[str] | None = None) -> None:
        """Finalize and give back resources before the test ends.

        Args:
            names: the attributes that hold them, None for all resources of the test.

        Raises:
            CleanupErrors: some could not be finalized; all were given back.
        """
        context = self._rotest_required("release_resources")
        try:
            context.release_resources(names)
        finally:
            from rotest_core.model.resource import is_resource, whole_of

            attributes = vars(self)
            held = {name: value for name, value in attributes.items() if is_resource(value)}
            gone = [held[name] for name in names or () if name in held]
            for name, value in held.items():
                # What was unpacked of a resource goes with it.
                if names is None or whole_of(value) in gone:
                    del attributes[name]

    def success(self, msg: str) -> None:
        """Add a line to the test's information; the outcome is not changed."""
        context = context_of(self)
        if context is None:
            self.logger.info(msg)
        else:
            context.information(msg)

    def addSuccess(self, msg: str) -> None:
        """Add a line to the test's information (see `success`)."""
        self.success(msg)

    def skip(self, reason: str) -> Never:
        """Skip the rest of the test."""
        self.skipTest(reason)

    def _rotest_required(self, what: str) -> TestContext:
        context = context_of(self)
        if context is None:
            raise RotestError(f"{what} is there only while Rotest runs the test: run the file with `rotest`")
        return context


def requests_of(owner: type) -> tuple[Request[Any], ...]:
    """Return the requests that a class declares (see `model.request.requests_of`), without loading what they need."""
    module = sys.modules.get("rotest_core.model.request")
    if module is None:
        return ()
    found: tuple[Request[Any], ...] = module.requests_of(owner)
    return found

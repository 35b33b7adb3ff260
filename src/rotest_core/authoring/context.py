"""What a running test may ask of the run around it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import logging
    from collections.abc import Collection, Mapping, Sequence
    from pathlib import Path

    from rotest_core.model.request import Request
    from rotest_core.model.resource import AnyResource


class TestContext(Protocol):
    """Connect one running case with its run; bound by `checks.bind`.

    Attributes:
        logger: writes to the log of the test.
        work_dir: the test's own directory, made when it is first asked for.
        config: the ``[config]`` table of the run.
        records_assertions: whether every assertion is to be recorded, not only those with a ``success_msg``.
    """

    @property
    def logger(self) -> logging.Logger: ...
    @property
    def work_dir(self) -> Path: ...
    @property
    def config(self) -> Mapping[str, object]: ...
    @property
    def records_assertions(self) -> bool: ...

    def expectation(
        self,
        *,
        method: str,
        passed: bool,
        text: str,
        values: tuple[str, ...],
        file: str,
        line: int,
        source: str,
    ) -> None:
        """Record an expectation or an assertion; for the arguments see `events.ExpectationChecked`.

        A failed one makes the test fail without more: the case raises what failed when its method is over.
        """
        ...

    def measurement(
        self,
        *,
        name: str,
        value: float | str | bool,
        unit: str,
        low: float | None,
        high: float | None,
        verdict: str,
        file: str,
        line: int,
    ) -> None:
        """Record a measurement; for the arguments see `events.MeasurementTaken`.

        A failed one makes the test fail without more, as an expectation does.
        """
        ...

    def sample(self, series: str, value: float, unit: str) -> None:
        """Record one point of a series; for the arguments see `events.SampleTaken`."""
        ...

    def information(self, text: str) -> None:
        """Record a line of information."""
        ...

    def request_resources(
        self, requests: Sequence[Request[Any]], wait: float | None
    ) -> Mapping[str, AnyResource]:
        """Lease and set up resources, all together; names that are held already are left alone.

        Args:
            requests: each bound to a name of its own.
            wait: seconds to wait for them, None for what the run is configured to.

        Returns:
            The new resources by name.
        """
        ...

    def release_resources(self, names: Collection[str] | None) -> None:
        """Finalize and give back the resources of these names, None for all that the test holds.

        Raises:
            CleanupErrors: some could not be finalized; all were given back.
        """
        ...

    def setup_started(self) -> None:
        """Take note that the author's setUp is about to run."""
        ...

    def setup_finished(self) -> None:
        """Take note that setUp succeeded: the test's own method starts."""
        ...

    def teardown_started(self, *, idle: bool) -> None:
        """Take note that the test's method is over: tearDown starts.

        Args:
            idle: whether no code of the test's author follows.
        """
        ...

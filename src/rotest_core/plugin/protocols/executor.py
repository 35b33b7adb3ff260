"""Executors supply the workers that run tests.

The *coordinator* is the process that the user started. It plans the run, leases resources, decides which worker gets
which test and when, and gives the resources back. A *worker* runs what it is handed, along with what was leased for
it, and tells what happens; it waits for no resource, but for one that a running test asks for. An *executor* puts
workers where it likes, in this process or in others, and carries assignments, events and reports between the two.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rotest_core.events import Cause, Event, Outcome
from rotest_core.quick_typing import NamedTuple, Protocol

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rotest_core.model.request import Request
    from rotest_core.model.resource import AnyResource
    from rotest_core.model.resource_data import ResourceData
    from rotest_core.plugin.options import PluginContext


class LeasedResource(NamedTuple):
    """Hand a leased record to a worker, which builds the live resource of it.

    Args:
        request: the name of the request that it serves.
        type: the type name of the record.
        data: the typed record, what it refers to included.
        token: the fencing token.
        dirty: whether its last holder left it in doubt, so that it must be initialized unless it validates.
        kept: whether this worker kept the live resource from an earlier test, under the same token.
    """

    request: str
    type: str
    data: ResourceData
    token: int
    dirty: bool
    kept: bool = False


class Assignment(NamedTuple):
    """Hand tests to a worker.

    Tests that need no resource come in batches, and the worker tells their start and their end. One that does comes
    alone: the coordinator starts it before it claims, and ends it after it released.

    Args:
        tests: their numbers in the plan, in the order to run them; none where a worker is but to tear down fixtures,
            between two rounds of tests.
        resources: what was leased for the only test, None if these tests need none.
        following: the number of the test that this worker gets next, as far as is known. Class and module fixtures
            that it does not share are torn down at once.
        closing: whether no test that shares a fixture with these follows on this worker: all are torn down at once.
        rescue: whether the worker that ran the only test is gone: nothing is run, its resources are connected and
            finalized.
        requests: for a rescue, what the resources were asked for with: what the test declares, and what it asked for
            while it ran.
        patience: seconds after which no further of these tests is begun: the worker gives the rest back; 0 for any
            time. One is run in any case.
        keep: the names of those resources that a later test wants: unless they are in doubt, they stay set up.
    """

    tests: tuple[int, ...]
    resources: tuple[LeasedResource, ...] | None = None
    following: int | None = None
    closing: bool = False
    rescue: bool = False
    patience: float = 0.0
    requests: tuple[Request[AnyResource], ...] = ()
    keep: frozenset[str] = frozenset()


class Report(NamedTuple):
    """Tell that an assignment is done.

    Args:
        worker: the name of the worker.
        assignment: what it was handed.
        outcome: the most severe outcome of the only test of an assignment with resources.
        cause: who is to blame for it.
        dirty: the names of those resources that the test or their own clean-up left in doubt.
        lost: why the worker is gone, empty when it can take more.
        successor: the name of the worker that takes the place of a lost one, empty if none does.
        left: how many of the tests, the last ones, were not begun.
        kept: the names of those resources that stay set up.
    """

    worker: str
    assignment: Assignment
    outcome: Outcome = Outcome.SUCCESS
    cause: Cause | None = None
    dirty: frozenset[str] = frozenset()
    lost: str = ""
    successor: str = ""
    left: int = 0
    kept: frozenset[str] = frozenset()


class Coordinator(Protocol):
    """What a worker may tell and ask; safe to use from any thread."""

    def emit(self, *events: Event) -> None:
        """Tell what happened; what is told at once is carried at once."""
        ...

    def claim(
        self, test: int, requests: Sequence[Request[AnyResource]], wait: float | None
    ) -> Sequence[LeasedResource]:
        """Lease resources for a running test, all or none, waiting for them.

        Args:
            test: the test's number.
            requests: what it asks for, services left out.
            wait: seconds to wait at most; None for what the project is configured to.

        Raises:
            ClaimError: they cannot be had.
        """
        ...

    def give_back(self, test: int, names: Sequence[str], *, dirty: bool) -> None:
        """Release resources of a running test, by the names of their requests."""
        ...

    def limit(self, seconds: float | None, what: str) -> None:
        """Tell how long the worker may take for what it does next; who can end a worker ends it when it takes longer.

        Args:
            seconds: how long, from now; None when it is done.
            what: what it does, as the error shall call it.
        """
        ...


class Worker(Protocol):
    """Run tests; what the core gives an executor to put where it likes."""

    def run(self, assignment: Assignment) -> Report:
        """Run the tests of an assignment, telling each event as it happens.

        Raises:
            KeyboardInterrupt: somebody wants to leave at once; nothing more is cleaned up.
        """
        ...

    def finish(self) -> None:
        """Tear down what is still set up: fixtures of classes and modules, kept resources."""
        ...


WorkerFactory = Callable[[str, Coordinator], Worker]
"""Builds a worker by its name, in the process where it is to run."""


class Executor(Protocol):
    """Run assignments on workers."""

    def start(self, make_worker: WorkerFactory, coordinator: Coordinator, workers: int) -> Sequence[str]:
        """Prepare the workers.

        Args:
            make_worker: makes each of them, in the process where it is to be.
            coordinator: what workers in this process tell and ask; others need one that speaks for it.
            workers: how many are wanted; an executor that has its own idea of that may return others.

        Returns:
            Their names; the only worker that shares the coordinator's process has an empty one.
        """
        ...

    def assign(self, worker: str, assignment: Assignment) -> None:
        """Hand an assignment to a worker that has none."""
        ...

    def wait(self, timeout: float | None = None) -> Sequence[Report]:
        """Return what was done meanwhile, waiting up to `timeout` seconds for something; None for no limit.

        A serial executor runs here what was assigned. A signal that this process gets ends the wait.
        """
        ...

    def interrupt(self) -> None:
        """Raise KeyboardInterrupt in what the workers run now, unless Ctrl-C did so already."""
        ...

    def wake(self) -> None:
        """Let `wait` return early; safe to call from any thread."""
        ...

    def stop(self, *, clean_up: bool = True) -> None:
        """End the workers, once; without `clean_up` right away, with nothing torn down."""
        ...


ExecutorFactory = Callable[["PluginContext"], Executor]

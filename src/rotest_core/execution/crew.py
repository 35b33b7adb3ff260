"""Have the workers that a plan needs, and something to decide what each of them does."""

from __future__ import annotations

from collections import deque

from rotest_core.execution.scheduler import Scheduler
from rotest_core.execution.staffing import SERIAL, executor_name, staff, wanted_workers
from rotest_core.execution.work import divide

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rotest_core.config.settings import Settings
    from rotest_core.events import Event
    from rotest_core.execution.account import Account
    from rotest_core.execution.durations import Durations
    from rotest_core.execution.interrupts import Interrupts
    from rotest_core.execution.lessor import Lessor
    from rotest_core.execution.plan import Plan
    from rotest_core.execution.tree import PlannedTest
    from rotest_core.execution.work import Work
    from rotest_core.model.request import Request
    from rotest_core.model.resource import AnyResource
    from rotest_core.plugin.protocols.executor import Coordinator, Executor, WorkerFactory
    from rotest_core.plugin.protocols.locks import Candidate


class Crew:
    """Run one plan on workers.

    Args:
        settings: the configuration.
        make_executor: makes an executor by its name.
        plan: the plan.
    """

    def __init__(self, settings: Settings, make_executor: Callable[[str], Executor], plan: Plan) -> None:
        self._settings = settings
        self._plan = plan
        self._durations: Durations | None = None
        self._work = divide(plan.tests) if executor_name(settings) != SERIAL else []
        self._name, self._count = staff(settings, plan, self._work, self._past)
        self._executor = make_executor(self._name)
        self._workers: Sequence[str] = ()

    def start(self, make_worker: WorkerFactory, coordinator: Coordinator) -> None:
        """Have the workers made, while nothing is open that a new process should not share."""
        self._workers = self._executor.start(make_worker, coordinator, self._count)

    def run(
        self,
        account: Account,
        emit: Callable[[Event], None],
        watch: Callable[[Callable[[Event], None]], None],
        lessor: Lessor,
        interrupts: Interrupts,
    ) -> None:
        """Run the plan.

        Args:
            account: begins and ends groups.
            emit: takes the events.
            watch: lets somebody see all events.
            lessor: leases what tests declare.
            interrupts: says when to stop.

        Raises:
            KeyboardInterrupt: somebody wants to leave at once.
            RotestError: no worker is left.
        """
        plan, run = self._plan, self._settings.run
        if self._name == SERIAL:
            Scheduler(
                plan.tests,
                self._executor,
                self._workers,
                account,
                emit,
                lessor,
                interrupts,
                failfast=run.failfast,
            ).run()
        else:
            # Loaded only where there are several workers, or one that can be ended.
            from rotest_core.execution.casualties import Casualties
            from rotest_core.execution.parallel import ParallelScheduler

            casualties = Casualties(plan.tests, emit, fixtures_from=plan.numbers_of_parts.stop)
            watch(casualties.handle)
            work = self._work or divide(plan.tests)
            rank(
                work,
                self._settings,
                self._past(),
                plan.tests,
                lambda request: lessor.open().candidates(request),
            )
            ParallelScheduler(
                work,
                self._executor,
                self._workers,
                account,
                emit,
                lessor,
                interrupts,
                casualties,
                wait=run.wait,
                failfast=run.failfast,
            ).run()
        self._executor.stop()

    def _past(self) -> Durations:
        """Give what tests took in past runs; one worker does not ask."""
        if self._durations is None:
            from rotest_core.execution.durations import Durations

            self._durations = Durations(self._settings.run.work_dir)
        return self._durations

    def stop(self, *, clean_up: bool = True) -> None:
        """End the workers."""
        self._executor.stop(clean_up=clean_up)


def rank(
    work: Sequence[Work],
    settings: Settings,
    durations: Durations,
    tests: Sequence[PlannedTest],
    candidates: Callable[[Request[AnyResource]], Sequence[Candidate]] | None,
) -> None:
    """Give work its rank: as ``--order`` says, then by the policy; with one worker the order is that of the plan.

    Args:
        work: the parts of a plan.
        settings: the configuration.
        durations: what tests took.
        tests: the tests of the plan.
        candidates: tells which records could serve a request; None where nothing is asked for.
    """
    from rotest_core.execution.order import ranking
    from rotest_core.execution.policy import Job, make_policy

    run = settings.run
    policy = make_policy(run.policy if wanted_workers(settings) > 1 else "fifo")
    expected = durations.expected(tests)
    bands = ranking(run.order) if run.order else None

    def rank_of(test: PlannedTest, seconds: float, choice: int = 0) -> tuple[float, ...]:
        return (0 if bands is None else bands(test), *policy.rank(Job(test.number, seconds, choice)))

    for part in work:
        if not part.together:
            part.tests = deque(sorted(part.tests, key=lambda test: rank_of(test, expected[test.number])))
        first = part.tests[0]
        times = [expected[test.number] for test in part.tests]
        asked = () if candidates is None else first.requests
        choices = [len(candidates(request)) for request in asked if candidates and not request.is_service]
        seconds = sum(times) if part.together else max(times)
        part.rank = rank_of(first, seconds, min(choices, default=0))

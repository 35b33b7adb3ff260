"""Have the workers that a plan needs, and something to decide what each of them does."""

from __future__ import annotations

from rotest_core.errors import RotestError
from rotest_core.plugin.protocols.executor import Assignment
from rotest_core.scheduling.scheduler import Scheduler
from rotest_core.scheduling.staffing import SERIAL, executor_name, staff
from rotest_core.scheduling.work import divide

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from rotest_core.config.settings import Settings
    from rotest_core.events import Event
    from rotest_core.execution.interrupts import Interrupts
    from rotest_core.planning.plan import Plan
    from rotest_core.planning.tree import PlannedTest
    from rotest_core.plugin.protocols.executor import Coordinator, Executor, WorkerFactory
    from rotest_core.scheduling.account import Account
    from rotest_core.scheduling.casualties import Casualties
    from rotest_core.scheduling.durations import Durations
    from rotest_core.scheduling.lessor import Lessor
    from rotest_core.scheduling.parallel import ParallelScheduler
    from rotest_core.scheduling.work import Work


class Crew:
    """Run one plan on workers.

    Args:
        settings: the configuration.
        make_executor: makes an executor by its name.
        plan: the plan.
        elsewhere: reads what tests took in the runs of others; see `Durations`.
    """

    def __init__(
        self,
        settings: Settings,
        make_executor: Callable[[str], Executor],
        plan: Plan,
        elsewhere: Callable[[], Mapping[str, Sequence[float]]] | None = None,
    ) -> None:
        self._settings = settings
        self._elsewhere = elsewhere
        self._plan = plan
        self._durations: Durations | None = None
        self._work = divide(plan.tests) if executor_name(settings) != SERIAL else []
        self._name, self._count = staff(settings, plan, self._work, self._past)
        self._executor = make_executor(self._name)
        self._workers: Sequence[str] = ()
        self._casualties: Casualties | None = None

    def start(self, make_worker: WorkerFactory, coordinator: Coordinator) -> None:
        """Have the workers made, while nothing is open that a new process should not share."""
        self._workers = self._executor.start(make_worker, coordinator, self._count)

    def run(
        self,
        tests: Sequence[PlannedTest],
        account: Account,
        emit: Callable[[Event], None],
        later: Callable[[Event], None],
        watch: Callable[[Callable[[Event], None]], None],
        lessor: Lessor,
        interrupts: Interrupts,
    ) -> None:
        """Run tests of the plan; some, or all once more, may be run afterwards.

        Args:
            tests: the tests, in their order.
            account: begins and ends groups.
            emit: takes the events.
            later: takes events that need not be told before others follow.
            watch: lets somebody see all events.
            lessor: leases what tests declare.
            interrupts: says when to stop.

        Raises:
            KeyboardInterrupt: somebody wants to leave at once.
            RotestError: no worker is left.
        """
        run = self._settings.run
        if self._name == SERIAL:
            scheduler: Scheduler | ParallelScheduler = Scheduler(
                tests,
                self._executor,
                self._workers,
                account,
                emit,
                later,
                lessor,
                interrupts,
                failfast=run.failfast or run.hold_on_failure > 0,
            )
        else:
            # Loaded only where there are several workers, or one that can be ended.
            from rotest_core.scheduling.parallel import ParallelScheduler
            from rotest_core.scheduling.policy import make_policy

            casualties = self._follow(tests, emit, watch)
            scheduler = ParallelScheduler(
                self._ranked(tests, lessor),
                self._executor,
                self._workers,
                account,
                emit,
                later,
                lessor,
                interrupts,
                casualties,
                wait=run.wait,
                failfast=run.failfast or run.hold_on_failure > 0,
                warm_first=make_policy(run.policy).warm_first,
                pass_on=run.smart_client,
            )
        lessor.later = later
        scheduler.run()
        self._workers = scheduler.workers

    def sweep(self) -> None:
        """Have the workers tear down all fixtures, so that what runs next sets up its own.

        Raises:
            KeyboardInterrupt: somebody wants to leave at once.
            RotestError: no worker is left.
        """
        busy = set(self._workers)
        for worker in self._workers:
            self._executor.assign(worker, Assignment((), closing=True))
        idle: list[str] = []
        while busy:
            for report in self._executor.wait():
                busy.discard(report.worker)
                if not report.lost:
                    idle.append(report.worker)
                elif report.successor:
                    idle.append(report.successor)
                if report.lost and self._casualties is not None:
                    self._casualties.report(report)
        self._workers = idle
        if not idle:
            raise RotestError("no worker is left to run tests again on")

    def _ranked(self, tests: Sequence[PlannedTest], lessor: Lessor) -> Sequence[Work]:
        """Divide tests into what stays together, and say what of it goes first."""
        from rotest_core.scheduling.precedence import rank

        work = self._work if self._work and tests is self._plan.tests else divide(tests)
        rank(
            work,
            self._settings,
            self._past(),
            self._plan.tests,
            lambda request: lessor.open().candidates(request),
        )
        return work

    def _follow(
        self,
        tests: Sequence[PlannedTest],
        emit: Callable[[Event], None],
        watch: Callable[[Callable[[Event], None]], None],
    ) -> Casualties:
        from rotest_core.scheduling.casualties import Casualties

        if self._casualties is None:
            plan = self._plan
            self._casualties = Casualties(plan.tests, emit, fixtures_from=plan.numbers_of_parts.stop)
            watch(self._casualties.handle)
        self._casualties.begin_round(tests)
        return self._casualties

    def _past(self) -> Durations:
        """Give what tests took in past runs; one worker does not ask."""
        if self._durations is None:
            from rotest_core.scheduling.durations import Durations

            self._durations = Durations(self._settings.run.work_dir, self._elsewhere)
        return self._durations

    def stop(self, *, clean_up: bool = True) -> None:
        """End the workers."""
        self._executor.stop(clean_up=clean_up)

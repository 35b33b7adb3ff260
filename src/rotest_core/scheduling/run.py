"""Carry out a plan: directory, events, handlers, workers, and the exit status in the end."""

from __future__ import annotations

import os
import sys
import time

from rotest_core._version import __version__
from rotest_core.errors import EXIT_INTERRUPTED, RotestError, WorkDirError
from rotest_core.events import RunFinished, RunStarted
from rotest_core.execution.bus import Bus
from rotest_core.execution.handler_context import RunHandlerContext
from rotest_core.execution.journal import FILE_NAME, Journal
from rotest_core.execution.work_order import WorkOrder
from rotest_core.execution.workdir import RunDirectory, new_id, prune
from rotest_core.execution.worker import TestWorker
from rotest_core.quick_typing import NamedTuple
from rotest_core.scheduling.account import Account
from rotest_core.scheduling.crew import Crew
from rotest_core.scheduling.lessor import Hold, Lessor
from rotest_core.scheduling.staffing import executor_name, limits

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from types import FrameType
    from typing import Protocol, TextIO

    from rotest_core.allocation.leases import Leases
    from rotest_core.authoring.monitor import Monitor
    from rotest_core.config.settings import Settings
    from rotest_core.events import Event, Outcome
    from rotest_core.execution.interrupts import Interrupts
    from rotest_core.execution.monitors import Complaints
    from rotest_core.model.request import Request
    from rotest_core.model.resource import AnyResource
    from rotest_core.planning.plan import Plan
    from rotest_core.planning.tree import PlannedTest
    from rotest_core.plugin.loader import Plugins
    from rotest_core.plugin.protocols.executor import Coordinator, Executor, LeasedResource, Worker
    from rotest_core.plugin.protocols.results import ResultsStore
    from rotest_core.scheduling.rounds import Rounds

    class Emit(Protocol):
        """Take events; `Coordinator.emit` as a value."""

        def __call__(self, *events: Event) -> None:
            """Take some events."""


def _monitors(settings: Settings, plugins: Plugins) -> tuple[Monitor, ...]:
    if not settings.run.monitors:
        return ()
    from rotest_core.execution.monitors import make_monitors

    return make_monitors(settings, plugins)


_MANY = 100
"""Tests from which on it is worth a file how quick they are."""


class Surroundings(NamedTuple):
    """What a run needs of the process around it.

    Args:
        stream: where handlers write for the person at the terminal.
        color: whether that stream may be coloured.
        command: the command line.
        open_leases: opens inventory and leases for a run, by its identifier; called with the first claim.
        open_results: opens the results store, or gives the one that is open.
        close_leases: releases what is still leased; called before the reports are finished.
        interrupts: catches signals; entered already.
        on_failure: called with each exception that is reported, while its test is still set up.
        on_failed_expectation: called with the frame that expected something in vain.
        excuse: says, for the text of a failure, why it is an expected one; nothing if it is not.
        durations: reads what tests took in runs of which the results are kept; None where none are.
    """

    stream: TextIO
    color: bool
    command: tuple[str, ...]
    open_leases: Callable[[str], Leases]
    open_results: Callable[[], ResultsStore]
    close_leases: Callable[[], None]
    interrupts: Interrupts
    on_failure: Callable[[BaseException], None] | None = None
    on_failed_expectation: Callable[[FrameType], None] | None = None
    excuse: Callable[[str], str] | None = None
    durations: Callable[[], Mapping[str, Sequence[float]]] | None = None


class RunEnd(NamedTuple):
    """Say how a run ended.

    Args:
        status: the exit status.
        directory: where its files are.
        problems: what the run could not do and went on without, one line each.
        outcomes: the outcomes that tests had.
    """

    status: int
    directory: str
    problems: tuple[str, ...]
    outcomes: tuple[Outcome, ...] = ()


class Run:
    """Carry out one plan, once.

    Args:
        settings: the configuration.
        plugins: supply handlers and executor.
        around: what it needs of the process.

    Attributes:
        id: its identifier.
        directory: where its files are.
        emit: takes what happens; see `Coordinator.emit`.
        later: takes what need not be told before something else happens; see `Bus.later`.

    Raises:
        UnknownPluginError: an output or the executor does not exist.
        ConfigError: the options of one of them are wrong.
        WorkDirError: the run's directory cannot be made.
    """

    def __init__(self, settings: Settings, plugins: Plugins, around: Surroundings) -> None:
        run = settings.run
        # What is asked for must exist before anything is written.
        names = plugins.catalogues.in_order(run.outputs)
        makers = [(name, plugins.catalogues.outputs.get(name)) for name in names]
        self._plugins = plugins
        self._settings = settings
        self._make_executor(executor_name(settings))
        self._monitors = _monitors(settings, plugins)
        self._crew: Crew | None = None
        self._rounds: Rounds | None = None
        self._around = around
        self._started = time.time()
        self._clock = time.perf_counter()
        self.id: str = new_id()
        self.directory: RunDirectory = RunDirectory(run.work_dir, run.name or self.id, self._started)
        try:
            self._journal = Journal(self.directory.join(FILE_NAME))
        except OSError as error:
            self.directory.discard()
            raise WorkDirError(run.work_dir, error) from error
        self._bus = Bus(self._journal)
        self._complaints: Complaints | None = None
        if self._monitors:
            from rotest_core.execution.monitors import Complaints

            self._complaints = Complaints()
            self._bus.watch(self._complaints.handle)
        self.emit: Emit = self._bus.emit
        self.later: Emit = self._bus.later
        try:
            for name, make in makers:
                self._bus.attach(name, make(self._context(name, tuple(name for name, _ in makers))))
        except BaseException:
            self._bus.close()
            self.directory.discard()
            raise
        self.directory.publish()
        self._lessor = Lessor(lambda: around.open_leases(self.id), self._tell, wait=run.wait)
        if run.hold_on_failure:
            self._lessor.hold = Hold(run.name or self.id, run.hold_on_failure)

    def carry_out(self, plan: Plan) -> RunEnd:
        """Run the tests of a plan, give back what they had, and finish the reports.

        Where the inventory or the leases cannot be opened and some test needs them, no test is run at all.
        """
        interrupts, emit = self._around.interrupts, self._bus.emit
        account = Account(plan.tests, emit, plan.numbers_of_parts)
        self._bus.follow_steps(account.add_step)
        if self._settings.run.delta or self._settings.retry.times:
            self._repeat(plan, account)
        else:
            self._bus.count(account.add)
        interrupts.running = True
        problems: list[str] = []
        unusable: RotestError | None = None
        try:
            # Before anybody is told: handlers may open what new processes should not share.
            crew = self._hire(plan)
            emit(self._started_event(len(plan.tests)))
            self._schedule(plan, crew, account)
        except RotestError as error:
            unusable = error
        except KeyboardInterrupt:
            interrupts.leaving = interrupts.requested = True
            if self._crew is not None:
                self._crew.stop(clean_up=False)
            self._bus.abandon()
        except BaseException:
            self._bus.close()
            raise
        self._remember(plan, account)
        try:
            self._around.close_leases()
        except Exception as error:
            problems.append(f"resources could not be given back: {error}")
        flaky = self._rounds.close() if self._rounds else 0
        account.close()
        interrupts.announce(emit)
        status = EXIT_INTERRUPTED if interrupts.requested else account.status
        if unusable is not None:
            status = unusable.exit_status
            problems.append(f"error: {'' if account.counts else 'nothing was run: '}{unusable}")
        counts = tuple((str(outcome), count) for outcome, count in account.counts.items())
        emit(RunFinished(time.time(), counts, status, time.perf_counter() - self._clock, flaky))
        self._bus.close()
        if not interrupts.leaving:
            run = self._settings.run
            prune(run.work_dir, keep_runs=run.keep_runs, keep_days=run.keep_days, now=self._started)
        problems += [
            f"output {name!r} failed and was switched off: {text}" for name, text in self._bus.failures
        ]
        problems += self._complaints.problems if self._complaints else ()
        if self._journal.problem:
            problems.append(self._journal.problem)
        return RunEnd(status, self.directory.path, tuple(problems), tuple(account.counts))

    def claim(
        self, test: int, requests: Sequence[Request[AnyResource]], wait: float | None
    ) -> Sequence[LeasedResource]:
        """Lease for a running test; see `Coordinator.claim`."""
        return self._lessor.claim(test, requests, wait)

    def give_back(self, test: int, names: Sequence[str], *, dirty: bool) -> None:
        """Release resources of a running test; see `Coordinator.give_back`."""
        self._lessor.give_back(test, names, dirty=dirty)

    def may_keep(self, test: int, names: Collection[str]) -> Collection[str]:
        """Tell which resources of a test may stay set up; see `Lessor.may_keep`."""
        return self._lessor.may_keep(test, names)

    def limit(self, seconds: float | None, what: str) -> None:
        """Do nothing: a worker in this process cannot be ended alone; see `Coordinator.limit`."""

    def _make_executor(self, name: str) -> Executor:
        make = self._plugins.catalogues.executors.get(name)
        return make(self._settings.context(f"executors.{name}", name))

    def _hire(self, plan: Plan) -> Crew:
        run, around = self._settings.run, self._around
        order = WorkOrder(
            tests=plan.tests,
            fixtures_from=plan.numbers_of_parts.stop,
            failfast=run.failfast or run.hold_on_failure > 0,
            skip_init=run.skip_init,
            save_state=run.save_state,
            config=self._settings.config,
            log_level=self._settings.logging.level,
            limits=limits(self._settings),
            excuse=around.excuse,
        )

        worker_type: Callable[..., TestWorker] = TestWorker
        if self._monitors:
            from functools import partial

            from rotest_core.execution.monitored_worker import MonitoredWorker

            worker_type = partial(MonitoredWorker, monitors=self._monitors)

        def make_worker(name: str, coordinator: Coordinator) -> Worker:
            worker = worker_type(
                name,
                coordinator,
                order.for_worker(name),
                directory=self.directory,
                interrupts=around.interrupts.for_child() if name else around.interrupts,
                on_failure=around.on_failure,
                on_failed_expectation=around.on_failed_expectation,
            )
            if not name and run.smart_client:
                self._lessor.finalize = worker.let_go
            return worker

        crew = self._crew = Crew(self._settings, self._make_executor, plan, around.durations)
        crew.start(make_worker, self)
        return crew

    def _schedule(self, plan: Plan, crew: Crew, account: Account) -> None:
        if any(not request.is_service for test in plan.tests for request in test.requests):
            # Now, not with the first test that needs them: what is wrong with them is wrong for all.
            try:
                self._lessor.open()
            except BaseException:
                crew.stop()
                raise

        def run_round(tests: Sequence[PlannedTest]) -> None:
            emit, later, watch = self.emit, self.later, self._bus.watch
            crew.run(tests, account, emit, later, watch, self._lessor, self._around.interrupts)

        if self._rounds is not None:
            self._rounds.run(run_round, crew, self._lessor, self._around.open_results)
        else:
            run_round(plan.tests)
            crew.stop()

    def _tell(self, *events: Event) -> None:
        self.emit(*events)

    def _repeat(self, plan: Plan, account: Account) -> None:
        """Let tests run more than once; what tells of them gets to know that first."""
        from rotest_core.scheduling.rounds import Rounds

        self._rounds = Rounds(self._settings, self._bus.emit, plan, account, self._around.interrupts)
        self.emit = self.later = self._rounds.emit
        self._bus.count(self._rounds.count)

    def _remember(self, plan: Plan, account: Account) -> None:
        """Keep what tests took, for schedules to come."""
        planned = plan.tests
        taken = {planned[test].id: took for test, took in account.long.items() if test < len(planned)}
        groups: dict[str, float] = {}
        if len(planned) >= _MANY:
            groups = {
                plan.groups[group].selector: took / tests for group, (tests, took) in account.short.items()
            }
        if taken or groups:
            from rotest_core.scheduling.durations import Durations

            Durations(self._settings.run.work_dir).keep(taken, groups)

    def _context(self, name: str, chosen: tuple[str, ...]) -> RunHandlerContext:
        return RunHandlerContext(
            self._settings.context(f"outputs.{name}", name),
            stream=self._around.stream,
            color=self._around.color,
            verbosity=self._settings.terminal.verbosity,
            directory=self.directory.path,
            chosen=chosen,
            emit=self._bus.emit,
            open_results=self._around.open_results,
        )

    def _started_event(self, total: int) -> RunStarted:
        system = os.uname()
        environment: tuple[tuple[str, str], ...] = (
            ("host", system.nodename),
            ("user", os.environ.get("LOGNAME") or os.environ.get("USER") or str(os.getuid())),
            ("python", sys.version.split()[0]),
            ("platform", f"{system.sysname} {system.release} {system.machine}"),
            ("rotest", __version__),
        )
        if "db" in self._settings.run.outputs:
            from rotest_core.scheduling.survey import survey

            environment += survey(self._settings.root)
        return RunStarted(
            self._started,
            self.id,
            self._settings.run.name,
            self.directory.path,
            self._settings.root,
            self._around.command,
            environment,
            total,
        )

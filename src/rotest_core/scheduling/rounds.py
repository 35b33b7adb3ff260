"""Run tests in rounds: all of them first, then those that are to run again.

The layer stands above schedulers and executors, which know nothing of it: each round is to them a run of some tests of
the plan. Between two rounds the workers tear down all fixtures.
"""

from __future__ import annotations

import time

from rotest_core.events import Outcome, OutcomeReported, TestFinished
from rotest_core.execution.worker import started_event
from rotest_core.scheduling.attempts import Attempts
from rotest_core.scheduling.repeating import Freshening, can_repeat, keep_repeatable
from rotest_core.scheduling.retry import RetryPolicy, policy_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from rotest_core.config.settings import Settings
    from rotest_core.execution.interrupts import Interrupts
    from rotest_core.planning.plan import Plan
    from rotest_core.planning.tree import Group, PlannedTest
    from rotest_core.plugin.protocols.results import ResultsStore
    from rotest_core.scheduling.account import Account
    from rotest_core.scheduling.crew import Crew
    from rotest_core.scheduling.lessor import Lessor

PREVIOUSLY_PASSED = "Previously passed"


class Rounds:
    """Run tests, and run again what the policy says.

    Args:
        settings: the configuration.
        emit: takes events, with their attempts.
        plan: the plan; ready-made tests in it are put in a state in which they can run again.
        account: counts what is told.
        interrupts: says when to stop.

    Raises:
        UsageError: the configuration asks for what cannot be.
    """

    def __init__(
        self,
        settings: Settings,
        emit: Callable[..., None],
        plan: Plan,
        account: Account,
        interrupts: Interrupts,
    ) -> None:
        keep_repeatable(plan.tests)
        self._settings = settings
        # What a failed test had and is held for somebody cannot be had again.
        self._policy = RetryPolicy() if settings.run.hold_on_failure else policy_of(settings)
        self._failfast = settings.run.failfast
        self._plan = plan
        self._account = account
        self._interrupts = interrupts
        self._attempts = Attempts(emit, account, plan.numbers_of_parts)
        self.emit: Callable[..., None] = self._attempts.emit
        self.count: Callable[[TestFinished], None] = self._attempts.count

    def run(
        self,
        run_round: Callable[[Sequence[PlannedTest]], None],
        crew: Crew,
        lessor: Lessor,
        open_results: Callable[[], ResultsStore],
    ) -> None:
        """Run the tests of the plan; the crew is stopped in the end.

        Args:
            run_round: runs some tests.
            crew: the workers.
            lessor: leases for the tests.
            open_results: gives the store that knows what passed in earlier runs.

        Raises:
            KeyboardInterrupt: somebody wants to leave at once.
            RotestError: no worker is left; the results store cannot be used.
        """
        freshen = Freshening(self._attempts, lambda request: lessor.open().candidates(request))
        try:
            tests = self._not_passed(open_results)
        except BaseException:
            crew.stop()
            raise
        while True:
            run_round(tests)
            following = self._following(tests)
            if not following or self._interrupts.requested:
                crew.stop()
                return
            crew.sweep()
            self._attempts.end_round()
            self._attempts.begin_round(following)
            self._account.begin_round(following)
            if self._policy.fresh_resource:
                freshen(following)
            tests = following

    def close(self) -> int:
        """Come to the final count, whatever ended the run; return how many tests were flaky."""
        self._attempts.close()
        return self._attempts.flaky

    def _not_passed(self, open_results: Callable[[], ResultsStore]) -> Sequence[PlannedTest]:
        """Skip what passed in earlier runs of the same name; return the rest."""
        run, tests = self._settings.run, self._plan.tests
        passed = open_results().passed(run.name) if run.delta and run.name else frozenset[str]()
        for test in tests:
            if test.id in passed:
                self._skip(test)
        return [test for test in tests if test.id not in passed] if passed else tests

    def _skip(self, test: PlannedTest) -> None:
        self._account.begin(test.group)
        self.emit(
            started_event(test, ""),
            OutcomeReported(time.time(), test.number, Outcome.SKIPPED, PREVIOUSLY_PASSED),
        )
        if test.kind == "flow":
            from rotest_core.execution.stage import skip_flow

            skip_flow(test, self.emit, PREVIOUSLY_PASSED)
        test.drop_case()
        self.emit(TestFinished(time.time(), test.number, Outcome.SKIPPED, 0.0))
        self._account.settle(test.group, 1)

    def _following(self, tests: Sequence[PlannedTest]) -> list[PlannedTest]:
        """Choose the tests of the next round; with failfast, those that the first failure kept from running, too."""
        again: list[PlannedTest] = []
        untouched: list[PlannedTest] = []
        given_up = False
        broken = self._broken_groups()
        for test in tests:
            finished = self._end_of(test, broken)
            if finished is None:
                untouched.append(test)
            elif can_repeat(test) and self._policy.again(
                self._attempts.of(test.number), finished.outcome, finished.cause
            ):
                again.append(test)
            else:
                given_up = given_up or not finished.outcome.good
        if not self._failfast or not again:
            return again
        return [] if given_up else [*again, *untouched]

    def _end_of(self, test: PlannedTest, broken: dict[int, TestFinished]) -> TestFinished | None:
        """Tell how a test ended; one that did not run for its fixtures failed ended as they did."""
        finished = self._attempts.ended.get(test.number)
        if broken and (finished is None or finished.outcome is Outcome.SKIPPED):
            for group in _around(test.group):
                if group.number in broken:
                    self._attempts.blocked(test.number)
                    return broken[group.number]
        return finished

    def _broken_groups(self) -> dict[int, TestFinished]:
        return {
            started.group: finished
            for started, finished in self._attempts.failed_fixtures
            if started.group is not None and started.name.startswith("setUp") and not finished.outcome.good
        }


def _around(group: Group) -> Iterator[Group]:
    """Give a group and all around it, the innermost first."""
    inner: Group | None = group
    while inner is not None:
        yield inner
        inner = inner.parent

"""Tell what a worker was at when it died."""

from __future__ import annotations

from collections import deque
from itertools import count
from time import perf_counter, time
from typing import TYPE_CHECKING

from rotest_core.events import Cause, LogWritten, Outcome, TestFinished, TestStarted
from rotest_core.execution.result import Result
from rotest_core.execution.worker import started_event

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rotest_core.events import Event
    from rotest_core.planning.tree import PlannedTest
    from rotest_core.plugin.protocols.executor import Report

_LAST_LINES = 10


class Casualties:
    """Follow which tests have started and not ended, and report those whose workers died.

    Args:
        tests: the tests, by number.
        emit: takes the events.
        fixtures_from: first number for what is reported as if it were a test.
    """

    def __init__(
        self, tests: Sequence[PlannedTest], emit: Callable[[Event], None], *, fixtures_from: int
    ) -> None:
        self._tests = tests
        self._emit = emit
        self._numbers = count(fixtures_from)
        self._started: dict[int, float] = {}
        self._ended: set[int] = set()
        self._lines: dict[int, deque[str]] = {}

    def handle(self, event: Event) -> None:
        """Take note of what happens."""
        if type(event) is TestStarted:
            self._started[event.test] = perf_counter()
        elif type(event) is TestFinished:
            self._ended.add(event.test)
            self._started.pop(event.test, None)
            self._lines.pop(event.test, None)
        elif type(event) is LogWritten and event.test is not None:
            self._lines.setdefault(event.test, deque(maxlen=_LAST_LINES)).append(event.text)

    def begin_round(self, tests: Sequence[PlannedTest]) -> None:
        """Follow tests that may have ended already: they run again, with all that they are made of."""
        from rotest_core.planning.planned_flow import PlannedFlow

        for test in tests:
            self._ended.discard(test.number)
            if isinstance(test, PlannedFlow):
                self._ended.difference_update(part.number for part in test.parts.inside())

    def test(self, number: int) -> PlannedTest:
        """Return a test by its number."""
        return self._tests[number]

    def blame(self, result: Result, report: Report) -> None:
        """Report to a test that its worker died."""
        lines = self._lines.get(result.test)
        logged = "\n\nthe last it logged:\n" + "\n".join(lines) if lines else ""
        summary = report.lost.partition("\n")[0]
        cause = report.cause or Cause.INFRASTRUCTURE
        result.report(Outcome.ERROR, report.lost + logged, summary=summary, cause=cause)

    def end_parts(self, flow: PlannedTest, reason: str | None) -> None:
        """End the parts of a flow that did not end, because the flow never ran or its worker died.

        Args:
            flow: the flow.
            reason: why those that had not started are skipped; None where an earlier part is to blame.
        """
        from rotest_core.execution.stage import skip_flow

        skip_flow(flow, self._emit, reason, begun=self._started, ended=self._ended)

    def report(self, report: Report) -> list[PlannedTest]:
        """End the test that a worker died in, of a batch of plain tests.

        Returns:
            The tests that had not started yet.
        """
        numbers = report.assignment.tests
        left = [number for number in numbers if number not in self._ended]
        running = [number for number in left if number in self._started]
        result = Result(self._emit)
        if left:
            # Where none had started it was a fixture: the test that it was for takes the blame.
            [number] = running or left[:1]
            left.remove(number)
            result.begin(number)
            if not running:
                self._emit(started_event(self._tests[number], report.worker))
            begun = self._started[number]
        else:
            number, begun = next(self._numbers), perf_counter()
            result.begin(number)
            group = self._tests[numbers[-1]].group if numbers else None
            place, selector = (None, "") if group is None else (group.number, group.selector)
            name = f"worker {report.worker}"
            self._emit(TestStarted(time(), number, place, name, selector, "fixture", worker=report.worker))
        self.blame(result, report)
        self._emit(TestFinished(time(), number, result.outcome, perf_counter() - begun, result.cause))
        return [self._tests[number] for number in left]

"""Gather the events of each test into one report, as most output handlers want them.

::

    builder = ReportBuilder()
    for event in events:
        report = builder.take(event)
        if report is not None:  # a test just finished
            print(report.name, report.outcome)
    for report in builder.unfinished():  # the run was cut short in these
        ...
"""

from __future__ import annotations

from rotest_core.events import (
    GroupFinished,
    GroupStarted,
    Outcome,
    ResourceKept,
    ResourceLeased,
    ResourceReleased,
    ResourceStep,
    ResourceWaiting,
    SetupFinished,
    TeardownStarted,
    TestFinished,
    TestStarted,
)
from rotest_core.quick_typing import cast

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from rotest_core.events import Event
    from rotest_core.plugin.report import Attempt, TestReport

# Nothing of these is kept, so that a test of which there is nothing else stays one without a report.
_PASSED_OVER = frozenset({SetupFinished, TeardownStarted, ResourceWaiting, ResourceKept, ResourceReleased})


class ReportBuilder:
    """Turn events into reports.

    Args:
        log_lines: how many of its last log records a report keeps.
        terse: whether `take_plain` takes the ends of tests with resources, too, unless a step failed: for those who
            show nothing of resources where a test passed.
    """

    def __init__(self, *, log_lines: int = 20, terse: bool = False) -> None:
        self._log_lines = log_lines
        self._terse = terse
        self._groups: dict[int, tuple[GroupStarted, ...]] = {}
        # A report is made with the first thing there is to say of a test: of most that pass there is nothing.
        self._running: dict[int, TestReport | TestStarted] = {}
        # What was told of the resources of tests that have no report yet: it goes into the report, if one is made.
        self._aside: dict[int, list[Event]] = {}
        self._earlier: dict[int, tuple[Attempt, ...]] = {}
        self._routes = cast(
            "dict[type[Event], Callable[[Event], None]]",
            {
                TestStarted: self.begin,
                GroupStarted: self._group_started,
                GroupFinished: self._group_finished,
            },
        )

    def take(self, event: Event) -> TestReport | None:
        """Take one event; return the report of the test that it finished, if it finished one."""
        kind = type(event)
        if kind in _PASSED_OVER:
            return None
        route = self._routes.get(kind)
        if route is not None:
            route(event)
        elif isinstance(event, TestFinished):
            return self._finished(event)
        elif not (isinstance(event, (ResourceStep, ResourceLeased)) and self._put_aside(event)):
            test: int | None = getattr(event, "test", None)
            report = None if test is None else self.running(test)
            if report is not None:
                report.add(event)
        return None

    def begin(self, event: TestStarted) -> None:
        """Take the start of a test; for those who look at the kinds of events themselves, the same as `take`."""
        self._running[event.test] = event
        if self._aside:
            self._aside.pop(event.test, None)
        if event.kind == "case":
            return
        report = self.running(event.test)
        if report is not None and report.is_block:
            flow = report.flow = self._flow_around(report)
            if flow is not None:
                flow.blocks.append(report)

    def take_plain(self, event: TestFinished) -> TestStarted | None:
        """Take the end of a test of which nothing is known but that it began, and that it passed the first time.

        One that had resources is none of these, but for a `terse` builder.

        Returns:
            How it began; None for any other test, whose end `take` has yet to be given.
        """
        started = self._running.get(event.test)
        if type(started) is not TestStarted or event.outcome is not Outcome.SUCCESS or started.attempt != 1:
            return None
        if event.test in self._aside:
            if not self._terse:
                return None
            del self._aside[event.test]
        del self._running[event.test]
        return started

    def made_plain(self, started: TestStarted, finished: TestFinished) -> TestReport:
        """Make the report of a test whose end `take_plain` took."""
        report = self._report(started)
        report.finished = finished
        return report

    def running(self, test: int) -> TestReport | None:
        """Return the report of a test that has not finished."""
        report = self._running.get(test)
        if isinstance(report, TestStarted):
            report = self._running[test] = self._report(report)
            for event in self._aside.pop(test, ()):
                report.add(event)
        return report

    def groups_of(self, group: int | None) -> tuple[GroupStarted, ...]:
        """Return a group and those around it, outermost first; nothing for one that is not known."""
        return () if group is None else self._groups.get(group, ())

    def unfinished(self) -> Iterable[TestReport]:
        """Return the reports of all tests that began and did not end, in the order in which they began."""
        return tuple(report for test in tuple(self._running) if (report := self.running(test)) is not None)

    def _put_aside(self, event: ResourceStep | ResourceLeased) -> bool:
        """Keep what may go without a report: that a resource was leased, that a step went well."""
        test = event.test
        if type(self._running.get(test)) is not TestStarted or (type(event) is ResourceStep and event.error):
            return False
        events = self._aside.get(test)
        if events is None:
            self._aside[test] = [event]
        else:
            events.append(event)
        return True

    def _report(self, started: TestStarted) -> TestReport:
        from rotest_core.plugin.report import TestReport

        report = TestReport(started, self.groups_of(started.group), self._log_lines)
        report.earlier = self._earlier.get(started.test, ())
        return report

    def _flow_around(self, block: TestReport) -> TestReport | None:
        from rotest_core.plugin.report import TestReport

        around = {group.group for group in block.groups}
        flows = [
            report
            for report in self._running.values()
            if isinstance(report, TestReport)
            and report is not block
            and report.started.kind == "flow"
            and report.started.group in around
        ]
        return max(flows, key=lambda flow: len(flow.groups), default=None)

    def _finished(self, event: TestFinished) -> TestReport | None:
        report = self.running(event.test)
        if report is not None:
            report.finished = event
            del self._running[event.test]
            attempt = None if event.outcome.good else report.as_attempt()
            if attempt is not None:
                self._earlier[event.test] = (*report.earlier, attempt)
        return report

    def _group_started(self, event: GroupStarted) -> None:
        self._groups[event.group] = (*self.groups_of(event.parent), event)

    def _group_finished(self, event: GroupFinished) -> None:
        self._groups.pop(event.group, None)

"""Gather the events of each test into one report, as most output handlers want them.

::

    builder = ReportBuilder()
    for event in events:
        report = builder.take(event)
        if report is not None:  # a test just finished
            print(report.name, report.outcome)
    for report in builder.unfinished():  # the run was cut short in these
        ...

A report holds what a person would ask for about one test, and no more than a bounded part of what a test may repeat
without end: logs, expectations, information.
"""

from __future__ import annotations

from collections import deque

from rotest_core.events import (
    Cause,
    ExpectationChecked,
    GroupFinished,
    GroupStarted,
    InformationAdded,
    LogWritten,
    Outcome,
    OutcomeReported,
    ResourceLeased,
    ResourceStep,
    TestFinished,
    TestStarted,
)
from rotest_core.quick_typing import cast

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from rotest_core.events import Event

KEPT = 1000
"""How many expectations, lines of information and life cycle steps are kept of one test."""


class TestReport:
    """Hold what was told about one test, flow or block.

    Attributes:
        started: how it began; has its name, id, kind and tags.
        groups: the groups around it, outermost first.
        finished: how it ended, None while it runs and when the run was cut short in it.
        outcomes: skips, failures, errors, in order.
        passed_expectations: how many expectations held.
        failed_expectations: how many did not.
        expectations: the expectations that failed, and those that held and said so, the first `KEPT` of them.
        information: lines of information.
        resources: what was leased for it.
        steps: what was done to those resources.
        logs: the last log records.
        log_count: how many log records there were.
        blocks: the reports of a flow's blocks and sub-flows, in the order in which they began.
        flow: the report of the flow that it is a part of, None for what is no part of any.
    """

    __slots__ = (
        "blocks",
        "expectations",
        "failed_expectations",
        "finished",
        "flow",
        "groups",
        "information",
        "log_count",
        "logs",
        "outcomes",
        "passed_expectations",
        "resources",
        "started",
        "steps",
    )
    __test__ = False

    def __init__(self, started: TestStarted, groups: tuple[GroupStarted, ...], log_lines: int) -> None:
        self.started: TestStarted = started
        self.groups: tuple[GroupStarted, ...] = groups
        self.finished: TestFinished | None = None
        self.outcomes: list[OutcomeReported] = []
        self.passed_expectations: int = 0
        self.failed_expectations: int = 0
        self.expectations: list[ExpectationChecked] = []
        self.information: list[str] = []
        self.resources: list[ResourceLeased] = []
        self.steps: list[ResourceStep] = []
        self.logs: deque[LogWritten] = deque(maxlen=log_lines)
        self.log_count: int = 0
        self.blocks: list[TestReport] = []
        self.flow: TestReport | None = None

    @property
    def name(self) -> str:
        """Give the test's own name."""
        return self.started.name

    @property
    def outcome(self) -> Outcome | None:
        """Give the outcome, None while there is none."""
        return None if self.finished is None else self.finished.outcome

    @property
    def good(self) -> bool:
        """Tell whether it finished, and well."""
        return self.finished is not None and self.finished.outcome.good

    @property
    def cause(self) -> Cause | None:
        """Give whom a failure is to be laid to, None when nobody is."""
        return None if self.finished is None else self.finished.cause

    @property
    def duration(self) -> float:
        """Give its seconds, 0 while it runs."""
        return 0.0 if self.finished is None else self.finished.duration

    @property
    def is_block(self) -> bool:
        """Tell whether it is a part of a flow: a run counts flows, not what they are made of."""
        if self.started.kind == "block":
            return True
        return self.started.kind == "flow" and sum(group.kind == "flow" for group in self.groups) > 1

    @property
    def where(self) -> str:
        """Name the groups around it, dotted."""
        return ".".join(group.name for group in self.groups)


class ReportBuilder:
    """Turn events into reports.

    Args:
        log_lines: how many of its last log records a report keeps.
    """

    def __init__(self, *, log_lines: int = 20) -> None:
        self._log_lines = log_lines
        self._groups: dict[int, tuple[GroupStarted, ...]] = {}
        # A report is made with the first thing there is to say of a test: of most that pass there is nothing.
        self._running: dict[int, TestReport | TestStarted] = {}
        self._routes = cast(
            "dict[type[Event], Callable[[Event], None]]",
            {
                GroupStarted: self._group_started,
                GroupFinished: self._group_finished,
                OutcomeReported: self._outcome,
                ExpectationChecked: self._expectation,
                InformationAdded: self._information,
                LogWritten: self._log,
                ResourceLeased: self._leased,
                ResourceStep: self._step,
            },
        )

    def take(self, event: Event) -> TestReport | None:
        """Take one event; return the report of the test that it finished, if it finished one."""
        if isinstance(event, TestStarted):
            self._started(event)
        elif isinstance(event, TestFinished):
            return self._finished(event)
        else:
            route = self._routes.get(type(event))
            if route is not None:
                route(event)
        return None

    def take_plain(self, event: TestFinished) -> TestStarted | None:
        """Take the end of a test of which nothing is known but that it began, and that it passed.

        Returns:
            How it began; None for any other test, whose end `take` has yet to be given.
        """
        started = self._running.get(event.test)
        if type(started) is not TestStarted or event.outcome is not Outcome.SUCCESS:
            return None
        del self._running[event.test]
        return started

    def running(self, test: int) -> TestReport | None:
        """Return the report of a test that has not finished."""
        report = self._running.get(test)
        if isinstance(report, TestStarted):
            groups = () if report.group is None else self._groups.get(report.group, ())
            report = self._running[test] = TestReport(report, groups, self._log_lines)
        return report

    def groups_of(self, group: int | None) -> tuple[GroupStarted, ...]:
        """Return a group and those around it, outermost first; nothing for one that is not known."""
        return () if group is None else self._groups.get(group, ())

    def unfinished(self) -> Iterable[TestReport]:
        """Return the reports of all tests that began and did not end, in the order in which they began."""
        return tuple(report for test in tuple(self._running) if (report := self.running(test)) is not None)

    def _started(self, event: TestStarted) -> None:
        self._running[event.test] = event
        if event.kind == "case":
            return
        report = self.running(event.test)
        if report is not None and report.is_block:
            flow = report.flow = self._flow_around(report)
            if flow is not None:
                flow.blocks.append(report)

    def _flow_around(self, block: TestReport) -> TestReport | None:
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
        return report

    def _group_started(self, event: GroupStarted) -> None:
        self._groups[event.group] = (*self.groups_of(event.parent), event)

    def _group_finished(self, event: GroupFinished) -> None:
        self._groups.pop(event.group, None)

    def _outcome(self, event: OutcomeReported) -> None:
        report = self.running(event.test)
        if report is not None:
            report.outcomes.append(event)

    def _expectation(self, event: ExpectationChecked) -> None:
        report = self.running(event.test)
        if report is None:
            return
        if event.passed:
            report.passed_expectations += 1
        else:
            report.failed_expectations += 1
        if (event.text or not event.passed) and len(report.expectations) < KEPT:
            report.expectations.append(event)

    def _information(self, event: InformationAdded) -> None:
        report = self.running(event.test)
        if report is not None and len(report.information) < KEPT:
            report.information.append(event.text)

    def _log(self, event: LogWritten) -> None:
        report = None if event.test is None else self.running(event.test)
        if report is not None:
            report.logs.append(event)
            report.log_count += 1

    def _leased(self, event: ResourceLeased) -> None:
        report = self.running(event.test)
        if report is not None:
            report.resources.append(event)

    def _step(self, event: ResourceStep) -> None:
        report = self.running(event.test)
        if report is not None and len(report.steps) < KEPT:
            report.steps.append(event)

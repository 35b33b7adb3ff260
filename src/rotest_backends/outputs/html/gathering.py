"""Gather what happened in each test, a bounded part of it, until the test ends."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, cast

from rotest_backends.outputs.html.markup import LINE, bounded
from rotest_backends.outputs.html.series import Collection
from rotest_core.events import (
    ExpectationChecked,
    GroupFinished,
    GroupStarted,
    InformationAdded,
    LogWritten,
    MeasurementTaken,
    OutcomeReported,
    ResourceLeased,
    ResourceReleased,
    ResourceStep,
    ResourceWaiting,
    SampleTaken,
    SetupFinished,
    TeardownStarted,
    TestFinished,
    TestStarted,
)
from rotest_core.plugin import ReportBuilder

if TYPE_CHECKING:
    from collections.abc import Callable

    from rotest_core.events import Event
    from rotest_core.plugin import TestReport

KEPT = 200
"""How many of what a test may repeat without end are kept, of each sort."""
MOST_EARLY = 10_000
"""Of how many tests that have not begun anything is kept."""
FIRST_LOGS = 20
"""How many of its first log records a test keeps beside the last ones."""
BLOCKS = 2_000_000
"""Characters of HTML that the details of a flow's blocks may take."""
SERIES = 12
"""How many series are kept of one test."""
RECORD = 4_000
"""Characters of a log record, an expectation's text, an error of a step."""


class Story:
    """Hold what happened in one test, flow or block.

    Attributes:
        report: its start, its end, the groups and the flow around it.
        waits: why it waited, as often as it said so.
        leases: what was leased for it.
        releases: how and when that was given back, by request.
        steps: what was done to the resources.
        setup_finished, teardown_started: when its body began and ended, 0 if it did not.
        outcomes: what was reported of it.
        worst: the first report of the most severe kind.
        outcome_count: how many reports there were.
        passed, failed: expectations that held, and that did not, the first of them.
        passed_count, failed_count: how many there were.
        measured, missed: measurements that passed, and that did not, the first of them.
        measured_count: how many there were of both.
        missed_count: how many did not pass.
        samples: the series that were recorded in it; None if there were none.
        information: what it told.
        information_count: how often.
        first_logs, last_logs: log records.
        log_count: how many there were.
        blocks: what became of a flow's parts: HTML, in the order in which they ended.
        block_count: how many there were.
        block_room: characters that the details of further blocks may take.
    """

    __slots__ = (
        "block_count",
        "block_room",
        "blocks",
        "failed",
        "failed_count",
        "first_logs",
        "information",
        "information_count",
        "last_logs",
        "leases",
        "log_count",
        "measured",
        "measured_count",
        "missed",
        "missed_count",
        "outcome_count",
        "outcomes",
        "passed",
        "passed_count",
        "releases",
        "report",
        "samples",
        "setup_finished",
        "steps",
        "teardown_started",
        "waits",
        "worst",
    )

    def __init__(self, report: TestReport, log_lines: int) -> None:
        self.report = report
        self.waits: list[ResourceWaiting] = []
        self.leases: list[ResourceLeased] = []
        self.releases: dict[str, ResourceReleased] = {}
        self.steps: list[ResourceStep] = []
        self.setup_finished = 0.0
        self.teardown_started = 0.0
        self.outcomes: list[OutcomeReported] = []
        self.worst: OutcomeReported | None = None
        self.outcome_count = 0
        self.passed: list[ExpectationChecked] = []
        self.failed: list[ExpectationChecked] = []
        self.passed_count = 0
        self.failed_count = 0
        self.measured: list[MeasurementTaken] = []
        self.missed: list[MeasurementTaken] = []
        self.measured_count = 0
        self.missed_count = 0
        self.samples: Collection | None = None
        self.information: list[InformationAdded] = []
        self.information_count = 0
        self.first_logs: list[LogWritten] = []
        self.last_logs: deque[LogWritten] = deque(maxlen=log_lines)
        self.log_count = 0
        self.blocks: list[str] = []
        self.block_count = 0
        self.block_room = BLOCKS

    @property
    def least(self) -> int:
        """Estimate how many bytes its details take at least."""
        checks = len(self.passed) + len(self.failed)
        told = len(self.first_logs) + len(self.last_logs) + len(self.information)
        measured = 4 * (len(self.measured) + len(self.missed)) + (self.samples.least if self.samples else 0)
        return 60 * (told + checks + measured + len(self.steps))

    @property
    def plain(self) -> bool:
        """Tell whether there is nothing to say but how it ended."""
        return not self.outcome_count and self.only_reported

    @property
    def only_reported(self) -> bool:
        """Tell whether there is nothing to say but what was reported of it."""
        return not (
            self.log_count
            or self.passed_count
            or self.failed_count
            or self.measured_count
            or self.samples is not None
            or self.information_count
            or self.leases
            or self.steps
            or self.waits
            or self.block_count
        )


class Gatherer:
    """Turn events into stories.

    Args:
        log_lines: how many of its last log records a story keeps.
    """

    def __init__(self, log_lines: int) -> None:
        self._log_lines = log_lines
        self._reports = ReportBuilder(log_lines=0)
        self._stories: dict[int, Story] = {}
        self._early: dict[int, list[ResourceWaiting | ResourceLeased]] = {}
        self._routes = cast(
            "dict[type[Event], Callable[[Story, Event], None]]",
            {
                OutcomeReported: _outcome,
                ExpectationChecked: _expectation,
                MeasurementTaken: _measurement,
                SampleTaken: _sample,
                InformationAdded: _information,
                LogWritten: _log,
                ResourceWaiting: _waiting,
                ResourceLeased: _leased,
                ResourceStep: _step,
                ResourceReleased: _released,
                SetupFinished: _setup_finished,
                TeardownStarted: _teardown_started,
            },
        )

    def take(self, event: Event) -> Story | None:
        """Take one event; return the story that it ends, if it ends one."""
        kind = type(event)
        route = self._routes.get(kind)
        if route is not None:
            test = cast("int | None", getattr(event, "test", None))
            story = None if test is None else self._stories.get(test)
            if story is not None:
                route(story, event)
            elif isinstance(event, ResourceWaiting | ResourceLeased):
                self._keep_early(event)
        elif kind is TestStarted:
            self._start(cast("TestStarted", event))
        elif kind is TestFinished:
            self._reports.take(event)
            return self._stories.pop(cast("TestFinished", event).test, None)
        elif kind is GroupStarted or kind is GroupFinished:
            self._reports.take(event)
        return None

    def flow_of(self, story: Story) -> Story | None:
        """Return the story of the flow that a block is a part of."""
        flow = story.report.flow
        return None if flow is None else self._stories.get(flow.started.test)

    def worker_of(self, test: int | None) -> str:
        """Return the worker that runs a test, empty for the coordinator's own process and where nobody knows."""
        story = None if test is None else self._stories.get(test)
        return "" if story is None else story.report.started.worker

    def unfinished(self) -> list[Story]:
        """Return the stories that did not end: blocks before the flows around them, else as they began."""
        return sorted(
            self._stories.values(), key=lambda story: -len(story.report.groups) * story.report.is_block
        )

    def _keep_early(self, event: ResourceWaiting | ResourceLeased) -> None:
        """Keep what is told of a test before it begins, as when it waits while all workers run others."""
        if event.test in self._early or len(self._early) < MOST_EARLY:
            kept = self._early.setdefault(event.test, [])
            if len(kept) < KEPT:
                kept.append(event)

    def _start(self, event: TestStarted) -> None:
        self._reports.take(event)
        report = self._reports.running(event.test)
        if report is not None:
            story = self._stories[event.test] = Story(report, self._log_lines)
            for early in self._early.pop(event.test, ()):
                self._routes[type(early)](story, early)
            if report.flow is not None:
                # The report of a flow would keep those of all its blocks; here the blocks' HTML is kept, in bounds.
                report.flow.blocks.clear()


def _outcome(story: Story, event: OutcomeReported) -> None:
    story.outcome_count += 1
    worse = story.worst is None or event.outcome.severity > story.worst.outcome.severity
    if worse or len(story.outcomes) < KEPT:
        event = event._replace(text=bounded(event.text), summary=bounded(event.summary, RECORD))
        if worse:
            story.worst = event
        if len(story.outcomes) < KEPT:
            story.outcomes.append(event)


def _expectation(story: Story, event: ExpectationChecked) -> None:
    if event.passed:
        story.passed_count += 1
        kept = story.passed
    else:
        story.failed_count += 1
        kept = story.failed
    if len(kept) < KEPT:
        values = tuple(bounded(value, LINE) for value in event.values[:20])
        kept.append(
            event._replace(text=bounded(event.text, RECORD), values=values, source=event.source[:RECORD])
        )


def _measurement(story: Story, event: MeasurementTaken) -> None:
    story.measured_count += 1
    failed = event.verdict == "fail"
    story.missed_count += failed
    kept = story.missed if failed else story.measured
    if len(kept) < KEPT:
        value = bounded(event.value, LINE) if isinstance(event.value, str) else event.value
        kept.append(event._replace(value=value, name=event.name[:LINE], unit=event.unit[:LINE]))


def _sample(story: Story, event: SampleTaken) -> None:
    if story.samples is None:
        story.samples = Collection(SERIES)
    story.samples.add(event)


def _information(story: Story, event: InformationAdded) -> None:
    story.information_count += 1
    if len(story.information) < KEPT:
        story.information.append(event._replace(text=bounded(event.text, RECORD)))


def _log(story: Story, event: LogWritten) -> None:
    story.log_count += 1
    if len(event.text) > RECORD:
        event = event._replace(text=bounded(event.text, RECORD))
    if len(story.first_logs) < FIRST_LOGS:
        story.first_logs.append(event)
    else:
        story.last_logs.append(event)


def _waiting(story: Story, event: ResourceWaiting) -> None:
    if len(story.waits) < KEPT:
        story.waits.append(event._replace(reason=bounded(event.reason, RECORD)))


def _leased(story: Story, event: ResourceLeased) -> None:
    if len(story.leases) < KEPT:
        story.leases.append(event)


def _step(story: Story, event: ResourceStep) -> None:
    if len(story.steps) < KEPT:
        story.steps.append(event._replace(error=bounded(event.error, RECORD)))


def _released(story: Story, event: ResourceReleased) -> None:
    if len(story.releases) < KEPT:
        story.releases[event.request] = event


def _setup_finished(story: Story, event: SetupFinished) -> None:
    story.setup_finished = event.time


def _teardown_started(story: Story, event: TeardownStarted) -> None:
    story.teardown_started = event.time

"""What was told about one test: the report that a `ReportBuilder` makes.

A report holds what a person would ask for about one test, and no more than a bounded part of what a test may repeat
without end: logs, expectations, measurements, information, series.
"""

from __future__ import annotations

from collections import deque

from rotest_core.events import (
    ExpectationChecked,
    FailureClassified,
    InformationAdded,
    LogWritten,
    MeasurementTaken,
    OutcomeReported,
    ResourceLeased,
    ResourceStep,
    SampleTaken,
)
from rotest_core.quick_typing import NamedTuple, cast

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from rotest_core.events import Cause, Event, GroupStarted, Outcome, TestFinished, TestStarted

KEPT = 1000
"""How many expectations, measurements, outcomes, lines of information and life cycle steps are kept of one test."""
TEXT_KEPT = 200_000
"""How many characters are kept of one log record or traceback."""
LINE_KEPT = 20_000
"""How many characters are kept of any other text."""


class Attempt(NamedTuple):
    """Tell how an attempt of a test ended that is not its last.

    Args:
        number: 1 for the first.
        outcome: what it came to.
        cause: whom that is to be laid to, None when nobody is.
        duration: in seconds.
        summary: the last line of what decided the outcome: exception type and message.
        worker: which worker ran it, empty in the coordinator's own process.
    """

    number: int
    outcome: Outcome
    cause: Cause | None
    duration: float
    summary: str
    worker: str


class Series:
    """Sum up the points of one series.

    Attributes:
        name: its name.
        unit: of its values.
        count: how many points there were.
        least: the least value.
        greatest: the greatest value.
        last: the last value.
    """

    __slots__ = ("count", "greatest", "last", "least", "name", "unit")

    def __init__(self, first: SampleTaken) -> None:
        self.name: str = first.series
        self.unit: str = first.unit
        self.count: int = 0
        self.least: float = first.value
        self.greatest: float = first.value
        self.last: float = first.value

    def add(self, value: float) -> None:
        """Take one point."""
        self.count += 1
        self.least = min(self.least, value)
        self.greatest = max(self.greatest, value)
        self.last = value


class TestReport:
    """Hold what was told about one test, flow or block, in its last attempt.

    Attributes:
        started: how it began; has its name, id, kind and tags.
        groups: the groups around it, outermost first.
        finished: how it ended, None while it runs and when the run was cut short in it.
        earlier: the attempts before this one, in order.
        outcomes: skips, failures, errors, in order.
        passed_expectations: how many expectations held.
        failed_expectations: how many did not.
        expectations: the expectations that failed, and those that held and said so, the first `KEPT` of either.
        passed_measurements: how many measurements were within their limits, near to them or not.
        failed_measurements: how many were not.
        measurements: what was measured, the first `KEPT` of those that passed and of those that did not.
        series: the series of which points were taken, by name, the first `KEPT` of them.
        signatures: what is known of its failures.
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
        "earlier",
        "expectations",
        "failed_expectations",
        "failed_measurements",
        "finished",
        "flow",
        "groups",
        "information",
        "log_count",
        "logs",
        "measurements",
        "outcomes",
        "passed_expectations",
        "passed_measurements",
        "resources",
        "series",
        "signatures",
        "started",
        "steps",
    )
    __test__ = False

    def __init__(self, started: TestStarted, groups: tuple[GroupStarted, ...], log_lines: int) -> None:
        self.started: TestStarted = started
        self.groups: tuple[GroupStarted, ...] = groups
        self.finished: TestFinished | None = None
        self.earlier: tuple[Attempt, ...] = ()
        self.outcomes: list[OutcomeReported] = []
        self.passed_expectations: int = 0
        self.failed_expectations: int = 0
        self.expectations: list[ExpectationChecked] = []
        self.passed_measurements: int = 0
        self.failed_measurements: int = 0
        self.measurements: list[MeasurementTaken] = []
        self.series: dict[str, Series] = {}
        self.signatures: list[FailureClassified] = []
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
    def flaky(self) -> bool:
        """Tell whether it finished well after an attempt that did not."""
        return bool(self.earlier) and self.good

    @property
    def cause(self) -> Cause | None:
        """Give whom a failure is to be laid to, None when nobody is."""
        return None if self.finished is None else self.finished.cause

    @property
    def duration(self) -> float:
        """Give its seconds, 0 while it runs."""
        return 0.0 if self.finished is None else self.finished.duration

    @property
    def worst(self) -> OutcomeReported | None:
        """Give what decided the outcome: the first report of the most severe kind, None where nothing was reported."""
        return max(self.outcomes, key=lambda reported: reported.outcome.severity, default=None)

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

    def add(self, event: Event) -> None:
        """Take an event that is about this test."""
        adder = _ADDERS.get(type(event))
        if adder is not None:
            adder(self, event)

    def as_attempt(self) -> Attempt | None:
        """Sum up how it ended, None while it runs."""
        if self.finished is None:
            return None
        _, _, outcome, duration, cause = self.finished
        worst = self.worst
        summary = "" if worst is None else worst.summary
        return Attempt(self.started.attempt, outcome, cause, duration, summary, self.started.worker)


def _add_expectation(report: TestReport, event: ExpectationChecked) -> None:
    if event.passed:
        report.passed_expectations += 1
        if event.text and len(report.expectations) < KEPT:
            report.expectations.append(_fitted(event))
    else:
        report.failed_expectations += 1
        if report.failed_expectations <= KEPT:
            report.expectations.append(_fitted(event))


def _add_measurement(report: TestReport, event: MeasurementTaken) -> None:
    if event.verdict != "fail":
        report.passed_measurements += 1
        if len(report.measurements) < KEPT:
            report.measurements.append(event)
    else:
        report.failed_measurements += 1
        if report.failed_measurements <= KEPT:
            report.measurements.append(event)


def _add_sample(report: TestReport, event: SampleTaken) -> None:
    series = report.series.get(event.series)
    if series is None:
        if len(report.series) >= KEPT:
            return
        series = report.series[event.series] = Series(event)
    series.add(event.value)


def _add_log(report: TestReport, event: LogWritten) -> None:
    report.log_count += 1
    if report.logs.maxlen:
        report.logs.append(
            event if len(event.text) <= TEXT_KEPT else event._replace(text=_bounded(event.text, TEXT_KEPT))
        )


def _add_outcome(report: TestReport, event: OutcomeReported) -> None:
    outcomes = report.outcomes
    # Beyond the bound, what is worse than all before decides the outcome, and is kept: five times at most.
    if len(outcomes) < KEPT or event.outcome.severity > max(one.outcome.severity for one in outcomes):
        if len(event.text) > TEXT_KEPT or len(event.summary) > LINE_KEPT:
            text, summary = _bounded(event.text, TEXT_KEPT), _bounded(event.summary, LINE_KEPT)
            event = event._replace(text=text, summary=summary)
        outcomes.append(event)


def _add_signature(report: TestReport, event: FailureClassified) -> None:
    if len(report.signatures) < KEPT:
        report.signatures.append(event)


def _add_information(report: TestReport, event: InformationAdded) -> None:
    if len(report.information) < KEPT:
        report.information.append(_bounded(event.text, LINE_KEPT))


def _add_resource(report: TestReport, event: ResourceLeased) -> None:
    if len(report.resources) < KEPT:
        report.resources.append(event)


def _add_step(report: TestReport, event: ResourceStep) -> None:
    if len(report.steps) < KEPT:
        report.steps.append(event)


def _fitted(event: ExpectationChecked) -> ExpectationChecked:
    if len(event.text) + sum(map(len, event.values)) <= LINE_KEPT:
        return event
    values = tuple(_bounded(value, LINE_KEPT) for value in event.values)
    return event._replace(text=_bounded(event.text, LINE_KEPT), values=values)


def _bounded(text: str, most: int) -> str:
    """Leave out the middle of a text that no person reads whole."""
    if len(text) <= most:
        return text
    half = most // 2
    left_out = len(text) - 2 * half
    return f"{text[:half]}\n... {left_out} characters left out, see events.jsonl ...\n{text[-half:]}"


_ADDERS = cast(
    "dict[type[Event], Callable[[TestReport, Event], None]]",
    {
        ExpectationChecked: _add_expectation,
        FailureClassified: _add_signature,
        InformationAdded: _add_information,
        LogWritten: _add_log,
        MeasurementTaken: _add_measurement,
        OutcomeReported: _add_outcome,
        ResourceLeased: _add_resource,
        ResourceStep: _add_step,
        SampleTaken: _add_sample,
    },
)

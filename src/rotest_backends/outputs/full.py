"""The output ``full``: a line for each thing that happens, as it happens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rotest_backends.outputs.details import cut, mark_of, reason_of
from rotest_backends.outputs.stream import StreamHandler
from rotest_backends.outputs.summary import StreamChoices
from rotest_backends.outputs.terminal import lines_of, one_line, seconds
from rotest_core.events import (
    ExpectationChecked,
    FailureClassified,
    GroupStarted,
    InformationAdded,
    MeasurementTaken,
    Outcome,
    OutcomeReported,
    ResourceKept,
    ResourceLeased,
    ResourceReleased,
    ResourceStep,
    ResourceWaiting,
    RunInterrupted,
    RunStarted,
    SampleTaken,
    SetupFinished,
    TeardownStarted,
    TestStarted,
)
from rotest_core.plugin import describe

if TYPE_CHECKING:
    from rotest_core.plugin import HandlerContext, OutputHandler, TestReport


def full(context: HandlerContext) -> OutputHandler:
    """Make the handler ``full``."""
    if not context.values:
        return Full(context, StreamChoices())
    from rotest_backends.outputs.options import StreamOptions

    return Full(context, context.options(StreamOptions).choices())


class Full(StreamHandler):
    """Print a line for each event but log records: how long since the start, which test, what."""

    def __init__(self, context: HandlerContext, choices: StreamChoices) -> None:
        super().__init__(context, choices)
        self._start: float | None = None
        self._names: dict[int, str] = {}
        self.on(RunStarted, self._run_started)
        if self.verbosity < 0:
            return
        self.on(GroupStarted, self._group_started)
        self.on(TestStarted, self._started)
        self.on(ResourceWaiting, self._waiting)
        self.on(ResourceLeased, self._leased)
        self.on(ResourceStep, self._step)
        self.on(ResourceKept, self._kept)
        self.on(ResourceReleased, self._released)
        self.on(ExpectationChecked, self._expectation)
        self.on(MeasurementTaken, self._measurement)
        self.on(FailureClassified, self._classified)
        self.on(InformationAdded, self._information)
        self.on(OutcomeReported, self._outcome)
        self.on(RunInterrupted, self._interrupted)
        if self.verbosity > 0:
            self.on(SampleTaken, self._sample)
            self.on(SetupFinished, lambda event: self._say(event.time, event.test, "setUp done"))
            self.on(TeardownStarted, lambda event: self._say(event.time, event.test, "tearDown begins"))

    def _line(self, time: float, text: str) -> None:
        since = 0.0 if self._start is None else max(0.0, time - self._start)
        self.terminal.line(f"{self.terminal.dim(f'{since:9.3f}')}  {text}")
        self.terminal.pace(time)

    def _say(self, time: float, test: int | None, text: str) -> None:
        report = None if test is None else self.reports.running(test)
        name = f"{cut(report.name, 60)}: " if report is not None else ""
        self._line(time, f"    {self.terminal.dim(name)}{text}")

    def _run_started(self, event: RunStarted) -> None:
        self._start = event.time
        if self.verbosity < 0:
            return
        facts = ", ".join(f"{name} {value}" for name, value in event.environment)
        name = f" {event.name}" if event.name else ""
        self._line(
            event.time, self.terminal.bold(f"run{cut(name)} of {event.total} tests") + f" ({cut(facts)})"
        )

    def _group_started(self, event: GroupStarted) -> None:
        tags = f" [{one_line(', '.join(event.tags))}]" if event.tags else ""
        self._line(event.time, f"{event.kind} {self.terminal.bold(cut(event.name))}{self.terminal.dim(tags)}")

    def _started(self, event: TestStarted) -> None:
        notes = [f"on {event.worker}"] if event.worker else []
        if event.attempt > 1:
            notes.append(f"attempt {event.attempt}")
        if event.tags:
            notes.append(f"[{', '.join(event.tags)}]")
        mark = self.terminal.symbol("▸", ">")
        text = f"  {mark} {one_line(event.name)} {self.terminal.dim(one_line(', '.join(notes)))}".rstrip()
        if event.description:
            text += self.terminal.dim(f"  {cut(event.description)}")
        self._line(event.time, text)

    def _waiting(self, event: ResourceWaiting) -> None:
        self._say(event.time, event.test, f"{self.terminal.symbol('⧖', '~')} waits: {cut(event.reason)}")

    def _leased(self, event: ResourceLeased) -> None:
        verb = "has kept" if event.kept else "leased"
        text = f"{verb} {event.type} {event.name} as {event.request}"
        if event.waited >= 0.01:
            text += f" after {seconds(event.waited)}"
        if event.dirty:
            text += ", left in doubt by its last holder"
        self._say(event.time, event.test, cut(text))

    def _step(self, event: ResourceStep) -> None:
        text = cut(f"{event.resource} {event.step}") + self.terminal.dim(f" {seconds(event.duration)}")
        if event.error:
            text += f" {self.terminal.alarm('failed: ' + cut(lines_of(event.error)[-1]))}"
        self._say(event.time, event.test, text)

    def _kept(self, event: ResourceKept) -> None:
        self._say(event.time, event.test, cut(f"keeps {event.type} {event.name} for a later test"))

    def _released(self, event: ResourceReleased) -> None:
        text = f"released {event.type} {event.name}" + (", in doubt" if event.dirty else "")
        self._say(event.time, event.test, cut(text))

    def _expectation(self, event: ExpectationChecked) -> None:
        if event.passed and self.verbosity < 1 and not event.text:
            return
        mark = self.terminal.glyph(Outcome.SUCCESS if event.passed else Outcome.FAILURE)
        text = f"{mark} {cut(event.source or event.method)}"
        if event.text:
            text += f"  {cut(event.text)}"
        self._say(event.time, event.test, text)

    def _measurement(self, event: MeasurementTaken) -> None:
        self._say(event.time, event.test, f"{mark_of(event, self.terminal)} {cut(describe(event))}")

    def _sample(self, event: SampleTaken) -> None:
        text = f"{event.series} = {event.value:.10g} {event.unit}".rstrip()
        self._say(event.time, event.test, self.terminal.dim(cut(text)))

    def _classified(self, event: FailureClassified) -> None:
        self._say(event.time, event.test, cut(describe(event)))

    def _information(self, event: InformationAdded) -> None:
        self._say(event.time, event.test, f"{self.terminal.symbol('•', '*')} {cut(event.text)}")

    def _outcome(self, event: OutcomeReported) -> None:
        if event.subtest:
            summary = event.summary or lines_of(event.text)[-1]
            word = self.terminal.word(event.outcome)
            self._say(event.time, event.test, f"subtest {cut(event.subtest)} {word}: {cut(summary)}")

    def _interrupted(self, event: RunInterrupted) -> None:
        self._line(event.time, self.terminal.alarm(f"interrupted: {cut(event.reason)}"))

    def finished(self, report: TestReport) -> None:
        finished = report.finished
        if finished is None or self.verbosity < 0:
            return
        terminal = self.terminal
        name = terminal.bold(one_line(report.name))
        took = terminal.dim(seconds(finished.duration))
        self._line(
            finished.time, f"  {terminal.glyph(finished.outcome)} {name} {took} {reason_of(report, terminal)}"
        )

"""The outputs ``loginfo`` and ``logdebug``: the run as a log, its own events among the records of the tests."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from rotest_backends.outputs.details import cut, reason_of
from rotest_backends.outputs.failures import level_name
from rotest_backends.outputs.stream import StreamHandler
from rotest_backends.outputs.summary import StreamChoices
from rotest_backends.outputs.terminal import lines_of, one_line, seconds
from rotest_core.events import (
    ExpectationChecked,
    FailureClassified,
    GroupStarted,
    InformationAdded,
    LogWritten,
    MeasurementTaken,
    ResourceKept,
    ResourceLeased,
    ResourceReleased,
    ResourceStep,
    ResourceWaiting,
    RunStarted,
    SampleTaken,
    TestStarted,
)
from rotest_core.plugin import describe

if TYPE_CHECKING:
    from rotest_core.plugin import HandlerContext, OutputHandler, TestReport

DEBUG, INFO, WARNING, ERROR = 10, 20, 30, 40
OWN = "rotest"
"""The logger's name that stands in lines of Rotest's own."""


def loginfo(context: HandlerContext) -> OutputHandler:
    """Make the handler ``loginfo``."""
    return _make(context, INFO)


def logdebug(context: HandlerContext) -> OutputHandler:
    """Make the handler ``logdebug``."""
    return _make(context, DEBUG)


def _make(context: HandlerContext, level: int) -> OutputHandler:
    if not context.values:
        return Logs(context, StreamChoices(), level=level)
    from rotest_backends.outputs.options import StreamOptions

    return Logs(context, context.options(StreamOptions).choices(), level=level)


class Logs(StreamHandler):
    """Print log records from a level up, and what happens as records of the logger `OWN`.

    Args:
        level: the least level of `logging` that is shown; ``-v`` lowers it by a step, ``-q`` raises it.
    """

    def __init__(self, context: HandlerContext, choices: StreamChoices, *, level: int) -> None:
        super().__init__(context, choices)
        self._level = level - 10 * self.verbosity
        self.on(LogWritten, self._record)
        self.on(RunStarted, lambda event: self._say(event.time, INFO, f"run of {event.total} tests begins"))
        self.on(GroupStarted, lambda event: self._say(event.time, DEBUG, f"{event.kind} {event.name} begins"))
        self.on(TestStarted, lambda event: self._say(event.time, INFO, f"{event.name} begins, {event.id}"))
        self.on(ResourceWaiting, lambda event: self._say(event.time, INFO, f"waiting: {event.reason}"))
        self.on(ResourceLeased, self._leased)
        self.on(ResourceStep, self._step)
        self.on(
            ResourceKept,
            lambda event: self._say(event.time, DEBUG, f"kept {event.type} {event.name} for a later test"),
        )
        self.on(
            ResourceReleased,
            lambda event: self._say(event.time, DEBUG, f"released {event.type} {event.name}"),
        )
        self.on(ExpectationChecked, self._expectation)
        self.on(MeasurementTaken, self._measurement)
        self.on(SampleTaken, self._sample)
        self.on(FailureClassified, lambda event: self._say(event.time, INFO, describe(event)))
        self.on(InformationAdded, lambda event: self._say(event.time, INFO, event.text))

    def _head(self, moment: float, level: int, logger: str) -> str:
        terminal = self.terminal
        name = f"{level_name(level):<8}"
        name = terminal.alarm(name) if level >= WARNING else name
        return f"{terminal.dim(clock(moment))} {name} {terminal.dim(one_line(logger) + ':')}"

    def _write(self, moment: float, level: int, logger: str, text: str) -> None:
        if level < self._level:
            return
        first, *rest = lines_of(text)
        self.terminal.line(f"{self._head(moment, level, logger)} {first}")
        for line in rest:
            self.terminal.line(f"{'':21} {line}")
        self.terminal.pace(moment)

    def _say(self, moment: float, level: int, text: str) -> None:
        self._write(moment, level, OWN, cut(text, 2000))

    def _record(self, event: LogWritten) -> None:
        self._write(event.time, event.level, event.logger, event.text)

    def _leased(self, event: ResourceLeased) -> None:
        waited = f" after {seconds(event.waited)}" if event.waited >= 0.01 else ""
        verb = "took kept" if event.kept else "leased"
        self._say(event.time, INFO, f"{verb} {event.type} {event.name} as {event.request}{waited}")

    def _step(self, event: ResourceStep) -> None:
        text = f"{event.resource} {event.step} took {seconds(event.duration)}"
        if event.error:
            self._say(event.time, ERROR, f"{text} and failed: {lines_of(event.error)[-1]}")
        else:
            self._say(event.time, DEBUG, text)

    def _expectation(self, event: ExpectationChecked) -> None:
        verdict = "holds" if event.passed else "fails"
        text = f"{event.source or event.method} {verdict}" + (f": {event.text}" if event.text else "")
        self._say(event.time, DEBUG if event.passed else ERROR, text)

    def _measurement(self, event: MeasurementTaken) -> None:
        levels = {"fail": ERROR, "marginal": WARNING}
        self._say(event.time, levels.get(event.verdict, INFO), describe(event))

    def _sample(self, event: SampleTaken) -> None:
        self._say(event.time, DEBUG, f"{event.series} = {event.value:.10g} {event.unit}".rstrip())

    def finished(self, report: TestReport) -> None:
        finished = report.finished
        if finished is None:
            return
        level = INFO if finished.outcome.good else ERROR
        if level < self._level:
            return
        terminal = self.terminal
        said = reason_of(report, terminal)
        head = self._head(finished.time, level, OWN)
        terminal.line(f"{head} {one_line(report.name)} {said} {terminal.dim(seconds(finished.duration))}")
        terminal.pace(finished.time)


def clock(moment: float) -> str:
    """Show a time of day with milliseconds, in the time zone of this machine."""
    try:
        whole, fraction = divmod(round(moment * 1000), 1000)
        return f"{time.strftime('%H:%M:%S', time.localtime(whole))}.{fraction:03}"
    except (ValueError, OverflowError, OSError):
        return "--:--:--.---"

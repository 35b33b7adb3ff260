"""The output ``pretty``: a short line for each test, with a glyph that says how it went."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rotest_backends.outputs.details import cut, mark_of, reason_of
from rotest_backends.outputs.stream import StreamHandler
from rotest_backends.outputs.summary import StreamChoices
from rotest_backends.outputs.terminal import one_line, seconds
from rotest_core.events import FailureClassified, Outcome, ResourceWaiting, RunStarted, TestStarted
from rotest_core.plugin import describe

if TYPE_CHECKING:
    from rotest_core.plugin import HandlerContext, OutputHandler, TestReport


def pretty(context: HandlerContext) -> OutputHandler:
    """Make the handler ``pretty``."""
    if not context.values:
        return Pretty(context, StreamChoices())
    from rotest_backends.outputs.options import StreamOptions

    return Pretty(context, context.options(StreamOptions).choices())


class Pretty(StreamHandler):
    """Print each test when it ends: its place in the run, glyph, duration, name, and why it did not pass."""

    def __init__(self, context: HandlerContext, choices: StreamChoices) -> None:
        super().__init__(context, choices)
        self._total = ""
        self._done = 0
        self.on(RunStarted, self._run_started)
        if self.verbosity >= 0:
            self.on(FailureClassified, self._classified)
        if self.verbosity >= 0 and self.terminal.is_live:
            self.on(TestStarted, self._started)
            self.on(ResourceWaiting, self._waiting)

    def _run_started(self, event: RunStarted) -> None:
        self._total = str(event.total)

    def _started(self, event: TestStarted) -> None:
        self.terminal.passing(
            f"{self._place(self._done + 1)} {self.terminal.symbol('▸', '>')} {one_line(event.name)}"
        )

    def _waiting(self, event: ResourceWaiting) -> None:
        self.terminal.passing(
            f"{self._place(self._done + 1)} {self.terminal.symbol('⧖', '~')} {one_line(event.reason)}"
        )

    def _classified(self, event: FailureClassified) -> None:
        if self.reports.running(event.test) is None:  # else it stands in the line of the test
            self._detail(cut(describe(event)))

    def _detail(self, text: str) -> None:
        self.terminal.line(f"{' ' * (len(self._place(0)) + 12)}{text}")

    def _place(self, number: int) -> str:
        return f"{number:>{len(self._total)}}/{self._total}" if self._total else f"{number}"

    def finished(self, report: TestReport) -> None:
        finished = report.finished
        if finished is None or self.verbosity < 0:
            return
        if report.is_block and report.good:
            return
        place = " " * len(self._place(0))
        if not report.is_block and report.started.kind != "fixture":
            self._done += report.started.attempt == 1
            place = self._place(self._done)
        terminal = self.terminal
        took = terminal.dim(f"{seconds(finished.duration):>8}")
        text = f"{terminal.dim(place)} {terminal.glyph(finished.outcome)} {took}"
        text += f"  {self._name(report)}"
        if report.started.attempt > 1:
            text += terminal.dim(f" (attempt {report.started.attempt})")
        if finished.outcome is not Outcome.SUCCESS:
            text += f"  {reason_of(report, terminal)}"
        terminal.line(text)
        for taken in report.measurements if report.failed_measurements else ():
            if taken.verdict == "fail":
                self._detail(f"{mark_of(taken, terminal)} {cut(describe(taken))}")
        terminal.pace(finished.time)

    def _name(self, report: TestReport) -> str:
        """Name a test after its inner group: ``CalculatorTest.test_addition``."""
        names = [group.name for group in report.groups if group.kind != "module"]
        if report.started.kind == "flow" and names:
            names.pop()
        around = ".".join(cut(name, 60) for name in names)
        return (self.terminal.dim(around + ".") if around else "") + one_line(report.name)

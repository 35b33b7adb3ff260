"""The output ``pretty``: a short line for each test, with a glyph that says how it went."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rotest_backends.outputs.details import cut, reason_of
from rotest_backends.outputs.stream import StreamHandler
from rotest_backends.outputs.summary import StreamChoices
from rotest_backends.outputs.terminal import one_line, seconds
from rotest_core.events import Outcome, ResourceWaiting, RunStarted, TestStarted

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
        terminal.pace(finished.time)

    def _name(self, report: TestReport) -> str:
        """Name a test after its inner group: ``CalculatorTest.test_addition``."""
        names = [group.name for group in report.groups if group.kind != "module"]
        if report.started.kind == "flow" and names:
            names.pop()
        around = ".".join(cut(name, 60) for name in names)
        return (self.terminal.dim(around + ".") if around else "") + one_line(report.name)

"""The output ``dots``: one character for each test, as unittest prints them."""

from __future__ import annotations

from rotest_backends.outputs.outcomes import LOOKS
from rotest_backends.outputs.stream import StreamHandler
from rotest_backends.outputs.summary import StreamChoices
from rotest_core.events import Outcome

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rotest_core.events import TestFinished, TestStarted
    from rotest_core.plugin import HandlerContext, OutputHandler, TestReport

COLUMNS = 80


def dots(context: HandlerContext) -> OutputHandler:
    """Make the handler ``dots``."""
    if not context.values:
        return Dots(context, StreamChoices())
    from rotest_backends.outputs.options import StreamOptions

    return Dots(context, context.options(StreamOptions).choices())


class Dots(StreamHandler):
    """Print a dot or a letter for each test."""

    def __init__(self, context: HandlerContext, choices: StreamChoices) -> None:
        super().__init__(context, choices, terse=True)
        self._printed = 0
        self._marks = {
            outcome: self.terminal.paint(look.letter, look.style if outcome is not Outcome.SUCCESS else "")
            for outcome, look in LOOKS.items()
        }

    def plain(self, started: TestStarted, finished: TestFinished) -> None:
        if self.verbosity >= 0:
            self._mark(finished)

    def finished(self, report: TestReport) -> None:
        finished = report.finished
        if finished is None or self.verbosity < 0 or report.flow is not None:
            return
        if report.started.kind == "fixture" and finished.outcome.good:
            return
        self._mark(finished)

    def _mark(self, finished: TestFinished) -> None:
        self._printed += 1
        mark = self._marks[finished.outcome]
        self.terminal.write(mark if self._printed % COLUMNS else mark + "\n")
        self.terminal.pace(finished.time)

    def ended(self) -> None:
        if self._printed % COLUMNS:
            self.terminal.line()

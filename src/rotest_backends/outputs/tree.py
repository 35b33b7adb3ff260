"""The output ``tree``: groups, tests and blocks, each indented below what it belongs to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rotest_backends.outputs.details import cut, details_of, reason_of
from rotest_backends.outputs.stream import StreamHandler
from rotest_backends.outputs.summary import StreamChoices
from rotest_backends.outputs.terminal import one_line, seconds
from rotest_core.events import FailureClassified, Outcome, ResourceWaiting, TestStarted
from rotest_core.plugin import describe

if TYPE_CHECKING:
    from rotest_core.events import GroupStarted, TestFinished
    from rotest_core.plugin import HandlerContext, OutputHandler, TestReport

INDENT = "  "


def tree(context: HandlerContext) -> OutputHandler:
    """Make the handler ``tree``."""
    if not context.values:
        return Tree(context, StreamChoices())
    from rotest_backends.outputs.options import StreamOptions

    return Tree(context, context.options(StreamOptions).choices())


class Tree(StreamHandler):
    """Print each group when its first test is shown, and each test below it when it ends."""

    def __init__(self, context: HandlerContext, choices: StreamChoices) -> None:
        super().__init__(context, choices, terse=context.verbosity <= 0)
        self._groups: tuple[GroupStarted, ...] = ()
        self._passed = f"{self.terminal.glyph(Outcome.SUCCESS)} "
        self._glyphs = {outcome: self.terminal.glyph(outcome) for outcome in Outcome}
        if self.verbosity >= 0:
            self.on(TestStarted, self._started)
            self.on(ResourceWaiting, self._waiting)
            self.on(FailureClassified, self._classified)

    def _enter(self, groups: tuple[GroupStarted, ...]) -> None:
        """Print the heads of those groups that the last line was not in."""
        before = self._groups
        same = 0
        while same < min(len(before), len(groups)) and before[same].group == groups[same].group:
            same += 1
        self._groups = groups
        for depth in range(same, len(groups)):
            group = groups[depth]
            text = INDENT * depth + self.terminal.bold(one_line(group.name))
            if group.kind == "flow":
                text += self.terminal.dim(" (flow)")
            if group.tags:
                text += self.terminal.dim(f" [{one_line(', '.join(group.tags))}]")
            self.terminal.line(text)

    def _started(self, event: TestStarted) -> None:
        if event.kind == "flow" and event.group is not None:
            self._enter(self.reports.groups_of(event.group))
        elif self.terminal.is_live:
            groups = self.reports.groups_of(event.group)
            self._enter(groups)
            self.terminal.passing(
                f"{INDENT * len(groups)}{self.terminal.symbol('▸', '>')} {one_line(event.name)}"
            )

    def _waiting(self, event: ResourceWaiting) -> None:
        report = self.reports.running(event.test)
        if report is None:
            return
        self._enter(report.groups)
        text = f"{one_line(report.name)} waits: {one_line(event.reason)}"
        mark = self.terminal.symbol("⧖", "~")
        self.terminal.line(INDENT * len(report.groups) + self.terminal.dim(f"{mark} {text}"))
        self.terminal.pace(event.time)

    def _classified(self, event: FailureClassified) -> None:
        if self.reports.running(event.test) is None:  # else it stands in the line of the test
            self.terminal.line(f"{INDENT * (len(self._groups) + 2)}{cut(describe(event))}")
            self.terminal.pace(event.time)

    def plain(self, started: TestStarted, finished: TestFinished) -> None:
        if self.verbosity < 0:
            return
        groups = self.reports.groups_of(started.group)
        if groups is not self._groups:
            self._enter(groups)
        took = self.terminal.dim(f"  {seconds(finished.duration)}")
        self.terminal.write(f"{INDENT * len(groups)}{self._passed}{one_line(started.name)}{took}\n")
        self.terminal.pace(finished.time)

    def finished(self, report: TestReport) -> None:
        finished = report.finished
        if finished is None or self.verbosity < 0:
            return
        groups = report.groups
        if groups is not self._groups:
            self._enter(groups)
        depth = len(groups)
        if report.started.kind == "flow" and groups and groups[-1].kind == "flow":
            depth -= 1
            self._groups = groups[:-1]
        indent = INDENT * depth
        outcome = finished.outcome
        text = f"{indent}{self._glyphs[outcome]} {one_line(report.started.name)}"
        text += self.terminal.dim(f"  {seconds(finished.duration)}")
        if report.started.attempt > 1:
            text += self.terminal.dim(f"  (attempt {report.started.attempt})")
        if outcome is not Outcome.SUCCESS:
            text += f"  {reason_of(report, self.terminal)}"
        self.terminal.line(text)
        for detail in details_of(report, self.terminal, self.verbosity):
            self.terminal.line(f"{indent}{INDENT * 2}{detail}")
        self.terminal.pace(finished.time)

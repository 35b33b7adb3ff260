"""Say at the end of a run what went wrong, how to run it again, and what it came to.

Every handler of the terminal does so, and when several are chosen, only one: the last of them in the order of
``--outputs`` that is still at work, so that its text stands below what the others have said.
"""

from __future__ import annotations

from rotest_backends.outputs.outcomes import GREEN, ORANGE, VERMILION, look_of
from rotest_backends.outputs.terminal import Terminal, lines_of, one_line, seconds
from rotest_core.errors import (
    EXIT_FAILED,
    EXIT_INFRASTRUCTURE,
    EXIT_INTERRUPTED,
    EXIT_NOTHING_MATCHED,
    EXIT_USAGE,
)
from rotest_core.events import (
    ArtifactWritten,
    FailureClassified,
    HandlerFailed,
    Outcome,
    RunFinished,
    RunInterrupted,
    RunStarted,
)
from rotest_core.quick_typing import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rotest_core.events import Event, TestFinished, TestStarted
    from rotest_core.plugin import HandlerContext, TestReport

STREAM_OUTPUTS = frozenset(("dots", "full", "logdebug", "loginfo", "pretty", "progress", "tree"))
"""The handlers of this package that write to the terminal."""

MOST_FLAKY = 20
"""How many flaky tests are named."""

VERDICTS = {
    0: ("PASSED", GREEN),
    EXIT_FAILED: ("FAILED", VERMILION),
    EXIT_INFRASTRUCTURE: ("INFRASTRUCTURE TROUBLE", VERMILION),
    EXIT_NOTHING_MATCHED: ("NOTHING RAN", ORANGE),
    EXIT_USAGE: ("NOTHING RAN", VERMILION),
    EXIT_INTERRUPTED: ("INTERRUPTED", ORANGE),
}


class StreamChoices(NamedTuple):
    """Choose what a handler of the terminal says at the end.

    Args:
        summary: whether failures and totals are printed.
        log_lines: how many of its last log lines are shown with a failed test.
        slowest: how many of the slowest tests are listed.
    """

    summary: bool = True
    log_lines: int = 10
    slowest: int = 0


class Summary:
    """Gather what is to be said at the end of a run.

    Args:
        context: the handler's own.
        terminal: where to say it.
        choices: what the configuration asks for.
    """

    def __init__(self, context: HandlerContext, terminal: Terminal, choices: StreamChoices) -> None:
        self._terminal = terminal
        self._choices = choices
        self._name = context.name
        self._verbosity = context.verbosity
        self._speakers = [name for name in context.chosen if name in STREAM_OUTPUTS]
        self._started: RunStarted | None = None
        self._finished: RunFinished | None = None
        self._interrupted = ""
        self._artifacts: list[ArtifactWritten] = []
        self._switched_off: list[HandlerFailed] = []
        self._bad: dict[int, TestReport] = {}
        self._slowest: list[tuple[float, str]] = []
        self._skips: dict[str, int] = {}
        self._flaky: list[TestStarted] = []
        self.counts: dict[Outcome, int] = {}

    def take(self, event: Event) -> None:
        """Take an event that is about the whole run."""
        match event:
            case RunStarted():
                self._started = event
            case RunFinished():
                self._finished = event
            case RunInterrupted():
                self._interrupted = event.reason
            case ArtifactWritten():
                self._artifacts.append(event)
            case FailureClassified():
                report = self._bad.get(event.test)
                if report is not None:  # it may be told when the test has ended, too
                    report.add(event)
            case HandlerFailed():
                self._switched_off.append(event)
                self._speakers = [name for name in self._speakers if name != event.handler]
            case _:
                pass

    def add(self, report: TestReport) -> None:
        """Take the report of a test that finished."""
        outcome = report.outcome
        if outcome is None or report.flow is not None:
            return
        if report.started.attempt > 1:
            self._forget(report.started.test)
        if not report.is_block and (report.started.kind != "fixture" or not outcome.good):
            self.counts[outcome] = self.counts.get(outcome, 0) + 1
        if outcome is not Outcome.SUCCESS:
            self._add_troubled(report, outcome)
        elif report.started.attempt > 1 and report.started.kind != "fixture":
            self._flaky.append(report.started)
        if self._choices.slowest:
            self._add_duration(report.started, report.duration)

    def add_plain(self, started: TestStarted, finished: TestFinished) -> None:
        """Count a test of which there is nothing to say but that it passed the first time."""
        self.counts[Outcome.SUCCESS] = self.counts.get(Outcome.SUCCESS, 0) + 1
        if self._choices.slowest:
            self._add_duration(started, finished.duration)

    def _add_duration(self, started: TestStarted, duration: float) -> None:
        self._slowest.append((-duration, started.id or started.name))
        if len(self._slowest) > 2 * self._choices.slowest + 100:
            self._slowest = sorted(self._slowest)[: self._choices.slowest]

    def _forget(self, test: int) -> None:
        """Take an earlier attempt back: the last one decides."""
        earlier = self._bad.pop(test, None)
        if earlier is not None and earlier.outcome is not None and not earlier.is_block:
            self.counts[earlier.outcome] -= 1

    def _add_troubled(self, report: TestReport, outcome: Outcome) -> None:
        if not outcome.good:
            self._bad[report.started.test] = report
        elif outcome is Outcome.SKIPPED:
            reason = report.outcomes[0].text if report.outcomes else ""
            self._skips[reason] = self._skips.get(reason, 0) + 1

    def print(self, unfinished: tuple[TestReport, ...]) -> None:
        """Say it all, unless another handler does.

        Args:
            unfinished: reports of tests that began and did not end.
        """
        if not self._choices.summary or (self._speakers and self._speakers[-1] != self._name):
            self._terminal.flush()
            return
        unfinished = tuple(report for report in unfinished if report.flow is None)
        bad = [*self._bad.values(), *unfinished]
        if bad and self._verbosity > -2:
            self._print_failures(bad)
        if self._verbosity > 0:
            self._print_skips()
        self._print_flaky()
        self._print_slowest()
        self._print_totals(len(unfinished))
        self._terminal.flush()

    def _print_failures(self, bad: list[TestReport]) -> None:
        from rotest_backends.outputs.failures import FailurePrinter

        terminal = self._terminal
        rule = terminal.symbol("━", "=")
        title = f" {len(bad)} did not go well "
        terminal.line()
        terminal.line(terminal.bold(rule * 2 + title + rule * max(2, 78 - len(title))))
        terminal.line()
        printer = FailurePrinter(terminal, self._started.root if self._started else "")
        for report in bad:
            printer.print(report)

    def _print_skips(self) -> None:
        for reason, count in self._skips.items():
            first = lines_of(reason)[0] or "no reason given"
            self._terminal.line(f"{self._terminal.glyph(Outcome.SKIPPED)} {count} skipped: {first}")

    def _print_flaky(self) -> None:
        """Name the tests that passed, but not at the first attempt: somebody should look at them, too."""
        if self._flaky:
            self._terminal.line()
        for started in self._flaky[:MOST_FLAKY]:
            name = one_line(started.id or started.name)
            self._terminal.line(
                f"{self._terminal.paint('flaky', ORANGE)}  {name} passed at attempt {started.attempt}"
            )
        if len(self._flaky) > MOST_FLAKY:
            self._terminal.line(f"... and {len(self._flaky) - MOST_FLAKY} more")

    def _print_slowest(self) -> None:
        for duration, test in sorted(self._slowest)[: self._choices.slowest]:
            self._terminal.line(f"{seconds(-duration):>10}  {one_line(test)}")

    def _print_totals(self, unfinished: int) -> None:
        terminal = self._terminal
        if self._interrupted:
            terminal.line(terminal.paint(f"interrupted: {one_line(self._interrupted)}", ORANGE))
        for failed in self._switched_off:
            reason = lines_of(failed.text)[-1]
            terminal.line(terminal.alarm(f"output {one_line(failed.handler)} was switched off: {reason}"))
        self._print_artifacts()
        terminal.line(self._totals(unfinished))

    def _print_artifacts(self) -> None:
        """Name the files that were written, as somebody finds them from where this program was started."""
        if not self._artifacts:
            return
        from pathlib import Path

        here = f"{Path.cwd()}/"
        for artifact in self._artifacts:
            path = one_line(artifact.path.removeprefix(here))
            self._terminal.line(f"{self._terminal.dim(one_line(artifact.handler) + ':')} {path}")

    def _totals(self, unfinished: int) -> str:
        terminal = self._terminal
        counts = self._final_counts()
        parts = [
            terminal.paint(
                f"{counts[outcome]} {look.word if counts[outcome] == 1 else look.plural}", look.style
            )
            for outcome in Outcome
            if counts.get(outcome) and (look := look_of(outcome))
        ]
        if self._finished is not None and self._finished.flaky:
            parts.append(terminal.paint(f"{self._finished.flaky} flaky", ORANGE))
        parts += [f"{count} {state}" for state, count in self._states().items() if count]
        if unfinished:
            parts.append(terminal.alarm(f"{unfinished} unfinished"))
        verdict, style = self._verdict()
        text = f"{terminal.paint(verdict, style + ';1')}  {', '.join(parts) or 'no test'}"
        if self._finished is not None:
            text += terminal.dim(f" in {seconds(self._finished.duration)}")
        return text

    def _states(self) -> dict[str, int]:
        """Count the tests with a failure that nobody has seen before, and those all of whose failures are known."""
        states = [{one.state for one in report.signatures} for report in self._bad.values()]
        return {
            "new": sum("new" in each for each in states),
            "known": sum({"known"} == each for each in states),
        }

    def _final_counts(self) -> dict[str, int]:
        if self._finished is not None:
            return dict(self._finished.counts)
        return {outcome.value: count for outcome, count in self.counts.items()}

    def _verdict(self) -> tuple[str, str]:
        if self._finished is None:
            return "CUT SHORT", ORANGE
        return VERDICTS.get(self._finished.status, (f"EXIT STATUS {self._finished.status}", VERMILION))

"""What all handlers of the terminal share: events become reports, reports become lines, and a summary ends them."""

from __future__ import annotations

from rotest_backends.outputs.summary import StreamChoices, Summary
from rotest_backends.outputs.terminal import Terminal
from rotest_core.events import (
    ArtifactWritten,
    FailureClassified,
    HandlerFailed,
    RunFinished,
    RunInterrupted,
    RunStarted,
    TestFinished,
    TestStarted,
)
from rotest_core.plugin import ReportBuilder
from rotest_core.quick_typing import TypeVar, cast

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from rotest_core.events import Event
    from rotest_core.plugin import HandlerContext, TestReport

    EventT = TypeVar("EventT", bound=Event)


_FOR_SUMMARY = (RunStarted, RunFinished, RunInterrupted, ArtifactWritten, HandlerFailed, FailureClassified)


class StreamHandler:
    """Print what happens, and the summary at the end.

    A subclass says with `on` which events it shows, and shows a finished test in `finished`. Of tests that simply
    passed there may be tens of thousands: a subclass that can show one by less than a report does so in `plain`.

    Args:
        context: the handler's own.
        choices: what the configuration asks for.
        terse: whether nothing of resources is shown where a test passed; see `ReportBuilder`.
    """

    def __init__(self, context: HandlerContext, choices: StreamChoices, *, terse: bool = False) -> None:
        self.terminal = Terminal(context)
        self.verbosity = context.verbosity
        self.reports = ReportBuilder(log_lines=choices.log_lines, terse=terse)
        self.summary = Summary(context, self.terminal, choices)
        self._actions: dict[type[object], Callable[[Event], None]] = {}
        for event_type in _FOR_SUMMARY:
            self._actions[event_type] = self.summary.take

    def on(self, event_type: type[EventT], action: Callable[[EventT], None]) -> None:
        """Call `action` for each event of a type, after the event was added to its report."""
        before = self._actions.get(event_type)
        # The type is the key, so an action is only ever given what it takes.
        after = cast("Callable[[Event], None]", action)
        if before is None:
            self._actions[event_type] = after
        else:
            self._actions[event_type] = _both(before, after)

    def handle(self, event: Event) -> None:
        """Take one event."""
        # Nearly all events of a run of plain tests are of two kinds.
        if type(event) is TestStarted:
            self.reports.begin(event)
        elif type(event) is TestFinished:
            started = self.reports.take_plain(event)
            if started is not None:
                self.summary.add_plain(started, event)
                self.plain(started, event)
                return
            report = self.reports.take(event)
            if report is not None:
                self.summary.add(report)
                self.finished(report)
                return
        else:
            self.reports.take(event)
        action = self._actions.get(type(event))
        if action is not None:
            action(event)

    def finished(self, report: TestReport) -> None:
        """Show a test that finished."""

    def plain(self, started: TestStarted, finished: TestFinished) -> None:
        """Show a test that finished, and of which there is nothing to say but that it passed the first time."""
        self.finished(self.reports.made_plain(started, finished))

    def ended(self) -> None:
        """Bring the lines of this handler to an end, before the summary."""

    def close(self) -> None:
        """Print the summary."""
        self.ended()
        self.summary.print(tuple(self.reports.unfinished()))


def _both(first: Callable[[Event], None], second: Callable[[Event], None]) -> Callable[[Event], None]:
    def act(event: Event) -> None:
        first(event)
        second(event)

    return act

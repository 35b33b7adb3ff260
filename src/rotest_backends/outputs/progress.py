"""The output ``progress``: a live bar with counts, the current tests, and the time gone and left.

It draws on a terminal only, and only when it is the one handler that writes there: a bar that moves and lines that
scroll spoil each other. Elsewhere it prints the summary alone.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from rotest_backends.outputs.outcomes import look_of
from rotest_backends.outputs.stream import StreamHandler
from rotest_backends.outputs.summary import STREAM_OUTPUTS, StreamChoices
from rotest_backends.outputs.terminal import one_line, seconds
from rotest_core.events import (
    Outcome,
    ResourceWaiting,
    RunFinished,
    RunInterrupted,
    RunStarted,
    SetupFinished,
    TestStarted,
)

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.live import Live
    from rich.text import Text

    from rotest_core.plugin import HandlerContext, OutputHandler, TestReport

SHOWN_TESTS = 4
BAR_WIDTH = 32


def progress(context: HandlerContext) -> OutputHandler:
    """Make the handler ``progress``."""
    if not context.values:
        return Progress(context, StreamChoices())
    from rotest_backends.outputs.options import ProgressOptions

    options = context.options(ProgressOptions)
    return Progress(context, options.choices(), shown_tests=options.tests)


class Progress(StreamHandler):
    """Draw where a run stands.

    Args:
        shown_tests: how many of the current tests are named.
    """

    def __init__(
        self, context: HandlerContext, choices: StreamChoices, *, shown_tests: int = SHOWN_TESTS
    ) -> None:
        super().__init__(context, choices)
        self._shown_tests = shown_tests
        self._total = 0
        self._begun = time.monotonic()
        self._current: dict[int, str] = {}
        self._live: Live | None = None
        alone = sum(name in STREAM_OUTPUTS for name in context.chosen) <= 1
        if self.terminal.is_live and alone and self.verbosity >= 0:
            self._live = _make_live(context, self)
            self.on(RunStarted, self._run_started)
            self.on(TestStarted, self._started)
            self.on(ResourceWaiting, self._waiting)
            self.on(SetupFinished, self._set_up)
            self.on(RunInterrupted, self._interrupted)
            self.on(RunFinished, self._run_finished)

    def _run_started(self, event: RunStarted) -> None:
        self._total = event.total
        self._begun = time.monotonic()
        if self._live is not None:
            self._live.start()

    def _started(self, event: TestStarted) -> None:
        self._current[event.test] = one_line(event.name)

    def _waiting(self, event: ResourceWaiting) -> None:
        self._note(event.test, f"waits: {one_line(event.reason)}")

    def _set_up(self, event: SetupFinished) -> None:
        self._note(event.test, "")

    def _note(self, test: int, note: str) -> None:
        report = self.reports.running(test)
        if report is not None:
            name = one_line(report.name)
            self._current[test] = f"{name} {note}" if note else name

    def _interrupted(self, event: RunInterrupted) -> None:
        self._current[-1] = f"interrupted: {one_line(event.reason)}"

    def _run_finished(self, event: RunFinished) -> None:
        del event
        self._stop()

    def _stop(self) -> None:
        live, self._live = self._live, None
        if live is not None:
            live.stop()

    def finished(self, report: TestReport) -> None:
        self._current.pop(report.started.test, None)

    def ended(self) -> None:
        self._stop()

    def draw(self) -> RenderableType:
        """Return what the terminal is to show now."""
        from rich.console import Group
        from rich.progress_bar import ProgressBar
        from rich.table import Table

        # A fixture that failed counts among the outcomes, and is none of the planned tests.
        done = min(sum(self.summary.counts.values()), self._total)
        trouble = any(count and not outcome.good for outcome, count in self.summary.counts.items())
        style = "color(166)" if trouble else "color(36)"
        bar = ProgressBar(
            total=max(self._total, 1),
            completed=done,
            width=BAR_WIDTH,
            complete_style=style,
            finished_style=style,
        )
        row = Table.grid(padding=(0, 1))
        row.add_row(bar, f"{done}/{self._total}", self._count_text(), self._time_text(done))
        return Group(row, *self._current_texts())

    def _count_text(self) -> Text:
        from rich.text import Text

        text = Text()
        for outcome in Outcome:
            count = self.summary.counts.get(outcome)
            if count:
                look = look_of(outcome)
                text.append(
                    f"{self.terminal.symbol(look.glyph, look.letter)} {count}  ",
                    style=_rich_style(look.style),
                )
        return text

    def _time_text(self, done: int) -> Text:
        from rich.text import Text

        gone = time.monotonic() - self._begun
        text = _whole_seconds(gone)
        if 0 < done < self._total:
            text += f", about {_whole_seconds(gone / done * (self._total - done))} left"
        return Text(text, style="dim")

    def _current_texts(self) -> list[Text]:
        from rich.text import Text

        # A list of them first: the drawing thread must not walk through a dictionary that changes.
        current = list(self._current.values())
        mark = self.terminal.symbol("▸", ">")
        lines = [
            Text(f"  {mark} {name}", no_wrap=True, overflow="ellipsis")
            for name in current[: self._shown_tests]
        ]
        if len(current) > self._shown_tests:
            lines.append(Text(f"    and {len(current) - self._shown_tests} more", style="dim"))
        return lines


def _make_live(context: HandlerContext, handler: Progress) -> Live:
    from rich.console import Console
    from rich.live import Live

    console = Console(file=context.stream, no_color=not context.color, highlight=False, markup=False)
    return Live(
        get_renderable=handler.draw,
        console=console,
        transient=True,
        refresh_per_second=8,
        redirect_stdout=False,
        redirect_stderr=False,
    )


def _whole_seconds(duration: float) -> str:
    """Show a duration that changes all the time: without fractions."""
    return f"{duration:.0f} s" if duration < 59.5 else seconds(duration)


def _rich_style(sgr: str) -> str:
    """Say in rich's words what an SGR sequence says: ``38;5;36`` is ``color(36)``."""
    color, _, weight = sgr.removeprefix("38;5;").partition(";")
    return f"color({color})" + (" bold" if weight == "1" else "")

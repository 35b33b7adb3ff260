"""The output ``html``: gather rows while the run goes on, write the page when it is over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rotest_backends.outputs.html import rows
from rotest_backends.outputs.html.allowance import Allowance
from rotest_backends.outputs.html.body import Bodies
from rotest_backends.outputs.html.choices import ROW, RUNS, HtmlChoices
from rotest_backends.outputs.html.failures import Failures
from rotest_backends.outputs.html.gathering import KEPT, Gatherer
from rotest_backends.outputs.html.lanes import Lanes
from rotest_backends.outputs.html.overview import Overview
from rotest_backends.outputs.html.page import write_page
from rotest_backends.outputs.html.spool import Spool
from rotest_backends.outputs.html.tree import Tree
from rotest_core.events import (
    FailureClassified,
    HandlerFailed,
    RunFinished,
    RunInterrupted,
    RunStarted,
    SampleTaken,
)

if TYPE_CHECKING:
    from pathlib import Path

    from rotest_backends.outputs.html.gathering import Story
    from rotest_backends.outputs.html.spool import Piece
    from rotest_core.events import Event
    from rotest_core.plugin import HandlerContext

_ABOUT_THE_RUN = frozenset(
    (RunStarted, RunFinished, RunInterrupted, HandlerFailed, FailureClassified, SampleTaken)
)

FAILED_ROW = 3_000
"""Bytes that the report may take for each other test, beyond `FAILED_FIXED`."""
FAILED_FIXED = 16 * 1024 * 1024
"""Bytes that the details of tests that did not go well may take beside those."""


class Html:
    """Write ``results.html``.

    What is told of a finished test goes to a spool on disk at once; some 32 bytes of memory for each test, and the
    names of those that failed, are kept; where earlier runs are to be shown, the ids of all. What a crash leaves,
    ``rotest render`` makes from the run's log.

    Args:
        path: the file to write.
        choices: how much it holds.
    """

    def __init__(self, context: HandlerContext, path: Path, choices: HtmlChoices) -> None:
        self._context = context
        self._path = path
        self._gatherer = Gatherer(choices.log_lines)
        self._bodies = Bodies()
        self._lanes = Lanes()
        self._tree = Tree()
        self._failures = Failures()
        self._passed_room = Allowance(choices.passed_details * 1024, ROW)
        self._failed_room = Allowance(FAILED_FIXED, FAILED_ROW)
        self._overview = Overview(self._tree, self._failures, self._lanes, self._passed_room)
        runs = choices.history
        if runs is None:
            runs = RUNS if "db" in context.chosen or choices.compare else 0
        if runs:
            from rotest_backends.outputs.html.history import History

            self._overview.history = History(context.results, runs, choices.compare)
        self._spool: Spool | None = None
        self._begun = False
        self._written = False

    def handle(self, event: Event) -> None:
        """Take one event."""
        try:
            story = self._gatherer.take(event)
            if story is not None:
                self._add(story)
            elif not self._begun or type(event) in _ABOUT_THE_RUN:
                self._about_the_run(event)
        except BaseException:
            # Whoever raises is switched off, and not closed.
            self._let_go()
            raise

    def close(self) -> None:
        """Write what a run that was cut short left."""
        try:
            if not self._written:
                self._write()
        finally:
            self._let_go()

    def _about_the_run(self, event: Event) -> None:
        if not self._begun:
            # Where the first line of a log is missing, the times are counted from what it has.
            self._begun = True
            self._bodies.start = self._lanes.start = event.time
        match event:
            case RunStarted():
                self._bodies.start = self._lanes.start = event.time
                self._bodies.root = event.root.rstrip("/") + "/" if event.root else ""
                self._overview.started = event
            case RunInterrupted():
                self._overview.interruptions.append(event)
            case HandlerFailed():
                self._overview.switched_off.append(event)
            case FailureClassified():
                self._failures.classify(event)
            case SampleTaken():
                self._sample(event)
            case RunFinished():
                self._overview.finished = event
                self._write()
            case _:
                pass

    def _sample(self, event: SampleTaken) -> None:
        """Take a sample into the pictures of the whole run."""
        self._overview.samples.add(event, self._gatherer.worker_of(event.test))

    def _add(self, story: Story) -> None:
        report = story.report
        if report.flow is not None:
            self._add_block(story)
        elif report.started.kind == "fixture" and report.good:
            self._put_aside(story)  # it failed at first, and is well now
        elif report.good:
            self._add_good(story)
        else:
            self._add_bad(story)

    def _add_block(self, story: Story) -> None:
        flow = self._gatherer.flow_of(story)
        if flow is not None:
            flow.block_count += 1
            if len(flow.blocks) < KEPT:
                flow.blocks.append(rows.block(story, self._body_of_block(story, flow)))

    def _body_of_block(self, story: Story, flow: Story) -> str:
        if rows.says_all(story):
            return ""
        body = self._bodies.full(story)
        if len(body) > flow.block_room:
            return self._bodies.brief(story)
        flow.block_room -= len(body)
        return body

    def _add_good(self, story: Story) -> None:
        self._put_aside(story)
        self._overview.flaky += rows.is_flaky(story)
        times = rows.Times(self._lanes.times(story), self._lanes.spans(story))
        row = rows.passing(story, times)
        self._passed_room.bring(len(row))
        if not rows.says_all(story) and self._passed_room.may_hold(story.least):
            body = self._bodies.full(story)
            if self._passed_room.take(len(body) + 40):
                row = rows.passing(story, times, body)
        self._add_row(story, row)

    def _add_bad(self, story: Story) -> None:
        self._put_aside(story)
        times = rows.Times(self._lanes.times(story), self._lanes.spans(story))
        body = self._bodies.full(story)
        self._failed_room.bring(0)
        if not self._failed_room.take(len(body)):
            body = self._bodies.brief(story)
        self._failures.add(story, self._spooled(rows.failing(story, body)))
        self._add_row(story, rows.linking(story, times))

    def _put_aside(self, story: Story) -> None:
        if story.report.started.attempt > 1:
            code = self._failures.put_aside(story.report.started.test)
            if code is not None:
                self._tree.discount(code)

    def _add_row(self, story: Story, row: str) -> None:
        groups = [group for group in story.report.groups if group.kind != "flow"]
        number = story.report.started.test
        if self._overview.history is not None:
            self._overview.history.add(story)
        self._tree.add(groups, number, rows.code_of(story), self._spooled(row))

    def _spooled(self, content: str) -> Piece:
        if self._spool is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._spool = Spool(self._path.parent)
        return self._spool.add(content)

    def _write(self) -> None:
        self._written = True
        for story in self._gatherer.unfinished():
            self._add(story)
        if self._overview.history is not None:
            self._overview.history.look_back(self._overview.started, self._failures.all_ids())
        write_page(self._path, self._overview, self._spool)
        self._let_go()
        self._context.wrote(self._path)

    def _let_go(self) -> None:
        if self._spool is not None:
            self._spool.close()
            self._spool = None


def html(context: HandlerContext) -> Html:
    """Make the handler ``html``."""
    path = context.directory / "results.html"
    if not context.values:
        return Html(context, path, HtmlChoices())
    from rotest_backends.outputs.html.options import HtmlOptions

    options = context.options(HtmlOptions)
    if options.path:
        path = context.root / options.path
    return Html(context, path, options.choices())

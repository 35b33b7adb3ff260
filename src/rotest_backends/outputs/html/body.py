"""Show one test, flow or block: all that is known of it, as HTML."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rotest_backends.outputs.html.checks import expectations
from rotest_backends.outputs.html.equipment import equipment
from rotest_backends.outputs.html.logs import log
from rotest_backends.outputs.html.markup import bounded, escaped, inline, number, sane, text_lines
from rotest_backends.outputs.html.measurements import measurements
from rotest_backends.outputs.html.plots import plots
from rotest_backends.outputs.terminal import lines_of, one_line
from rotest_core.events import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rotest_backends.outputs.html.gathering import Story
    from rotest_core.events import OutcomeReported

BRIEF = 1_200
"""Characters of a failure's text where there is no room for more."""
_FRAME = re.compile(r'\s*File "(.*)", line (\d{1,9})\b')


class Bodies:
    """Show tests of one run.

    Attributes:
        start: when the run began; times are shown from there.
        root: the project's directory, from which paths are shown.
    """

    def __init__(self) -> None:
        self.start = 0.0
        self.root = ""

    def place(self, file: str, line: int) -> str:
        """Show a place in a source file, from the project's directory where it is in there."""
        return inline(file.removeprefix(self.root)) + (f":{line}" if line > 0 else "")

    def clock(self, time: float) -> str:
        """Show a moment as seconds since the start of the run."""
        return f"{sane(time - self.start):.3f}"

    def full(self, story: Story) -> str:
        """Return all that is known of a test."""
        return "".join(self._parts(story))

    def brief(self, story: Story) -> str:
        """Return what can be said of a test in little room."""
        worst = story.worst
        text = bounded(worst.text or worst.summary, BRIEF) if worst else ""
        shown = "\n".join(map(escaped, lines_of(text)))
        return (
            f'<pre class="tb">{shown}</pre><p class="cut">The rest was left out, for the report has grown '
            f"too long; events.jsonl has it.</p>{self._rerun(story)}"
        )

    def _parts(self, story: Story) -> Iterator[str]:
        started = story.report.started
        if started.description:
            yield f'<p class="about">{inline(started.description, 2000)}</p>'
        if story.report.finished is None:
            yield '<p class="cut">It began, and nothing tells how it ended: the run was cut short.</p>'
        yield from self._outcomes(story)
        yield measurements(story, self.place)
        yield self._series(story)
        yield expectations(story, self.place)
        yield from self._blocks(story)
        yield equipment(story, self.clock)
        yield from self._information(story)
        yield log(story, self.clock)
        yield self._facts(story)

    def _facts(self, story: Story) -> str:
        started = story.report.started
        facts = [("began", f"{self.clock(started.time)} s after the start of the run")]
        if story.setup_finished:
            facts.append(("setUp", f"{number(sane(story.setup_finished - started.time))} s"))
        if story.teardown_started and story.report.finished is not None:
            rest = story.report.finished.time - story.teardown_started
            facts.append(("tearDown", f"{number(sane(rest))} s, resources included"))
        if started.worker:
            facts.append(("worker", inline(started.worker)))
        if started.attempt > 1:
            facts.append(("attempt", str(started.attempt)))
        shown = "".join(f"<span><i>{name}</i> {value}</span>" for name, value in facts)
        return f'<p class="facts">{shown}</p>{self._rerun(story)}'

    def _rerun(self, story: Story) -> str:
        if not story.report.started.id or story.report.is_block:
            return ""
        from shlex import quote

        return (
            f'<p class="run"><code>rotest {inline(quote(one_line(story.report.started.id)), 4000)}</code></p>'
        )

    def _outcomes(self, story: Story) -> Iterator[str]:
        places = {(failed.file, failed.line) for failed in story.failed}
        for outcome in story.outcomes:
            if outcome.subtest:
                yield f"<h4>subtest {inline(outcome.subtest)}</h4>"
            if outcome.outcome is Outcome.SKIPPED:
                yield f'<p class="about">skipped: {inline(outcome.text, 2000)}</p>'
                continue
            if outcome.file:
                yield f'<p class="at">{self.place(outcome.file, outcome.line)}</p>'
            if outcome.text or outcome.summary:
                yield f'<pre class="tb">{_traceback(outcome, places | {(outcome.file, outcome.line)})}</pre>'
        more = story.outcome_count - len(story.outcomes)
        if more:
            yield f'<p class="cut">{more:,} more reports were left out, see events.jsonl.</p>'

    def _series(self, story: Story) -> str:
        if story.samples is None:
            return ""
        series = story.samples.all()
        last = max((each.spans[-1].end for each in series), default=0.0)
        report = story.report
        end = last if report.finished is None else max(report.finished.time, last)
        shown = plots(series, story.samples.left_out, report.started.time, end, self.clock)
        return f"<h4>Series</h4>{shown}" if shown else ""

    def _information(self, story: Story) -> Iterator[str]:
        if not story.information:
            return
        lines = "".join(f"<li>{inline(told.text, 2000)}</li>" for told in story.information)
        more = story.information_count - len(story.information)
        left_out = f'<li class="cut">{more:,} more were left out, see events.jsonl</li>' if more else ""
        yield f'<h4>Information</h4><ul class="info">{lines}{left_out}</ul>'

    def _blocks(self, story: Story) -> Iterator[str]:
        if not story.block_count:
            return
        more = story.block_count - len(story.blocks)
        left_out = f'<li class="cut">{more:,} more were left out, see events.jsonl</li>' if more else ""
        yield f'<h4>Blocks</h4><ul class="rows blocks">{"".join(story.blocks)}{left_out}</ul>'


def _traceback(outcome: OutcomeReported, places: set[tuple[str, int]]) -> str:
    """Return a traceback in which the lines where the test itself failed, and what was raised, stand out."""
    summary = lines_of(outcome.summary)[0] if outcome.summary and not outcome.outcome.good else ""
    shown: list[str] = []
    source_next = False
    for line in text_lines(outcome.text or outcome.summary):
        if source_next:
            shown.append(f"<mark>{escaped(line)}</mark>")
        elif summary and line.startswith(summary):
            shown.append(f"<b>{escaped(line)}</b>")
        else:
            shown.append(escaped(line))
        source_next = _names_place(line, places)
    return "\n".join(shown)


def _names_place(line: str, places: set[tuple[str, int]]) -> bool:
    """Tell whether a line of a traceback names a place where the test itself failed: its source follows."""
    match = _FRAME.match(line)
    if match is None:
        return False
    # The same file may be named from the project's directory in one and from the root in the other.
    name = match[1].rpartition("/")[2]
    return any(line_number == int(match[2]) and file.endswith(name) for file, line_number in places if file)

"""Tell a person all that is known about a test that did not go well."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rotest_backends.outputs.details import mark_of
from rotest_backends.outputs.terminal import Terminal, lines_of, one_line, seconds
from rotest_core.events import Cause, Outcome
from rotest_core.plugin import describe

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rotest_core.events import ExpectationChecked, LogWritten, OutcomeReported, ResourceStep
    from rotest_core.plugin import TestReport

TEXT_LINES = 200
LINE_LENGTH = 2000
EXPECTATIONS = 50
_FRAME = re.compile(r'\s*File "(.*)", line (\d{1,9})\b')
LEVELS = {10: "DEBUG", 20: "INFO", 30: "WARNING", 40: "ERROR", 50: "CRITICAL"}


def shorten(lines: list[str], most: int = TEXT_LINES) -> list[str]:
    """Leave out the middle of a long text and the ends of long lines, and say so."""
    if len(lines) > most:
        head = most // 4
        left_out = f"... {len(lines) - most} lines left out, see events.jsonl ..."
        lines = [*lines[:head], left_out, *lines[head - most :]]
    return [line if len(line) <= LINE_LENGTH else line[: LINE_LENGTH - 3] + "..." for line in lines]


def level_name(level: int) -> str:
    """Name a level of `logging`."""
    return LEVELS.get(level) or f"level {level}"


class FailurePrinter:
    """Print reports of tests that did not go well.

    Args:
        terminal: where to.
        root: the project's directory, from which paths are shown.
    """

    def __init__(self, terminal: Terminal, root: str) -> None:
        self._terminal = terminal
        self._root = root.rstrip("/") + "/" if root else ""
        self._bar = terminal.dim(terminal.symbol("│", "|"))
        self._pointer = terminal.alarm(terminal.symbol("▸", ">"))

    def print(self, report: TestReport) -> None:
        """Print one report: what, where, why, with which resources, and how to run it again."""
        terminal = self._terminal
        terminal.line(self._title(report))
        for line in self._body(report):
            terminal.line(f"  {line}" if line else "")
        terminal.line()

    def _title(self, report: TestReport) -> str:
        terminal = self._terminal
        parts = [terminal.glyph(report.outcome), terminal.word(report.outcome)]
        if report.cause is Cause.INFRASTRUCTURE:
            parts.append(terminal.alarm("(infrastructure)"))
        parts.append(" " + terminal.bold(self._full_name(report)))
        parts.append(terminal.dim(seconds(report.duration)) if report.finished else "")
        return " ".join(part for part in parts if part)

    def _full_name(self, report: TestReport) -> str:
        name = one_line(report.name)
        inner = report.groups[-1] if report.groups else None
        if inner is None or inner.kind == "module" or (inner.kind == "flow" and inner.name == report.name):
            return name
        return f"{one_line(inner.name)}.{name}"

    def _body(self, report: TestReport) -> Iterator[str]:
        if report.started.description:
            yield self._terminal.dim(one_line(report.started.description))
        if report.finished is None:
            yield "It began, and nothing tells how it ended: the run was cut short."
        places = {(failed.file, failed.line) for failed in report.expectations if not failed.passed}
        for outcome in report.outcomes:
            yield from self._outcome(outcome, places | {(outcome.file, outcome.line)})
        yield from self._expectations(report)
        yield from self._measurements(report)
        for signature in report.signatures[:EXPECTATIONS]:
            yield f"{self._label('signature')} {one_line(describe(signature))}"
        for attempt in report.earlier:
            yield f"{self._label('before')} {one_line(describe(attempt))[:LINE_LENGTH]}"
        for text in report.information:
            yield f"{self._label('information')} {one_line(text)}"
        for block in report.blocks:
            yield from self._block(block)
        yield from self._resources(report)
        yield from self._logs(report)
        if report.started.id and not report.is_block:
            yield f"{self._label('rerun')} {rerun(report.started.id, self._root)}"

    def _label(self, text: str) -> str:
        return self._terminal.dim(f"{text:<12}")

    def place(self, file: str, line: int) -> str:
        """Show a place in a source file, from the project's directory where it is in there."""
        return one_line(file.removeprefix(self._root)) + (f":{line}" if line else "")

    def _outcome(self, outcome: OutcomeReported, places: set[tuple[str, int]]) -> Iterator[str]:
        if outcome.subtest:
            yield self._terminal.bold(f"subtest {one_line(outcome.subtest)}")
        if outcome.file:
            yield f"{self._label('at')} {self.place(outcome.file, outcome.line)}"
        if not outcome.text:
            yield from ([one_line(outcome.summary)] if outcome.summary else [])
            return
        summary = lines_of(outcome.summary)[0] if outcome.summary and not outcome.outcome.good else ""
        source_next = False
        for line in shorten(lines_of(outcome.text)):
            if source_next:
                yield f"{self._pointer} {self._terminal.bold(line)}"
            elif summary and line.startswith(summary):
                yield f"{self._bar} {self._terminal.alarm(line)}"
            else:
                yield f"{self._bar} {line}"
            source_next = _names_place(line, places)

    def _expectations(self, report: TestReport) -> Iterator[str]:
        if not report.failed_expectations:
            return
        total = report.failed_expectations + report.passed_expectations
        yield f"{self._label('expectations')} {report.failed_expectations} of {total} failed"
        told = "\n".join(outcome.text for outcome in report.outcomes)
        failed = [expectation for expectation in report.expectations if not expectation.passed]
        # What the report of the failure tells in full need not be told again.
        untold = [one for one in failed if not one.text or one.text not in told or one.source not in told]
        for expectation in untold[:EXPECTATIONS]:
            yield from self._expectation(expectation, told)
        more = report.failed_expectations - len(failed) + len(untold[EXPECTATIONS:])
        if more:
            yield f"  ... and {more} more, see events.jsonl"

    def _expectation(self, expectation: ExpectationChecked, told: str) -> Iterator[str]:
        place = self.place(expectation.file, expectation.line)
        source = one_line(expectation.source or expectation.method)
        yield f"  {self._terminal.glyph(Outcome.FAILURE)} {place}  {self._terminal.bold(source)}"
        if expectation.text and expectation.text not in told:
            for line in shorten(lines_of(expectation.text), 20):
                yield f"      {line}"
        if expectation.values:
            yield self._terminal.dim(f"      values: {one_line(', '.join(expectation.values))[:LINE_LENGTH]}")

    def _measurements(self, report: TestReport) -> Iterator[str]:
        total = report.failed_measurements + report.passed_measurements
        if total:
            yield f"{self._label('measurements')} {report.failed_measurements} of {total} out of limits"
        telling = [taken for taken in report.measurements if taken.verdict != "pass"]
        for taken in telling[:EXPECTATIONS]:
            text = f"  {mark_of(taken, self._terminal)} {one_line(describe(taken))[:LINE_LENGTH]}"
            yield text + (f"  {self._terminal.dim(self.place(taken.file, taken.line))}" if taken.file else "")
        if len(telling) > EXPECTATIONS:
            yield f"  ... and {len(telling) - EXPECTATIONS} more, see events.jsonl"

    def _block(self, block: TestReport) -> Iterator[str]:
        glyph = self._terminal.glyph(block.outcome)
        yield f"{glyph} {self._terminal.bold(one_line(block.name))} {self._terminal.dim(seconds(block.duration))}"
        if block.outcome is not Outcome.SUCCESS:
            for line in self._body(block):
                yield f"    {line}"

    def _resources(self, report: TestReport) -> Iterator[str]:
        broken = {step.resource.partition(".")[0]: step for step in reversed(report.steps) if step.error}
        for resource in report.resources:
            text = f"{resource.request} = {resource.type} {resource.name}"
            if resource.dirty:
                text += " (left in doubt by its last holder)"
            step = broken.pop(resource.name, None)
            if step is not None:
                text += f", {_trouble(step)}"
            yield f"{self._label('resource')} {one_line(text)}"
        for step in broken.values():
            yield f"{self._label('resource')} {one_line(f'{step.resource}, {_trouble(step)}')}"

    def _logs(self, report: TestReport) -> Iterator[str]:
        if not report.logs:
            return
        shown = len(report.logs)
        some = (
            f"last {shown} of {report.log_count} lines"
            if shown < report.log_count
            else f"{shown} line{'s' * (shown > 1)}"
        )
        yield f"{self._label('log')} {some}"
        for record in report.logs:
            yield from self._log(record)

    def _log(self, record: LogWritten) -> Iterator[str]:
        first, *rest = shorten(lines_of(record.text), 20)
        level = f"{level_name(record.level):<8}"
        level = self._terminal.alarm(level) if record.level >= 30 else self._terminal.dim(level)
        yield f"  {level} {self._terminal.dim(one_line(record.logger))} {first}"
        for line in rest:
            yield f"           {line}"


def _trouble(step: ResourceStep) -> str:
    return f"{step.step} failed: {lines_of(step.error)[-1]}"


def _names_place(line: str, places: set[tuple[str, int]]) -> bool:
    """Tell whether a line of a traceback names a place where the test itself failed: its source follows."""
    match = _FRAME.match(line)
    if match is None:
        return False
    # The same file may be named from the project's directory in one and from the root in the other.
    return any(
        line == int(match[2]) and file.endswith(match[1].rpartition("/")[2]) for file, line in places if file
    )


def rerun(test_id: str, root: str = "") -> str:
    """Return the command that runs just this test, from where this program was started.

    Args:
        test_id: what selects the test.
        root: the project's directory; one that is not on this host is left out.
    """
    from pathlib import Path
    from shlex import quote

    elsewhere = bool(root) and Path(root).is_dir() and not Path(root).samefile(Path.cwd())
    there = f"cd {quote(root.rstrip('/'))} && " if elsewhere else ""
    return f"{there}rotest {quote(one_line(test_id))}"

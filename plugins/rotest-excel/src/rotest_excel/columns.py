"""What stands in each column of the sheet Results."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from rotest_core.plugin import describe

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rotest_core.plugin import TestReport


class Column(NamedTuple):
    """Describe one column.

    Args:
        title: its header.
        width: in characters.
        kind: ``text``, ``time`` or ``duration``.
    """

    title: str
    width: int
    kind: str = "text"


NAME, RESULT, START, END, DURATION, TRACEBACK, DESCRIPTION, RESOURCES, COMMENTS, ID = range(10)

COLUMNS = (
    Column("Name", 44),
    Column("Result", 24),
    Column("Start", 21, "time"),
    Column("End", 21, "time"),
    Column("Duration (s)", 12, "duration"),
    Column("Traceback", 64),
    Column("Description", 32),
    Column("Resources", 30),
    Column("Comments", 48),
    Column("Id", 48),
)


def traceback_of(report: TestReport) -> str:
    """Return what was reported of a test, in order."""
    return "\n".join(_reported(report))


def _reported(report: TestReport) -> Iterator[str]:
    for reported in report.outcomes:
        if reported.subtest:
            yield f"subtest {reported.subtest}:"
        # The reason of a skip stands with the comments.
        if reported.outcome != "skipped":
            yield reported.text.rstrip("\n")


def resources_of(report: TestReport) -> str:
    """Return what was leased for a test, a line each."""
    return "\n".join(f"{leased.request} = {leased.type} {leased.name}" for leased in report.resources)


def comments_of(report: TestReport) -> str:
    """Return what else there is to say: why it was skipped, what it expected and measured in vain, what it told."""
    return "\n".join(_comments(report))


def _comments(report: TestReport) -> Iterator[str]:
    if report.finished is None:
        yield "The run was cut short in this test."
    if report.started.attempt > 1:
        yield f"attempt {report.started.attempt}"
    yield from map(describe, report.earlier)
    yield from map(describe, report.signatures)
    for reported in report.outcomes:
        if reported.outcome == "skipped":
            yield reported.text
        elif not reported.outcome.good and reported.summary:
            yield reported.summary
    for expectation in report.expectations:
        verdict = "held" if expectation.passed else "failed"
        yield f"{expectation.method} {verdict}: {expectation.text or expectation.source}"
    yield from [describe(taken) for taken in report.measurements if taken.verdict != "pass"]
    yield from report.information

"""The few lines below a finished test that ``tree``, ``full`` and ``pretty`` share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rotest_backends.outputs.outcomes import ORANGE
from rotest_backends.outputs.terminal import Terminal, lines_of, one_line, seconds
from rotest_core.events import Cause, Outcome
from rotest_core.plugin import describe

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rotest_core.events import MeasurementTaken
    from rotest_core.plugin import TestReport

REASON_LENGTH = 300
MOST = 10
"""How many lines of one sort stand below a test; the summary and events.jsonl have them all."""


def cut(text: str, length: int = REASON_LENGTH) -> str:
    """Make text one printable line of bounded length."""
    text = one_line(text[:length]) if len(text) > length else one_line(text)
    return text if len(text) <= length else text[: length - 3] + "..."


def reason_of(report: TestReport, terminal: Terminal) -> str:
    """Say in a few words how a test ended that did not simply pass, and why."""
    text = terminal.word(report.outcome)
    if report.cause is Cause.INFRASTRUCTURE:
        text += terminal.alarm(" (infrastructure)")
    worst = report.worst
    if report.signatures:
        last = report.signatures[-1]
        text += terminal.dim(f" [{cut(f'{last.state}: {last.name}' if last.name else last.state, 60)}]")
    if worst is None:
        return text
    reason = worst.text if worst.outcome is Outcome.SKIPPED else worst.summary or lines_of(worst.text)[-1]
    first = reason.strip().partition("\n")[0]
    return f"{text}: {cut(first)}" if first else text


def details_of(report: TestReport, terminal: Terminal, verbosity: int) -> Iterator[str]:
    """Yield what a test said: expectations, measurements, information, earlier attempts; with ``-v`` what it used.

    Args:
        report: the finished test.
        terminal: for its colours and glyphs.
        verbosity: of the handler.
    """
    if report.expectations:
        for expectation in report.expectations[:MOST]:
            mark = terminal.glyph(Outcome.SUCCESS if expectation.passed else Outcome.FAILURE)
            yield f"{mark} {cut(expectation.text or expectation.source or expectation.method)}"
    yield from _measurements(report, terminal)
    for text in report.information[:MOST]:
        yield f"{terminal.symbol('•', '*')} {cut(text)}"
    for attempt in report.earlier[-MOST:]:
        yield terminal.dim(cut(describe(attempt)))
    if verbosity > 0:
        for series in list(report.series.values())[:MOST]:
            yield terminal.dim(cut(describe(series)))
        for resource in report.resources:
            waited = f", waited {seconds(resource.waited)}" if resource.waited >= 0.1 else ""
            dirty = ", left in doubt by its last holder" if resource.dirty else ""
            yield terminal.dim(cut(f"{resource.request} = {resource.type} {resource.name}{waited}{dirty}"))
        for step in report.steps[: 3 * MOST]:
            error = f": {lines_of(step.error)[-1]}" if step.error else ""
            yield terminal.dim(cut(f"{step.resource} {step.step} {seconds(step.duration)}{error}"))


def mark_of(taken: MeasurementTaken, terminal: Terminal) -> str:
    """Return the sign of a measurement's verdict."""
    if taken.verdict == "marginal":
        return terminal.paint("!", ORANGE)
    return terminal.glyph(Outcome.FAILURE if taken.verdict == "fail" else Outcome.SUCCESS)


def _measurements(report: TestReport, terminal: Terminal) -> Iterator[str]:
    """Yield the first measurements, those that failed before all others."""
    ranked = sorted(report.measurements, key=lambda taken: taken.verdict != "fail")
    for taken in ranked[:MOST]:
        yield f"{mark_of(taken, terminal)} {cut(describe(taken))}"
    more = report.passed_measurements + report.failed_measurements - MOST
    if more > 0:
        yield terminal.dim(f"and {more} more measurements")

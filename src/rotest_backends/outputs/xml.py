"""The output ``xml``: a JUnit report, as continuous integration servers read it.

Elements are built by `junit_xml`, but for those of tests that simply passed, which are most and all look the same. A
test is made text when it ends, and a suite when its last test has ended, so that the end of a long run only joins text
that is already there. The library's own writer is not used: it drops characters that XML cannot hold, and sets an
attribute (``disabled``) that the schema of Jenkins does not know.
"""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, TypeAlias, cast
from xml.etree.ElementTree import Element, tostring

import junit_xml

from rotest_backends.outputs.failures import level_name
from rotest_backends.outputs.files import write_whole
from rotest_backends.outputs.outcomes import look_of
from rotest_backends.outputs.terminal import seconds
from rotest_core.events import Cause, Outcome, RunFinished, RunStarted, TestFinished
from rotest_core.plugin import ReportBuilder, describe

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from rotest_core.events import Event, GroupStarted, TestStarted
    from rotest_core.plugin import HandlerContext, TestReport

    _Case: TypeAlias = tuple[str, float, str]
    """The element of a test, its seconds, and the total it counts among: errors, failures, skipped, or none."""

LOG_LINES = 100

# Control characters but tab and newline, halves of surrogate pairs, and the two that are no characters at all: XML 1.0
# forbids most of them (https://www.w3.org/TR/xml/#charsets) and parsers change the rest (carriage return, NEL).
_UNFIT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def escaped(text: str) -> str:
    r"""Write characters that XML cannot hold as Python does: ``\x1b``, ``\r``, ``\ud800``."""
    if text.isprintable() and text.isascii():
        return text
    return _UNFIT.sub(lambda match: match[0].encode("unicode_escape").decode("ascii"), text)


def dotted(test: str, groups: tuple[GroupStarted, ...]) -> str:
    """Name the class of a test as JUnit does: ``tests.test_calculator.CalculatorTest``.

    Args:
        test: what selects the test.
        groups: those around it.
    """
    container, separator, _ = test.rpartition("::")
    if not separator:
        return ".".join(group.name for group in groups) or "rotest"
    file, _, rest = container.partition("::")
    module = file.removesuffix(".py").replace("/", ".").strip(".")
    return ".".join(part for part in (module, rest.replace("::", ".")) if part) or "rotest"


class Xml:
    """Build a JUnit report.

    Args:
        path: the file to write.
        log_lines: how many of its last log lines a test that did not go well shows in ``system-err``.
        locations: whether failed tests have the attributes ``file`` and ``line``.
    """

    def __init__(self, context: HandlerContext, path: Path, *, log_lines: int, locations: bool) -> None:
        self._context = context
        self._path = path
        self._locations = locations
        self._reports = ReportBuilder(log_lines=log_lines)
        self._started: RunStarted | None = None
        self._suites: dict[int | None, _Suite] = {}
        self._totals = {"tests": 0, "failures": 0, "errors": 0}
        self._time = 0.0
        self._written = False
        self._last_container = ""
        self._last_class = ("", False)

    def handle(self, event: Event) -> None:
        """Take one event."""
        kind = type(event)
        if kind is TestFinished:
            finished = cast("TestFinished", event)
            started = self._reports.take_plain(finished)
            if started is not None:
                self._add_plain(started, finished)
                return
        report = self._reports.take(event)
        if report is not None:
            self._add(report)
        elif kind is RunStarted:
            self._started = cast("RunStarted", event)
        elif kind is RunFinished:
            self._write()

    def close(self) -> None:
        """Write what a run that was cut short left."""
        if not self._written:
            self._write()

    def _add_plain(self, started: TestStarted, finished: TestFinished) -> None:
        suite = self._suites.get(started.group) or self._suite(started, started.group)
        name, duration = started.name, _sane(finished.duration)
        class_name, fit = self._class_name(started)
        if not fit or self._locations or not (name.isidentifier() and name.isascii()):
            self._add(self._reports.made_plain(started, finished))
            return
        text = f'<testcase name="{name}" time="{duration:.6f}" classname="{class_name}" />\n'
        suite.cases[started.test] = (text, duration, "")

    def _add(self, report: TestReport) -> None:
        started = report.started
        if report.is_block:
            return
        if started.kind == "fixture" and report.good:
            self._drop(started)
            return
        groups = report.groups
        if groups and groups[-1].kind == "flow":
            groups = tuple(group for group in groups if group.kind != "flow")
        group = groups[-1].group if groups else None
        suite = self._suites.get(group) or self._suite(started, group)
        suite.cases[started.test] = self._case(report)

    def _drop(self, fixture: TestStarted) -> None:
        """Leave out a fixture that failed at first and is well now."""
        suite = self._suites.get(fixture.group)
        if suite is not None:
            suite.cases.pop(fixture.test, None)

    def _suite(self, started: TestStarted, group: int | None) -> _Suite:
        """Begin a suite with the first of its tests that ends."""
        name = dotted(started.id, self._reports.groups_of(started.group))
        suite = self._suites[group] = _Suite(escaped(name), started.time)
        return suite

    def _class_name(self, started: TestStarted) -> tuple[str, bool]:
        """Name the class of a test, and tell whether XML takes the name as it is.

        All tests of a class come one after the other, and have one name.
        """
        container = started.id.rpartition("::")[0]
        if container != self._last_container or not container:
            name = escaped(dotted(started.id, self._reports.groups_of(started.group)))
            self._last_container = container
            self._last_class = (name, name.isascii() and name.replace(".", "").isidentifier())
        return self._last_class

    def _case(self, report: TestReport) -> _Case:
        duration = _sane(report.duration)
        class_name, _ = self._class_name(report.started)
        case = junit_xml.TestCase(escaped(report.started.name), class_name, duration)
        if report.outcome is not Outcome.SUCCESS:
            _add_outcome(case, report)
            if not report.good and report.logs:
                case.stderr = escaped("\n".join(_log_lines(report)))
        notes = "\n".join(_notes(report))
        if notes:
            case.stdout = escaped(notes)
        if self._locations:
            _add_location(case, report)
        suite = junit_xml.TestSuite("", [case]).build_xml_doc()
        element = suite[0]
        element.tail = "\n"
        kind = next((total for total in ("errors", "failures", "skipped") if suite.get(total) != "0"), "")
        return tostring(element, encoding="unicode"), duration, kind

    def _finish(self, suite: _Suite) -> str:
        """Write a suite, and add it to the totals."""
        element = self._element(suite)
        for total in self._totals:
            self._totals[total] += int(element.get(total, "0"))
        self._time += suite.duration
        opening, tag, end = tostring(element, encoding="unicode").rpartition("</testsuite>")
        return "".join((opening, *[text for text, _, _ in suite.cases.values()], tag, end))

    def _element(self, suite: _Suite) -> Element:
        """Build a suite with everything but its cases."""
        started = self._started
        environment = dict(started.environment) if started else {}
        built = junit_xml.TestSuite(
            suite.name,
            hostname=escaped(environment.get("host", "")) or None,
            timestamp=_moment(suite.time),
            properties={
                escaped(name): escaped(value) for name, value in environment.items() if name != "packages"
            },
        ).build_xml_doc()
        built.attrib.pop("disabled", None)
        kinds = [kind for _, _, kind in suite.cases.values()]
        built.set("tests", str(len(kinds)))
        for total in ("errors", "failures", "skipped"):
            built.set(total, str(kinds.count(total)))
        # junit_xml writes 0.00001 as 1e-05, which is no duration to Surefire.
        built.set("time", f"{suite.duration:.6f}")
        built.text = built.tail = "\n"
        for child in built:
            child.tail = "\n"
        return built

    def _write(self) -> None:
        self._written = True
        for report in self._reports.unfinished():
            self._add(report)
        # Only now: a class whose tests run again is still the same suite.
        done = [self._finish(suite) for suite in self._suites.values() if suite.cases]
        root = Element("testsuites", {total: str(count) for total, count in self._totals.items()})
        root.set("time", f"{self._time:.6f}")
        if self._started is not None and self._started.name:
            root.set("name", escaped(self._started.name))
        root.text = "\n"
        opening, closing = tostring(root, encoding="unicode").split("\n")
        text = "\n".join(('<?xml version="1.0" encoding="utf-8"?>', opening, "".join(done) + closing, ""))
        write_whole(self._path, text.encode())
        self._context.wrote(self._path)


class _Suite:
    """Collect the cases of one suite."""

    __slots__ = ("cases", "name", "time")

    def __init__(self, name: str, time: float) -> None:
        self.name = name
        self.time = time
        self.cases: dict[int, _Case] = {}  # a later attempt takes the place of an earlier one

    @property
    def duration(self) -> float:
        """Add up the seconds of the cases."""
        return sum(duration for _, duration, _ in self.cases.values())


def _moment(seconds_since_epoch: float) -> str | None:
    """Write a time as ISO 8601 does, in UTC; None for what is no time."""
    try:
        return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds_since_epoch))
    except (ValueError, OverflowError, OSError):
        return None


def _sane(duration: float) -> float:
    """Keep what a broken clock or log made up out of a report."""
    return duration if 0 <= duration < 1e9 else 0.0


def _add_outcome(case: junit_xml.TestCase, report: TestReport) -> None:
    """Add the one element that tells how a test ended.

    One element for all that was reported, because many readers know but one for each case.
    """
    worst = report.worst
    summary = (worst.summary or worst.text.strip().rpartition("\n")[2]) if worst else ""
    text = "\n".join(_texts(report))
    match report.outcome:
        case Outcome.SKIPPED:
            case.add_skipped_info(escaped(worst.text if worst else "skipped"))
        case Outcome.EXPECTED_FAILURE:
            case.add_skipped_info(escaped(f"expected failure: {summary}"), escaped(text))
        case Outcome.UNEXPECTED_SUCCESS:
            case.add_failure_info("unexpected success", escaped(text), "UnexpectedSuccess")
        case Outcome.FAILURE:
            case.add_failure_info(escaped(summary or "failed"), escaped(text), _type(summary, "failure"))
        case None:
            case.add_error_info("the run was cut short in this test", escaped(text), "Unfinished")
        case _:
            if report.cause is Cause.INFRASTRUCTURE:
                summary = f"infrastructure: {summary}"
            case.add_error_info(escaped(summary or "error"), escaped(text), _type(summary, "error"))


def _type(summary: str, default: str) -> str:
    """Take the exception's name from a summary: ``ValueError: no`` gives ``ValueError``."""
    name = summary.removeprefix("infrastructure: ").partition(":")[0]
    return name if name.replace(".", "").isidentifier() else default


def _texts(report: TestReport) -> Iterator[str]:
    for outcome in report.outcomes:
        if outcome.subtest:
            yield f"subtest {outcome.subtest}:"
        yield outcome.text
    for block in report.blocks:
        for text in _texts(block):
            yield f"{block.name}: {text}"


def _notes(report: TestReport, indent: str = "") -> Iterator[str]:
    """Yield what a test used and said, and the same of its blocks."""
    if report.started.attempt > 1:
        yield f"{indent}attempt {report.started.attempt}"
    for attempt in report.earlier:
        yield f"{indent}{describe(attempt)}"
    for signature in report.signatures:
        yield f"{indent}{describe(signature)}"
    for resource in report.resources:
        yield f"{indent}resource {resource.request} = {resource.type} {resource.name}"
    for text in report.information:
        yield f"{indent}{text}"
    for expectation in report.expectations:
        verdict = "held" if expectation.passed else "failed"
        place = f"{expectation.file}:{expectation.line}: " if expectation.file else ""
        yield f"{indent}{place}{expectation.method} {verdict}: {expectation.text or expectation.source}"
    for taken in report.measurements:
        yield f"{indent}{describe(taken)}"
    for series in report.series.values():
        yield f"{indent}{describe(series)}"
    for block in report.blocks:
        yield f"{indent}{block.name}: {look_of(block.outcome).word} ({seconds(_sane(block.duration))})"
        yield from _notes(block, indent + "  ")


def _log_lines(report: TestReport) -> Iterator[str]:
    left_out = report.log_count - len(report.logs)
    if left_out:
        yield f"... {left_out} log lines left out, see events.jsonl ..."
    for record in report.logs:
        yield f"{level_name(record.level)} {record.logger}: {record.text}"


def _add_location(case: junit_xml.TestCase, report: TestReport) -> None:
    worst = report.worst
    file = report.started.id.partition("::")[0]
    if worst is not None and worst.file:
        case.file = escaped(worst.file)
        case.line = worst.line or None
    elif file.endswith(".py"):
        case.file = escaped(file)


def xml(context: HandlerContext) -> Xml:
    """Make the handler ``xml``."""
    path = context.directory / "results.xml"
    if not context.values:
        return Xml(context, path, log_lines=LOG_LINES, locations=False)
    from rotest_backends.outputs.options import XmlOptions

    options = context.options(XmlOptions)
    if options.path:
        path = context.root / options.path
    return Xml(context, path, log_lines=options.log_lines, locations=options.locations)

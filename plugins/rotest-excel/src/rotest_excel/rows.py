"""Put tests, and the groups they are in, into the order of a sheet."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rotest_core import events
    from rotest_core.plugin import TestReport


class Heading(NamedTuple):
    """Head the rows of one group."""

    depth: int
    group: events.GroupStarted


class TestRow(NamedTuple):
    """Show one test or block."""

    depth: int
    report: TestReport


class Rows:
    """Collect finished tests, and give them back group by group, however they were mixed in time."""

    def __init__(self) -> None:
        self._places: dict[int, int] = {}
        self._reports: dict[tuple[int, ...], dict[int, TestReport]] = {}

    def add(self, report: TestReport) -> None:
        """Take a test that is no part of a flow; a later attempt takes the place of an earlier one."""
        groups = report.groups[:-1] if _is_own_group(report) else report.groups
        path = tuple(self._places.setdefault(group.group, len(self._places)) for group in groups)
        self._reports.setdefault(path, {})[report.started.test] = report

    def drop(self, test: int) -> None:
        """Leave out a fixture that failed at first and is well now."""
        for path, reports in [*self._reports.items()]:
            reports.pop(test, None)
            if not reports:
                del self._reports[path]

    def __iter__(self) -> Iterator[Heading | TestRow]:
        """Yield the rows: each group in the order of its first test, its own tests before the groups in it."""
        before: tuple[events.GroupStarted, ...] = ()
        for path in sorted(self._reports):
            for report in self._reports[path].values():
                groups = report.groups[: len(path)]
                yield from _headings(before, groups)
                before = groups
                yield from _rows_of(report, len(groups))

    @property
    def reports(self) -> Iterator[TestReport]:
        """Give all tests, blocks excluded, in the order of the rows."""
        for path in sorted(self._reports):
            yield from self._reports[path].values()


def _is_own_group(report: TestReport) -> bool:
    """Tell whether a test is a flow that stands in the group of its own blocks."""
    return report.started.kind == "flow" and bool(report.groups) and report.groups[-1].kind == "flow"


def _headings(
    before: tuple[events.GroupStarted, ...], groups: tuple[events.GroupStarted, ...]
) -> Iterator[Heading]:
    same = 0
    while same < min(len(before), len(groups)) and before[same].group == groups[same].group:
        same += 1
    for depth in range(same, len(groups)):
        yield Heading(depth, groups[depth])


def _rows_of(report: TestReport, depth: int) -> Iterator[TestRow]:
    yield TestRow(depth, report)
    for block in report.blocks:
        yield from _rows_of(block, depth + 1)

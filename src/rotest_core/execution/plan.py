"""Make the plan of a run: which tests, in which order, with which resources."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rotest_core.execution.discovery import Discovery
from rotest_core.execution.requesting import plan_requests
from rotest_core.execution.scan import DEFAULT_EXCLUDE
from rotest_core.execution.tree import Case, Collected, Group, PlannedTest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from rotest_core.execution.filter_expression import Filter

__all__ = ["Case", "Group", "Plan", "PlannedTest", "make_plan"]


class Plan:
    """Hold what a run is going to do.

    Args:
        tests: the chosen tests in the order in which they run.
        left_out: the tests that the filter left out.
        groups: every module, suite and class that was found, by number, chosen or not.
    """

    __slots__ = ("groups", "left_out", "tests")

    def __init__(self, tests: list[PlannedTest], left_out: list[PlannedTest], groups: list[Group]) -> None:
        self.tests: list[PlannedTest] = tests
        self.left_out: list[PlannedTest] = left_out
        self.groups: list[Group] = groups


def make_plan(
    paths: Sequence[str] = (),
    *,
    root: str,
    exclude: Sequence[str] = DEFAULT_EXCLUDE,
    filter: str = "",  # noqa: A002 - the option's name
    order: Sequence[str] = (),
    overrides: str = "",
    classes: Sequence[type] = (),
    config: Mapping[str, object] | None = None,
    cwd: str | None = None,
) -> Plan:
    """Collect tests, choose among them, put them in order, and check what they ask for.

    Args:
        paths: files, directories, ``PATH::Class``, ``PATH::Class::method``, dotted names.
        root: the project's directory; ids are relative to it.
        exclude: fnmatch patterns of files and directories that are not searched.
        filter: expression over tags and names; empty for all.
        order: expressions; what matches the first one runs first, and so on.
        overrides: ``name=record,name.field=value`` changes to the requests of the chosen tests.
        classes: cases and suites to collect beside `paths`.
        config: the ``[config]`` table of the project, by which adapters choose their class.
        cwd: where relative paths start; the working directory of the process when None.

    Raises:
        UsageError: `filter`, `order` or `overrides` cannot be understood.
        DiscoveryError: a path does not exist.
        PlanError: requests that cannot be, all of them in one message; suites that hold no tests.
    """
    chooser = _parsed(filter)
    discovery = Discovery(root, exclude=exclude, cwd=cwd)
    discovery.collect_classes(classes)
    discovery.collect(paths)
    collection = discovery.collection
    tests, left_out = _chosen(collection.collected, chooser)
    if order:
        from rotest_core.execution.order import put_in_order

        tests = put_in_order(tests, order)
    plan_requests(tests, overrides, config or {})
    for number, test in enumerate(tests):
        test.number = number
    for number, test in enumerate(left_out, start=len(tests)):
        test.number = number
    return Plan(tests, left_out, collection.groups)


def _parsed(expression: str) -> Filter | None:
    if not expression.strip():
        return None
    from rotest_core.execution.filter_expression import parse_filter

    return parse_filter(expression)


def _chosen(
    collected: Iterable[Collected], chooser: Filter | None
) -> tuple[list[PlannedTest], list[PlannedTest]]:
    chosen: list[PlannedTest] = []
    left_out: list[PlannedTest] = []
    for found in collected:
        group, case_type, names = found.group, found.case_type, found.names
        cases: Sequence[Case | None] = found.cases or [None] * len(names)
        tests = [
            PlannedTest(0, group, name, case_type, case) for name, case in zip(names, cases, strict=True)
        ]
        if chooser is None or found.failed:
            chosen += tests
        else:
            verdicts = chooser.judge(chooser.mask(group.words), names)
            for test, verdict in zip(tests, verdicts, strict=True):
                (chosen if verdict else left_out).append(test)
    return chosen, left_out

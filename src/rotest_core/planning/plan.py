"""Make the plan of a run: which tests, in which order, with which resources."""

from __future__ import annotations

from rotest_core.planning.components import as_case
from rotest_core.planning.discovery import Discovery
from rotest_core.planning.requesting import plan_requests
from rotest_core.planning.scan import DEFAULT_EXCLUDE
from rotest_core.planning.tree import Case, Collected, Group, PlannedTest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from unittest import TestCase

    from rotest_core.planning.filter_expression import Filter

__all__ = ["Case", "Group", "Plan", "PlannedTest", "make_plan"]


class Plan:
    """Hold what a run is going to do.

    Args:
        tests: the chosen tests in the order in which they run.
        left_out: the tests that the filter left out.
        groups: every module, suite and class that was found, by number, chosen or not.
        parts: how many parts the flows among the tests have; their numbers follow those of all tests.
    """

    __slots__ = ("groups", "left_out", "parts", "tests")

    def __init__(
        self, tests: list[PlannedTest], left_out: list[PlannedTest], groups: list[Group], parts: int = 0
    ) -> None:
        self.tests: list[PlannedTest] = tests
        self.left_out: list[PlannedTest] = left_out
        self.groups: list[Group] = groups
        self.parts: int = parts

    @property
    def numbers_of_parts(self) -> range:
        """Give the numbers of the parts of flows; the first one after them is free."""
        first = len(self.tests) + len(self.left_out)
        return range(first, first + self.parts)


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
    problems: list[str] | None = None,
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
        problems: takes what is wrong with requests and flows, where that is only to be shown; raised when None.

    Raises:
        UsageError: `filter`, `order` or `overrides` cannot be understood.
        DiscoveryError: a path does not exist.
        PlanError: requests that cannot be and flows that do not wire, all in one message; suites that hold no tests.
    """
    chooser = _parsed(filter)
    discovery = Discovery(root, exclude=exclude, cwd=cwd)
    discovery.collect_classes(classes)
    discovery.collect(paths)
    collection = discovery.collection
    tests, left_out = _chosen(collection.collected, chooser)
    if order:
        from rotest_core.planning.order import put_in_order

        tests = put_in_order(tests, order)
    plan_requests(tests, overrides, config or {}, problems)
    for number, test in enumerate(tests):
        test.number = number
    for number, test in enumerate(left_out, start=len(tests)):
        test.number = number
    return Plan(tests, left_out, collection.groups, _numbered_parts(tests, left_out, collection.groups))


def _numbered_parts(tests: list[PlannedTest], left_out: list[PlannedTest], groups: list[Group]) -> int:
    if not any(test.kind == "flow" for test in tests):
        return 0
    from rotest_core.planning.flow_plan import number_parts

    first = len(tests) + len(left_out)
    return number_parts(tests, first, groups) - first


def _parsed(expression: str) -> Filter | None:
    if not expression.strip():
        return None
    from rotest_core.planning.filter_expression import parse_filter

    return parse_filter(expression)


def _flows(group: Group, flow_types: Iterable[type[TestCase] | None]) -> list[PlannedTest]:
    from rotest_core.planning.planned_flow import PlannedFlow

    return [PlannedFlow(0, group, flow_type) for flow_type in flow_types]


def _chosen(
    collected: Iterable[Collected], chooser: Filter | None
) -> tuple[list[PlannedTest], list[PlannedTest]]:
    chosen: list[PlannedTest] = []
    left_out: list[PlannedTest] = []
    for found in collected:
        group, case_type, names = found.group, found.case_type, found.names
        cases: Sequence[Case | None] = found.cases or [None] * len(names)
        if group.kind == "flow":
            tests = _flows(group, [case_type or as_case(type(case)) for case in cases])
        else:
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

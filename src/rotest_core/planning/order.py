"""Put the tests of a plan in the order that ``--order`` asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rotest_core.planning.filter_expression import parse_filter

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rotest_core.planning.tree import PlannedTest


def put_in_order(tests: Sequence[PlannedTest], expressions: Sequence[str]) -> list[PlannedTest]:
    """Sort tests: what matches the first expression comes first, what matches none comes last.

    Tests that are equal in this keep their order.

    Args:
        tests: what to sort.
        expressions: each as for ``--filter``; usually one tag.

    Raises:
        FilterError: an expression does not follow the grammar.
    """
    return sorted(tests, key=ranking(expressions))


def ranking(expressions: Sequence[str]) -> Callable[[PlannedTest], int]:
    """Return what tells the number of the first expression that a test matches.

    Raises:
        FilterError: an expression does not follow the grammar.
    """
    filters = [parse_filter(expression) for expression in expressions]

    def rank(test: PlannedTest) -> int:
        for position, chooser in enumerate(filters):
            if chooser.matches((*test.group.words, test.name)):
                return position
        return len(filters)

    return rank

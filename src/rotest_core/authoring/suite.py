"""Suites: tests put together by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, TypeAlias

if TYPE_CHECKING:
    import unittest
    from collections.abc import Sequence

    Component: TypeAlias = "type[unittest.TestCase] | type[TestSuite]"


class TestSuite:
    """Put cases, flows and other suites together, in order.

    ::

        class Nightly(TestSuite):
            TAGS = ["NIGHTLY"]
            components = [SimpleCalculationTest, SlowTests]

    A suite runs when it is named on the command line (``rotest suites.py::Nightly``) or given to ``main()``. It is
    not a ``unittest.TestSuite``: it says what belongs together, and holds no tests itself.

    Attributes:
        components: classes of cases, flows and suites; not empty.
        TAGS: words for the filter, for everything inside.
    """

    __test__ = False

    components: ClassVar[Sequence[Component]] = ()
    TAGS: ClassVar[Sequence[str]] = ()

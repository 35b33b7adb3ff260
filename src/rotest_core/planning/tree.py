"""What discovery finds, as a tree: modules, suites and classes around tests.

Ten thousand tests are ordinary, and most of a plan is looked at once, so nothing here is computed before it is asked
for: tests are names until they are planned, and cases are made when they are about to run.
"""

from __future__ import annotations

import unittest
from collections.abc import Callable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, TypeAlias

    from rotest_core.model.request import Request

Case: TypeAlias = unittest.TestCase | Callable[[unittest.TestResult], object]
"""What a unittest suite may hold: a case, or anything that is called with a result."""


class Group:
    """A module, class, suite or flow, and its place in the tree.

    Args:
        number: position in the order of discovery, from 0; unique within a plan.
        kind: ``module``, ``class``, ``suite`` or ``flow``.
        name: a module's path relative to the root, or the name of the class.
        selector: what selects the group on a command line: ``tests/test_x.py::Class``.
        tags: the group's own tags, without those above it.
        parent: the group around it, None at the top.
        inside: the names and tags of what a flow is made of.
    """

    __slots__ = ("_all_tags", "_words", "inside", "kind", "name", "number", "parent", "selector", "tags")

    def __init__(
        self,
        number: int,
        kind: str,
        name: str,
        *,
        selector: str,
        tags: tuple[str, ...] = (),
        parent: Group | None = None,
        inside: frozenset[str] = frozenset(),
    ) -> None:
        self.number: int = number
        self.inside: frozenset[str] = inside
        self.kind: str = kind
        self.name: str = name
        self.selector: str = selector
        self.tags: tuple[str, ...] = tags
        self.parent: Group | None = parent
        self._words: frozenset[str] | None = None
        self._all_tags: tuple[str, ...] | None = None

    @property
    def all_tags(self) -> tuple[str, ...]:
        """Give the tags of everything around a test of this group, outermost first, each once."""
        if self._all_tags is None:
            around = () if self.parent is None else self.parent.all_tags
            self._all_tags = tuple(dict.fromkeys((*around, *self.tags))) if around else self.tags
        return self._all_tags

    @property
    def words(self) -> frozenset[str]:
        """Give what a filter may name: the tags and names of the group and all above it, but for module paths.

        Flows are chosen whole, so what is inside of a flow counts as well.
        """
        if self._words is None:
            inherited = self.parent.words if self.parent else frozenset[str]()
            named = () if self.kind == "module" else (self.name,)
            self._words = inherited.union(self.tags, named, self.inside)
        return self._words

    def __repr__(self) -> str:
        return f"<{self.kind} {self.selector}>"


class Collected:
    """The tests of one group, as names in their order.

    Args:
        group: the group that holds them.
        names: what each test is called.
        case_type: the class that makes a case from a name; None where `cases` holds them.
        cases: the ready-made tests, one for each name, where a module's ``load_tests`` made them.
        failed: whether these stand for something that could not be loaded. No filter leaves them out: nobody can know
            what it would have matched.
    """

    __slots__ = ("case_type", "cases", "failed", "group", "names")

    def __init__(
        self,
        group: Group,
        names: list[str],
        *,
        case_type: type[unittest.TestCase] | None = None,
        cases: list[Case] | None = None,
        failed: bool = False,
    ) -> None:
        self.group: Group = group
        self.names: list[str] = names
        self.case_type: type[unittest.TestCase] | None = case_type
        self.cases: list[Case] | None = cases
        self.failed: bool = failed


class PlannedTest:
    """One test of a plan.

    Args:
        number: position in the plan, from 0; what is left out continues the count.
        group: the class, suite or module that holds the test.
        name: a method's name, or what a ready-made test calls itself.
        case_type: the class that makes the case; None for a ready-made one.
        case: the ready-made case.
        requests: the resources that the class asks for, changed as the command line says.
        kind: ``case`` or ``flow``.
    """

    __slots__ = ("_case", "case_type", "group", "kind", "name", "number", "requests")

    def __init__(
        self,
        number: int,
        group: Group,
        name: str,
        case_type: type[unittest.TestCase] | None,
        case: Case | None = None,
        requests: tuple[Request[Any], ...] = (),
        kind: str = "case",
    ) -> None:
        self.number: int = number
        self.group: Group = group
        self.name: str = name
        self.case_type: type[unittest.TestCase] | None = case_type
        self._case = case
        self.requests: tuple[Request[Any], ...] = requests
        self.kind: str = kind

    @property
    def case(self) -> Case:
        """Give the case that runs the test; it is made when first asked for, and kept until `drop_case`."""
        if self._case is None:
            assert self.case_type is not None
            self._case = self.case_type("runTest" if self.kind == "flow" else self.name)
        return self._case

    def drop_case(self) -> None:
        """Forget the case, so that what it holds can be freed; a ready-made one is gone for good."""
        self._case = None

    @property
    def id(self) -> str:
        """Give what selects just this test on a command line: ``tests/test_x.py::Class::method``."""
        if self.group.kind in ("module", "flow"):
            return self.group.selector
        return f"{self.group.selector}::{self.name}"

    @property
    def tags(self) -> tuple[str, ...]:
        """Give the tags of everything around the test, outermost first."""
        return self.group.all_tags

    @property
    def description(self) -> str:
        """Give what the case says of itself: the first line of its docstring, or empty."""
        describe = getattr(self.case, "shortDescription", None)
        return (describe() or "") if describe is not None else ""

    def __repr__(self) -> str:
        return f"<test {self.id}>"


def tags_of(component: type) -> tuple[str, ...]:
    """Give the tags of a case, suite or flow; one text counts as one tag."""
    tags: str | Sequence[str] = getattr(component, "TAGS", ())
    return (tags,) if isinstance(tags, str) else tuple(tags)

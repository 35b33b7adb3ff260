"""Gather tests under their modules, suites and classes, each test once."""

from __future__ import annotations

import os
import sys
import unittest

from rotest_core.errors import PlanError
from rotest_core.planning.components import as_case, as_suite, is_load_failure, kind_of, names_of_tests
from rotest_core.planning.tree import Collected, Group, tags_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from types import ModuleType

    from rotest_core.planning.tree import Case


class ComponentError(PlanError, TypeError):
    """Report something among tests that is neither a case, a flow nor a suite."""


class Collection:
    """Hold what was collected, in order.

    Args:
        root: the project's directory, absolute.

    Attributes:
        groups: every group, by number.
        collected: the tests.
        failures: how many stand for something that could not be loaded.
    """

    def __init__(self, root: str) -> None:
        self._root = os.path.join(root, "")
        self._selectors: dict[str, str] = {}
        self.groups: list[Group] = []
        self.collected: list[Collected] = []
        self.failures: int = 0
        self._modules: dict[str, Group] = {}
        self._components: dict[tuple[Group | None, type], Group] = {}
        self._taken: dict[type, set[str]] = {}

    def place(self, path: str) -> str:
        """Give what selects a file: its path, relative to the root where it is inside of it."""
        return path[len(self._root) :].replace(os.sep, "/") if path.startswith(self._root) else path

    def name_module(self, module: ModuleType, selector: str) -> None:
        """Remember by what a module was selected, for all that it defines."""
        self._selectors.setdefault(module.__name__, selector)

    def selector_of(self, component: type) -> str:
        """Give what selects a class: the path of its module, or the module's name where it is not in the root."""
        name = component.__module__
        selector = self._selectors.get(name)
        if selector is None:
            file = getattr(sys.modules.get(name), "__file__", None)
            inside = isinstance(file, str) and file.startswith(self._root)
            selector = self._selectors[name] = self.place(str(file)) if inside else name
        return f"{selector}::{component.__qualname__}"

    def module(self, selector: str) -> Group:
        """Give the group of a module."""
        group = self._modules.get(selector)
        if group is None:
            group = self._modules[selector] = self._group("module", selector, selector)
        return group

    def add_component(self, component: object, selector: str, parent: Group | None, where: str = "") -> None:
        """Take in the tests of a case class, a flow, or all that a suite holds.

        Args:
            component: subclass of `unittest.TestCase` or of Rotest's `TestSuite`.
            selector: what selects it, the class included.
            parent: the group around it.
            where: the suite that names it, for messages.

        Raises:
            PlanError: it is neither, or a suite that holds nothing or itself.
        """
        case = as_case(component)
        within = f"{where}: " if where else ""
        if case is not None and kind_of(case) == "block":
            raise ComponentError(
                f"{within}{case.__qualname__} is a block, which runs as a part of a flow only"
            )
        if case is not None:
            self.add_case(case, names_of_tests(case), selector, parent)
            return
        suite = as_suite(component)
        if suite is not None:
            self._add_suite(suite, selector, parent)
            return
        raise ComponentError(f"{within}{component!r} is neither a test case nor a test suite")

    def add_case(
        self, case: type[unittest.TestCase], names: Sequence[str], selector: str, parent: Group | None
    ) -> None:
        """Take in tests of one class by name, but for those that are here already."""
        taken = self._taken.get(case)
        if taken is None:
            self._taken[case] = set(names)
            fresh = list(names)
        else:
            fresh = [name for name in names if name not in taken]
            taken.update(fresh)
        if fresh:
            group = self.case_group(case, selector, parent)
            self.collected.append(Collected(group, fresh, case_type=case))

    def add_ready(self, placed: Iterable[tuple[Group, str, Case]]) -> None:
        """Take in ready-made tests, each with its group and name, but for those that were here before."""
        before = {case_type: set(names) for case_type, names in self._taken.items()}
        last: Collected | None = None
        for group, name, case in placed:
            if name in before.get(type(case), ()):
                continue
            self._taken.setdefault(type(case), set()).add(name)
            failed = is_load_failure(case)
            self.failures += failed
            if last is None or last.cases is None or last.group is not group or last.failed != failed:
                last = Collected(group, [], cases=[], failed=failed)
                self.collected.append(last)
            last.names.append(name)
            assert last.cases is not None
            last.cases.append(case)

    def add_stand_in(self, selector: str, case: unittest.TestCase, *, failed: bool) -> None:
        """Take in the one test that stands for a module."""
        self.failures += failed
        self.collected.append(Collected(self.module(selector), [selector], cases=[case], failed=failed))

    def case_group(self, case: type, selector: str, parent: Group | None) -> Group:
        """Give the group of a class of tests, or of a flow."""
        return self._component(kind_of(case) or "class", case, selector, parent)

    def _add_suite(self, suite: type, selector: str, parent: Group | None) -> None:
        above = parent
        while above is not None:
            if above.selector == selector:
                raise PlanError(f"{selector}: the suite contains itself")
            above = above.parent
        group = self._component("suite", suite, selector, parent)
        components: Sequence[object] = getattr(suite, "components", ())
        if not components:
            raise PlanError(f"{selector}: the suite has no components")
        for component in components:
            inner = self.selector_of(component) if isinstance(component, type) else ""
            self.add_component(component, inner, group, selector)

    def _component(self, kind: str, component: type, selector: str, parent: Group | None) -> Group:
        group = self._components.get((parent, component))
        if group is None:
            name, inside = component.__qualname__, frozenset[str]()
            if kind == "flow":
                from rotest_core.planning.flow_parts import name_of_part, words_inside

                name, inside = name_of_part(component), words_inside(component)
            group = self._group(kind, name, selector, tags_of(component), parent, inside)
            self._components[parent, component] = group
        return group

    def _group(
        self,
        kind: str,
        name: str,
        selector: str,
        tags: tuple[str, ...] = (),
        parent: Group | None = None,
        inside: frozenset[str] = frozenset(),
    ) -> Group:
        group = Group(
            len(self.groups), kind, name, selector=selector, tags=tags, parent=parent, inside=inside
        )
        self.groups.append(group)
        return group

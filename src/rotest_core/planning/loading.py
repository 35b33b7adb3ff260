"""Tests that modules make themselves: unittest's load_tests protocol."""

from __future__ import annotations

import unittest

from rotest_core.planning.components import cases_in, flattened, name_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from types import ModuleType

    from rotest_core.planning.collection import Collection
    from rotest_core.planning.tree import Case, Group

__unittest = True  # unittest leaves frames of such modules out of tracebacks


def load_cases(
    module: ModuleType, top_level: str | None, pattern: str | None = None, *, imported: bool = False
) -> list[Case]:
    """Call a module's ``load_tests``, and give the tests that it makes.

    Args:
        module: a module or package with that function.
        top_level: the directory from which the module is imported.
        pattern: what unittest's own search gives, where directories are searched; None where a module was named.
        imported: whether the tests of imported classes are among those that the function is given.

    Raises:
        Exception: whatever the function raises; TypeError for what are no tests.
    """
    loader = unittest.TestLoader()
    if pattern is not None and top_level is not None:
        # As where unittest itself is searching: a package that searches on names its modules from there.
        vars(loader)["_top_level_dir"] = top_level
    standard = unittest.TestSuite()
    standard.addTests(loader.loadTestsFromTestCase(case) for _, case in cases_in(module, imported=imported))
    return list(flattened(module.load_tests(loader, standard, pattern)))


def place_cases(
    collection: Collection, module: ModuleType, selector: str, cases: Iterable[Case]
) -> Iterator[tuple[Group, str, Case]]:
    """Give each ready-made test its group and name.

    The group of a class stands under the module that defines it if that is the one with ``load_tests`` or is inside
    of it, else under the one with ``load_tests``.
    """
    groups: dict[type, Group] = {}
    for case in cases:
        case_type = type(case)
        if case_type not in groups:
            own = f"{selector}::{case_type.__qualname__}"
            if f"{case_type.__module__}.".startswith(f"{module.__name__}."):
                own = collection.selector_of(case_type)
            parent = collection.module(own.partition("::")[0])
            failed = case_type.__name__ == "_FailedTest"
            groups[case_type] = parent if failed else collection.case_group(case_type, own, parent)
        yield groups[case_type], name_of(case), case

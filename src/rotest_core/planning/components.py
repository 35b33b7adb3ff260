"""What counts as a case, a suite and a test: unittest's rules, and where ours are narrower."""

from __future__ import annotations

import sys
import unittest

from rotest_core.planning.stand_ins import LoadFailure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from types import ModuleType
    from typing import TypeGuard

    from rotest_core.planning.tree import Case


def cases_in(module: ModuleType, *, imported: bool = False) -> Iterator[tuple[str, type[unittest.TestCase]]]:
    """Give the case classes of a module, with their names in it, in the order of the names.

    A class with its own ``__test__ = False`` is left out; its subclasses are not.

    Args:
        module: where to look.
        imported: whether classes count that the module only imported, as they do for unittest. Else a class that is
            at home in another module is left to that one.
    """
    seen: set[type] = set()
    for name in dir(module):
        case = as_case(getattr(module, name, None))
        if case is None or case in seen or not case.__dict__.get("__test__", True):
            continue
        if kind_of(case) == "block":  # runs as a part of a flow only
            continue
        if (
            case.__module__ == module.__name__
            or (imported and not _is_base(case))
            or not _is_imported(case, module)
        ):
            seen.add(case)
            yield name, case


def names_of_tests(case: type[unittest.TestCase]) -> list[str]:
    """Give the names of a class's tests in unittest's order."""
    names = [name for name in _attributes(case) if name.startswith("test") and callable(getattr(case, name))]
    return names or (["runTest"] if callable(getattr(case, "runTest", None)) else [])


def as_case(value: object) -> type[unittest.TestCase] | None:
    """Give a value that is a class of cases."""
    return value if _is_class(value) and issubclass(value, unittest.TestCase) else None


def kind_of(component: type) -> str:
    """Tell blocks and flows from cases: ``block``, ``flow``, or empty."""
    kind: str = getattr(component, "_rotest_kind", "")
    return kind


def as_suite(value: object) -> type | None:
    """Give a value that is a suite of Rotest's, without loading what only such suites need."""
    module = sys.modules.get("rotest_core.authoring.suite")
    if module is not None and _is_class(value) and issubclass(value, module.TestSuite):
        return value
    return None


def is_load_failure(case: Case) -> bool:
    """Tell whether a test stands for something that could not be loaded, here or by unittest."""
    case_type = type(case)
    return isinstance(case, LoadFailure) or (
        case_type.__module__ == "unittest.loader" and case_type.__name__ == "_FailedTest"
    )


def flattened(suite: Iterable[object]) -> Iterator[Case]:
    """Give the tests of a suite and of those inside of it, in order."""
    for test in suite:
        if isinstance(test, unittest.TestCase):
            yield test
        elif _is_iterable(test):
            yield from flattened(test)
        elif callable(test):
            yield test
        else:
            raise TypeError(f"{test!r} is not a test")


def name_of(case: Case) -> str:
    """Give what a ready-made test is called within its class: its method, or what it identifies itself by."""
    if isinstance(case, unittest.TestCase) and type(case).id is unittest.TestCase.id:
        return case.id().rpartition(".")[2]
    identify = getattr(case, "id", None)
    return (str(identify()) if callable(identify) else repr(case)).replace("\n", " ")


def _is_class(value: object) -> TypeGuard[type[object]]:
    return isinstance(value, type)


def _is_iterable(test: object) -> TypeGuard[Iterable[object]]:
    return hasattr(test, "__iter__")


def _attributes(case: type[unittest.TestCase]) -> list[str]:
    """Give what dir() does, but for the hundred names of TestCase itself."""
    metaclass: type = type(case)
    if any("__dir__" in vars(base) for base in metaclass.__mro__ if base not in (type, object)):
        return dir(case)
    defined: set[str] = set()
    for base in case.__mro__:
        if base is not unittest.TestCase:
            defined.update(vars(base))
    return sorted(defined)


def _is_base(case: type) -> bool:
    return case.__module__.startswith("unittest.")


def _is_imported(case: type, module: ModuleType) -> bool:
    """Tell whether a class is at home elsewhere; one that is made by a function of another module is not."""
    home = sys.modules.get(case.__module__)
    if home is None or home is module:
        return False
    found: object = home
    for part in case.__qualname__.split("."):
        found = getattr(found, part, None)
    return found is case

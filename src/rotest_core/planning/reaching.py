"""Find what is selected inside of a module, or say what is there instead."""

from __future__ import annotations

from types import ModuleType

from rotest_core.errors import did_you_mean
from rotest_core.planning.components import as_case, as_suite, cases_in, names_of_tests

_SHOWN = 10


def reached(module: ModuleType, chain: list[str]) -> tuple[object, object, str]:
    """Follow attributes as far as they lead, and give the last two with the name of the last."""
    parent: object = module
    found: object = module
    name = ""
    for name in chain:
        parent, found = found, getattr(found, name, None)
        if found is None:
            break
    return parent, found, name


def not_inside(text: str, parent: object, missing: str) -> str:
    """Say that a selection leads nowhere.

    Args:
        text: the selection.
        parent: what was reached.
        missing: the name that is not in it, or that is no test there.
    """
    case = as_case(parent)
    if case:
        kind, known = f"test of {case.__qualname__}", names_of_tests(case)
    else:
        kind, known = "test class or suite", _selectable(parent)
    return f"{text}: no {kind} is called {missing!r}{did_you_mean(missing, known)}; there is {_some(known)}"


def _selectable(parent: object) -> list[str]:
    if not isinstance(parent, ModuleType):
        return [name for name in dir(parent) if as_case(getattr(parent, name, None))]
    suites = [(name, as_suite(value)) for name, value in vars(parent).items()]
    defined = [name for name, suite in suites if suite and suite.__module__ == parent.__name__]
    return [*(name for name, _ in cases_in(parent)), *defined]


def _some(names: list[str]) -> str:
    """List names, but not so many that the message is lost among them."""
    shown = ", ".join(names[:_SHOWN]) or "none"
    return f"{shown} and {len(names) - _SHOWN} more" if len(names) > _SHOWN else shown

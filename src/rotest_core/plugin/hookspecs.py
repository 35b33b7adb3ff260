"""Every hook that a plugin package may implement.

A package names a module in its entry points, group ``rotest``:

.. code-block:: toml

    [project.entry-points.rotest]
    excel = "rotest_excel.plugin"

and that module holds functions of these names, marked with :data:`hookimpl`. It is imported at every start, so it
imports nothing heavy: factories import their own module when they are called.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeVar

    from rotest_core.plugin.registry import Registry

    HookT = TypeVar("HookT", bound=Callable[..., object])

MARK = "rotest_impl"
"""The attribute by which pluggy knows the implementations of the project ``rotest``."""


def hookimpl(function: HookT) -> HookT:
    """Mark a function as the implementation of the hook of its name.

    It does what ``pluggy.HookimplMarker("rotest")`` does, without importing pluggy at every start.
    """
    setattr(function, MARK, {})
    return function


def rotest_register(registry: Registry) -> None:
    """Register what this package supplies by name: output handlers, stores, drivers, commands and the like.

    Args:
        registry: takes each factory under its name, for the package that the hook belongs to.
    """

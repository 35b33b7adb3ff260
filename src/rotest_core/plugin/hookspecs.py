"""Every hook that a plugin package may implement.

A package names a module in its entry points, group ``rotest``::

    [project.entry-points.rotest]
    excel = "rotest_excel.plugin"

and that module holds functions of these names, marked with :data:`hookimpl`. It is imported at every start, so it
imports nothing heavy: factories import their own module when they are called.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pluggy

if TYPE_CHECKING:
    from rotest_core.plugin.registry import Registry

hookspec = pluggy.HookspecMarker("rotest")
hookimpl = pluggy.HookimplMarker("rotest")


@hookspec
def rotest_register(registry: Registry) -> None:
    """Register the stores, lock strategies, drivers, executors and output handlers of this package by name.

    Args:
        registry: takes each factory under its name, for the package that the hook belongs to.
    """

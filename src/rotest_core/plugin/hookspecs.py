"""Every hook that a plugin package may implement.

A package names a module in its entry points, group ``rotest``:

.. code-block:: toml

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
    """Register what this package supplies by name: output handlers, stores, drivers, commands and the like.

    Args:
        registry: takes each factory under its name, for the package that the hook belongs to.
    """

"""Register the backends that come with Rotest.

Imported at every start: a factory imports its own module only when it is called.
"""

from __future__ import annotations

from rotest_backends.debugger import pdb
from rotest_backends.drivers.factories import register_drivers
from rotest_backends.executors.factories import register_executors
from rotest_backends.locks.factories import register_locks
from rotest_backends.outputs.factories import register_outputs
from rotest_backends.stores.factories import register_stores
from rotest_core.plugin.hookspecs import hookimpl

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rotest_core.plugin.registry import Registry


@hookimpl
def rotest_register(registry: Registry) -> None:
    """Register every built-in backend."""
    registry.debugger("pdb", pdb, summary="Python's own debugger")
    register_executors(registry)
    register_drivers(registry)
    register_locks(registry)
    register_outputs(registry)
    register_stores(registry)

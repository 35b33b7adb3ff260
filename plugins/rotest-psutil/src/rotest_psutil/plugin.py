"""Register the monitor `process`; imported at every start, so it imports nothing heavy."""

from __future__ import annotations

from rotest_core.plugin import hookimpl

TYPE_CHECKING = False  # typing would be loaded at every start, for type checkers alone
if TYPE_CHECKING:
    from rotest_core import Monitor
    from rotest_core.plugin import PluginContext, Registry


def process(context: PluginContext) -> Monitor:
    """Make the monitor `process`."""
    from rotest_psutil.monitor import ProcessMonitor
    from rotest_psutil.options import ProcessOptions

    return ProcessMonitor(context.options(ProcessOptions))


@hookimpl
def rotest_register(registry: Registry) -> None:
    """Register the monitor."""
    registry.monitor("process", process, summary="processor and memory of a process, as series")

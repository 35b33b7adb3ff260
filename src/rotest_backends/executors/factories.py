"""Make the executors that come with Rotest; each module is imported when it is used."""

from __future__ import annotations

from rotest_backends.executors.serial import serial

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rotest_core.plugin.options import PluginContext
    from rotest_core.plugin.protocols.executor import Executor
    from rotest_core.plugin.registry import Registry


def process(context: PluginContext) -> Executor:
    """Make the executor of several processes; it has no options."""
    from rotest_backends.executors.process import ProcessExecutor

    return ProcessExecutor()


def register_executors(registry: Registry) -> None:
    """Register the executors."""
    registry.executor("serial", serial, summary="one test after the other, in this process")
    registry.executor("process", process, summary="several tests at a time, each worker a process")

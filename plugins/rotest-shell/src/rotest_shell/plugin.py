"""Register the command `shell` and the debugger `ipdb`; imported at every start, so it imports nothing heavy."""

from __future__ import annotations

from rotest_core.plugin import hookimpl

TYPE_CHECKING = False  # typing would be loaded at every start, for type checkers alone
if TYPE_CHECKING:
    from rotest_core.plugin import Command, Debugger, Registry


def shell() -> Command:
    """Make the command `shell`."""
    from rotest_shell.command import ShellCommand

    return ShellCommand()


def ipdb() -> Debugger:
    """Make the debugger `ipdb`."""
    from rotest_shell.debugger import IPythonDebugger

    return IPythonDebugger()


@hookimpl
def rotest_register(registry: Registry) -> None:
    """Register the command and the debugger."""
    registry.command("shell", shell, summary="lock resources and run tests by hand, in IPython")
    registry.debugger("ipdb", ipdb, summary="IPython's debugger")

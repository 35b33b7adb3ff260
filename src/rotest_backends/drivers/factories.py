"""Register the drivers that come with Rotest, without importing them."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rotest_core.plugin.options import PluginContext
    from rotest_core.plugin.protocols.driver import Driver
    from rotest_core.plugin.registry import Registry


def register_drivers(registry: Registry) -> None:
    """Register every built-in driver."""
    registry.driver("rpyc", rpyc, summary="a host that runs an RPyC server, also with TLS or through SSH")
    registry.driver("shell", shell, summary="commands on this host")


def rpyc(context: PluginContext) -> Driver:
    """Make a link to an RPyC server."""
    from rotest_backends.drivers.rpyc import RpycDriver, RpycOptions

    return RpycDriver(context.options(RpycOptions))


def shell(context: PluginContext) -> Driver:
    """Make a link to this host's shell."""
    from rotest_backends.drivers.shell import ShellDriver, ShellOptions

    return ShellDriver(context.options(ShellOptions))
